"""In, then out: the onward series against itself moved in time."""

from __future__ import annotations

import numpy as np

from features.trade.surprises.cells import INBOUND, ONWARD, Bools, Floats, Lines
from features.trade.surprises.rises import FLOOR_USD
from features.trade.surprises.shares import DECIMALS, Counts
from features.trade.surprises.spans import own_reporter

LAGS = 4  # goods leave in the month they came or up to three months later
LEAST_MONTHS = 24


def moved_in_time(lines: Lines, first: int, last: int, traders: Bools) -> Counts:
    """Compare the country's best correlation of inbound and onward, lag 0-3 months, with the same moved.

    Series are ln(listed US$ of the month + 50,000), inbound less its median over traders. The onward series
    is moved round by every number of months that keeps clear of the true lags: the placebos. Minimum: 24
    months of the country's own reports within `first` to `last` (columns of `lines.reported`), else unknown.
    `traders`: countries of which anything may be said, shape (C,).
    """
    n = max(last - first + 1, 0)
    inbound, onward = (monthly_logs(lines, leg)[:, first : last + 1] for leg in (INBOUND, ONWARD))
    published = lines.reported[own_reporter(lines)][:, first : last + 1]
    known = traders & (published.sum(axis=1) >= LEAST_MONTHS)
    moves = range(LAGS + 1, n - LAGS) if known.any() else range(0)
    none = np.zeros(len(known), dtype=np.int64)
    if not moves:
        return Counts(none, none)
    every = np.ones_like(published)
    above = inbound - np.median(inbound[traders], axis=0)
    by_move = _correlations(_centred(above, every), _centred(onward, published))
    best = [by_move[:, [(move + lag) % n for lag in range(LAGS)]].max(axis=1) for move in (0, *moves)]
    reached = (np.array(best[1:]) >= best[0]).sum(axis=0)
    return Counts(
        np.where(known, len(moves), 0).astype(np.int64), np.where(known, reached, 0).astype(np.int64)
    )


def monthly_logs(lines: Lines, leg: int) -> Floats:
    """ln(listed US$ + e) by country and month, shape (C, M)."""
    part, m = lines.of(leg), lines.reported.shape[1]
    cell = lines.country[part] * m + lines.month[part]
    listed = lines.rows.listed[lines.family[part]]
    size = len(lines.rows.countries) * m
    usd = np.bincount(cell, weights=lines.value[part] * listed, minlength=size).reshape(
        len(lines.rows.countries), m
    )
    return np.log(usd + FLOOR_USD)


def _centred(values: Floats, known: Bools) -> Floats:
    """Less the mean of known months; an unknown month is neither above nor below."""
    mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, values - mean[:, None], 0.0)


def _correlations(first: Floats, second: Floats) -> Floats:
    """Correlation of `first` with `second` moved back by 0, 1, ... months round, shape (C, months)."""
    scale = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    moved = [(first * np.roll(second, -move, axis=1)).sum(axis=1) for move in range(first.shape[1])]
    return np.round(np.array(moved).T / np.where(scale > 0, scale, 1.0)[:, None], DECIMALS)
