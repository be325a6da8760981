"""The cells of one file in plain spelling, before its reader sees them: numbers, codes, months.

A format says as data (`Cells`) which of its columns hold what. Each column of each file is decided by itself,
since two files may come from spreadsheets of two countries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from data_contracts.checking.numbers import (
    POINT,
    decimal_signs,
    has_certain_points,
    is_plain,
    nothing_said,
    plain_numbers,
)
from riskmodel.sources.files.csv_header import layout_of
from riskmodel.sources.files.periods import plain_months, slashed_cells
from riskmodel.sources.files.table import Table
from riskmodel.sources.files.typed import PARQUET
from riskmodel.sources.files.unpack import first_bytes

_WHOLE_CODE = r"^'?(?:=\")?(\d+)(?:[.,]0*)?\"?$"
_LOOKED_AT = 1000
_POWER = r"^(\d)[.,](\d+)[eE]\+?(\d+)$"
_DOTTED_CODE = r"^(\d{4})[. ](\d{2})(?:[. ]?(\d{2}))?$"


@dataclass(frozen=True)
class Cells:
    """Which columns of a format hold what; columns that a file lacks do no harm.

    Attributes
    ----------
    numbers: column to its currency (`USD`, `EUR`), or `""` for other numbers. products, codes: columns of
        product codes, and of other codes in which a word for nothing is no code. months: columns of months.
    point: the source itself writes a decimal point, so that a table divided by commas leaves no doubt.
    """

    numbers: Mapping[str, str] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    point: bool = False


class PlainFile:
    """Parts of one file, whose columns are all spelled by the same decision.

    `again` gives the parts of the file once more; it is asked for only where a part leaves a column in doubt.
    `alone` says, after a part, that its spelling did not rest on what other parts of the file may say.
    """

    def __init__(self, cells: Cells, again: Callable[[], Iterator[Table]]) -> None:
        self._cells, self._again = cells, again
        self._signs: dict[str, frozenset[str]] = {}
        self._slashed: dict[str, set[str]] = {}
        self.alone = True

    def __call__(self, table: Table) -> Table:
        """The table with plain cells; what cannot be decided or is not of its kind keeps its text."""
        frame, cells = table.frame, self._cells
        changed = [
            *(self._number(table, c, money) for c, money in cells.numbers.items() if is_text(frame, c)),
            *(plain_codes(frame[c], dotted=True) for c in cells.products if is_text(frame, c)),
            *(plain_codes(frame[c], dotted=False) for c in cells.codes if is_text(frame, c)),
            *(self._months(frame[c].str.strip_chars()) for c in cells.months if is_text(frame, c)),
        ]
        return replace(table, frame=frame.with_columns(changed)) if changed else table

    def _number(self, table: Table, column: str, currency: str) -> pl.Series:
        text = table.frame[column]
        if is_plain(text):
            return text
        by_point = self._signs.get(column, POINT) == POINT
        # Most columns hold no words, and one look over them is enough.
        words = nothing_said(text.head(_LOOKED_AT)).any()
        if not by_point or words or not has_certain_points(text):
            text = without_words(text)
            by_point = by_point and has_certain_points(text)
        if by_point:
            self._signs[column] = POINT
            return by_point_of(text)
        if column not in self._signs:
            self._signs[column] = self._decided(table, column, currency)
        return plain_numbers(text, self._signs[column], currency)

    def _months(self, text: pl.Series) -> pl.Series:
        """Months by what the whole file says of the order of day and month, asked where a cell needs it."""
        column = text.name
        if column not in self._slashed and slashed_cells(text):
            self.alone = False
            every = (part.frame[column].str.strip_chars() for part in self._again())
            self._slashed[column] = set().union(*(slashed_cells(cells) for cells in every))
        return plain_months(text, self._slashed.get(column, ()))

    def _decided(self, table: Table, column: str, currency: str) -> frozenset[str]:
        """By this part, else by the rest of the file, else by how the source writes where nothing speaks."""
        self.alone = False
        signs = decimal_signs(table.frame[column], currency)
        if not signs:
            for part in self._again():
                signs |= decimal_signs(part.frame[column], currency)
        if not signs and self._cells.point and divided_by(table) in ("", ","):
            return POINT
        return signs


def by_point_of(text: pl.Series) -> pl.Series:
    """Numbers of a column whose decimal sign is known to be the point.

    Else `125.000`, which the column has decided, would be in doubt again where it is alone.
    """
    return text.str.replace(r"\.000$", "") if text.str.ends_with(".000").any() else text


def is_text(frame: pl.DataFrame, column: str) -> bool:
    return frame.schema.get(column) == pl.String()


def plain_codes(text: pl.Series, *, dotted: bool) -> pl.Series:
    """Codes without what a spreadsheet puts on them; a power of ten only where no digit of it was lost."""
    if is_plain(text):
        return text
    text = text.str.strip_chars()
    distinct = text.unique().drop_nulls()
    strange = distinct.filter(~distinct.str.contains(r"^[0-9]+$"))
    if strange.is_empty():
        return text
    changes = strange.to_frame("code").with_columns(new=pl.lit(None, pl.String))
    code, power = pl.col("code"), pl.col("code").str.extract_groups(_POWER)
    lead, rest, exponent = (power.struct.field(n) for n in ("1", "2", "3"))
    exact = rest.str.len_chars() == exponent.cast(pl.Int64, strict=False)
    plain = pl.coalesce(code.str.extract(_WHOLE_CODE), pl.when(exact).then(lead + rest))
    if dotted:
        parts = code.str.extract_groups(_DOTTED_CODE)
        joined = parts.struct.field("1") + parts.struct.field("2") + parts.struct.field("3").fill_null("")
        plain = pl.coalesce(plain, joined)
    # X is the code of exports.
    words = (nothing_said(strange) & (strange.str.to_lowercase() != "x")).to_frame("nothing")
    changes = pl.concat([changes, words], how="horizontal").with_columns(new=plain)
    changes = changes.filter(pl.col("nothing") | pl.col("new").is_not_null())
    return text.replace(changes["code"], changes["new"]) if changes.height else text


def without_words(text: pl.Series) -> pl.Series:
    """Words for nothing as null, looked for only among the cells that are no numbers."""
    number = text.cast(pl.Float64, strict=False)
    strange = ((number.is_null() & text.is_not_null()) | number.is_nan()).fill_null(False)
    if not strange.any():
        return text
    places = strange.arg_true()
    words = nothing_said(text.gather(places)).fill_null(False)
    return text.scatter(places.filter(words), None) if words.any() else text


def divided_by(table: Table) -> str:
    """The sign between the cells of a delimited text, as its header shows it; `""` for other files."""
    head = first_bytes(table.source)
    if head[:4] == PARQUET or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return ""
    return layout_of(table.source, head).separator
