"""What a backtest finds, as small frozen values: files and pages are made from them at the edge.

A field with a default is left out of the JSON while it has that value; null in a field without one means
that the measure could not be computed. Figures are rounded to six digits (`rounded`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeVar

from riskmodel.backtest.recovery_results import Recovery
from riskmodel.model.head import Candidate
from riskmodel.publication.typed_json import to_json

Interval = tuple[float, float]  # central 90 % of bootstrap draws over countries
Value = TypeVar("Value")


@dataclass(frozen=True)
class Gain:
    """Gain in average precision of one method over another; None where it could not be measured."""

    gain: float | None
    interval_90: Interval | None

    @property
    def beyond_doubt(self) -> bool:
        """Whether the whole interval lies above 0."""
        return self.interval_90 is not None and self.interval_90[0] > 0


@dataclass(frozen=True)
class Choice:
    """The candidate chosen by the written rule, and the gain of the challenger over the simpler one."""

    choice: Candidate
    challenger: Candidate
    simpler: Candidate
    gain: float | None
    interval_90: Interval | None


@dataclass(frozen=True)
class MethodResult:
    """Ranking and probability of one method on the rows of a slice."""

    average_precision: float | None
    average_precision_90: Interval | None
    precision_at_10: float | None
    recall_at_20: float | None
    brier: float
    brier_skill: float | None
    brier_skill_90: Interval | None
    calibration_error: float


@dataclass(frozen=True)
class SliceResult:
    """A part of the rows; without an event no method can be judged on it."""

    rows: int
    events: int
    countries: int = 0
    base_rate: float | None = None
    methods: Mapping[str, MethodResult] = field(default_factory=dict)


@dataclass(frozen=True)
class ReliabilityBin:
    """Rows of about equal probability: how many, their mean risk, the share of events among them."""

    n: int
    risk: float
    events: float


@dataclass(frozen=True)
class AlarmResult:
    """Acting on one method's highest rows: spells of events, share found early, lead, false alarms."""

    spells: int
    found_before_public: float | None
    median_lead_months: float | None
    false_alarms_per_quarter: float | None


@dataclass(frozen=True)
class Alarms:
    """Every method at the same number of flagged rows."""

    flagged_rows: int
    methods: Mapping[str, AlarmResult]


@dataclass(frozen=True)
class RoleResult:
    """Rows of countries of one simulated role; events, risk and the flags are shares or means over rows."""

    rows: int
    countries: int
    events: float
    risk: float
    flagged_high: float
    flagged_without_event: float
    flagged_above_base_rate: bool


@dataclass(frozen=True)
class AtShare:
    """The same scores, had this share of the rows been events."""

    share_of_events: float
    average_precision: float | None
    flagged_high: float
    precision_high: float | None
    recall_high: float


@dataclass(frozen=True)
class PowerLine:
    """Planted diversion of one size, seen within six months of its start.

    Attributes
    ----------
    measure: `diversion_usd_per_year` or `diversion_share`. at_least, below: bounds of the class, None is no
        bound. onward_trade: whether most or little of it is declared. elevated, high: shares of countries.
    """

    measure: str
    at_least: float
    below: float | None
    onward_trade: str
    countries: int
    elevated: float
    high: float


@dataclass(frozen=True)
class BestRule:
    """The simple rule with the highest average precision."""

    name: str
    average_precision: float


@dataclass(frozen=True)
class CauseResult:
    """Events by their cause, and the shares of them in a band; None where there is no event."""

    rows: int
    events: int
    elevated: float | None
    high: float | None


@dataclass(frozen=True)
class Reachable:
    """How near the choice comes to the rankings of those who know more (`outcomes.oracles`).

    Attributes
    ----------
    oracles: name -> average precision. share_of_gap_to_1, share_of_reachable_gap: gain over the best rule as
        a share of what was left to 1, and to `truth_now`.
    """

    oracles: Mapping[str, float]
    best_rule: BestRule
    share_of_gap_to_1: float | None
    share_of_reachable_gap: float | None
    causes: Mapping[str, CauseResult]


@dataclass(frozen=True)
class Evaluation:
    """All measures of all methods on judged rows; what only simulated worlds can say is empty elsewhere."""

    slices: Mapping[str, SliceResult]
    reliability: Mapping[str, tuple[ReliabilityBin, ...]] = field(default_factory=dict)
    alarms: Alarms | None = None
    other_shares_of_events: tuple[AtShare, ...] = ()
    roles: Mapping[str, RoleResult] = field(default_factory=dict)
    power: tuple[PowerLine, ...] = ()
    reachable: Reachable | None = None


@dataclass(frozen=True)
class FamilyMethod:
    """One method in the worlds of an author that it did not learn from.

    average_precision is the mean over rankings (each world and date) with an event.
    """

    average_precision: float | None
    brier_skill: float | None
    calibration_error: float


