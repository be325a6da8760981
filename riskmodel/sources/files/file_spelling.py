"""The spelling of one file that comes in parts, decided over all of them before the first is read on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import polars as pl

from data_contracts.checking.numbers import POINT, decimal_signs, is_plain, plain_numbers, points
from riskmodel.sources.files.periods import plain_months, slashed_cells
from riskmodel.sources.files.plain import (
    Cells,
    by_point_of,
    divided_by,
    is_text,
    plain_codes,
    without_words,
)
from riskmodel.sources.files.table import Table


class FileSpelling:
    """What the cells of a file's columns say of their spelling; every part is first seen, then spelled.

    The result is that of `plain.PlainFile` on all rows at once, whatever the parts.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._strange: set[str] = set()
        self._certain: set[str] = set()
        self._against: set[str] = set()
        self._signs: dict[str, frozenset[str]] = {}
        self._slashed: dict[str, set[str]] = {}

    def see(self, table: Table) -> None:
        """Take note of a part."""
        frame = table.frame
        for column in self._cells.numbers:
            if is_text(frame, column) and not is_plain(frame[column]):
                certain, fit = points(without_words(frame[column]))
                self._strange.add(column)
                self._certain |= {column} if certain else set()
                self._against |= set() if fit else {column}
        for column in self._cells.months:
            if is_text(frame, column):
                self._slashed.setdefault(column, set()).update(slashed_cells(frame[column].str.strip_chars()))

    def decide(self, parts: Callable[[], Iterator[Table]]) -> None:
        """Settle, once all parts were seen, the decimal sign of columns that no part is enough for."""
        open_columns = sorted(self._strange - (self._certain - self._against))
        found: dict[str, frozenset[str]] = dict.fromkeys(open_columns, frozenset())
        table = None
        for table in parts() if open_columns else ():
            for column in open_columns:
                found[column] |= decimal_signs(
                    without_words(table.frame[column]), self._cells.numbers[column]
                )
        for column, signs in found.items():
            silent = not signs and self._cells.point and table is not None and divided_by(table) in ("", ",")
            self._signs[column] = POINT if silent else signs

    def __call__(self, table: Table) -> Table:
        """The part with plain cells; what cannot be decided or is not of its kind keeps its text."""
        frame, cells = table.frame, self._cells
        changed = [
            *(self._number(frame[c], money) for c, money in cells.numbers.items() if c in self._strange),
            *(plain_codes(frame[c], dotted=True) for c in cells.products if is_text(frame, c)),
            *(plain_codes(frame[c], dotted=False) for c in cells.codes if is_text(frame, c)),
            *(
                plain_months(frame[c].str.strip_chars(), self._slashed.get(c, ()))
                for c in cells.months
                if is_text(frame, c)
            ),
        ]
        return replace(table, frame=frame.with_columns(changed)) if changed else table

    def _number(self, text: pl.Series, currency: str) -> pl.Series:
        if text.name in self._signs:
            return plain_numbers(without_words(text), self._signs[text.name], currency)
        return text if is_plain(text) else by_point_of(without_words(text))
