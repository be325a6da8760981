"""Months as numbers and days: the one arithmetic of months.

A month number counts months since the year 0, so that differences of numbers are months.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl


def month_number(day: date) -> int:
    """Number of the month of a day.

    >>> month_number(date(2023, 1, 31)) - month_number(date(2022, 11, 1))
    2
    """
    return day.year * 12 + day.month - 1


def month_numbers(days: pl.Expr) -> pl.Expr:
    """The same of a column of days (Int64); null stays null.

    >>> pl.select(month_numbers(pl.lit(date(2023, 1, 31)))).item() == month_number(date(2023, 1, 1))
    True
    """
    return days.dt.year().cast(pl.Int64) * 12 + days.dt.month().cast(pl.Int64) - 1


def month_start(number: int) -> date:
    """First day of the month with a number.

    >>> month_start(month_number(date(2022, 3, 15)))
    datetime.date(2022, 3, 1)
    """
    return date(number // 12, number % 12 + 1, 1)


def start_of_month(day: date, after: int = 0) -> date:
    """First day of the month that lies `after` months after that of `day`; before it where that is below 0.

    >>> start_of_month(date(2023, 1, 31), 1), start_of_month(date(2023, 1, 31), -6)
    (datetime.date(2023, 2, 1), datetime.date(2022, 7, 1))
    """
    return month_start(month_number(day) + after)


def end_of_month(day: date, after: int = 0) -> date:
    """Last day of the month that lies `after` months after that of `day`; before it where that is below 0.

    >>> end_of_month(date(2024, 2, 1)), end_of_month(date(2023, 1, 31), -6)
    (datetime.date(2024, 2, 29), datetime.date(2022, 7, 31))
    """
    return start_of_month(day, after + 1) - timedelta(days=1)
