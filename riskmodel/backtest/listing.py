"""The protocol of the target `listing`: fitted before, judged after, against the rules that cost nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.months import end_of_month
from riskmodel.backtest.baselines import as_probability, climatology, persistence, us_list_2022
from riskmodel.backtest.measures import average_precision
from riskmodel.backtest.protocol import Scored, blocks_of, evaluate, gain, labels_of
from riskmodel.backtest.results import Choice, Evaluation, Gain, SliceResult
from riskmodel.errors import WrongUsage
from riskmodel.model.head import Candidate
from riskmodel.model.listing import (
    LEAST_COUNTRIES,
    LEAST_DATES,
    fit_listing_head,
    learnable,
    listing_matrix,
)
from riskmodel.outcomes.labels import HORIZON_MONTHS

Vector = NDArray[np.float64]

SIMPLER: Candidate = "linear"
CHALLENGER: Candidate = "logistic"
HISTORY = ("listing_history",)
HISTORY_ALONE, ALL_SIGNALS = "history_alone", "all_signals"
# Countries with an event, and without one, that must be known before a first fit.
LEAST_BLOCKS = 4

PROTOCOL = (
    "Graded by time: at each month's end the model learnt from earlier month ends whose six months had "
    "passed by then, and was judged on the six months after. A listing is public on its day, so the gap is "
    "the six months alone. Every transit country counts, listed before or not."
)
NOT_JUDGED = "Not judged: too few listings were known early enough for a fit before and a judgement after."


@dataclass(frozen=True)
class ListingJudgement:
    """What rolling origins found; `scored` is None where there was none to judge on.

    only: signals that the model may read where further ones did not help; None: all. over_rule: gain of
    the choice over the decayed count of earlier listings.
    """

    choice: Choice
    evaluation: Evaluation
    scored: Scored | None
    over_rule: Gain
    only: tuple[str, ...] | None = None


def decayed_count(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """The decayed count of earlier listings, the rule to beat."""
    return test["listing_history"].cast(pl.Float64).to_numpy()


def neighbours_alone(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """Countries listed lately at the land border."""
    return test["neighbours_listed"].cast(pl.Float64).to_numpy()


RULES = {
    "decayed_count": decayed_count,
    "persistence": persistence,
    "climatology": climatology,
    "neighbours_listed": neighbours_alone,
    "us_list_2022": us_list_2022,
}


def usable_listings(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows with a known target, and how many were dropped, by reason. Raises WrongUsage where no fit is."""
    unknown = rows.filter(pl.col("target").is_null())
    counts = unknown.group_by("why_null").agg(pl.len()).sort("why_null")
    known = rows.filter(pl.col("target").is_not_null())
    events = int(known["target"].sum() or 0)
    if not events or events == known.height:
        raise WrongUsage(
            f"There are {known.height} rows to learn from with {events} events (two entities of a country "
            f"listed in the {HORIZON_MONTHS} months after a month's end); both events and others are needed: "
            "give --listings that reach over a longer time."
        )
    if not learnable(known):
        raise WrongUsage(
            f"No signal varies between at least {LEAST_COUNTRIES} countries on {LEAST_DATES} month ends: "
            "give --listings of more countries over a longer time."
        )
    return known, {str(reason): int(n) for reason, n in counts.iter_rows()}


def judge_by_time(rows: pl.DataFrame, seed: int = 0) -> ListingJudgement:
    """Both candidates and every rule, origin by origin, on rows of `labelled_listings` with known targets."""
    parts = []
    for origin in rows["as_of"].unique().sort().to_list():
        train = rows.filter(pl.col("as_of") <= end_of_month(origin, -HORIZON_MONTHS))
        if _learnable(train):
            parts.append(_score_fold(train, rows.filter(pl.col("as_of") == origin), seed))
    if not parts or not any(labels_of(part.rows).any() for part in parts):
        nothing = Choice(SIMPLER, CHALLENGER, SIMPLER, None, None)
        return ListingJudgement(nothing, Evaluation({"all": SliceResult(0, 0)}), None, Gain(None, None))
    scored, only = _without_useless(_joined(parts))
    found = gain(scored, CHALLENGER, SIMPLER)
    chosen = CHALLENGER if found.beyond_doubt else SIMPLER
    choice = Choice(chosen, CHALLENGER, SIMPLER, found.gain, found.interval_90)
    over = gain(scored, chosen, "decayed_count")
    return ListingJudgement(choice, _evaluation(scored, chosen), scored, over, only)


