"""When each leg rose for good: one change of level in the monthly series, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from data_contracts.months import month_number
from features.trade.flows.windows import Windows
from features.trade.surprises.cells import INBOUND, LEGS, ONWARD, Bools, Floats, Ints, LegRows, known_lines
from features.trade.surprises.legs import traders_of, usable
from features.trade.surprises.rises import LEAST_PLACES
from features.trade.surprises.spans import first_sent, newest_span, own_reporter, sender_end
from features.trade.surprises.timing import LEAST_MONTHS, monthly_logs

LEAST_SIDE = 3  # months on either side of a break
CHI_SQUARE_90 = 2.706  # 90 % of the chi-square distribution with one degree of freedom


@dataclass(frozen=True)
class Breaks:
    """First month of the new level, and the first and last month it may be, shape (C,); -1: none."""

    month: Ints
    earliest: Ints
    latest: Ints


def break_table(rows: LegRows, windows: Windows, as_of: date) -> pl.DataFrame:
    """Break month of each leg as known on `as_of`, one row for each country with listed trade, sorted.

    Returns
    -------
    country; for `inbound` and `onward`: `<leg>_break`, `<leg>_break_earliest`, `<leg>_break_latest` (Date,
    first of the month; null: no rise, or fewer than 24 months published); `onward_after_months` (Int64):
    months from the inbound to the onward break, below 0 where the onward leg rose first.
    """
    lines = known_lines(rows, as_of)
    span, traders = newest_span(lines, windows, 1), traders_of(lines)
    first = max(month_number(windows.baseline_start) - rows.first_month, first_sent(lines))
    last = sender_end(lines, span)
    shown = np.flatnonzero(traders)
    columns: dict[str, pl.Series] = {}
    months = {}
    for leg in (INBOUND, ONWARD):
        series = monthly_logs(lines, leg)[:, first : last + 1]
        published = np.ones_like(series, dtype=bool)
        if leg == ONWARD:
            published = lines.reported[own_reporter(lines)][:, first : last + 1]
        elif traders.sum() >= LEAST_PLACES:
            series = series - np.median(series[traders], axis=0)
        known = usable(lines, span, leg, windows, as_of) & traders
        found = upward_breaks(series, published & known[:, None])
        months[leg] = found.month[shown]
        for name, numbers in (("", found.month), ("_earliest", found.earliest), ("_latest", found.latest)):
            columns[f"{LEGS[leg]}_break{name}"] = _dates(numbers[shown], first + rows.first_month)
    both = pl.Series((months[INBOUND] >= 0) & (months[ONWARD] >= 0))
    after = pl.Series(months[ONWARD] - months[INBOUND], dtype=pl.Int64)
    columns["onward_after_months"] = after.set(~both, None)
    names = pl.Series([rows.countries[c] for c in shown], dtype=pl.String)
    return pl.DataFrame({"country": names, **columns})


def upward_breaks(series: Floats, known: Bools) -> Breaks:
    """One change of mean by least squares, shape of both (C, M); months that are not known are left out.

    The break is the month that, as first of a new level, leaves the least sum of squares; it counts only
    where the level rises and three known months lie on either side. The interval holds all months whose
    log-likelihood, n/2 ln(squares), is within half of the 90 % point of chi-square(1) of the best (profile
    likelihood; Bai 1997 for breaks in means). Fewer than 24 known months: none.
    """
    weight = known.astype(np.float64)
    values = np.where(known, series, 0.0)
    n, total = weight.sum(axis=1), values.sum(axis=1)
    mean = total / np.maximum(n, 1)
    squares = np.where(known, (series - mean[:, None]) ** 2, 0.0).sum(axis=1)
    # Known months, and their deviations, before each month.
    before = np.cumsum(weight, axis=1) - weight
    deviations = np.where(known, series - mean[:, None], 0.0)
    below = np.cumsum(deviations, axis=1) - deviations
    after = n[:, None] - before
    inside = (before >= LEAST_SIDE) & (after >= LEAST_SIDE) & known & (below < -1e-9)
    explained = np.where(inside, below**2 * n[:, None] / np.maximum(before * after, 1), 0.0)
    left = np.maximum(squares[:, None] - explained, 1e-12 * np.maximum(squares[:, None], 1e-12))
    best = np.argmax(explained, axis=1) if series.shape[1] else np.zeros(len(series), dtype=np.int64)
    rows = np.arange(len(series))
    found = (n >= LEAST_MONTHS) & inside.any(axis=1)
    if not found.any():
        none = np.full(len(series), -1, dtype=np.int64)
        return Breaks(none, none, none)
    excess = n[:, None] * np.log(left / left[rows, best][:, None])
    likely = inside & (excess <= CHI_SQUARE_90)
    earliest = np.argmax(likely, axis=1)
    latest = likely.shape[1] - 1 - np.argmax(likely[:, ::-1], axis=1)
    return Breaks(*(np.where(found, each, -1).astype(np.int64) for each in (best, earliest, latest)))


def _dates(months: Ints, first: int) -> pl.Series:
    days = [None if m < 0 else date((m + first) // 12, (m + first) % 12 + 1, 1) for m in months.tolist()]
    return pl.Series(days, dtype=pl.Date)
