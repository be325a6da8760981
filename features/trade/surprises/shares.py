"""From a count of placebos to a surprise.

surprise = -log10((k + 1) / (n + 1)), k of n placebos at least as extreme: 0 where all are, log10(n + 1) where
none is. The country itself counts as one of its placebos (Phipson and Smyth 2010): a share is never zero, and
a surprise of s or more has probability of at most 10 to the -s where nothing happens, in a table of any size,
currency and number of goods. That is why it is the same number everywhere, and a level is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.trade.surprises.cells import Bools, Floats, Ints

SEED = 20220224
DECIMALS = 9  # sums of the same numbers in another order are the same number


@dataclass(frozen=True)
class Counts:
    """Placebos of each country and how many are at least as extreme, shape (C,); n is 0 where unknown."""

    placebos: Ints
    as_extreme: Ints

    def only(self, known: Bools) -> Counts:
        """Unknown where `known` is false."""
        return Counts(np.where(known, self.placebos, 0), np.where(known, self.as_extreme, 0))

    def surprises(self) -> Floats:
        """-log10((k + 1) / (n + 1)); NaN where there is no placebo."""
        share = (self.as_extreme + 1) / (self.placebos + 1)
        return np.where(self.placebos > 0, 0.0 - np.log10(share), np.nan)


def among(values: Floats, pool: Floats) -> Counts:
    """Compare each value with one pool of placebos; NaN is unknown on both sides."""
    ordered = np.sort(np.round(pool[~np.isnan(pool)], DECIMALS))
    known = ~np.isnan(values)
    below = np.searchsorted(ordered, np.round(np.where(known, values, 0.0), DECIMALS), side="left")
    return Counts(
        np.where(known, ordered.size, 0).astype(np.int64),
        np.where(known, ordered.size - below, 0).astype(np.int64),
    )


def other_places(values: Floats) -> Counts:
    """Placebo places: all other countries of the table whose leg is known."""
    counts = among(values, values)
    known = counts.placebos > 0
    return Counts(counts.placebos - known, counts.as_extreme - known)


def other_places_on_both(first: Floats, second: Floats) -> Counts:
    """Placebo places on two statistics at once: other countries at least as extreme on both."""
    known = ~np.isnan(first) & ~np.isnan(second)
    a, b = (np.round(np.where(known, values, -np.inf), DECIMALS) for values in (first, second))
    reaching = (a[None, :] >= a[:, None]) & (b[None, :] >= b[:, None]) & known[None, :]
    n = int(known.sum()) - 1
    return Counts(
        np.where(known, n, 0).astype(np.int64), np.where(known, reaching.sum(axis=1) - 1, 0).astype(np.int64)
    )


def products(first: Floats, second: Floats) -> Floats:
    """Products of every row of two tables, shape (rows of first, rows of second), on one core.

    The numbers are few: starting threads for them costs more than it saves where cores are shared.
    """
    return np.asarray(np.einsum("ck,sk->cs", first, second))