def by_origin(scored: Scored, name: str) -> float:
    """Mean over origins of a method's average precision: fits of different origins need not share a level."""
    y, found = labels_of(scored.rows), []
    for day in scored.rows["as_of"].unique().sort():
        here = (scored.rows["as_of"] == day).to_numpy()
        found.append(average_precision(y[here], scored.scores[name][here]))
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else 0.0


def _without_useless(scored: Scored) -> tuple[Scored, tuple[str, ...] | None]:
    """The history alone in the place of the simpler candidate, where further signals order listings worse."""
    full, alone = (by_origin(scored, name) for name in (SIMPLER, HISTORY_ALONE))
    if full >= alone:
        return scored, None
    swapped = {SIMPLER: HISTORY_ALONE, HISTORY_ALONE: SIMPLER, CHALLENGER: CHALLENGER}
    scores = {swapped.get(name, name): values for name, values in scored.scores.items() if name != CHALLENGER}
    risks = {swapped.get(name, name): values for name, values in scored.risks.items() if name != CHALLENGER}
    scores[CHALLENGER], risks[CHALLENGER] = scored.scores[HISTORY_ALONE], scored.risks[HISTORY_ALONE]
    scores[ALL_SIGNALS], risks[ALL_SIGNALS] = scores.pop(HISTORY_ALONE), risks.pop(HISTORY_ALONE)
    return replace(scored, scores=scores, risks=risks), HISTORY


def _evaluation(scored: Scored, choice: str) -> Evaluation:
    """Without what is said of published trade figures, which tell nothing of listings."""
    whole = evaluate(scored, choice)
    slices = {name: part for name, part in whole.slices.items() if name != "onward_leg_unknown"}
    return replace(whole, slices=slices, alarms=None)


def _learnable(train: pl.DataFrame) -> bool:
    if train.is_empty():
        return False
    counts = [train.filter(pl.col("target") == hit)["country"].n_unique() for hit in (True, False)]
    return min(counts) >= LEAST_BLOCKS and bool(learnable(train))


def _score_fold(train: pl.DataFrame, test: pl.DataFrame, seed: int) -> Scored:
    y, blocks = labels_of(train), blocks_of(train)
    scores: dict[str, Vector] = {}
    risks: dict[str, Vector] = {}
    for candidate in (SIMPLER, CHALLENGER):
        head = fit_listing_head(train, y, blocks, candidate=candidate, seed=seed)
        X = listing_matrix(test, head.signals)  # noqa: N806
        scores[candidate], risks[candidate] = head.decision_function(X), head.predict_proba(X)[:, 1]
    history = fit_listing_head(train, y, blocks, candidate=SIMPLER, seed=seed, only=HISTORY)
    X = listing_matrix(test, history.signals)  # noqa: N806
    scores[HISTORY_ALONE], risks[HISTORY_ALONE] = history.decision_function(X), history.predict_proba(X)[:, 1]
    for name, rule in RULES.items():
        scores[name] = rule(train, test)
        risks[name] = as_probability(rule(train, train), y, scores[name])
    return Scored(test, scores, risks, float(y.mean()))


def _joined(parts: list[Scored]) -> Scored:
    def together(kind: str) -> Mapping[str, Vector]:
        return {
            name: np.concatenate([getattr(part, kind)[name] for part in parts]) for name in parts[0].scores
        }

    rows = pl.concat([part.rows for part in parts])
    return Scored(rows, together("scores"), together("risks"), float(np.mean([p.base_rate for p in parts])))
