"""Months as whole numbers, and which period of a reporter's table a month is booked in."""

from __future__ import annotations

from datetime import date

import polars as pl

MONTH = pl.Int32()


def month_number(day: date) -> int:
    """Months since year 0.

    >>> month_number(date(2022, 3, 1)) - month_number(date(2021, 12, 1))
    3
    """
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """The first day of a month; the inverse of `month_number`.

    >>> first_day(month_number(date(2022, 3, 1)))
    datetime.date(2022, 3, 1)
    """
    return date(month // 12, month % 12 + 1, 1)


def numbered(day: str = "period") -> pl.Expr:
    """The month number of a date column (Int32)."""
    return pl.col(day).dt.year().cast(MONTH) * 12 + pl.col(day).dt.month().cast(MONTH) - 1


def dated(month: str) -> pl.Expr:
    """The first day of the month of a column of month numbers."""
    return pl.date(pl.col(month) // 12, pl.col(month) % 12 + 1, 1)


def booking_calendar(trade: pl.DataFrame) -> pl.DataFrame:
    """Where a table books what happens in a month: reporter, flow, month, period, hs_edition.

    A reporter whose periods lie whole years apart reports yearly, and its period holds the twelve months from
    it on; likewise quarters. Otherwise a period is its month. No row: that month is not reported. The edition
    is the one that most of the reporter's rows of the period name, the newer one of equals.
    """
    counted = trade.group_by("reporter", "flow", "period", "hs_edition").len()
    periods = (
        counted.sort("reporter", "flow", "period", "len", "hs_edition", descending=[False] * 3 + [True] * 2)
        .unique(["reporter", "flow", "period"], keep="first", maintain_order=True)
        .with_columns(numbered().alias("month"))
    )
    gap = pl.col("month").diff().over("reporter", "flow")
    whole = [(gap % length == 0).all().over("reporter", "flow") for length in (12, 3)]
    several = pl.len().over("reporter", "flow") > 1
    length = pl.when(several & whole[0]).then(12).when(several & whole[1]).then(3).otherwise(1)
    return (
        periods.with_columns(length.cast(MONTH).alias("length"))
        .with_columns(pl.int_ranges(pl.col("month"), pl.col("month") + pl.col("length"), dtype=MONTH))
        .explode("month")
        .select("reporter", "flow", "month", "period", "hs_edition")
        .sort("reporter", "flow", "month", "period")
        .unique(["reporter", "flow", "month"], keep="last", maintain_order=True)
    )
