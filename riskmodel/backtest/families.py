"""Leave one author out: every family of worlds is judged by models that never saw a world of its author."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue import BY_NAME, SIGNALS
from riskmodel.backtest import measures
from riskmodel.backtest.protocol import Scored, all_folds, labels_of
from riskmodel.backtest.results import BestRule, FamilyLine, FamilyMethod, FamilyResult, rounded
from riskmodel.backtest.verdict import NOT_RULES

Vector = NDArray[np.float64]
WORLD_FOLDS = 3


def leave_families_out(rows: pl.DataFrame, *, seed: int = 0, n_jobs: int = 2) -> Scored:
    """Score the rows of each family by fits on all other families; columns of `FAMILY_FRAME`."""
    scored = all_folds(author_folds(rows), True, seed, n_jobs)
    assert scored is not None  # there is a fold for each family
    return scored


def author_folds(rows: pl.DataFrame) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """For each family, in order of names: the rows of all others to learn from, and its own to judge on."""
    names = rows["family"].unique().sort().to_list()
    return [(rows.filter(pl.col("family") != name), rows.filter(pl.col("family") == name)) for name in names]


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


def family_lines(scored: Scored) -> dict[str, FamilyLine]:
    """Author by author, what every method reaches; nothing where rows name no author."""
    if "family" not in scored.rows.columns:
        return {}
    lines = {}
    for name in scored.rows["family"].unique().sort().to_list():
        mask = (scored.rows["family"] == name).to_numpy()
        rows, y = scored.rows.filter(pl.Series(mask)), labels_of(scored.rows)[mask]
        lists = ranking_of(rows)
        known = rows["diverted_before_usd"].cast(pl.Float64).to_numpy()
        methods = {
            method: measures.mean_precision(y, score[mask], lists) for method, score in scored.scores.items()
        }
        lines[name] = FamilyLine(
            rows=len(y),
            events=int(y.sum()),
            methods=methods,
            yardsticks=tuple(sorted(name for name in methods if name not in NOT_RULES)),
            oracle=measures.mean_precision(y, known, lists),
        )
    return rounded(lines)


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
