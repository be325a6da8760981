"""Judge candidates and baselines by one protocol, on rows that none of them was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.months import end_of_month
from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.backtest import alarms, measures
from riskmodel.backtest.baselines import as_probability, baseline_scores
from riskmodel.backtest.reachable import reachable
from riskmodel.backtest.results import (
    Choice,
    Evaluation,
    Gain,
    HiddenInputs,
    MethodResult,
    SliceResult,
    rounded,
)
from riskmodel.model.design import head_expr
from riskmodel.model.estimator import Model, fit_heads
from riskmodel.model.head import Candidate
from riskmodel.operations.workers import in_processes
from riskmodel.outcomes.rows import GAP_MONTHS

CANDIDATES: tuple[Candidate, ...] = ("logistic", "boosting", "equal")
BIG_FOUR = ("ARE", "CHN", "HKG", "TUR")
SIMPLER: Candidate = "logistic"
CHALLENGER: Candidate = "boosting"

_ONWARD = [name for name in MODEL_SIGNALS if "onward" in BY_NAME[name].needs]
_NEWS = [name for name in MODEL_SIGNALS if BY_NAME[name].group != "trade"]
HIDDEN_INPUTS: dict[str, list[str]] = {
    "all inputs": [],
    "no articles, no listings": _NEWS,
    "onward leg unknown": _ONWARD,
    "coalition trade only": [*_ONWARD, *_NEWS],
}

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Rows with a known label and an inbound leg, and what each method said of them.

    Attributes
    ----------
    rows: the frame. scores: method -> score (rows,). risks: method -> probability (rows,). base_rate: share
    of events in the rows that the methods were fitted on (their mean over folds).
    """

    rows: pl.DataFrame
    scores: Mapping[str, Vector]
    risks: Mapping[str, Vector]
    base_rate: float


def labels_of(rows: pl.DataFrame) -> NDArray[np.int64]:
    """1 for an event, 0 for none; the label must be known."""
    return rows["target"].cast(pl.Int64).to_numpy()


def blocks_of(rows: pl.DataFrame) -> NDArray[np.int64]:
    """A number for each country (of each world): rows of one country always stay together."""
    return (
        rows.select(pl.concat_str("world", "country", separator="/").rank("dense").cast(pl.Int64))
        .to_series()
        .to_numpy()
    )


