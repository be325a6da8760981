"""Flows to cells: the legs between the coalition, the transit countries and Russia."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from features.reference.facts import NEVER_SCORED, RUSSIA

CELL = ("leg", "reporter", "country", "hs6", "family", "period")


def with_leg(flows: pl.LazyFrame, coalition: Collection[str]) -> pl.LazyFrame:
    """Name the leg of each export row; rows on no leg are left out.

    Adds `leg` (`inbound` W to c, `onward` c to Russia, `direct` W to Russia) and `country` (c; `RUS` on
    the direct leg). Only flow `X` counts: exports already contain re-exports, so adding `RX` would sum
    the same goods twice.
    """
    members = sorted(coalition)
    outside = [*members, *sorted(NEVER_SCORED)]
    by_coalition = pl.col("reporter").is_in(members)
    leg = (
        pl.when(by_coalition & (pl.col("partner") == RUSSIA))
        .then(pl.lit("direct"))
        .when(by_coalition & ~pl.col("partner").is_in(outside))
        .then(pl.lit("inbound"))
        .when(~pl.col("reporter").is_in(outside) & (pl.col("partner") == RUSSIA))
        .then(pl.lit("onward"))
    )
    country = pl.when(pl.col("leg") == "onward").then(pl.col("reporter")).otherwise(pl.col("partner"))
    return (
        flows.filter(pl.col("flow") == "X")
        .with_columns(leg.alias("leg"))
        .filter(pl.col("leg").is_not_null())
        .with_columns(country.alias("country"))
    )


def cells(flows: pl.LazyFrame, goods: pl.DataFrame, coalition: Collection[str]) -> pl.DataFrame:
    """Condense the known flows of one as_of date to cells.

    Parameters
    ----------
    flows: trade_flows in their latest known vintage (`vintages.known_on`).
    goods: `GoodsList.frame`.
    coalition: members on as_of, applied to all months so that a new member is no surge.

    Returns
    -------
    leg, reporter, country, hs6, family, period, value_usd (Int64 sum), sorted. Months without trade have
    no row; whether they were reported at all is said by `reported_months`.
    """
    return (
        with_leg(flows, coalition)
        .join(goods.lazy().select("hs6", "family"), on="hs6", how="inner")
        .group_by(CELL)
        .agg(pl.col("value_usd").sum())
        .sort(CELL)
        .collect()
    )


def reported_months(flows: pl.LazyFrame) -> pl.DataFrame:
    """Months for which a reporter published any export row: reporter, period.

    A reporter's month without any row is unknown; a month with rows but none for a product is a true zero.
    """
    return (
        flows.filter(pl.col("flow") == "X")
        .select("reporter", "period")
        .unique()
        .sort("reporter", "period")
        .collect()
    )
