"""The newest quarter: what moves just now, before a year's sums show it.

Dollars of a few months are lumpy; the number of trade lines (a reporter, a family and a month with trade) is
not: EU exports of 19 priority codes, March to November 2022 on 2021, filled 2.9 times as many
reporter-code-months for Kyrgyzstan at 5.2 times the value, 2.1 at 3.3 for Armenia and 1.2 at 1.9 for
Uzbekistan (Eurostat CN8 table).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from features.trade.flows.as_of import FlowsAsOf, lines_of
from features.trade.flows.windows import Windows
from features.trade.measures.growth import BOUNDS, LEAST_CONTROLS
from features.trade.measures.surge import WindowSums, matched_months, shorter_window

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


def newest_quarter(
    known: FlowsAsOf, sums: WindowSums, windows: Windows, controls: Collection[str]
) -> pl.DataFrame:
    """country, new_lines, onward_lines, transit_ratio (Float64): the newest three months of each leg.

    A country without a row has no trade on either leg in these months nor in their baseline.

    Parameters
    ----------
    sums: those of the whole window. controls: countries whose growth is the counterfactual.
    """
    sums = shorter_window(known, sums, replace(windows, recent_months=NEWEST_MONTHS))
    recent = _recent(known, ("inbound", "placebo", "onward"), sums.months)
    inbound = new_lines(known, recent, sums, windows, controls)
    onward = onward_lines(known, recent, sums)
    ratio = transit_ratio(sums)
    countries = pl.concat([part.select("country") for part in (inbound, onward, ratio)]).unique()
    for part in (inbound, onward, ratio):
        countries = countries.join(part, on="country", how="left")
    return countries.sort("country")


def new_lines(
    known: FlowsAsOf, recent: pl.DataFrame, sums: WindowSums, windows: Windows, controls: Collection[str]
) -> pl.DataFrame:
    """country, new_lines: ln(1 + lines from the coalition above what growth explains, of 1,000 possible).

    Formula: max(0, n - g*b) for each 1,000 lines that there could be (every family of the table, reporter and
    month that it published), n the lines of listed goods in the newest three months, b the mean of the same
    calendar months of the baseline, g the larger of the growth of lines to the controls and of the country's
    own lines of unlisted goods of the same headings: an economy that grows in all goods is no route. Where
    the country reports what it receives, at most 1.5 times its own new lines count: goods that leave for it
    and never arrive cannot pass through it (`ghost_usd` shows them).
    """
    listed = _lines(known, recent, "inbound", sums.months)
    growth = _control_growth(listed, controls)
    unlisted = _lines(known, recent, "placebo", sums.months).rename(
        {"lines": "other", "before": "other_before"}
    )
    arrived = _arrivals(known, sums, windows, growth)
    own = (pl.col("other").fill_null(0) + SHRINK_LINES * growth) / (
        pl.col("other_before").fill_null(0) + SHRINK_LINES
    )
    above = (pl.col("lines") - pl.max_horizontal(pl.lit(growth), own) * pl.col("before")).clip(lower_bound=0)
    vouched = ARRIVAL_SHARE * pl.col("arrived")
    senders = sums.coverage.filter(pl.col("leg") == "inbound")
    per_thousand = THOUSAND / max(_families(sums) * int(senders["months"].sum()), 1)
    return (
        listed.join(unlisted, on="country", how="left")
        .join(arrived, on="country", how="left")
        .select("country", (pl.min_horizontal(above, vouched) * per_thousand).log1p().alias("new_lines"))
    )


def onward_lines(known: FlowsAsOf, recent: pl.DataFrame, sums: WindowSums) -> pl.DataFrame:
    """country, onward_lines: ln(1 + lines to Russia above the same baseline months, of 1,000 possible).

    One row for each country that published one of the months.
    """
    above = (pl.col("lines") - pl.col("before")).fill_null(0.0).clip(lower_bound=0)
    per_thousand = THOUSAND / (max(_families(sums), 1) * pl.col("onward_months"))
    return (
        _own_months(sums)
        .join(_lines(known, recent, "onward", sums.months), on="country", how="left")
        .select("country", (above * per_thousand).log1p().alias("onward_lines"))
    )


def transit_ratio(sums: WindowSums) -> pl.DataFrame:
    """country, transit_ratio: the event's own measure, at the pace of the newest three months.

    Formula: ln((T + e) / (max(US$1m, 2 B) + e)), T the sum over families of min(inbound, onward) brought to
    six months, B the same of the baseline, e = US$100,000. Above 0 means that the pace, kept up for
    six months, makes the event. Months that the country left out are filled with the mean of the others; one
    row for each country that published one of the months.
    """
    months = _own_months(sums)
    senders = int(str(sums.coverage.filter(pl.col("leg") == "inbound")["months"].max() or 1))
    amounts = ["recent_usd", "baseline_usd"]
    inbound, onward = (
        sums.families.filter(pl.col("leg") == leg).select(
            "country", "family", pl.col(amounts).name.prefix(f"{leg}_")
        )
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
    )


def _families(sums: WindowSums) -> int:
    return sums.families["family"].n_unique()


def _own_months(sums: WindowSums) -> pl.DataFrame:
    """country, onward_months: the countries that published exports of one of the newest months or more."""
    own = sums.coverage.filter((pl.col("leg") == "onward") & (pl.col("months") > 0))
    return own.select(pl.col("reporter").alias("country"), pl.col("months").alias("onward_months"))


def _recent(known: FlowsAsOf, legs: Sequence[str], months: pl.DataFrame) -> pl.DataFrame:
    """The lines of some legs in `months`: leg, reporter, country, period."""
    start = months["period"].min()
    rows = known.rows.filter(pl.col("period") >= start) if start else known.rows.clear()
    lines = lines_of(rows, known.legs.filter(pl.col("leg").is_in(legs)))
    return lines.join(months, on=["reporter", "period"], how="semi")


def _lines(known: FlowsAsOf, recent: pl.DataFrame, leg: str, months: pl.DataFrame) -> pl.DataFrame:
    """country, lines, before (Float64) of one leg, sorted: lines of `months`, and of their baseline.

    A line is a reporter, partner, family and month with at least US$1,000; months: as in `WindowSums`.
    `before` is the mean over the baseline years that the reporter published.
    """
    now = (
        recent.filter(pl.col("leg") == leg)
        .group_by("country")
        .agg((PARTS * pl.len().cast(pl.Int64)).alias("lines"))
    )
    per_month = months.select("reporter", "calendar_month", "n_years").unique()
    share = PARTS // pl.col("n_years").cast(pl.Int64)
    before = (
        known.baseline.lines.filter(pl.col("leg") == leg)
        .join(per_month, on=["reporter", "calendar_month"])
        .group_by("country")
        .agg((share * pl.col("lines").cast(pl.Int64)).sum().alias("before"))
    )
    return (
        now.join(before, on="country", how="full", coalesce=True)
        .select("country", pl.col("lines", "before").fill_null(0) / PARTS)
        .sort("country")
    )


def _control_growth(lines: pl.DataFrame, controls: Collection[str]) -> float:
    """Growth of the number of lines to the control countries, bounded as `growth` is; 1 with too few."""
    known = lines.filter(pl.col("country").is_in(sorted(controls)) & (pl.col("before") > 0))
    if known.height < LEAST_CONTROLS:
        return 1.0
    ratio = float(known["lines"].sum()) / float(known["before"].sum())
    return min(max(ratio, BOUNDS[0]), BOUNDS[1])


def _arrivals(known: FlowsAsOf, sums: WindowSums, windows: Windows, growth: float) -> pl.DataFrame:
    """country, arrived: new lines that the country books as imports; no row where it never booked any.

    Its newest three months of imports count, unless they end more than six months before the senders' do.
    """
    newest = sums.coverage.filter(pl.col("leg") == "inbound")["end"].max()
    ends = known.receiving.group_by("reporter").agg(pl.col("period").max().alias("end"))
    fresh = ends.filter(pl.col("end") >= pl.lit(newest, dtype=pl.Date).dt.offset_by(f"-{ARRIVAL_MONTHS}mo"))
    months = matched_months(known.receiving, fresh, replace(windows, recent_months=NEWEST_MONTHS))
    found = _lines(known, _recent(known, ("arrival",), months), "arrival", months)
    above = (pl.col("lines") - growth * pl.col("before")).clip(lower_bound=0)
    return found.select("country", above.alias("arrived"))
