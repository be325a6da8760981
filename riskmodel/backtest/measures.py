"""How good a score was: ranking, probability and calibration measures, with bootstrap over countries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from riskmodel.backtest.results import Interval, ReliabilityBin

Vector = NDArray[np.float64]
Labels = NDArray[np.int64]
N_BOOT = 200


def average_precision(y: Labels, score: Vector) -> float | None:
    """Area under the precision-recall steps; None without a positive row."""
    return float(average_precision_score(y, score)) if y.any() else None


def mean_precision(y: Labels, score: Vector, queries: Labels) -> float | None:
    """Mean of `average_precision` over the rankings that hold an event; None where none does."""
    masks = [queries == query for query in np.unique(queries)]
    return _mean([average_precision_score(y[mask], score[mask]) for mask in masks if y[mask].any()])


def average_precisions(y: Labels, score: Vector, weights: NDArray[np.float64]) -> list[float | None]:
    """`average_precision` under each row of weights (draws, rows): sorted once for all draws.

    >>> y, score = np.array([1, 0, 1]), np.array([0.9, 0.5, 0.5])
    >>> average_precisions(y, score, np.ones((1, 3)))[0] == average_precision(y, score)
    True
    """
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    drawn = weights[:, order]
    hits = np.cumsum(drawn * y[order], axis=1)[:, ends]
    ranked = np.maximum(np.cumsum(drawn, axis=1)[:, ends], 1e-300)
    steps = np.diff(hits, axis=1, prepend=0.0)
    found = (steps * hits / ranked).sum(axis=1)
    return [float(a / b) if b > 0 else None for a, b in zip(found, hits[:, -1], strict=True)]


def brier_skills(
    y: Labels, risk: Vector, base_rate: float, weights: NDArray[np.float64]
) -> list[float | None]:
    """`brier_skill` under each row of weights (draws, rows)."""
    error, reference = weights @ (risk - y) ** 2, weights @ (base_rate - y) ** 2
    return [float(1 - a / b) if b > 0 else None for a, b in zip(error, reference, strict=True)]


def top_k(y: Labels, score: Vector, queries: Labels, k: int) -> tuple[float | None, float | None]:
    """Mean precision@k and recall@k over rankings (one for each query: a date, or a world and date).

    Ties are broken by row order. Rankings without a positive row count in precision, not in recall.

    >>> top_k(np.array([1, 0, 0]), np.array([0.9, 0.5, 0.1]), np.zeros(3, dtype=int), 2)
    (0.5, 1.0)
    """
    precision, recall = [], []
    for query in np.unique(queries):
        rows = np.flatnonzero(queries == query)
        best = rows[np.argsort(-score[rows], kind="stable")[:k]]
        precision.append(y[best].mean())
        if y[rows].any():
            recall.append(y[best].sum() / y[rows].sum())
    return _mean(precision), _mean(recall)


def _mean(values: list[Any]) -> float | None:
    return float(np.mean(values)) if values else None


def reliability(y: Labels, risk: Vector, n_bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Equal-count bins of the probability: n, mean risk, share of events; bins are cut at distinct values."""
    edges = np.unique(np.quantile(risk, np.linspace(0, 1, n_bins + 1)[1:-1]))
    place = np.searchsorted(edges, risk, side="right")
    return tuple(
        ReliabilityBin(int(m.sum()), float(risk[m].mean()), float(y[m].mean()))
        for b in np.unique(place)
        if (m := place == b).any()
    )


def calibration_error(y: Labels, risk: Vector, n_bins: int = 10) -> float:
    """Expected calibration error: mean over rows of |risk - events| of the row's bin.

    >>> calibration_error(np.array([0, 1]), np.array([0.5, 0.5]))
    0.0
    """
    bins = reliability(y, risk, n_bins)
    return float(sum(b.n * abs(b.risk - b.events) for b in bins) / len(y))


def brier(y: Labels, risk: Vector) -> float:
    """Mean squared error of the probability."""
    return float(np.mean((risk - y) ** 2))


def brier_skill(y: Labels, risk: Vector, base_rate: float) -> float | None:
    """1 - Brier / Brier of the training base rate; 0 is no better than climatology."""
    return brier_skills(y, risk, base_rate, np.ones((1, len(y))))[0]


def block_weights(blocks: Labels, seed: int = 0, n_boot: int | None = None) -> NDArray[np.float64]:
    """How often each row's country block is drawn: (n_boot, rows)."""
    names, place = np.unique(blocks, return_inverse=True)
    rng = np.random.default_rng(seed)
    draws = N_BOOT if n_boot is None else n_boot
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return counts[:, place].astype(np.float64)


def interval(values: Sequence[float | None], level: float = 0.9) -> Interval | None:
    """Central interval of bootstrap values; None when none could be computed."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
