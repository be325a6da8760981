"""Signal from public listings of sanctioned entities."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.exact import exact_sum

HALF_LIFE_DAYS = 365


def listing_history(listings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Decayed count of listed entities: country, listing_history (Float64), n_listed (Int64).

    Formula: ln(1 + sum of n_entities * 2^(-age in days / 365)) over listings published on or before
    `as_of`; listings known not to concern goods (`goods_diversion` = `false`) are left out. A country
    without listings has no row: with a listings table given, that is a true zero.
    """
    age = (pl.lit(as_of) - pl.col("listed_on")).dt.total_days()
    weight = pl.col("n_entities") * (2.0 ** (-age / HALF_LIFE_DAYS))
    return (
        listings.filter((pl.col("listed_on") <= as_of) & (pl.col("goods_diversion") != "false"))
        .sort("country", "listed_on", "jurisdiction", "list", "n_entities")
        .group_by("country", maintain_order=True)
        .agg(exact_sum(weight).log1p().alias("listing_history"), pl.col("n_entities").sum().alias("n_listed"))
    )
