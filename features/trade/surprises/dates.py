"""Placebo dates: the same statistic at earlier dates, in units of the country's own noise."""

from __future__ import annotations

import numpy as np

from features.trade.surprises.cells import Floats
from features.trade.surprises.rises import LEAST_PLACES
from features.trade.surprises.shares import Counts, among

PRIOR_DATES = 8  # earlier dates that the spread of all countries together counts for


def earlier_dates(values: Floats, past: Floats, horizon: float) -> Counts:
    """Compare each country with all country-dates before, each in units of its own noise.

    A country has too few earlier dates for a share of its own; so its own spread over them is what it brings
    (a hub that always jumps must jump further), and the placebos of all countries are counted together.

    Parameters
    ----------
    values: statistic now, shape (C,). past: at earlier dates, shape (D, C). horizon: months from the middle
        of the baseline to the middle of the recent span, over the same of the earlier dates; a walk strays
        with its root, so that many years after the baseline are no surprise by themselves.
    """
    if not len(past) or not (~np.isnan(values)).any():
        none = np.zeros(len(values), dtype=np.int64)
        return Counts(none, none)
    strayed = past - _middle(past)[:, None]
    spread = own_spread(strayed)
    now = (values - _middle(values[None])[0]) / (spread * np.sqrt(max(horizon, 1.0)))
    return among(now, (strayed / spread).ravel())


def own_spread(strayed: Floats, prior: int = PRIOR_DATES) -> Floats:
    """Root mean square of each country over its dates, shrunk towards the countries' median, shape (C,).

    Empirical Bayes for variances: (n v + d v0) / (n + d), v0 the median of all v, d = `prior` (Smyth
    2004, with the weight of the prior fixed: few tables have dates enough to estimate it).
    """
    n = (~np.isnan(strayed)).sum(axis=0)
    own = np.where(np.isnan(strayed), 0.0, strayed**2).sum(axis=0) / np.maximum(n, 1)
    typical = float(np.median(own[n > 0])) if (n > 0).any() else 0.0
    variance = (n * own + prior * typical) / (n + prior)
    smallest = variance[variance > 0].min(initial=1.0)
    return np.sqrt(np.where(variance > 0, variance, smallest))


def _middle(values: Floats) -> Floats:
    """Median over countries of each date, shape (D,); 0 where fewer than eight are known."""
    known = [row[~np.isnan(row)] for row in values]
    return np.array([np.median(row) if row.size >= LEAST_PLACES else 0.0 for row in known])
