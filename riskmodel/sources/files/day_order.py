"""Dates of two numbers and a year (`01/05/2022`): the day or the month first, as the whole column shows."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

DOUBT = " (is the day or the month first?)"
_NUMBERS = r"^\W*(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b(.*)$"


def day_order(columns: Iterable[pl.Series], usual: str = "") -> str:
    """`day`, `month` or `` (not decided): what comes first in the dates of a column, given in parts.

    A number above 12 is no month. Where cells disagree nothing is decided; where none speaks it is `usual`,
    the order that the source itself is known to write.

    >>> day_order([pl.Series(["01/05/2022"]), pl.Series(["13/05/2022"])])
    'day'
    >>> day_order([pl.Series(["13/05/2022", "05/13/2022"])]), day_order([pl.Series(["01/05/2022"])])
    ('', '')
    """
    day = month = False
    for text in columns:
        first, second = _numbers(text)
        day |= bool((first > 12).any())
        month |= bool((second > 12).any())
    if day == month:
        return "" if day else usual
    return "day" if day else "month"


def in_doubt(text: pl.Series) -> bool:
    """Whether some cell is a date whose two numbers may both be the month, and differ."""
    first, second = _numbers(text)
    return bool(((first <= 12) & (second <= 12) & (first != second)).any())


def in_order(text: pl.Series, order: str) -> pl.Series:
    """The column with such dates as `YYYY-MM-DD` and what follows them.

    Without an order cells in doubt are marked in words, so that no cast reads them and refusals say why.

    >>> in_order(pl.Series(["01/05/2022 10:00", "2022-05-02"]), "day").to_list()
    ['2022-05-01 10:00', '2022-05-02']
    >>> in_order(pl.Series(["01/05/2022", "13/05/2022"]), "").to_list()
    ['01/05/2022 (is the day or the month first?)', '13/05/2022']
    """
    if not order:
        first, second = _numbers(text)
        doubt = ((first <= 12) & (second <= 12) & (first != second)).fill_null(False)
        return (text + DOUBT).zip_with(doubt, text).alias(text.name)
    parts = text.str.extract_groups(_NUMBERS).struct.unnest()
    month, day = ("1", "2") if order == "month" else ("2", "1")
    two = {name: parts[name].str.zfill(2) for name in (month, day)}
    written = parts["3"] + "-" + two[month] + "-" + two[day] + parts["4"]
    return written.zip_with(written.is_not_null(), text).alias(text.name)


def _numbers(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    parts = text.str.extract_groups(_NUMBERS).struct.unnest()
    return parts["1"].cast(pl.Int64), parts["2"].cast(pl.Int64)
