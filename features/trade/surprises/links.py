"""Links of the coalition's trade: a sender and a family. Which are new, and did they serve Russia before?

Who sold a good to Russia, sells it through the same hands elsewhere: the links that a country gains are then
those that the direct leg lost, sender by sender and code by code.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from features.trade.surprises.cells import DIRECT, INBOUND, LINE_USD, Bools, Floats, Ints, Lines
from features.trade.surprises.shares import DECIMALS, SEED, Counts, other_places
from features.trade.surprises.spans import Span, months_of

N_MOVES = 499
LEAST_LINKS = 8


def link_sums(lines: Lines, span: Span, leg: int, *, count: bool) -> tuple[Floats, Floats]:
    """Recent and before by link, shape (C, S, K), S the senders; the direct leg has one row.

    Lines of at least US$1,000 where `count`, else US$ of the span's months.
    """
    entry, cell, shape = _cells(lines, span, leg)
    value = (lines.value[entry] >= LINE_USD) if count else lines.value[entry]
    at = (lines.reporter[entry], lines.month[entry])
    recent, before = (
        np.bincount(cell, weights=value * weights[at], minlength=prod(shape))
        .astype(np.float64)
        .reshape(shape)
        for weights in (span.recent, span.before)
    )
    return recent, before


def _cells(lines: Lines, span: Span, leg: int) -> tuple[Ints, Ints, tuple[int, int, int]]:
    """Entries of a leg with a weight in the span, the cell of each, and the shape (C, S, K) of the cells."""
    part, members = lines.of(leg), np.flatnonzero(lines.rows.members & (lines.sent > 0))
    n, s, k = 1 if leg == DIRECT else len(lines.rows.countries), members.size, lines.rows.listed.size
    # A member that sent no listed goods has no place among the senders.
    place = np.full(lines.rows.members.size, -1)
    place[members] = np.arange(s)
    counted = span.counted[lines.month[part]] & (place[lines.reporter[part]] >= 0)
    entry = np.flatnonzero(counted) + part.start
    cell = (lines.country[entry] * s + place[lines.reporter[entry]]) * k + lines.family[entry]
    return entry, cell, (n, s, k)


def new_links(lines: Lines, span: Span, known: Bools) -> Floats:
    """Senders with a line in the span and none before, by country and family, shape (C, K)."""
    entry, cell, (n, s, k) = _cells(lines, span, INBOUND)
    is_line = lines.value[entry] >= LINE_USD
    entry, cell = entry[is_line], cell[is_line]
    at = (lines.reporter[entry], lines.month[entry])
    is_new = np.zeros(n * s * k, dtype=bool)
    is_new[cell[span.recent[at] > 0]] = True
    is_new[cell[span.before[at] > 0]] = False
    link = np.flatnonzero(is_new)
    counts = np.bincount(link // (s * k) * k + link % k if link.size else link, minlength=n * k)
    published = known & (months_of(lines, span, INBOUND) > 0)
    return np.where(published[:, None], counts.reshape(n, k), np.nan)


def displaced_links(lines: Lines, span: Span, families: Bools, known: Bools) -> tuple[Counts, Counts]:
    """Do the country's links rise where the same sender's link to Russia fell?

    The statistic is the rank correlation, over links, of sqrt(n + 1/4) - sqrt(b + 1/4) and max(0, B - S) of
    the direct leg. It is compared with that of other countries, and with the same country after moving the
    direct leg's links from place i to place a i + b (modulo their number): such moves form a group, so the
    share is exact, and each takes only the links that changed.

    Parameters
    ----------
    families: those that count, shape (K,). known: countries of which anything may be said, shape (C,).
    """
    usd, usd_before = (each[0][:, families].ravel() for each in link_sums(lines, span, DIRECT, count=False))
    none = np.zeros(known.size, dtype=np.int64)
    if usd.size < LEAST_LINKS or not usd_before.any():
        return Counts(none, none), Counts(none, none)
    recent, before = (
        each[:, :, families].reshape(known.size, usd.size)
        for each in link_sums(lines, span, INBOUND, count=True)
    )
    own = _ranks(np.sqrt(recent + 0.25) - np.sqrt(before + 0.25))
    lost = _ranks(np.clip(usd_before - usd, 0, None)[None])[0]
    places = other_places(np.where(known, _correlation(own, lost), np.nan))
    moved = _moved_places(lost.size)
    reached = none.copy()
    for c in np.flatnonzero(known):
        reached[c] = _reached(own[c], lost, moved)
    return places, Counts(np.where(known, moved.shape[1], 0).astype(np.int64), reached)


def _ranks(values: Floats) -> Floats:
    """Twice the average rank less its mean, by row: whole numbers, so that sums are exact in any order."""
    return 2 * rankdata(np.round(values, DECIMALS), axis=1) - (values.shape[1] + 1)


def _correlation(own: Floats, lost: Floats) -> Floats:
    scale = np.sqrt((own**2).sum(axis=1) * (lost**2).sum())
    return (own * lost).sum(axis=1) / np.where(scale > 0, scale, 1.0)


def link_moves(n: int) -> Ints:
    """Seeded factors and steps, shape (moves, 2); every factor has no divisor in common with n."""
    generator = np.random.default_rng(SEED)
    factors = generator.integers(1, n, 16 * N_MOVES)
    factors = factors[np.gcd(factors, n) == 1][:N_MOVES]
    return np.column_stack([factors, generator.integers(0, n, factors.size)])


@lru_cache(maxsize=2)
def _moved_places(n: int) -> NDArray[np.int32]:
    """Where each link comes from after each move, shape (links, moves); the same for many countries."""
    factors, steps = link_moves(n).T
    return ((np.arange(n)[:, None] * factors + steps) % n).astype(np.int32)


def _reached(own: Floats, lost: Floats, moved: NDArray[np.int32]) -> int:
    """Moves that give at least the same sum of products."""
    values, counts = np.unique(own, return_counts=True)
    # Most links did not change and share one rank; the sum of `lost` is 0, so that they may be taken as 0.
    above = own - values[np.argmax(counts)]
    at = np.flatnonzero(above)
    sums = np.einsum("l,lm->m", above[at], lost[moved[at]])
    return int((sums >= (lost[at] * above[at]).sum()).sum())
