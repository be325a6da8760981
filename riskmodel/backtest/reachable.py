"""How near a score comes to the rankings of those who know more (`outcomes.oracles`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskmodel.backtest import measures
from riskmodel.explain.bands import LOWER_BOUNDS, Band
from riskmodel.outcomes.oracles import CAUSES, ORACLES

Vector = NDArray[np.float64]

# Methods that are no simple rule: the stored model and the candidates.
NOT_RULES = frozenset({"model", "logistic", "boosting"})
BANDS: tuple[Band, ...] = ("elevated", "high")


def reachable(rows: pl.DataFrame, scores: Mapping[str, Vector], risk: Vector, choice: str) -> dict[str, Any]:
    """What the oracles reach, what share of the gaps the chosen method closes, and events by cause.

    Parameters
    ----------
    rows: known labels, with the columns of `oracle_columns`. scores: method -> score (rows,). risk: of
        `choice`.

    Returns
    -------
    oracles: name -> average precision; best_rule: name and average precision of the best other method;
    share_of_gap_to_1, share_of_reachable_gap: gain over that rule as a share of what was left to 1, and to
    `truth_now`; causes: name -> rows, events, and shares of the events in `elevated` or above and in `high`.
    """
    y = rows["target"].cast(pl.Int64).to_numpy()
    precision = {name: measures.average_precision(y, score) or 0.0 for name, score in scores.items()}
    oracles = {
        name: measures.average_precision(y, rows[name].fill_null(0.0).to_numpy()) or 0.0 for name in ORACLES
    }
    rules = sorted(name for name in precision if name not in NOT_RULES | {choice})
    best = max(rules, key=lambda name: precision[name])
    gain, limit = precision[choice] - precision[best], oracles["truth_now"] - precision[best]
    return {
        "oracles": oracles,
        "best_rule": {"name": best, "average_precision": precision[best]},
        "share_of_gap_to_1": gain / (1 - precision[best]) if precision[best] < 1 else None,
        "share_of_reachable_gap": gain / limit if limit > 0 else None,
        "causes": _causes(rows, y, risk),
    }


def _causes(rows: pl.DataFrame, y: NDArray[np.int64], risk: Vector) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for name in CAUSES:
        mine = (rows["cause"].fill_null("ordinary") == name).to_numpy()
        hit = mine & (y == 1)
        out[name] = {"rows": int(mine.sum()), "events": int(hit.sum())}
        for band in BANDS:
            out[name][band] = float((risk[hit] >= LOWER_BOUNDS[band]).mean()) if hit.any() else None
    return out
