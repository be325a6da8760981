"""Settings of a run; each can be given as an environment variable `RISKMODEL_<NAME>`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Defaults that a command-line option or the environment may replace."""

    model_config = SettingsConfigDict(env_prefix="RISKMODEL_", frozen=True, extra="ignore")

    models_dir: Annotated[Path, Field(description="folder of the stored models")] = CHECKOUT / "models"
    baseline: Annotated[str, Field(description="first and last baseline month")] = "2019-01:2021-12"
    recent_months: Annotated[int, Field(ge=1, le=60, description="length of the recent window")] = 12
    oldest_usable_months: Annotated[int, Field(ge=1, description="a leg with older news is unknown")] = 18
    evidence_rows: Annotated[int, Field(ge=1, description="evidence rows for each country and leg")] = 12
    evidence_sentences: Annotated[int, Field(ge=1, description="evidence sentences for each country")] = 20
