"""How wide an interval must be to hold for authors left out, by how much was reported."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
from scipy.special import expit, logit

from riskmodel.backtest.families import author_folds
from riskmodel.backtest.protocol import blocks_of, labels_of
from riskmodel.backtest.results import Coverage, rounded
from riskmodel.model.estimator import INTERVAL_LEVEL, Model, fit_heads
from riskmodel.model.grade import GRADES, with_grade
from riskmodel.model.head import Candidate
from riskmodel.operations.workers import in_processes

COVERAGE_DRAWS = 10
COVERAGE_BINS = 5
STEP = 0.25
WIDEST = 8.0


def widened_intervals(
    rows: pl.DataFrame, candidate: Candidate, *, seed: int = 0, n_jobs: int = 2
) -> dict[str, Coverage]:
    """How much wider than its draws an interval must be to hold for authors left out, by grade.

    In each family left out, rows of a grade are cut into bins by risk. An interval holds for a bin where
    the share of events in it lies between the mean lower and the mean upper ends, where the chance in so few
    countries (1.28 standard errors) adds to each side as independent errors do. The factor is the least, in
    steps of a quarter, at which `INTERVAL_LEVEL` of the bins hold and the mean interval is no narrower than
    that of the grade above: missing legs and old months never give less. A grade without rows takes the
    factor of the grade above.
    """
    judge = partial(_judged_outside, candidate=candidate, seed=seed)
    return widened_by_grade(pl.concat(in_processes(judge, author_folds(rows), n_jobs)))


def widened_by_grade(judged: pl.DataFrame) -> dict[str, Coverage]:
    """`widened_intervals` of rows judged already: grade, bin, country, target, logit, below, above."""
    found: dict[str, Coverage] = {}
    factor, width = 1.0, 0.0
    for grade in GRADES:
        mine = judged.filter(pl.col("grade") == grade)
        if mine.is_empty():
            found[grade] = Coverage(factor, None, None, 0, None)
            continue
        while factor < WIDEST and (_covered(mine, factor) < INTERVAL_LEVEL or _width(mine, factor) < width):
            factor += STEP
        width = max(width, _width(mine, factor))
        found[grade] = Coverage(
            factor, _covered(mine, 1.0), _covered(mine, factor), mine["bin"].n_unique(), _width(mine, factor)
        )
    return rounded(found)


def _judged_outside(
    train: pl.DataFrame, test: pl.DataFrame, *, candidate: Candidate, seed: int
) -> pl.DataFrame:
    """Rows of one family by fits on the others, the columns of `widened_by_grade`."""
    heads = fit_heads(
        train, labels_of(train), blocks_of(train), candidate=candidate, n_draws=COVERAGE_DRAWS, seed=seed
    )
    out = Model("", heads).predict(test)
    ends = {name: logit(np.clip(out[name].to_numpy(), 1e-6, 1 - 1e-6)) for name in ("risk_low", "risk_high")}
    table = pl.DataFrame(
        {
            "family": test["family"],
            "grade": with_grade(test)["grade"],
            "country": test.select(pl.concat_str("world", "country", separator="/")).to_series(),
            "target": test["target"],
            "logit": out["logit"],
            "below": out["logit"].to_numpy() - ends["risk_low"],
            "above": ends["risk_high"] - out["logit"].to_numpy(),
        }
    )
    rank = pl.col("logit").rank("ordinal").over("family", "grade") - 1
    place = (rank * COVERAGE_BINS // pl.len().over("family", "grade")).cast(pl.String)
    return table.with_columns(pl.concat_str("family", "grade", place, separator="/").alias("bin"))


def _with_ends(judged: pl.DataFrame, factor: float) -> pl.DataFrame:
    ends = {"low": -judged["below"], "risk": 0.0 * judged["below"], "high": judged["above"]}
    return judged.with_columns(
        pl.Series(name, expit((judged["logit"] + factor * away).to_numpy())) for name, away in ends.items()
    )


def _width(judged: pl.DataFrame, factor: float) -> float:
    return float(_with_ends(judged, factor).select((pl.col("high") - pl.col("low")).mean()).item())


def _covered(judged: pl.DataFrame, factor: float) -> float:
    bins = (
        _with_ends(judged, factor)
        .group_by("bin")
        .agg(pl.col("target", "low", "high", "risk").mean(), pl.col("country").n_unique())
    )
    chance = 1.28**2 * pl.col("risk") * (1 - pl.col("risk")) / pl.col("country")
    away = pl.col("target") - pl.col("risk")
    side = pl.when(away > 0).then(pl.col("high") - pl.col("risk")).otherwise(pl.col("risk") - pl.col("low"))
    return float(bins.select((away**2 <= side**2 + chance).mean()).item())
