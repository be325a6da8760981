"""Monthly mean rates of the European Central Bank from the store; they are never revised."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import polars as pl

from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry, newest

SCALE = 10_000
SCHEMA = {"currency": pl.String(), "month": pl.Date(), "rate": pl.Int64()}


def monthly_rates(store: Store, entries: Sequence[Entry]) -> pl.DataFrame:
    """US dollars for 10,000 units of EUR and GBP by month: currency, month (Date), rate (Int64).

    Empty without ECB rates in the store. A month has the mean of its days so far.
    """
    entry = newest(entries, "ecb", "eurofxref-hist.zip")
    if entry is None or not store.object(entry.sha256).is_file():
        return pl.DataFrame(schema=SCHEMA)
    with zipfile.ZipFile(store.object(entry.sha256)) as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith(".csv")))
    days = pl.read_csv(io.BytesIO(text), infer_schema=False, truncate_ragged_lines=True)
    days = days.select(
        pl.col("Date").str.strip_chars().str.to_date("%Y-%m-%d", strict=False).alias("day"),
        pl.col("USD").str.strip_chars().cast(pl.Float64, strict=False),
        (pl.col("GBP") if "GBP" in days.columns else pl.lit(None, pl.String))
        .str.strip_chars()
        .cast(pl.Float64, strict=False)
        .alias("GBP"),
    ).filter(pl.col("day").is_not_null() & pl.col("USD").is_not_null())
    means = days.group_by(pl.col("day").dt.truncate("1mo").alias("month")).agg(
        pl.col("USD").mean().alias("EUR"), (pl.col("USD") / pl.col("GBP")).mean().alias("GBP")
    )
    long = means.unpivot(["EUR", "GBP"], index="month", variable_name="currency", value_name="usd")
    rate = (pl.col("usd") * SCALE).round().cast(pl.Int64)
    rows = long.filter(pl.col("usd").is_not_nan()).select("currency", "month", rate.alias("rate"))
    return rows.drop_nulls().sort("currency", "month")


def in_dollars(rows: pl.DataFrame, rates: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Replace `cents` by `value_usd` (whole dollars, halves up) at the rate of `period`; null without one."""
    of_currency = rates.filter(pl.col("currency") == currency).select(pl.col("month").alias("period"), "rate")
    joined = rows.join(of_currency, on="period", how="left", maintain_order="left")
    divisor = 100 * SCALE
    dollars = (pl.col("cents").cast(pl.Int128) * pl.col("rate") + divisor // 2) // divisor
    return joined.with_columns(dollars.cast(pl.Int64).alias("value_usd")).drop("cents", "rate")
