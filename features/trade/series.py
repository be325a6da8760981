"""Monthly series of the two legs, for people to look at."""

from __future__ import annotations

import polars as pl

from features.trade.flows.windows import Windows
from features.trade.measures.surge import window_ends

SERIES: dict[str, pl.DataType] = {
    "country": pl.String(),
    "leg": pl.String(),
    "period": pl.Date(),
    "value_usd": pl.Int64(),
    "baseline_usd": pl.Int64(),
}


def leg_series(cells: pl.DataFrame, reported: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """Listed goods by month: country, leg, period, value_usd, baseline_usd (whole US$), sorted.

    A month that was reported without trade is 0; a month that was not reported has no row. `baseline_usd`
    is the mean of the same calendar month over the baseline years, null where there is none.
    """
    sides = cells.filter(pl.col("leg") != "direct")
    sums = sides.group_by("country", "leg", "period").agg(pl.col("value_usd").sum())
    ends = window_ends(cells, reported)
    onward = reported.select(pl.col("reporter").alias("country"), pl.lit("onward").alias("leg"), "period")
    members = cells.filter(pl.col("leg") != "onward").select("reporter").unique()
    inbound_months = reported.join(members, on="reporter").join(ends, on="reporter")
    months = inbound_months.filter(pl.col("period") <= pl.col("end")).select("period").unique()
    pairs = sums.select("country", "leg").unique()
    inbound = pairs.filter(pl.col("leg") == "inbound").join(months, how="cross")
    grid = pl.concat(
        [inbound.select("country", "leg", "period"), onward.join(pairs, on=["country", "leg"], how="semi")]
    )
    filled = grid.join(sums, on=["country", "leg", "period"], how="left").with_columns(
        pl.col("value_usd").fill_null(0), pl.col("period").dt.month().alias("calendar_month")
    )
    in_baseline = pl.col("period").is_between(windows.baseline_start, windows.baseline_end)
    base = (
        filled.filter(in_baseline)
        .group_by("country", "leg", "calendar_month")
        .agg(
            ((2 * pl.col("value_usd").sum() + pl.len()) // (2 * pl.len()))
            .cast(pl.Int64)
            .alias("baseline_usd")
        )
    )
    return (
        filled.join(base, on=["country", "leg", "calendar_month"], how="left")
        .select(pl.col(name).cast(dtype) for name, dtype in SERIES.items())
        .sort("country", "leg", "period")
    )
