"""What was known on a day, sorted by leg: the small table that every trade signal starts from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import RUSSIA, hs_families
from features.trade.flows.condense import Condensed, latest
from features.trade.flows.windows import Windows

LINE_USD = 1_000
CELL = ("leg", "reporter", "country", "hs6", "family", "period")


@dataclass(frozen=True)
class BaselineSums:
    """What the baseline years add up to, in the vintages of one day.

    Attributes
    ----------
    n_rows: rows of the baseline months, in all vintages, that were public: what is known only grows, so of
        the same flows the same number is the same rows.
    sums: series_id, calendar_month, value_usd over all baseline years.
    lines: leg, reporter, country, calendar_month, lines: lines of at least US$1,000 in a month, counted over
        all baseline years.
    """

    n_rows: int
    sums: pl.DataFrame
    lines: pl.DataFrame


@dataclass(frozen=True)
class FlowsAsOf:
    """Rows known on one day, each in its latest vintage.

    Attributes
    ----------
    legs: series_id, line_id, leg, reporter, partner, country, hs6, family, sorted by series_id; the codes of
        a family between the same two countries are one line. Leg is `inbound`,
        `onward`, `direct`; `placebo` (the coalition's unlisted codes of the listed headings, to a transit
        country) or `arrival` (imports that a transit country declares from a coalition member).
    rows: series_id, period, value_usd, net_kg: the rows of these series, sorted.
    baseline: what the baseline years of these rows add up to.
    reported, receiving: reporter, period: months with any export row, with any import row.
    exports: reporter, code, period, value_usd: baseline exports to everybody but Russia, as first published.
    """

    legs: pl.DataFrame
    rows: pl.DataFrame
    baseline: BaselineSums
    reported: pl.DataFrame
    receiving: pl.DataFrame
    exports: pl.DataFrame

    def on(self, *legs: str) -> pl.DataFrame:
        """The rows of some legs with their names: the columns of `CELL`, partner, value_usd, net_kg."""
        wanted = self.legs.filter(pl.col("leg").is_in(legs))
        joined = self.rows.join(wanted, on="series_id", maintain_order="left")
        return joined.select(*CELL, "partner", "value_usd", "net_kg")


@dataclass(frozen=True)
class FlowsByLeg:
    """Condensed flows sorted by leg, for one coalition and one goods list.

    Attributes
    ----------
    legs: as in `FlowsAsOf`. rows: `Condensed.rows` of these series.
    """

    legs: pl.DataFrame
    rows: pl.DataFrame


def sort_by_leg(
    condensed: Condensed, goods: pl.DataFrame, members: Collection[str], since: str
) -> FlowsByLeg:
    """Sort condensed flows by leg; series on no leg are left out.

    Parameters
    ----------
    goods: comparable codes with their family. members: the coalition. since: HS edition of the first month.
    """
    legs = _legs(condensed.series, goods, members, since)
    return FlowsByLeg(legs, condensed.rows.join(legs, on="series_id", how="semi", maintain_order="left"))


def _legs(series: pl.DataFrame, goods: pl.DataFrame, members: Collection[str], since: str) -> pl.DataFrame:
    inside = sorted(members)
    outside = [*inside, *sorted(NEVER_SCORED)]
    families = pl.concat([goods.select("hs6", "family"), _placebo_families(series, goods, since)])
    listed = pl.col("hs6").is_in(goods["hs6"].to_list())
    export, sent = pl.col("flow") == "X", pl.col("reporter").is_in(inside)
    transit_partner = ~pl.col("partner").is_in(outside)
    transit_reporter = ~pl.col("reporter").is_in(outside)
    russia = pl.col("partner") == RUSSIA
    leg = (
        pl.when(export & sent & russia & listed)
        .then(pl.lit("direct"))
        .when(export & sent & transit_partner)
        .then(pl.when(listed).then(pl.lit("inbound")).otherwise(pl.lit("placebo")))
        .when(export & transit_reporter & russia & listed)
        .then(pl.lit("onward"))
        .when((pl.col("flow") == "M") & transit_reporter & pl.col("partner").is_in(inside) & listed)
        .then(pl.lit("arrival"))
    )
    country = pl.when(pl.col("leg").is_in(["onward", "arrival"])).then("reporter").otherwise("partner")
    return (
        series.with_columns(leg.alias("leg"))
        .filter(pl.col("leg").is_not_null())
        .join(families, on="hs6", how="inner")
        .with_columns(country.alias("country"))
        .sort("leg", "reporter", "partner", "family", "series_id")
        .with_columns(pl.struct("leg", "reporter", "partner", "family").rle_id().alias("line_id"))
        .select("series_id", "line_id", "leg", "reporter", "partner", "country", "hs6", "family")
        .sort("series_id")
    )


def _placebo_families(series: pl.DataFrame, goods: pl.DataFrame, since: str) -> pl.DataFrame:
    """Families of the unlisted codes; codes without a clean family, or of a listed one, are left out."""
    unlisted = series.select("hs6").unique().join(goods, on="hs6", how="anti")
    return (
        unlisted.join(hs_families(since), on="hs6", how="left")
        .filter(~pl.col("hs_break").fill_null(False))
        .with_columns(pl.col("family").fill_null(pl.col("hs6")))
        .join(goods, on="family", how="anti")
        .select("hs6", "family")
    )


def flows_as_of(
    condensed: Condensed,
    by_leg: FlowsByLeg,
    windows: Windows,
    as_of: date,
    earlier: BaselineSums | None = None,
) -> FlowsAsOf:
    """Restrict condensed flows to what was public on `as_of`.

    Parameters
    ----------
    earlier: the baseline of another day, of the same flows and windows; it is taken over where no row of the
        baseline months was published in between, so that many dates need not sum them again.
    """
    months = condensed.reported.filter(pl.col("known_at") <= as_of)
    exports = condensed.exports.filter(pl.col("known_at") <= as_of)
    first = pl.col("known_at") == pl.col("known_at").min().over("reporter", "period")
    rows = latest(by_leg.rows, as_of).drop("known_at")
    return FlowsAsOf(
        legs=by_leg.legs,
        rows=rows,
        baseline=_baseline(by_leg, rows, windows, as_of, earlier),
        reported=months.filter(pl.col("flow") == "X").select("reporter", "period"),
        receiving=months.filter(pl.col("flow") == "M").select("reporter", "period"),
        exports=exports.filter(first).drop("known_at"),
    )


def lines_of(rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Lines of at least US$1,000 in a month: leg, reporter, country, period; one row for each."""
    return _line_months(rows, legs).join(_names(legs), on="line_id").drop("line_id")