def usable(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows that can be learned from, and how many were dropped, by reason."""
    dropped = dict(
        rows.filter(pl.col("target").is_null())
        .group_by("why_null")
        .agg(pl.len())
        .sort("why_null")
        .iter_rows()
    )
    known = rows.filter(pl.col("target").is_not_null())
    scored = known.filter(pl.col("inbound_surge").is_not_null() | pl.col("inbound_excess_usd").is_not_null())
    if known.height > scored.height:
        dropped["inbound_leg_unknown"] = known.height - scored.height
    return scored, {str(reason): int(n) for reason, n in dropped.items()}


def score_fold(train: pl.DataFrame, test: pl.DataFrame, *, simulated: bool, seed: int = 0) -> Scored:
    """Fit every candidate and baseline on `train`, score `test`; both hold usable rows only."""
    y, blocks = labels_of(train), blocks_of(train)
    wanted = test.select(head_expr()).to_series().unique().drop_nulls().to_list()
    scores: dict[str, Vector] = {}
    risks: dict[str, Vector] = {}
    for candidate in CANDIDATES:
        heads = fit_heads(train, y, blocks, candidate=candidate, n_draws=0, seed=seed, wanted=wanted)
        out = Model("", heads).predict(test)
        scores[candidate], risks[candidate] = out["logit"].to_numpy(), out["risk"].to_numpy()
    rules, rule_risks = rule_scores(train, test, simulated=simulated)
    return Scored(test, {**scores, **rules}, {**risks, **rule_risks}, float(y.mean()))


def rule_scores(
    train: pl.DataFrame, test: pl.DataFrame, *, simulated: bool
) -> tuple[dict[str, Vector], dict[str, Vector]]:
    """Scores and probabilities of every simple rule on `test`, fitted on `train`; usable rows only."""
    scores = baseline_scores(train, test, simulated)
    on_train = baseline_scores(train, train, simulated)
    y = labels_of(train)
    return scores, {name: as_probability(on_train[name], y, score) for name, score in scores.items()}


def with_inputs_hidden(
    train: pl.DataFrame, test: pl.DataFrame, choice: Candidate, seed: int = 0
) -> dict[str, HiddenInputs]:
    """Measures of the chosen candidate on `test` had some inputs never been given or reported."""
    heads = fit_heads(train, labels_of(train), blocks_of(train), candidate=choice, n_draws=0, seed=seed)
    model, y = Model("", heads), labels_of(test)
    content = {}
    for words, signals in HIDDEN_INPUTS.items():
        hidden = test.with_columns(pl.lit(None, dtype=test.schema[name]).alias(name) for name in signals)
        out = model.predict(hidden)
        risk = out["risk"].to_numpy()
        content[words] = HiddenInputs(
            average_precision=measures.average_precision(y, out["logit"].to_numpy()),
            brier_skill=measures.brier_skill(y, risk, float(labels_of(train).mean())),
            calibration_error=measures.calibration_error(y, risk),
        )
    return rounded(content)


def rolling_origins(
    rows: pl.DataFrame, seed: int = 0, n_jobs: int = 2, least_blocks: int = 4
) -> Scored | None:
    """Score each date with what could be learned by then: expanding window, gap of horizon and lag.

    A date is skipped while fewer than `least_blocks` countries with and without an event are known. None
    when no date remains.
    """
    dates = rows["as_of"].unique().sort().to_list()
    folds = []
    for origin in dates:
        train = rows.filter(pl.col("as_of") <= end_of_month(origin, -GAP_MONTHS))
        if _learnable(train, least_blocks):
            folds.append((train, rows.filter(pl.col("as_of") == origin)))
    return all_folds(folds, False, seed, n_jobs)


def leave_countries_out(
    rows: pl.DataFrame, *, simulated: bool, n_folds: int = 5, seed: int = 0, n_jobs: int = 2
) -> Scored | None:
    """Score each country with models that never saw it, all dates together."""
    place = np.random.default_rng(seed).permutation(int(blocks_of(rows).max()))[blocks_of(rows) - 1] % n_folds
    parts = [
        (rows.filter(pl.Series(place != fold)), rows.filter(pl.Series(place == fold)))
        for fold in range(n_folds)
    ]
    return all_folds([(a, b) for a, b in parts if b.height and _learnable(a, 2)], simulated, seed, n_jobs)


def _learnable(train: pl.DataFrame, least: int) -> bool:
    events = train.filter(pl.col("target")).n_unique(["world", "country"]) if train.height else 0
    others = train.filter(~pl.col("target")).n_unique(["world", "country"]) if train.height else 0
    return events >= least and others >= least


def all_folds(
    folds: Sequence[tuple[pl.DataFrame, pl.DataFrame]], simulated: bool, seed: int, n_jobs: int
) -> Scored | None:
    """Score the second frame of each fold by fits on the first; None without a fold."""
    if not folds:
        return None
    score = partial(score_fold, simulated=simulated, seed=seed)
    parts = list(in_processes(score, folds, n_jobs))
    names = list(parts[0].scores)
    return Scored(
        pl.concat([part.rows for part in parts]),
        {name: np.concatenate([part.scores[name] for part in parts]) for name in names},
        {name: np.concatenate([part.risks[name] for part in parts]) for name in names},
        float(np.mean([part.base_rate for part in parts])),
    )


def evaluate(scored: Scored, choice: str) -> Evaluation:
    """Measures of every method on all rows and on slices.

    `choice` is the method whose reliability, errors by role, power and other shares of events are given.
    """
    rows, columns = scored.rows, scored.rows.columns
    slices = {
        "all": np.ones(rows.height, dtype=bool),
        "onset_only": rows["onset"].to_numpy(),
        "without_big_four": (~rows["country"].is_in(BIG_FOUR)).to_numpy(),
        "onward_leg_unknown": rows["onward_excess_usd"].is_null().to_numpy(),
    }
    risk = np.asarray(scored.risks[choice])
    evaluation = Evaluation(
        slices={name: _slice(scored, mask) for name, mask in slices.items()},
        reliability={choice: measures.reliability(labels_of(rows), risk)},
        alarms=alarms.alarms(rows, scored.scores, risk),
        other_shares_of_events=alarms.at_priors(labels_of(rows), scored.scores[choice], risk),
        roles=alarms.roles(rows, risk) if "role" in columns else {},
        power=alarms.power(rows, risk) if "diversion_start" in columns else (),
        reachable=reachable(rows, scored.scores, risk, choice) if "truth_now" in columns else None,
    )
    return rounded(evaluation)


def _slice(scored: Scored, mask: NDArray[np.bool_]) -> SliceResult:
    rows = scored.rows.filter(pl.Series(mask))
    y = labels_of(rows)
    if not len(y) or not y.any():
        return SliceResult(rows=len(y), events=0)
    queries = rows.select(pl.concat_str("world", pl.col("as_of").cast(pl.String)).rank("dense")).to_series()
    lists, weights = queries.cast(pl.Int64).to_numpy(), measures.block_weights(blocks_of(rows))
    methods = {
        name: _method(y, score[mask], scored.risks[name][mask], lists, weights, scored.base_rate)
        for name, score in scored.scores.items()
    }
    return SliceResult(
        rows=len(y),
        events=int(y.sum()),
        countries=len(np.unique(blocks_of(rows))),
        base_rate=float(y.mean()),
        methods=methods,
    )


def _method(
    y: NDArray[np.int64],
    score: Vector,
    risk: Vector,
    queries: NDArray[np.int64],
    weights: Vector,
    base_rate: float,
) -> MethodResult:
    precision_at_10, _ = measures.top_k(y, score, queries, 10)
    _, recall_at_20 = measures.top_k(y, score, queries, 20)
    return MethodResult(
        average_precision=measures.average_precision(y, score),
        average_precision_90=measures.interval(measures.average_precisions(y, score, weights)),
        precision_at_10=precision_at_10,
        recall_at_20=recall_at_20,
        brier=measures.brier(y, risk),
        brier_skill=measures.brier_skill(y, risk, base_rate),
        brier_skill_90=measures.interval(measures.brier_skills(y, risk, base_rate, weights)),
        calibration_error=measures.calibration_error(y, risk),
    )


def gain(scored: Scored, challenger: str, holder: str) -> Gain:
    """Gain in average precision of one method over another, with its 90 % country-block interval."""
    y, weights = labels_of(scored.rows), measures.block_weights(blocks_of(scored.rows))
    pairs = zip(
        *(measures.average_precisions(y, scored.scores[n], weights) for n in (challenger, holder)),
        strict=True,
    )
    difference = [a - b for a, b in pairs if a is not None and b is not None]
    full = [measures.average_precision(y, scored.scores[name]) for name in (challenger, holder)]
    if full[0] is None or full[1] is None:
        return Gain(None, None)
    return rounded(Gain(full[0] - full[1], measures.interval(difference)))


def champion_by_rule(scored: Scored) -> Choice:
    """The simpler candidate, unless the challenger's gain has an interval that lies above 0."""
    found = gain(scored, CHALLENGER, SIMPLER)
    choice = CHALLENGER if found.beyond_doubt else SIMPLER
    return Choice(choice, CHALLENGER, SIMPLER, found.gain, found.interval_90)
