"""Settings of a run; each can be given as an environment variable `RISKMODEL_<NAME>`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from features.trade.flows.windows import Windows, parse_baseline
from riskmodel.errors import WrongUsage

if TYPE_CHECKING:
    from features.articles.rates import ArticleWindows

CHECKOUT = Path(__file__).resolve().parent.parent
SHIPPED = Path(__file__).resolve().parent / "shipped"  # made by setup.py; only an installed wheel has it


def default_models() -> Path:
    """The folder of models of the installed package, else that of the checkout."""
    return SHIPPED / "models" if (SHIPPED / "models").is_dir() else CHECKOUT / "models"


class Settings(BaseSettings):
    """Defaults that a command-line option or the environment may replace."""

    model_config = SettingsConfigDict(env_prefix="RISKMODEL_", frozen=True, extra="ignore")

    models_dir: Annotated[Path, Field(description="folder of the stored models")] = default_models()
    baseline: Annotated[str, Field(description="first and last baseline month")] = "2019-01:2021-12"
    recent_months: Annotated[int, Field(ge=1, le=60, description="length of the recent window")] = 12
    oldest_usable_months: Annotated[int, Field(ge=1, description="a leg with older news is unknown")] = 18
    article_half_life_days: Annotated[int, Field(ge=1, le=3650, description="half-life of a story")] = 90
    article_easing_days: Annotated[int, Field(ge=1, le=3650, description="stories asked for easing")] = 180
    article_story_days: Annotated[int, Field(ge=1, le=7300, description="age at which a story ends")] = 730
    article_burst_months: Annotated[int, Field(ge=2, le=120, description="past of article_burst")] = 24
    evidence_rows: Annotated[int, Field(ge=1, description="evidence rows for each country and leg")] = 12
    evidence_sentences: Annotated[int, Field(ge=1, description="evidence sentences for each country")] = 20

    unpacked_gigabytes: Annotated[int, Field(ge=1, description="most that a packed file may hold")] = 8
    unpacked_ratio: Annotated[int, Field(ge=2, description="most times that a file may unpack to")] = 200

    @property
    def article_windows(self) -> ArticleWindows:
        """How far back the article signals look."""
        from features.articles.rates import ArticleWindows

        return ArticleWindows(
            self.article_half_life_days,
            self.article_easing_days,
            self.article_story_days,
            self.article_burst_months,
        )


def resolve_settings(
    baseline: str | None, recent_months: int | None, models_dir: Path | None = None
) -> tuple[Settings, Windows]:
    """Settings from the environment, and the windows that the options ask for; None takes the setting.

    Raises WrongUsage with one sentence where a setting or the baseline cannot be read.
    """
    settings = read_settings()
    if models_dir is not None:
        settings = settings.model_copy(update={"models_dir": models_dir})
    try:
        first, last = parse_baseline(baseline or settings.baseline)
        months = recent_months or settings.recent_months
        return settings, Windows(first, last, months, settings.oldest_usable_months)
    except ValueError as error:
        raise WrongUsage(str(error)) from None


def read_settings() -> Settings:
    """Settings from the environment. Raises WrongUsage with one sentence for one that cannot be read."""
    try:
        return Settings()
    except ValidationError as error:
        first_error = error.errors()[0]
        name = "_".join(str(part) for part in first_error["loc"]).upper()
        raise WrongUsage(f"RISKMODEL_{name}: {first_error['msg']}.") from None