def _line_months(rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """line_id, period of the same, by number."""
    sums = (
        rows.join(legs.select("series_id", "line_id"), on="series_id")
        .group_by("line_id", "period")
        .agg(pl.col("value_usd").sum())
    )
    return sums.filter(pl.col("value_usd") >= LINE_USD).drop("value_usd")


def _names(legs: pl.DataFrame) -> pl.DataFrame:
    return legs.select("line_id", "leg", "reporter", "country").unique("line_id", keep="any")


def _baseline(
    by_leg: FlowsByLeg, rows: pl.DataFrame, windows: Windows, as_of: date, earlier: BaselineSums | None
) -> BaselineSums:
    within = pl.col("period").is_between(windows.baseline_start, windows.baseline_end)
    n_rows = int(by_leg.rows.select((within & (pl.col("known_at") <= as_of)).sum()).item())
    if earlier is not None and earlier.n_rows == n_rows:
        return earlier
    past, month = rows.filter(within), pl.col("period").dt.month().alias("calendar_month")
    # Counted by number first: names are joined to few rows then.
    counts = _line_months(past, by_leg.legs).group_by("line_id", month).len("lines")
    named = counts.join(_names(by_leg.legs), on="line_id")
    lines = named.group_by("leg", "reporter", "country", "calendar_month").agg(pl.col("lines").sum())
    return BaselineSums(n_rows, past.group_by("series_id", month).agg(pl.col("value_usd").sum()), lines)
