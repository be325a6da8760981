"""How near a score comes to the rankings of those who know more (`outcomes.oracles`)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskmodel.backtest import measures
from riskmodel.backtest.results import BestRule, CauseResult, Reachable
from riskmodel.explain.bands import LOWER_BOUNDS, Band
from riskmodel.outcomes.oracles import CAUSES, ORACLES

Vector = NDArray[np.float64]

# Methods that are no simple rule: the stored model and the candidates.
BANDS: tuple[Band, ...] = ("elevated", "high")
NOT_RULES = frozenset({"model", "logistic", "boosting"})


def reachable(rows: pl.DataFrame, scores: Mapping[str, Vector], risk: Vector, choice: str) -> Reachable:
    """What the oracles reach, what share of the gaps the chosen method closes, and events by cause.

    Parameters
    ----------
    rows: known labels, with the columns of `oracle_columns`. scores: method -> score (rows,). risk: of
        `choice`.
    """
    y = rows["target"].cast(pl.Int64).to_numpy()
    precision = {name: measures.average_precision(y, score) or 0.0 for name, score in scores.items()}
    oracles = {
        name: measures.average_precision(y, rows[name].fill_null(0.0).to_numpy()) or 0.0 for name in ORACLES
    }
    rules = sorted(name for name in precision if name not in NOT_RULES | {choice})
    best = max(rules, key=lambda name: precision[name])
    gain, limit = precision[choice] - precision[best], oracles["truth_now"] - precision[best]
    return Reachable(
        oracles=oracles,
        best_rule=BestRule(best, precision[best]),
        share_of_gap_to_1=gain / (1 - precision[best]) if precision[best] < 1 else None,
        share_of_reachable_gap=gain / limit if limit > 0 else None,
        causes=_causes(rows, y, risk),
    )


def _causes(rows: pl.DataFrame, y: NDArray[np.int64], risk: Vector) -> dict[str, CauseResult]:
    out = {}
    for name in CAUSES:
        mine = (rows["cause"].fill_null("ordinary") == name).to_numpy()
        hit = mine & (y == 1)
        shares = [float((risk[hit] >= LOWER_BOUNDS[band]).mean()) if hit.any() else None for band in BANDS]
        out[name] = CauseResult(int(mine.sum()), int(hit.sum()), *shares)
    return out
