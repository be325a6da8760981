"""Months as programs and spreadsheets of many countries write them, to `YYYY-MM`, decided by the column."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta

import polars as pl

from data_contracts.codes.months import month_named

_USUAL = r"^\d{4}-\d{2}(-\d{2})?$"
_YEAR_FIRST = re.compile(r"^(\d{4})(?:[-/.]?M|[-/])(\d{1,2})$", re.IGNORECASE)
_TOGETHER = re.compile(r"^((?:19|20)\d{2})(\d{2})(?:\.0*)?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})[-/.](\d{4})$")
_DAY = re.compile(r"^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:\.0*)?(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$")
_TWO_AND_TWO = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: 0?0:00(?::00)?)?$")
_NAMED = re.compile(r"^([^\W\d]+)\.?[-/ ,]{0,2}(\d{4}|\d{2})$")
_NAMED_LAST = re.compile(r"^(\d{4})[-/ ]{0,2}([^\W\d]+)\.?$")
_SERIAL = re.compile(r"^(\d{5})(?:\.0*)?$")
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 54_788  # January 2000 to January 2050 as spreadsheets count days


def plain_months(text: pl.Series, others: Collection[str] = ()) -> pl.Series:
    """The months of a column as `YYYY-MM`, days of ISO 8601 as they are; what is no month stays as written.

    Read are `202205`, `202205.0`, `2022M05`, `2022/05`, `05/2022`, `May-22`, `Mai 2022`, `20220501`, a
    spreadsheet's number of a first of month, and `01/05/2022`, whose day comes first or second as the column
    shows: by a number above 12, or because only one reading makes a first of month of two different cells or
    more. Where neither does, the cell stays. `others` are further cells of the column (`slashed_cells`),
    where `text` is a part of it.

    >>> plain_months(pl.Series(["202205.0", "2022M06", "May-22", "01/05/2022", "2022"])).to_list()
    ['2022-05', '2022-06', '2022-05', '01/05/2022', '2022']
    >>> plain_months(pl.Series(["01/05/2022", "01/06/2022"])).to_list()
    ['2022-05-01', '2022-06-01']
    """
    distinct = text.unique().drop_nulls()
    strange = distinct.filter(~distinct.str.contains(_USUAL)).sort().to_list()
    if not strange:
        return text
    order = _order([found for cell in {*strange, *others} if (found := _TWO_AND_TWO.match(cell))])
    known = {cell: month for cell in strange if (month := _month(cell) or _slashed(cell, order))}
    return text.replace(list(known), list(known.values())) if known else text


def slashed_cells(text: pl.Series) -> set[str]:
    """The cells that say two numbers and a year, of which the column decides which is the day."""
    distinct = text.unique().drop_nulls()
    strange = distinct.filter(~distinct.str.contains(_USUAL)).to_list()
    return {cell for cell in strange if _TWO_AND_TWO.match(cell)}


def _month(cell: str) -> str | None:
    for shape, read in _SHAPES:
        if found := shape.match(cell):
            return read(*found.groups())
    return None


def _of(year: str, month: str) -> str | None:
    return f"{year}-{int(month):02}" if 1 <= int(month) <= 12 else None


def _named(name: str, year: str) -> str | None:
    month = month_named(name)
    century = "" if len(year) == 4 else "20" if int(year) < 50 else "19"
    return None if month is None else f"{century}{year}-{month:02}"


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _of_serial(number: str) -> str | None:
    if not _FIRST_SERIAL <= int(number) <= _LAST_SERIAL:
        return None
    day = date(1899, 12, 30) + timedelta(days=int(number))
    # Spreadsheets that count from 1904 would be four years and a day off, so on no first of month.
    return day.isoformat() if day.day == 1 else None


_SHAPES: tuple[tuple[re.Pattern[str], Callable[..., str | None]], ...] = (
    (_YEAR_FIRST, _of),
    (_TOGETHER, _of),
    (_DAY, _day),
    (_YEAR_LAST, lambda month, year: _of(year, month)),
    (_NAMED, _named),
    (_NAMED_LAST, lambda year, name: _named(name, year)),
    (_SERIAL, _of_serial),
)


def _order(cells: Sequence[re.Match[str]]) -> str:
    """`day`, `month` or `` (not decided): what stands first in dates of two numbers and a year."""
    pairs = {(int(cell[1]), int(cell[2]), cell[3]) for cell in cells}
    fits = {
        "day": all(1 <= second <= 12 for _, second, _ in pairs),
        "month": all(1 <= first <= 12 for first, _, _ in pairs),
    }
    if fits["day"] != fits["month"]:
        return "day" if fits["day"] else "month"
    if not pairs or not fits["day"]:
        return ""
    firsts = {"day": all(a == 1 for a, _, _ in pairs), "month": all(b == 1 for _, b, _ in pairs)}
    if firsts["day"] and firsts["month"]:
        return "day"
    if len(pairs) > 1 and firsts["day"] != firsts["month"]:
        return "day" if firsts["day"] else "month"
    return ""


def _slashed(cell: str, order: str) -> str | None:
    found = _TWO_AND_TWO.match(cell)
    if not found or not order:
        return None
    first, second, year = found.groups()
    month, day = (first, second) if order == "month" else (second, first)
    return _day(year, month, day)
