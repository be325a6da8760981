"""What a model's manifest says of its training; the registry adds id, digests, features and libraries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from features.articles.rates import ArticleWindows
from riskmodel.explain.drift import TrainingSignal
from riskmodel.model.head import Candidate
from riskmodel.outcomes.rows import Target
from riskmodel.publication.typed_json import to_json

ON_WORLDS = "simulated worlds"
ON_TABLES = "own tables"
ON_FAMILIES = "simulated worlds of several authors"


@dataclass(frozen=True)
class WorldsSource:
    """Simulated worlds to learn from and to judge on: how many, and the seed of the first."""

    n: int
    seed: int
    held_out_n: int
    held_out_seed: int
    size: str


@dataclass(frozen=True)
class FamiliesSource:
    """Families of worlds: `n` worlds each from `seed`; each family is judged by fits on the others."""

    families: tuple[str, ...]
    n: int
    seed: int


@dataclass(frozen=True)
class SourceFile:
    """One file of the user's tables."""

    kind: str
    name: str
    sha256: str


@dataclass(frozen=True)
class TablesSource:
    """The user's tables. simulated: kinds of inputs that name a simulated source."""

    files: tuple[SourceFile, ...]
    simulated: tuple[str, ...]
    baseline: str
    recent_months: int
    article_windows: ArticleWindows


@dataclass(frozen=True)
class DatesLearnt:
    """First and last date of the rows that were learnt from."""

    first: date
    last: date


@dataclass(frozen=True)
class IntervalOfModel:
    """How the interval of a risk was made: its level, and refits on blocks drawn with replacement.

    widened: by grade, how much wider than the refits it is in log-odds; empty where it is as they are.
    """

    level: float
    draws: int
    blocks: str
    widened: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingManifest:
    """Everything that decides a model: made again from it, the model is the same to the byte.

    Attributes
    ----------
    trained_on: `ON_FAMILIES` or `ON_WORLDS`, then `families` or `worlds` says which, or `ON_TABLES`, then
        `inputs` and `window` do. event_rows: rows that the heads of the declared event were fitted on.
    dropped: rows left out, by reason. head_rows: rows that each head was fitted on.
    """

    target: Target
    horizon_months: int
    candidate: Candidate
    trained_on: str
    rows: int
    events: int
    countries: int
    dropped: Mapping[str, int]
    head_rows: Mapping[str, int]
    seed: int
    interval: IntervalOfModel
    training_rows_digest: str
    training_signals: Mapping[str, TrainingSignal]
    worlds: WorldsSource | None = None
    families: FamiliesSource | None = None
    event_rows: int | None = None
    inputs: TablesSource | None = None
    window: DatesLearnt | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values; a source that does not apply is left out."""
        return {name: value for name, value in to_json(self).items() if value is not None}
