"""What was known on a day, sorted by leg: the small table that every trade signal starts from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.reference.facts import NEVER_SCORED, RUSSIA, hs_families
from features.trade.cells import CELL
from features.trade.condense import Condensed, latest


@dataclass(frozen=True)
class Known:
    """Rows known on one day, each in its latest vintage.

    Attributes
    ----------
    legs: series_id, leg, reporter, partner, country, hs6, family, sorted by series_id. Leg is `inbound`,
        `onward`, `direct`; `placebo` (the coalition's unlisted codes of the listed headings, to a transit
        country) or `arrival` (imports that a transit country declares from a coalition member).
    rows: series_id, period, value_usd, net_kg: the rows of these series, sorted.
    reported, receiving: reporter, period: months with any export row, with any import row.
    exports: reporter, code, period, value_usd: baseline exports to everybody but Russia, as first published.
    """

    legs: pl.DataFrame
    rows: pl.DataFrame
    reported: pl.DataFrame
    receiving: pl.DataFrame
    exports: pl.DataFrame

    def on(self, *legs: str) -> pl.DataFrame:
        """The rows of some legs with their names: the columns of `CELL`, partner, value_usd, net_kg."""
        wanted = self.legs.filter(pl.col("leg").is_in(legs))
        joined = self.rows.join(wanted, on="series_id", maintain_order="left")
        return joined.select(*CELL, "partner", "value_usd", "net_kg")


def sort_by_leg(
    series: pl.DataFrame, goods: pl.DataFrame, members: Collection[str], since: str
) -> pl.DataFrame:
    """`Known.legs` of `Condensed.series`; series on no leg are left out.

    Parameters
    ----------
    goods: comparable codes with their family. members: the coalition. since: HS edition of the first month.
    """
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
        .select("series_id", "leg", "reporter", "partner", "country", "hs6", "family")
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


def known_on_day(condensed: Condensed, legs: pl.DataFrame, as_of: date) -> Known:
    """Restrict condensed flows to what was public on `as_of`."""
    months = condensed.reported.filter(pl.col("known_at") <= as_of)
    exports = condensed.exports.filter(pl.col("known_at") <= as_of)
    first = pl.col("known_at") == pl.col("known_at").min().over("reporter", "period")
    return Known(
        legs=legs,
        rows=latest(condensed.rows, as_of)
        .join(legs, on="series_id", how="semi", maintain_order="left")
        .drop("known_at"),
        reported=months.filter(pl.col("flow") == "X").select("reporter", "period"),
        receiving=months.filter(pl.col("flow") == "M").select("reporter", "period"),
        exports=exports.filter(first).drop("known_at"),
    )
