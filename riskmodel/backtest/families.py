"""Leave one author out: every family of worlds is judged by models that never saw a world of its author."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit

from features.catalogue import BY_NAME, SIGNALS
from riskmodel.backtest import measures
from riskmodel.backtest.protocol import Scored, all_folds, blocks_of, labels_of
from riskmodel.backtest.results import BestRule, Coverage, FamilyMethod, FamilyResult, rounded
from riskmodel.model.design import base_of
from riskmodel.model.estimator import INTERVAL_LEVEL, Model, fit_heads
from riskmodel.model.head import Candidate
from riskmodel.operations.workers import in_processes

Vector = NDArray[np.float64]
WORLD_FOLDS = 3
COVERAGE_DRAWS = 10
COVERAGE_BINS = 5
WIDEST = 8.0


def leave_families_out(rows: pl.DataFrame, *, seed: int = 0, n_jobs: int = 2) -> Scored:
    """Score the rows of each family by fits on all other families; columns of `FAMILY_FRAME`."""
    names = rows["family"].unique().sort().to_list()
    folds = [(rows.filter(pl.col("family") != name), rows.filter(pl.col("family") == name)) for name in names]
    scored = all_folds(folds, True, seed, n_jobs)
    assert scored is not None  # there is a fold for each family
    return scored


def leave_worlds_out(rows: pl.DataFrame, *, seed: int = 0, n_jobs: int = 2) -> Scored:
    """Score the rows of each world by fits on other worlds of all families: what is known of its author."""
    place = rows.select((pl.col("world").rank("dense") % WORLD_FOLDS).alias("place"))["place"]
    folds = [(rows.filter(place != fold), rows.filter(place == fold)) for fold in range(WORLD_FOLDS)]
    scored = all_folds(folds, True, seed, n_jobs)
    assert scored is not None
    return scored


def family_results(outside: Scored, inside: Scored, choice: str) -> dict[str, FamilyResult]:
    """The matrix: for each family what every method reaches outside, and what `choice` reaches inside."""
    results = {}
    for name in outside.rows["family"].unique().sort().to_list():
        mask = (outside.rows["family"] == name).to_numpy()
        rows, y = outside.rows.filter(pl.Series(mask)), labels_of(outside.rows)[mask]
        lists = ranking_of(rows)
        methods = {
            method: FamilyMethod(
                measures.mean_precision(y, score[mask], lists),
                measures.brier_skill(y, outside.risks[method][mask], outside.base_rate),
                measures.calibration_error(y, outside.risks[method][mask]),
            )
            for method, score in outside.scores.items()
        }
        singles = {s: measures.mean_precision(y, v, lists) or 0.0 for s, v in single_signals(rows).items()}
        best = max(sorted(singles), key=lambda signal: singles[signal])
        known = rows["diverted_before_usd"].cast(pl.Float64).to_numpy()
        mine = (inside.rows["family"] == name).to_numpy()
        within = inside.rows.filter(pl.Series(mine))
        results[name] = FamilyResult(
            rows=len(y),
            events=int(y.sum()),
            base_rate=float(y.mean()),
            methods=methods,
            best_single=BestRule(best, singles[best]),
            inside=measures.mean_precision(
                labels_of(within), inside.scores[choice][mine], ranking_of(within)
            ),
            oracle=measures.mean_precision(y, known, lists),
        )
    return rounded(results)


def single_signals(rows: pl.DataFrame) -> dict[str, Vector]:
    """Every signal of the catalogue as a score, unknown below all known values; those known anywhere."""
    scores = {}
    for signal in SIGNALS:
        if signal.name in rows.columns and rows[signal.name].null_count() < rows.height:
            values = rows[signal.name].cast(pl.Float64).to_numpy() * BY_NAME[signal.name].direction
            scores[signal.name] = np.nan_to_num(values, nan=float(np.nanmin(values)) - 1)
    return scores


def ranking_of(rows: pl.DataFrame) -> NDArray[np.int64]:
    """A number for the ranking that a row belongs to: one for each world and date."""
    named = pl.concat_str("world", pl.col("as_of").cast(pl.String), separator="/")
    return rows.select(named.rank("dense").cast(pl.Int64)).to_series().to_numpy()


def widened_intervals(
    rows: pl.DataFrame, candidate: Candidate, *, seed: int = 0, n_jobs: int = 2
) -> dict[str, Coverage]:
    """How much wider than its draws an interval must be to hold for authors left out, by what was reported.

    In each family left out, rows of a pattern are cut into bins by risk. An interval holds for a bin where
    the share of events in it lies between the mean lower and the mean upper ends, where the chance in so few
    countries (1.28 standard errors) adds to each side as independent errors do. The factor is the least, in
    steps of a quarter, at which `INTERVAL_LEVEL` of the bins hold; less known never gives less.
    """
    names = rows["family"].unique().sort().to_list()
    judge = partial(_judged_outside, candidate=candidate, seed=seed)
    folds = [(rows.filter(pl.col("family") != name), rows.filter(pl.col("family") == name)) for name in names]
    judged = pl.concat(in_processes(judge, folds, n_jobs))
    found: dict[str, Coverage] = {}
    least = 1.0
    for base in ("full", "coalition_only"):
        mine = judged.filter(pl.col("base") == base)
        if mine.is_empty():
            continue
        factor = next(
            (f for f in np.arange(least, WIDEST + 0.25, 0.25) if _covered(mine, f) >= INTERVAL_LEVEL), WIDEST
        )
        least = max(least, float(factor))
        found[base] = Coverage(least, _covered(mine, 1.0), _covered(mine, least), mine["bin"].n_unique())
    return rounded(found)


def _judged_outside(
    train: pl.DataFrame, test: pl.DataFrame, *, candidate: Candidate, seed: int
) -> pl.DataFrame:
    """base, bin, target, logit, below, above: rows of one family by fits on the others."""
    heads = fit_heads(
        train, labels_of(train), blocks_of(train), candidate=candidate, n_draws=COVERAGE_DRAWS, seed=seed
    )
    out = Model("", heads).predict(test)
    ends = {name: logit(np.clip(out[name].to_numpy(), 1e-6, 1 - 1e-6)) for name in ("risk_low", "risk_high")}
    table = pl.DataFrame(
        {
            "family": test["family"],
            "base": [base_of(name) for name in out["head"]],
            "country": test.select(pl.concat_str("world", "country", separator="/")).to_series(),
            "target": test["target"],
            "logit": out["logit"],
            "below": out["logit"].to_numpy() - ends["risk_low"],
            "above": ends["risk_high"] - out["logit"].to_numpy(),
        }
    )
    rank = pl.col("logit").rank("ordinal").over("family", "base") - 1
    place = (rank * COVERAGE_BINS // pl.len().over("family", "base")).cast(pl.String)
    return table.with_columns(pl.concat_str("family", "base", place, separator="/").alias("bin"))


def _covered(judged: pl.DataFrame, factor: float) -> float:
    low, high = (
        expit((judged["logit"] + sign * factor * judged[name]).to_numpy())
        for sign, name in ((-1, "below"), (1, "above"))
    )
    risk = expit(judged["logit"].to_numpy())
    bins = (
        judged.with_columns(pl.Series("low", low), pl.Series("high", high), pl.Series("risk", risk))
        .group_by("bin")
        .agg(pl.col("target", "low", "high", "risk").mean(), pl.col("country").n_unique())
    )
    chance = 1.28**2 * pl.col("risk") * (1 - pl.col("risk")) / pl.col("country")
    away = pl.col("target") - pl.col("risk")
    side = pl.when(away > 0).then(pl.col("high") - pl.col("risk")).otherwise(pl.col("risk") - pl.col("low"))
    return float(bins.select((away**2 <= side**2 + chance).mean()).item())
