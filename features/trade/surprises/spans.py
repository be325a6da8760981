"""Which months are compared: the newest months with their baseline, and placebo dates before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data_contracts.months import month_number
from features.trade.flows.windows import Windows
from features.trade.measures.surge import USABLE_SHARE
from features.trade.surprises.cells import DIRECT, LINE_USD, ONWARD, Bools, Floats, Ints, Lines
from features.trade.surprises.shares import products


@dataclass(frozen=True)
class Span:
    """Weights of the months of each reporter, shape (R, M).

    Attributes
    ----------
    recent: 1 in a recent month that the reporter published and that has a baseline, else 0.
    before: weight of a baseline month, so that the weighted sum is what the recent months had before: for
        each recent month the mean of the same calendar month over the baseline years that were published.
    months: recent months counted, shape (R,). ends: the newest of them may be, shape (R,); -1: none.
    """

    recent: Floats
    before: Floats
    months: Ints
    ends: Ints

    @cached_property
    def counted(self) -> Bools:
        """Months with a weight, shape (M,): entries of others need not be looked at."""
        weighed: Bools = np.any((self.recent > 0) | (self.before > 0), axis=0)
        return weighed


@dataclass(frozen=True)
class Sums:
    """One leg over one span, shape (C, K): US$ and lines of at least US$1,000, recent and before.

    A line is a reporter, country, family and month. `months` (C,): months counted (of the country itself on
    the onward leg; of the sender with most months on the others); where it is 0, nothing is known.
    """

    recent: Floats
    before: Floats
    lines: Floats
    lines_before: Floats
    months: Ints


def newest_span(lines: Lines, windows: Windows, n_months: int) -> Span:
    """The newest `n_months` of each reporter; senders share one end, as in `measures.surge`."""
    first = lines.rows.first_month
    base = _within(
        lines, month_number(windows.baseline_start) - first, month_number(windows.baseline_end) - first
    )
    return _span(lines.reported, _ends(lines), n_months, base, ~base)


def earlier_spans(lines: Lines, windows: Windows, n_months: int, step: int, most: int) -> list[Span]:
    """Placebo dates: the same comparison inside the baseline, newest first, every `step` months.

    The recent months of a placebo date are compared with the same calendar months of the baseline's earlier
    years. The last is the one for which the earlier year still reaches the baseline's first month.
    """
    first = lines.rows.first_month
    start = max(month_number(windows.baseline_start) - first, _first_reported(lines))
    newest = min(month_number(windows.baseline_end) - first, lines.reported.shape[1] - 1)
    spans = []
    for end in range(newest, start + 12 + n_months - 2, -step):
        before = _within(lines, start, end - n_months)
        recent = _within(lines, end - n_months + 1, end)
        ends = np.full(len(lines.rows.reporters), end, dtype=np.int64)
        spans.append(_span(lines.reported, ends, n_months, before, recent))
    return spans[:most]


def span_sums(lines: Lines, span: Span, leg: int) -> Sums:
    """Sums of one leg; the direct leg has one row, shape (1, K)."""
    part, (n, k) = lines.of(leg), (len(lines.rows.countries), len(lines.rows.families))
    n = 1 if leg == DIRECT else n
    counted = np.flatnonzero(span.counted[lines.month[part]]) + part.start
    cell = lines.country[counted] * k + lines.family[counted]
    at = (lines.reporter[counted], lines.month[counted])
    value = lines.value[counted].astype(np.float64)
    line = (lines.value[counted] >= LINE_USD).astype(np.float64)

    def total(weights: Floats) -> Floats:
        return np.bincount(cell, weights=weights, minlength=n * k).astype(np.float64).reshape(n, k)

    recent, before = span.recent[at], span.before[at]
    return Sums(
        total(value * recent),
        total(value * before),
        total(line * recent),
        total(line * before),
        months_of(lines, span, leg),
    )


def _first_reported(lines: Lines) -> int:
    published = np.any(lines.reported, axis=0)
    return int(np.argmax(published)) if published.any() else 0


def own_reporter(lines: Lines) -> Ints:
    """Number of each country as a reporter, shape (C,)."""
    return np.searchsorted(np.array(lines.rows.reporters), np.array(lines.rows.countries)).astype(np.int64)


def sender_end(lines: Lines, span: Span) -> int:
    """Newest usable month of the coalition; -1 where there is none."""
    return int(span.ends[_senders(lines)].max(initial=-1))


def first_sent(lines: Lines) -> int:
    """First month that any sender published; the number of months where none did."""
    published = np.any(lines.reported[_senders(lines)], axis=0)
    return int(np.argmax(published)) if published.any() else published.size


def months_of(lines: Lines, span: Span, leg: int) -> Ints:
    """Months that count, as `Sums.months`."""
    n = 1 if leg == DIRECT else len(lines.rows.countries)
    if leg == ONWARD:
        return span.months[own_reporter(lines)]
    senders = _senders(lines)
    most = int(span.months[senders].max()) if senders.any() else 0
    return np.full(n, most, dtype=np.int64)


def _senders(lines: Lines) -> Bools:
    """Reporters that sent anything on the coalition's legs, shape (R,)."""
    return lines.rows.members & (lines.sent > 0)


def _ends(lines: Lines) -> Ints:
    """Newest usable month of each reporter; -1 where there is none."""
    reported, weight = lines.reported, lines.sent.astype(np.float64)
    months = np.arange(reported.shape[1])
    own = np.where(reported, months, -1).max(axis=1, initial=-1)
    share = np.where(reported, weight[:, None], 0.0).sum(axis=0)
    usable = np.flatnonzero((share >= USABLE_SHARE * weight.sum()) & (share > 0))
    return np.where(lines.rows.members, usable[-1] if usable.size else -1, own).astype(np.int64)


def _within(lines: Lines, first: int, last: int) -> Bools:
    months = np.arange(lines.reported.shape[1])
    return (months >= first) & (months <= last)


def _span(reported: Bools, ends: Ints, n_months: int, base: Bools, allowed: Bools) -> Span:
    """Weights from the months reported, the newest month of each reporter and the months of the baseline."""
    months = np.arange(reported.shape[1])
    inside = (months > ends[:, None] - n_months) & (months <= ends[:, None])
    recent = reported & allowed & inside
    before = reported & base
    calendar = months % 12
    of_calendar = (calendar[:, None] == np.arange(12)).astype(np.float64)
    years = products(before.astype(np.float64), of_calendar.T)
    recent &= (years > 0)[:, calendar]
    share = products(recent.astype(np.float64), of_calendar.T) / np.maximum(years, 1)
    weights = np.where(before, share[:, calendar], 0.0)
    return Span(recent.astype(np.float64), weights, recent.sum(axis=1).astype(np.int64), ends)
