"""Links of the coalition's trade: a sender and a family. Which are new, and did they serve Russia before?

Who sold a good to Russia, sells it through the same hands elsewhere: the links that a country gains are then
those that the direct leg lost, sender by sender and code by code.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from features.trade.surprises.cells import DIRECT, INBOUND, Bools, Floats, Ints, Lines
from features.trade.surprises.shares import DECIMALS, SEED, Counts, other_places
from features.trade.surprises.spans import LINE_USD, Span, months_of

N_MOVES = 499
LEAST_LINKS = 8


def link_sums(lines: Lines, span: Span, leg: int, *, count: bool) -> tuple[Floats, Floats]:
    """Recent and before by link, shape (C, S, K), S the senders; the direct leg has one row.

    Lines of at least US$1,000 where `count`, else US$ of the span's months.
    """
    part, members = lines.of(leg), np.flatnonzero(lines.rows.members & (lines.sent > 0))
    n, s, k = 1 if leg == DIRECT else len(lines.rows.countries), members.size, lines.rows.listed.size
    value = (lines.value[part] >= LINE_USD) if count else lines.value[part]
    # A member that sent no listed goods has no place among the senders.
    place = np.full(lines.rows.members.size, -1)
    place[members] = np.arange(s)
    inside = place[lines.reporter[part]] >= 0
    reporter, month = lines.reporter[part][inside], lines.month[part][inside]
    cell = (lines.country[part][inside] * s + place[reporter]) * k + lines.family[part][inside]
    recent, before = (
        np.bincount(cell, weights=value[inside] * weights[reporter, month], minlength=n * s * k)
        .astype(np.float64)
        .reshape(n, s, k)
        for weights in (span.recent, span.before)
    )
    return recent, before


def new_links(lines: Lines, span: Span, known: Bools) -> Floats:
    """Senders with a line in the span and none before, by country and family, shape (C, K)."""
    recent, before = link_sums(lines, span, INBOUND, count=True)
    published = known & (months_of(lines, span, INBOUND) > 0)
    return np.where(published[:, None], ((recent > 0) & (before == 0)).sum(axis=1), np.nan)


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
    moves = link_moves(lost.size)
    reached = none.copy()
    for c in np.flatnonzero(known):
        reached[c] = _reached(own[c], lost, moves)
    return places, Counts(np.where(known, len(moves), 0).astype(np.int64), reached)


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


def _reached(own: Floats, lost: Floats, moves: Ints) -> int:
    """Moves that give at least the same sum of products."""
    values, counts = np.unique(own, return_counts=True)
    # Most links did not change and share one rank; the sum of `lost` is 0, so that they may be taken as 0.
    above = own - values[np.argmax(counts)]
    at = np.flatnonzero(above)
    moved = lost[(moves[:, :1] * at + moves[:, 1:]) % lost.size]
    return int(((moved * above[at]).sum(axis=1) >= (lost[at] * above[at]).sum()).sum())
