"""How numbers, days and moments are written: the one grammar of text, for readers and contracts alike.

Each function takes text without blanks around it and gives values in the same places, null for what is not
written so. Nothing is guessed: a day has four digits of year and two of month and day, and whether a sign is
a decimal one or stands between thousands is decided by the column (`checking.numbers`) or not at all.
"""

from __future__ import annotations

import polars as pl

from data_contracts.checking.moments import MOMENT as MOMENT
from data_contracts.checking.moments import moments as moments
from data_contracts.checking.numbers import decimal_signs, plain_numbers

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def whole_numbers(text: pl.Series) -> pl.Series:
    """Int64: digits, with or without sign, that may end in `.` or `.0`; thousands as the column shows.

    >>> whole_numbers(pl.Series(["+12", "12.0", "1,000"])).to_list()
    [12, 12, 1000]
    >>> whole_numbers(pl.Series(["125.000", "1,000"])).to_list()
    [None, None]
    """
    number = text.cast(pl.Int64, strict=False)
    if number.null_count() == text.null_count():
        return number
    plain = plain_numbers(text, decimal_signs(text))
    return plain.str.strip_prefix("+").cast(pl.Int64, strict=False)


def decimals(text: pl.Series) -> pl.Series:
    """Float64: a number with a decimal point, maybe with an exponent."""
    return text.cast(pl.Float64, strict=False)


def decimal(text: pl.Expr) -> pl.Expr:
    """As `decimals`, of an expression, for readers that reckon with what a file says."""
    return text.str.strip_chars().cast(pl.Float64, strict=False)


def truths(text: pl.Series) -> pl.Series:
    """Boolean: `true`, `1`, `false` and `0`, in any case.

    >>> truths(pl.Series(["TRUE", "0", "yes"])).to_list()
    [True, False, None]
    """
    known = {"true": True, "1": True, "false": False, "0": False}
    return text.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.Boolean)


def days(text: pl.Series) -> pl.Series:
    """Date: YYYY-MM-DD, maybe with midnight behind it, or YYYY-MM for the first of a month.

    >>> [str(day) for day in days(pl.Series(["2022-05-31", "2022-05", "2022-05-31T00:00:00Z", "2022-5-1"]))]
    ['2022-05-31', '2022-05-01', '2022-05-31', 'None']
    """
    plain = text.str.contains(f"^{_DAY}$").fill_null(True)
    if not plain.all():
        text = text.str.replace(r"[T ]00:00(:00(\.0+)?)?(Z|z|\+00:?00)?$", "")
        text = text.str.replace(r"^([0-9]{4}-[0-9]{2})$", "$1-01")
        text = _where(text.str.contains(f"^{_DAY}$"), text)
    return text.str.to_date("%Y-%m-%d", strict=False)


def _where(condition: pl.Series, values: pl.Series) -> pl.Series:
    nothing = pl.Series(values.name, [None], dtype=values.dtype)
    return values.zip_with(condition.fill_null(False), nothing)
