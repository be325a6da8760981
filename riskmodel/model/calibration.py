"""Country blocks: folds, resamples and the sigmoid fitted out of fold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from riskmodel.model.bounded_fit import bounded_fit

Vector = NDArray[np.float64]
Rows = NDArray[np.int64]


def positive_blocks(y: Rows, groups: Rows) -> tuple[Rows, Rows]:
    """Blocks with at least one positive row, and the other blocks, each sorted."""
    positive = np.unique(groups[y == 1])
    return positive, np.setdiff1d(np.unique(groups), positive)


def stratified_block_folds(y: Rows, groups: Rows, n_folds: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Train and test rows of each fold; a country is never on both sides. No fold with fewer than two
    positive or two negative countries, since one side would lack a class.
    """
    positive, negative = positive_blocks(y, groups)
    folds = min(n_folds, len(positive), len(negative))
    if folds < 2:
        return
    # Scoring fits nothing, and the import takes longer than a prediction.
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for train, test in splitter.split(np.zeros((len(y), 1)), y, groups):
        if len(np.unique(y[train])) == 2:
            yield train, test


def block_resample(y: Rows, groups: Rows, rng: np.random.Generator) -> Rows:
    """Row numbers of countries drawn with replacement, positive and other countries apart, so that
    every draw holds both.
    """
    order = np.argsort(groups, kind="stable")
    names, starts = np.unique(groups[order], return_index=True)
    rows_of = dict(zip(names.tolist(), np.split(order, starts[1:]), strict=True))
    drawn: list[Rows] = []
    for blocks in positive_blocks(y, groups):
        drawn += (
            [rows_of[block] for block in rng.choice(blocks, size=len(blocks)).tolist()] if len(blocks) else []
        )
    return np.concatenate(drawn)


def platt(logit: Vector, y: Rows, weights: Vector | None = None) -> tuple[float, float]:
    """Slope and shift of the sigmoid that best fits out-of-fold log-odds (Platt 1999); (1, 0) without any.

    The slope is kept at zero or above: a calibration may flatten a model, never turn it round. Targets
    are smoothed as in Platt's paper, so that separable data give no infinite slope. `weights`: of rows.
    """
    known = ~np.isnan(logit)
    x, target = logit[known], y[known].astype(np.float64)
    n_pos, n_neg = target.sum(), (1 - target).sum()
    if n_pos == 0 or n_neg == 0:
        return 1.0, 0.0
    share = np.ones(len(x)) if weights is None else weights[known] / weights[known].mean()
    smooth = np.where(target == 1, (n_pos + 1) / (n_pos + 2), 1 / (n_neg + 2))

    columns = np.column_stack([x, np.ones(len(x))])
    slope, shift = bounded_fit(np.array([1.0, 0.0]), columns, smooth, share, np.array([True, False]))
    return float(slope), float(shift)
