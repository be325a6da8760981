"""Mark-ups: what a kilogram costs on the way to Russia, against what the coalition asks elsewhere."""

from __future__ import annotations

import polars as pl

from features.trade.flows.as_of import FlowsAsOf
from features.trade.measures.surge import WindowSums
from features.trade.measures.transit import FAMILY_FLOOR_USD

LEAST_FAMILIES = 3


def unit_value_premium(known: FlowsAsOf, sums: WindowSums) -> pl.DataFrame:
    """country, unit_value_premium (log ratio): mark-up of the goods the country sends to Russia.

    Formula: median over families of ln(UV of the country's exports to Russia) - ln(UV of the coalition's
    exports to the countries outside it), UV = US$ per kilogram over the matched recent months. Only rows
    with a reported weight count, never an estimated one. Minimum: three families with US$50,000 of
    weighed trade on both sides; else the country has no row.
    """
    months = sums.months.select("reporter", "period")
    weighed = known.on("inbound", "direct", "onward").filter(
        pl.col("net_kg").is_not_null() & (pl.col("net_kg") > 0) & (pl.col("value_usd") > 0)
    )
    recent = weighed.join(months, on=["reporter", "period"])
    price = (pl.col("value_usd") / pl.col("net_kg")).log()
    enough = pl.col("value_usd") >= FAMILY_FLOOR_USD
    totals = [pl.col("value_usd", "net_kg").sum()]
    onward = recent.filter(pl.col("leg") == "onward").group_by("country", "family").agg(totals).filter(enough)
    world = recent.filter(pl.col("leg") != "onward").group_by("family").agg(totals).filter(enough)
    both = onward.select("country", "family", price.alias("onward")).join(
        world.select("family", price.alias("world")), on="family"
    )
    return (
        both.group_by("country")
        .agg((pl.col("onward") - pl.col("world")).median().alias("unit_value_premium"), pl.len().alias("n"))
        .filter(pl.col("n") >= LEAST_FAMILIES)
        .select("country", "unit_value_premium")
        .sort("country")
    )
