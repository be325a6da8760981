"""Does the country make what it sells? Exports to Russia against its comparative advantage before."""

from __future__ import annotations

import polars as pl

from features.trade.flows.as_of import FlowsAsOf
from features.trade.measures.transit import COUNTRY_FLOOR_USD

WEAK_ADVANTAGE = 0.1
LEAST_CHAPTERS = 20


def rca_mismatch(known: FlowsAsOf, families: pl.DataFrame, goods: pl.DataFrame) -> pl.DataFrame:
    """country, rca_mismatch (share, 0 to 1): exports to Russia in families the country hardly makes.

    Formula: of recent exports to Russia, the share in families whose revealed comparative advantage was
    below 0.1 over the baseline: RCA = (X_ck / X_c) / (X_wk / X_w), exports of country c and of all
    reporters w to everybody but Russia (Balassa 1965), each reporter and month as first published.
    Minimum: US$1m of recent exports to Russia, baseline exports of the country, and a table wide enough
    to know totals (20 HS chapters); else the country has no row.

    Parameters
    ----------
    families: `transit.family_table`. goods: comparable codes with their family.
    """
    totals = known.exports.join(goods.select(pl.col("hs6").alias("code"), "family"), on="code", how="left")
    chapters = totals.select(pl.col("code").str.head(2).n_unique()).item() if totals.height else 0
    if chapters < LEAST_CHAPTERS:
        return pl.DataFrame(schema={"country": pl.String, "rca_mismatch": pl.Float64})
    all_goods = totals.group_by(pl.col("reporter").alias("country")).agg(
        pl.col("value_usd").sum().alias("total")
    )
    listed = totals.drop_nulls("family")
    own = listed.group_by(pl.col("reporter").alias("country"), "family").agg(
        pl.col("value_usd").sum().alias("own")
    )
    world = listed.group_by("family").agg(pl.col("value_usd").sum().alias("world"))
    world_total = int(totals["value_usd"].sum())
    advantage = (pl.col("own").fill_null(0) / pl.col("total")) / (pl.col("world") / world_total)
    sent = pl.col("onward_recent_usd")
    weak = advantage.fill_null(0.0) < WEAK_ADVANTAGE
    return (
        families.filter(sent > 0)
        .join(all_goods.filter(pl.col("total") > 0), on="country")
        .join(own, on=["country", "family"], how="left")
        .join(world.filter(pl.col("world") > 0), on="family")
        .group_by("country")
        .agg(sent.sum(), sent.filter(weak).sum().alias("weak"))
        .filter(sent >= COUNTRY_FLOOR_USD)
        .select("country", (pl.col("weak") / sent).alias("rca_mismatch"))
        .sort("country")
    )
