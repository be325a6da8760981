"""Days as lists of sanctions write them, and the day a copy of a list is of."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path, PurePosixPath

import polars as pl

from riskmodel.sources.files.day_order import DOUBT, day_order, in_order

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"^(\d{4})([-/.])(\d\d?)\2(\d\d?)(?:[T ].*|[Z+-].*)?$")
_NUMBERS = re.compile(r"^(\d\d?)([-/.])(\d\d?)\2(\d{4})(?:\s.*)?$")
_WORDS = re.compile(r"^(\d\d?)[ -]([A-Za-z]{3,9})\.?[ -](\d{4})$")
_TOGETHER = re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)$")
_JAPANESE = re.compile(r"^(\d{4})\s*年\s*(\d\d?)\s*月\s*(\d\d?)\s*日$")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")

Reader = Callable[[str | None], str | None]


def day_first(text: str | None) -> str | None:
    """YYYY-MM-DD of a day in ISO, `2026/8/14`, `14/08/2026`, `12.9.2014`, `14-Aug-2026`.

    Other text stays, empty is None.

    >>> day_first("07/03/2022"), day_first("14 August 2026"), day_first("dd/mm/1974"), day_first(" ")
    ('2022-03-07', '2026-08-14', 'dd/mm/1974', None)
    """
    return _day(text, month_first=False)


def month_first(text: str | None) -> str | None:
    """As `day_first`, for lists of the United States, which write `08/14/2026`."""
    return _day(text, month_first=True)


def days_of(column: pl.Series, usual: str = "") -> pl.Series:
    """The days of one file as YYYY-MM-DD; `usual` is what its source writes first, `day` or `month`.

    A list that was saved again by a spreadsheet of another country has the other order: a cell that shows it
    decides for all. Where cells disagree, or nothing decides, cells in doubt say so.

    >>> days_of(pl.Series(["3/7/2023", "3/13/2023"]), "day").to_list()
    ['2023-03-07', '2023-03-13']
    >>> days_of(pl.Series(["01/05/2022"])).to_list(), days_of(pl.Series(["01/05/2022"]), "day").to_list()
    (['01/05/2022 (is the day or the month first?)'], ['2022-05-01'])
    """
    plain = in_order(column, day_order([column], usual))
    known = {text: _without_doubt(text) for text in plain.unique().drop_nulls().to_list()}
    return plain.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def _without_doubt(text: str) -> str | None:
    found = _NUMBERS.match(" ".join(text.split()))
    if text.endswith(DOUBT):
        return text
    return month_first(text) if found and int(found[3]) > 12 else day_first(text)


def _day(text: str | None, month_first: bool) -> str | None:
    text = " ".join((text or "").split())
    if not text:
        return None
    if found := _ISO.match(text):
        year, _, month, day = found.groups()
    elif found := _JAPANESE.match(text) or _TOGETHER.match(text):
        year, month, day = found.groups()
    elif found := _NUMBERS.match(text):
        first, sign, second, year = found.groups()
        month, day = (first, second) if month_first and sign != "." else (second, first)
    elif found := _WORDS.match(text):
        day, word, year = found.groups()
        month = str(_MONTHS.index(word[:3].lower()) + 1) if word[:3].lower() in _MONTHS else "0"
    else:
        return text
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return text


def known_day(text: str | None, reader: Reader = day_first) -> date | None:
    """The day in `text`, or None where it holds none."""
    day = reader(text)
    try:
        return None if day is None else date.fromisoformat(day)
    except ValueError:
        return None


def day_of_name(name: str, path: Path) -> date | None:
    """The day in a file's published name, or in that of its folder: dated copies are kept so.

    None where there is none, or one that is still to come.

    >>> str(day_of_name("sdn_2024-03-01.xml", Path("sdn_2024-03-01.xml"))), day_of_name("sdn", Path("sdn"))
    ('2024-03-01', None)
    """
    for part in (*reversed(PurePosixPath(name).parts), path.parent.name):
        for found in _IN_NAME.finditer(part):
            try:
                day = date(int(found[1]), int(found[3]), int(found[4]))
            except ValueError:
                continue
            if day <= datetime.now().date():
                return day
    return None
