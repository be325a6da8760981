"""In, then out: does the onward leg follow the inbound leg?"""

from __future__ import annotations

import polars as pl

from features.trade.flows.as_of import FlowsAsOf
from features.trade.measures.surge import WindowSums
from features.trade.measures.transit import FAMILY_FLOOR_USD

LAGS = range(5)
LEAST_MONTHS, MOST_MONTHS = 24, 36


def lead_lag(known: FlowsAsOf, sums: WindowSums) -> pl.DataFrame:
    """country, lead_lag (correlation, -1 to 1): largest correlation of inbound with later onward changes.

    Formula: max over lags L of 0 to 4 months of the Pearson correlation of i(t - L) and o(t), where i and
    o are ln((v(t) + e) / (v(t - 12) + e)) of the listed goods on each leg, e = US$50,000: year on year,
    so that seasons drop out. A month of a reporter counts only where the reporter published the same month
    of the year before too. Minimum: 24 months in common, of the last 36; else the country has no row.
    """
    cells = known.on("inbound", "onward")
    countries = cells.filter(pl.col("leg") == "onward").select("country").unique()
    cells = cells.join(countries, on="country", how="semi")
    before = known.reported.with_columns(pl.col("period").dt.offset_by("12mo"))
    pairs = known.reported.join(before, on=["reporter", "period"])
    changes = _changes(cells, pairs)
    senders = cells.filter(pl.col("leg") == "inbound").select("reporter").unique()
    ends = sums.coverage.filter(pl.col("leg") == "inbound")["end"]
    inbound_months = pairs.join(senders, on="reporter", how="semi").select("period").unique()
    if inbound_months.is_empty() or ends.is_empty():
        return pl.DataFrame(schema={"country": pl.String, "lead_lag": pl.Float64})
    inbound = _on_grid(changes, "inbound", countries.join(inbound_months, how="cross"))
    own = pairs.rename({"reporter": "country"}).join(countries, on="country", how="semi")
    onward = _on_grid(changes, "onward", own.select("country", "period"))
    newest = onward.group_by("country").agg(pl.col("period").max().alias("end"))
    onward = onward.join(newest, on="country").filter(
        pl.col("period") > pl.col("end").dt.offset_by(f"-{MOST_MONTHS}mo")
    )
    lagged = pl.concat(
        inbound.select(
            "country",
            pl.col("period").dt.offset_by(f"{lag}mo"),
            pl.col("change").alias("inbound"),
            pl.lit(lag).alias("lag"),
        )
        for lag in LAGS
    )
    return (
        lagged.join(
            onward.select("country", "period", pl.col("change").alias("onward")), on=["country", "period"]
        )
        .sort("country", "lag", "period")
        .group_by("country", "lag", maintain_order=True)
        .agg(pl.corr("inbound", "onward").fill_nan(None).alias("r"), pl.len().alias("n"))
        .filter(pl.col("n") >= LEAST_MONTHS)
        .group_by("country")
        .agg(pl.col("r").max().clip(-1, 1).alias("lead_lag"))
        .drop_nulls()
        .sort("country")
    )


def _changes(cells: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """leg, country, period, now, before (US$), of reporters that published both months."""
    key = ["leg", "country", "period"]
    now = (
        cells.join(pairs, on=["reporter", "period"]).group_by(key).agg(pl.col("value_usd").sum().alias("now"))
    )
    earlier = cells.with_columns(pl.col("period").dt.offset_by("12mo"))
    before = (
        earlier.join(pairs, on=["reporter", "period"])
        .group_by(key)
        .agg(pl.col("value_usd").sum().alias("before"))
    )
    return now.join(before, on=key, how="full", coalesce=True).fill_null(0)


def _on_grid(changes: pl.DataFrame, leg: str, grid: pl.DataFrame) -> pl.DataFrame:
    """country, period, change: every month of the grid; a reported month without trade is zero."""
    of_leg = changes.filter(pl.col("leg") == leg)
    ratio = (pl.col("now") + FAMILY_FLOOR_USD) / (pl.col("before") + FAMILY_FLOOR_USD)
    return (
        grid.join(of_leg, on=["country", "period"], how="left")
        .with_columns(pl.col("now", "before").fill_null(0))
        .select("country", "period", ratio.log().alias("change"))
    )
