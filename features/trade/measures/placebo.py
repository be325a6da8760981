"""Is it the listed goods, or the economy? Unlisted neighbours in the same headings as a placebo."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.numbers import PLACEBO
from features.trade.measures.growth import control_growth
from features.trade.measures.surge import WindowSums, code_sums
from features.trade.measures.transit import COUNTRY_FLOOR_USD, leg_totals, with_excess


def placebo_gap(
    known: FlowsAsOf, sums: WindowSums, controls: Collection[str], excess: pl.DataFrame
) -> pl.DataFrame:
    """country, placebo_gap (log ratio): inbound_surge minus `placebo_surge`, null without either."""
    listed = leg_totals(excess, "inbound").select("country", "inbound_surge")
    both = listed.lazy().join(placebo_surge(known, sums, controls).lazy(), on="country")
    gap = (pl.col("inbound_surge") - pl.col("placebo_surge")).alias("placebo_gap")
    return both.select("country", gap).sort("country").collect()


def placebo_surge(known: FlowsAsOf, sums: WindowSums, controls: Collection[str]) -> pl.DataFrame:
    """country, placebo_surge (log ratio): the inbound surge of unlisted HS6 codes of the listed headings.

    Formula: as inbound_surge, on the families of unlisted codes that share a four-digit heading with a
    listed code and have a clean family across editions, against the growth of the same families to the
    control countries. Minimum: US$1m of such trade in the recent window and its baseline together; a
    table that holds listed codes only has none, and then the country has no row.
    """
    if not (known.numbers.leg == PLACEBO).any():
        return pl.DataFrame(schema={"country": pl.String, "placebo_surge": pl.Float64})
    sums_of_placebo = code_sums(known, [PLACEBO], sums.matched).families
    families = sums_of_placebo.with_columns(pl.lit("inbound").alias("leg"))
    growth = control_growth(families, controls)
    enough = (
        families.lazy()
        .group_by("country")
        .agg((pl.col("recent_usd") + pl.col("baseline_usd")).sum().alias("usd"))
    )
    surge = leg_totals(with_excess(families, growth.families), "inbound")
    return (
        surge.lazy()
        .join(enough.filter(pl.col("usd") >= COUNTRY_FLOOR_USD), on="country", how="semi")
        .select("country", pl.col("inbound_surge").alias("placebo_surge"))
        .sort("country")
        .collect()
    )
