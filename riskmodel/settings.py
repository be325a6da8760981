"""Settings of a run; each can be given as an environment variable `RISKMODEL_<NAME>`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Defaults that a command-line option or the environment may replace."""

    model_config = SettingsConfigDict(env_prefix="RISKMODEL_", frozen=True, extra="ignore")

    models_dir: Path = Field(CHECKOUT / "models", description="folder of the stored models")
    baseline: str = Field("2019-01:2021-12", description="first and last baseline month")
    recent_months: int = Field(12, ge=1, le=60, description="length of the recent window")
    oldest_usable_months: int = Field(18, ge=1, description="a leg whose newest month is older is unknown")
    evidence_rows: int = Field(12, ge=1, description="trade rows kept as evidence for each country and leg")
    evidence_sentences: int = Field(20, ge=1, description="sentences kept as evidence for each country")