@dataclass(frozen=True)
class FamilyResult:
    """One family of worlds, left out.

    Attributes
    ----------
    inside: average precision of the choice where other worlds of this author were learnt from.
    best_single: the best single signal there. oracle: a ranking by what was diverted in the six months
        before, whoever knew.
    """

    rows: int
    events: int
    base_rate: float
    methods: Mapping[str, FamilyMethod]
    best_single: BestRule
    inside: float | None
    oracle: float | None


@dataclass(frozen=True)
class FamilyLine:
    """The worlds of one author, judged by a frozen model and by yardsticks.

    Attributes
    ----------
    methods: average precision, the mean over rankings (each world and date) with an event. yardsticks: which
        of them are no candidate. oracle: of a ranking by what was diverted in the six months before.
    """

    rows: int
    events: int
    methods: Mapping[str, float | None]
    yardsticks: tuple[str, ...]
    oracle: float | None

    @property
    def best_yardstick(self) -> str | None:
        """The yardstick that does best here; the first by name of equals."""
        return max(sorted(self.yardsticks), key=lambda name: self.methods[name] or 0.0, default=None)

    def ahead(self, method: str) -> bool:
        """Whether a method does better here than every yardstick."""
        other = self.best_yardstick
        return other is None or (self.methods.get(method) or 0.0) > (self.methods[other] or 0.0)


@dataclass(frozen=True)
class Coverage:
    """Intervals of one grade, authors left out.

    Attributes
    ----------
    widened: factor by which an interval is wider than its draws, in log-odds. of_draws, after: share of
        bins whose share of events lies inside, before and after. bins: how many there were. width: mean
        width in probability, after. None where no row had the grade.
    """

    widened: float
    of_draws: float | None
    after: float | None
    bins: int
    width: float | None


@dataclass(frozen=True)
class HiddenInputs:
    """The chosen candidate had some inputs never been given or reported."""

    average_precision: float | None
    brier_skill: float | None
    calibration_error: float


@dataclass(frozen=True)
class AblationLine:
    """A refit without a group of signals, or with it alone."""

    signals: str
    kept: str
    average_precision: float | None
    brier_skill: float | None


@dataclass(frozen=True)
class ProductMethod:
    """One ranking of products."""

    average_precision: float
    average_precision_90: Interval | None
    auc: float
    precision_at_50: float | None


@dataclass(frozen=True)
class ProductRole:
    """Products of countries of one simulated role: shares with an event, among the highest, and both."""

    rows: int
    events: float
    in_the_top: float
    in_the_top_without_event: float


@dataclass(frozen=True)
class ProductResults:
    """The product score against a rule learnt on other worlds and against single columns."""

    rows: int
    events: int
    methods: Mapping[str, ProductMethod]
    gain_of_learnt: Gain
    roles: Mapping[str, ProductRole]


@dataclass(frozen=True)
class CountryLine:
    """One country of one world over time: risk, and whether the six months ahead held the event."""

    world: str
    country: str
    role: str | None
    as_of: tuple[date, ...]
    risk: tuple[float, ...]
    event: tuple[bool, ...]
    flagged: bool


@dataclass(frozen=True)
class Backtest:
    """Everything that `riskmodel backtest` leaves. curves: method -> points (recall, precision)."""

    protocol: str
    simulated: bool
    method: str
    dropped: Mapping[str, int]
    evaluation: Evaluation
    curves: Mapping[str, tuple[tuple[float, float], ...]]
    timelines: tuple[CountryLine, ...]
    model_id: str = ""
    ablation: tuple[AblationLine, ...] = ()
    products: ProductResults | None = None
    recovery: Recovery | None = None
    families: Mapping[str, FamilyLine] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingBacktest:
    """The backtest that is stored with a model; `models/<id>/backtest.json` reads back as this."""

    protocol: str
    simulated: bool
    choice: Choice
    evaluation: Evaluation
    inputs_hidden: Mapping[str, HiddenInputs] = field(default_factory=dict)
    leave_countries_out: Evaluation | None = None
    families: Mapping[str, FamilyResult] = field(default_factory=dict)
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    event: SliceResult | None = None


def backtest_json(backtest: Backtest) -> str:
    """The text of `backtest.json`; the same backtest gives the same bytes."""
    content = to_json(backtest, leave_out_defaults=True)
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def rounded(value: Value, digits: int = 6) -> Value:
    """The same values with every float rounded, for files that must not depend on the last bits."""
    result: Value = _rounded(value, digits)
    return result


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, float):
        return round(value, digits)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _rounded(getattr(value, f.name), digits) for f in fields(value)})
    if isinstance(value, Mapping):
        return {key: _rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_rounded(inner, digits) for inner in value)
    return value
