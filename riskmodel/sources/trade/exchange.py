"""Foreign money to whole US dollars with the dated table of rates `features/reference/exchange_rates.csv`."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib.resources import files

import polars as pl

_SCALE = 10_000


@cache
def rates(currency: str) -> pl.DataFrame:
    """Return valid_from, valid_to (Date, inclusive, ascending) and rate (Int64, US$ per 10,000 units)."""
    text = (files("features") / "reference" / "exchange_rates.csv").read_bytes()
    table = pl.read_csv(text, infer_schema=False).filter(pl.col("currency") == currency)
    return table.select(
        pl.col("valid_from", "valid_to").str.to_date("%Y-%m-%d"),
        pl.Series("rate", [int(Decimal(x) * _SCALE) for x in table["usd_per_unit"]], pl.Int64),
    ).sort("valid_from")


def covered(currency: str) -> str:
    """The first and last year with a rate.

    >>> covered("EUR")
    '1999 to 2024'
    """
    years = rates(currency)["valid_from"].dt.year().to_list()
    return f"{years[0]} to {years[-1]}"


def with_dollars(frame: pl.DataFrame, currency: str, cents: str, period: str = "period") -> pl.DataFrame:
    """Add `value_usd` (Int64, whole dollars, halves up): cents of `currency` at the rate of `period`.

    Integers only, so that the result does not depend on order. Null where the table has no rate.
    """
    table = rates(currency)
    dated = (
        frame.with_row_index("_place").sort(period).join_asof(table, left_on=period, right_on="valid_from")
    )
    rate = pl.when(pl.col(period) <= pl.col("valid_to")).then(pl.col("rate"))
    divisor = 100 * _SCALE
    # Cents times a rate of four decimals can pass 2^63, dollars cannot.
    dollars = (pl.col(cents).cast(pl.Int128) * rate + divisor // 2) // divisor
    return (
        dated.with_columns(dollars.cast(pl.Int64, strict=False).alias("value_usd"))
        .sort("_place")
        .drop("_place", "rate", "valid_from", "valid_to")
    )
