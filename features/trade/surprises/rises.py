"""How far each family of each country rose beyond what the same family did elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.trade.measures.growth import BOUNDS, LEAST_CONTROLS
from features.trade.surprises.cells import Bools, Floats
from features.trade.surprises.spans import Sums

FLOOR_USD = 50_000  # a year, country and family: as `transit.FAMILY_FLOOR_USD`
LEAST_PLACES = 8  # fewer countries are no world: their median may be what is looked for
TOP_FAMILIES = 3
SPREADS = 3
EXCESS_UNIT_USD = 100_000


@dataclass(frozen=True)
class Rises:
    """What rose on one leg over one span, shape (C, K); NaN where the country's leg was not published.

    Attributes
    ----------
    dollars: ln((S + e) / (g B + e)), e = US$50,000 a year: thin families lean on no change.
    roots: S^(1/4) - (g B)^(1/4), S and B in US$ a year. Lumpy trade has a spread that grows with about the
        power 3/4 of its mean (Taylor 1961); its fourth root has one spread, whatever its size.
    lines: sqrt(n + 1/4) - sqrt(h b + 1/4), n and b lines recent and before: one spread for counts (Anscombe
        1948), so that a line more than five weighs as much in a table of eight senders as in one of 27.
    recent, expected: S and g B, US$ a year. traded: cells with trade in either.

    g and h are the family's median growth, of dollars and of lines, over the countries that traded it before.
    """

    dollars: Floats
    roots: Floats
    lines: Floats
    recent: Floats
    expected: Floats
    traded: Bools


def rises_of(sums: Sums, n_months: int) -> Rises:
    """Rises of one leg over one span of `n_months`."""
    known = (sums.months > 0)[:, None]
    recent, before = (np.where(known, each * 12 / n_months, np.nan) for each in (sums.recent, sums.before))
    log_ratio = np.log((recent + FLOOR_USD) / (before + FLOOR_USD))
    expected = np.exp(median_growth(log_ratio, known & (sums.before > 0))) * before
    counted = known & (sums.lines_before > 0)
    growth = np.exp(median_growth(np.log((sums.lines + 1) / (sums.lines_before + 1)), counted))
    lines = np.sqrt(sums.lines + 0.25) - np.sqrt(growth * sums.lines_before + 0.25)
    return Rises(
        dollars=np.log((recent + FLOOR_USD) / (expected + FLOOR_USD)),
        roots=np.sqrt(np.sqrt(recent)) - np.sqrt(np.sqrt(expected)),
        lines=np.where(known, lines, np.nan),
        recent=recent,
        expected=expected,
        traded=known & ((sums.recent > 0) | (sums.before > 0)),
    )


def median_growth(log_ratio: Floats, counted: Bools) -> Floats:
    """Median over countries by family, shape (K,), within the bounds of `control_growth`.

    A family that fewer than five countries traded before leans on the median of all; with fewer than eight
    countries in all nothing is known of the world, and growth is 0.
    """
    n = counted.sum(axis=0)
    if not n.size or counted.any(axis=1).sum() < LEAST_PLACES:
        return np.zeros(n.size)
    ordered = np.sort(np.where(counted, log_ratio, np.inf), axis=0)
    families = np.arange(n.size)
    lower = ordered[np.maximum(n - 1, 0) // 2, families]
    upper = ordered[np.minimum(n // 2, len(ordered) - 1), families]
    enough = n >= LEAST_CONTROLS
    middle = (np.where(enough, lower, 0.0) + np.where(enough, upper, 0.0)) / 2
    return np.clip(
        np.where(enough, middle, np.median(log_ratio[counted])), np.log(BOUNDS[0]), np.log(BOUNDS[1])
    )


def mean_of(values: Floats) -> Floats:
    """Mean over families, shape (C,)."""
    return values.mean(axis=1) if values.shape[1] else np.full(len(values), np.nan)


def peak_of(values: Floats) -> Floats:
    """Mean of the three families that rose most, shape (C,): routes fill few codes, growth fills many."""
    if values.shape[1] > TOP_FAMILIES:
        values = np.sort(values, axis=1)[:, -TOP_FAMILIES:]
    return mean_of(values)


def dollars_above(recent: Floats, expected: Floats, spread: Floats) -> Floats:
    """max(0, S - g B exp(3 s)), US$ a year, shape (C, K): what three of the country's own spreads leave.

    Parameters
    ----------
    spread: spread s of the log of one of the country's families between years, shape (C,).
    """
    return np.clip(recent - expected * np.exp(SPREADS * spread)[:, None], 0, None)


def amount_of(above: Floats) -> Floats:
    """ln(1 + US$ a year above / 100,000), shape (C,)."""
    return np.log1p(mean_of(above) * above.shape[1] / EXCESS_UNIT_USD)


def matched(inbound: Floats, onward: Floats) -> Floats:
    """Smaller rise of the two legs, at least 0, shape (C, K): the same goods come in and go on."""
    return np.clip(np.minimum(inbound, onward), 0, None)
