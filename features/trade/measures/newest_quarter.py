"""The newest quarter: what moves just now, before a year's sums show it.

Dollars of a few months are lumpy; the number of trade lines (a reporter, a family and a month with trade) is
not: EU exports of 19 priority codes, March to November 2022 on 2021, filled 2.9 times as many
reporter-code-months for Kyrgyzstan at 5.2 times the value, 2.1 at 3.3 for Armenia and 1.2 at 1.9 for
Uzbekistan (Eurostat CN8 table).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.months import month_number
from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.numbers import ARRIVAL, INBOUND, ONWARD, PLACEBO, Bools, sums_by
from features.trade.flows.windows import Windows
from features.trade.measures.growth import BOUNDS, LEAST_CONTROLS
from features.trade.measures.months import MatchedMonths, matched_months
from features.trade.measures.surge import WindowSums, shorter_window

Floats = NDArray[np.float64]

NEWEST_MONTHS = 3
# A placebo of few lines leans on the growth of the controls by so many lines.
SHRINK_LINES = 5
# Arrivals may fill fewer lines than what was sent (a part is booked elsewhere) and still vouch for them all.
ARRIVAL_SHARE = 1.5
ARRIVAL_MONTHS = 6
EVENT_MONTHS = 6
EVENT_USD, EVENT_RATIO = 1_000_000, 2
RATIO_FLOOR_USD = 100_000
# Lines are given per thousand that there could be, so that long and short goods lists read alike.
THOUSAND = 1000
# Shares of baseline years add up as whole numbers: the least common multiple of 1 to 10 years.
PARTS = 2520


@dataclass(frozen=True)
class LegLines:
    """Lines of one leg by country, shape (C,) of `NumberedRows.countries`.

    Attributes
    ----------
    lines: of the matched months. before: mean of the same calendar months over the baseline years that the
        reporter published. traded: countries with a line in either.
    """

    lines: Floats
    before: Floats
    traded: Bools


def newest_quarter(
    known: FlowsAsOf, sums: WindowSums, windows: Windows, controls: Collection[str]
) -> pl.DataFrame:
    """country, new_lines, onward_lines, transit_ratio (Float64): the newest three months of each leg.

    A country without a row has no trade on either leg in these months nor in their baseline.

    Parameters
    ----------
    sums: those of the whole window. controls: countries whose growth is the counterfactual.
    """
    sums = shorter_window(known, sums, windows, NEWEST_MONTHS)
    inbound = new_lines(known, sums, windows, controls)
    onward = onward_lines(known, sums)
    ratio = transit_ratio(sums)
    parts = [part.lazy() for part in (inbound, onward, ratio)]
    countries = pl.concat([part.select("country") for part in parts]).unique()
    for part in parts:
        countries = countries.join(part, on="country", how="left")
    return countries.sort("country").collect()


def new_lines(
    known: FlowsAsOf, sums: WindowSums, windows: Windows, controls: Collection[str]
) -> pl.DataFrame:
    """country, new_lines: ln(1 + lines from the coalition above what growth explains, of 1,000 possible).

    Formula: max(0, n - g*b) for each 1,000 lines that there could be (every family of the table, reporter and
    month that it published), n the lines of listed goods in the newest three months, b the mean of the same
    calendar months of the baseline, g the larger of the growth of lines to the controls and of the country's
    own lines of unlisted goods of the same headings: an economy that grows in all goods is no route. Where
    the country reports what it receives, at most 1.5 times its own new lines count: goods that leave for it
    and never arrive cannot pass through it (`ghost_usd` shows them).
    """
    listed, unlisted = (leg_lines(known, leg, sums.matched) for leg in (INBOUND, PLACEBO))
    growth = _control_growth(known.numbers.countries, listed, controls)
    own = (unlisted.lines + SHRINK_LINES * growth) / (unlisted.before + SHRINK_LINES)
    above = np.maximum(listed.lines - np.maximum(growth, own) * listed.before, 0.0)
    arrived = _arrivals(known, sums, windows, growth)
    vouched = np.where(arrived.traded, ARRIVAL_SHARE * _above(arrived, growth), np.inf)
    senders = sums.coverage.filter(pl.col("leg") == "inbound")
    per_thousand = THOUSAND / max(_families(sums) * int(senders["months"].sum()), 1)
    lines = np.minimum(above, vouched) * per_thousand
    return _logs("new_lines", known, listed.traded, lines)


def onward_lines(known: FlowsAsOf, sums: WindowSums) -> pl.DataFrame:
    """country, onward_lines: ln(1 + lines to Russia above the same baseline months, of 1,000 possible).

    One row for each country that published one of the months.
    """
    found = leg_lines(known, ONWARD, sums.matched)
    countries = pl.Series(list(known.numbers.countries), dtype=pl.String)
    lines = pl.DataFrame({"country": countries, "above": _above(found, 1.0)})
    per_thousand = THOUSAND / (max(_families(sums), 1) * pl.col("onward_months"))
    return (
        _own_months(sums)
        .join(lines, on="country", how="left")
        .select("country", (pl.col("above").fill_null(0.0) * per_thousand).log1p().alias("onward_lines"))
    )


def transit_ratio(sums: WindowSums) -> pl.DataFrame:
    """country, transit_ratio: the event's own measure, at the pace of the newest three months.

    Formula: ln((T + e) / (max(US$1m, 2 B) + e)), T the sum over families of min(inbound, onward) brought to
    six months, B the same of the baseline, e = US$100,000. Above 0 means that the pace, kept up for
    six months, makes the event. Months that the country left out are filled with the mean of the others; one
    row for each country that published one of the months.
    """
    months = _own_months(sums).lazy()
    senders = int(str(sums.coverage.filter(pl.col("leg") == "inbound")["months"].max() or 1))
    amounts = ["recent_usd", "baseline_usd"]
    inbound, onward = (
        sums.families.lazy()
        .filter(pl.col("leg") == leg)
        .select("country", "family", pl.col(amounts).name.prefix(f"{leg}_"))
        for leg in ("inbound", "onward")
    )
    both = inbound.join(onward, on=["country", "family"]).join(months, on="country")
    both = both.sort("country", "family")
    paces = [
        pl.min_horizontal(
            pl.col(f"inbound_{name}") * EVENT_MONTHS / senders,
            pl.col(f"onward_{name}") * EVENT_MONTHS / pl.col("onward_months"),
        ).alias(name)
        for name in amounts
    ]
    needed = pl.max_horizontal(pl.lit(float(EVENT_USD)), EVENT_RATIO * pl.col("baseline_usd"))
    ratio = (pl.col("recent_usd") + RATIO_FLOOR_USD) / (needed + RATIO_FLOOR_USD)
    totals = (
        both.select("country", *paces).group_by("country", maintain_order=True).agg(pl.col(amounts).sum())
    )
    return (
        months.join(totals, on="country", how="left")
        .with_columns(pl.col(amounts).fill_null(0.0))
        .select("country", ratio.log().alias("transit_ratio"))
        .collect()
    )


def _families(sums: WindowSums) -> int:
    return sums.families["family"].n_unique()


def _own_months(sums: WindowSums) -> pl.DataFrame:
    """country, onward_months: the countries that published exports of one of the newest months or more."""
    own = sums.coverage.filter((pl.col("leg") == "onward") & (pl.col("months") > 0))
    return own.select(pl.col("reporter").alias("country"), pl.col("months").alias("onward_months"))


def leg_lines(known: FlowsAsOf, leg: int, months: MatchedMonths) -> LegLines:
    """Lines of one leg in `months` and in their baseline.

    A line is a reporter, partner, family and month with at least US$1,000.
    """
    numbers, rows, past = known.numbers, known.known, known.baseline
    n = len(numbers.countries)
    mine = np.flatnonzero((numbers.line_leg == leg)[rows.line])
    line, month = rows.line[mine], rows.line_month[mine]
    line = line[months.recent[numbers.line_reporter[line], month]]
    now = np.bincount(numbers.line_country[line], minlength=n).astype(np.int64)
    mine = np.flatnonzero((numbers.line_leg == leg)[past.line])
    line, calendar, counts = past.line[mine], past.line_calendar[mine], past.lines[mine]
    reporter = numbers.line_reporter[line]
    compared = months.n_recent[reporter, calendar] > 0
    line, counts = line[compared], counts[compared]
    share = PARTS // months.n_years[reporter[compared], calendar[compared]]
    country = numbers.line_country[line]
    before = sums_by(country, share * counts, n)
    traded = (now > 0) | (np.bincount(country, minlength=n) > 0)
    return LegLines((PARTS * now) / PARTS, before / PARTS, traded)


def _above(lines: LegLines, growth: float) -> Floats:
    """Lines above what growth explains, shape (C,)."""
    above: Floats = np.maximum(lines.lines - growth * lines.before, 0.0)
    return above


def _logs(name: str, known: FlowsAsOf, chosen: Bools, values: Floats) -> pl.DataFrame:
    """Table of country and ln(1 + value), the chosen countries alone."""
    names = [known.numbers.countries[place] for place in np.flatnonzero(chosen)]
    frame = pl.DataFrame({"country": pl.Series(names, dtype=pl.String), name: values[chosen]})
    return frame.with_columns(pl.col(name).log1p())


def _control_growth(countries: Collection[str], lines: LegLines, controls: Collection[str]) -> float:
    """Growth of the number of lines to the control countries, bounded as `growth` is; 1 with too few."""
    control = np.array([name in controls for name in countries], dtype=bool)
    known = control & lines.traded & (lines.before > 0)
    if int(known.sum()) < LEAST_CONTROLS:
        return 1.0
    ratio = float(pl.Series(lines.lines[known]).sum()) / float(pl.Series(lines.before[known]).sum())
    return min(max(ratio, BOUNDS[0]), BOUNDS[1])


def _arrivals(known: FlowsAsOf, sums: WindowSums, windows: Windows, growth: float) -> LegLines:
    """New lines that the countries book as imports; a country that never booked any is not in `traded`.

    Its newest three months of imports count, unless they end more than six months before the senders' do.
    """
    numbers, imports = known.numbers, known.known.imports
    newest = sums.coverage.filter(pl.col("leg") == "inbound")["end"].max()
    ends = np.where(imports, np.arange(imports.shape[1]), -1).max(axis=1, initial=-1).astype(np.int64)
    oldest = month_number(newest) - numbers.first_month - ARRIVAL_MONTHS if isinstance(newest, date) else None
    fresh = np.full(ends.shape, -1) if oldest is None else np.where(ends >= oldest, ends, -1)
    months = matched_months(numbers.reporters, numbers.first_month, imports, fresh, windows, NEWEST_MONTHS)
    return leg_lines(known, ARRIVAL, months)
