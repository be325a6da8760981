"""One leg of every country: rises by family now and at earlier dates, and the statistics made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from data_contracts.months import month_number
from features.trade.flows.windows import Windows
from features.trade.surprises.cells import INBOUND, ONWARD, Bools, Floats, Lines
from features.trade.surprises.dates import PRIOR_DATES, own_spread
from features.trade.surprises.rises import Rises, amount_of, dollars_above, mean_of, peak_of, rises_of
from features.trade.surprises.spans import Span, Sums, own_reporter, sender_end, span_sums

YEAR = 12

# Statistic of the listed families: what is measured by family, and how families become one number.
STATISTICS: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "rise": ("roots", mean_of),
    "lines": ("lines", mean_of),
    "peak": ("dollars", peak_of),
    "line_peak": ("lines", peak_of),
    "amount": ("above", amount_of),
}


@dataclass(frozen=True)
class LegRises:
    """One leg of every country.

    Attributes
    ----------
    known: countries whose leg is known now, (C,). used: families with a known row on the leg, (K,).
    listed: families on the goods list, (K,). size: US$ of the baseline months, all countries, (K,).
    now, past: rises of the recent span, and of each earlier date.
    spread: of the log of one family of the country between years, (C,); 0 without earlier dates.
    """

    known: Bools
    used: Bools
    listed: Bools
    size: Floats
    now: Rises
    past: tuple[Rises, ...]
    spread: Floats

    def measured(self, statistic: str) -> tuple[Floats, Floats]:
        """A statistic now, shape (C,), and at earlier dates, shape (D, C)."""
        families = self.listed & self.used
        measure, reduced = STATISTICS[statistic]
        now, *past = (reduced(self.by_family(each, measure)[:, families]) for each in (self.now, *self.past))
        return now, stacked(past, now)

    def by_family(self, rises: Rises, measure: str) -> Floats:
        """A measure by family, shape (C, K): an array of `rises`, or `above`."""
        if measure == "above":
            return dollars_above(rises.recent, rises.expected, self.spread)
        values: Floats = getattr(rises, measure)
        return values


def leg_rises(lines: Lines, now: Span, past: list[Span], leg: int, known: Bools, n_months: int) -> LegRises:
    """Rises of one leg; `known`: countries of which anything may be said, shape (C,)."""
    sums = [_only(span_sums(lines, span, leg), known) for span in (now, *past)]
    rises = [rises_of(each, n_months) for each in sums]
    part, listed = lines.of(leg), lines.rows.listed
    used = np.bincount(lines.family[part], minlength=listed.size) > 0
    return LegRises(
        known=sums[0].months > 0,
        used=used,
        listed=listed,
        size=sums[0].before.sum(axis=0),
        now=rises[0],
        past=tuple(rises[1:]),
        spread=_spread(rises[1:], listed & used, known.size),
    )


def _spread(past: list[Rises], families: Bools, n_countries: int) -> Floats:
    """Spread of the log of a traded family of each country over the earlier dates, shape (C,)."""
    if not past or not families.any():
        return np.zeros(n_countries)
    cells = [np.where(each.traded, each.dollars, np.nan)[:, families].T for each in past]
    return own_spread(np.concatenate(cells), PRIOR_DATES * int(families.sum()))


def traders_of(lines: Lines) -> Bools:
    """Countries with a known row of listed goods on either leg, shape (C,)."""
    seen = np.zeros(len(lines.rows.countries), dtype=bool)
    for leg in (INBOUND, ONWARD):
        part = lines.of(leg)
        seen[lines.country[part][lines.rows.listed[lines.family[part]]]] = True
    return seen


def usable(lines: Lines, span: Span, leg: int, windows: Windows, as_of: date) -> Bools:
    """Countries whose leg is young enough to speak of `as_of`, shape (C,)."""
    oldest = month_number(as_of) - lines.rows.first_month - windows.oldest_usable_months
    if leg == ONWARD:
        return span.ends[own_reporter(lines)] >= max(oldest, 0)
    return np.full(len(lines.rows.countries), sender_end(lines, span) >= max(oldest, 0))


def months_since_baseline(lines: Lines, span: Span, windows: Windows, n_months: int) -> float:
    """Months from the middle of the baseline to the middle of the coalition's recent span, at least 12."""
    first, last = (month_number(day) for day in (windows.baseline_start, windows.baseline_end))
    recent = sender_end(lines, span) + lines.rows.first_month - (n_months - 1) / 2
    return max(recent - (first + last) / 2, float(YEAR))


def stacked(past: list[Floats], now: Floats) -> Floats:
    """Statistics of earlier dates, shape (D, C), D may be 0."""
    return np.array(past) if past else np.empty((0, now.size))


def _only(sums: Sums, known: Bools) -> Sums:
    return replace(sums, months=np.where(known, sums.months, 0))
