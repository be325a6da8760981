"""Rows of a delimited text one by one: by RFC 4180, else by the ways in which known writers break it.

A way counts only where it gives every row of the file the width of the header; where none does, the file is
refused by the row at which RFC 4180 is broken.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.csv_header import Layout, csv_rows
from riskmodel.sources.files.find import Source

Rows = Callable[[], Iterator[list[str]]]
_PAIR, _ESCAPED = '""', '\\"'


def too_long(row: int, width: int, separator: str) -> str:
    """What to do about a row with more cells than the header."""
    return (
        f"has more fields than the {width} of its header in data row {row}; "
        f"put cells that hold {separator!r} between double quotes"
    )


def hides_rows(row: int) -> str:
    """What to do about a quoted cell that holds lines which look like rows."""
    return (
        f"holds a quoted cell over several lines in data row {row}, the last of which looks like a row: a "
        "quotation mark there is not doubled; double the marks within cells, or export it again"
    )


def rows_of(
    source: Source, path: Path, layout: Layout, *, sound: bool, exact: bool = False, hidden: int | None = None
) -> Rows:
    """The way in which all rows of a text can be read. Raises InputUnreadable naming the row at fault.

    Of a text whose quotes are `sound`, or that RFC 4180 reads all the same, rows may be shorter than the
    header, unless `exact`. `hidden` is a row that by RFC 4180 has others within it.
    """

    def strict() -> Iterator[list[str]]:
        return _strict(source, path, layout)

    try:
        if hidden:
            raise source.refuse(hides_rows(hidden))
        _go_through(source, strict, layout, exact=exact)
        return strict
    except InputUnreadable as error:
        if sound and not exact:
            raise
        fault = error
    # Line by line comes first: there no row can hide within another.
    for way in (_line_by_line, _escaped, *((_literal,) if layout.separator == "\t" else ())):

        def rows(way: Callable[[Path, Layout], Iterator[list[str]]] = way) -> Iterator[list[str]]:
            return way(path, layout)

        try:
            _go_through(source, rows, layout, exact=True)
            return rows
        except (InputUnreadable, csv.Error):
            continue
    raise fault


def _go_through(source: Source, rows: Rows, layout: Layout, *, exact: bool) -> None:
    width = len(layout.columns)
    for number, row in enumerate(rows(), start=1):
        if len(row) > width + 1 or (exact and len(row) == width + 1 and row[-1].strip()):
            raise source.refuse(too_long(number, width, layout.separator))
        if exact and 0 < len(row) < width:
            raise source.refuse(
                f"has {len(row)} fields under the {width} of its header in data row {number}; put cells with "
                "line ends, carriage returns or quotation marks between double quotes and double those marks"
            )


def _strict(source: Source, path: Path, layout: Layout) -> Iterator[list[str]]:
    number = 0
    with _below_header(path, layout) as file:
        try:
            for row in csv_rows(file, layout.separator):  # type: ignore[arg-type]
                number += 1
                yield row
        except csv.Error as error:
            raise source.refuse(
                f"breaks off inside a quoted cell or is no delimited text after data row {number} "
                f"({one_line(str(error), 120)}); double the quotation marks within cells, or export it again"
            ) from error


def _escaped(path: Path, layout: Layout) -> Iterator[list[str]]:
    r"""Marks within cells written as `\"`, as Spark and MySQL do."""
    taken: list[str] = []

    def lines(file: TextIO) -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    least = len(layout.columns) - 1
    with _below_header(path, layout) as file:
        for row in csv.reader(lines(file), delimiter=layout.separator, escapechar="\\", strict=True):
            if len(taken) > 1 and all(line.count(layout.separator) >= least for line in taken):
                raise csv.Error("a cell over several lines that look like rows")
            taken.clear()
            yield row


def _line_by_line(path: Path, layout: Layout) -> Iterator[list[str]]:
    """Each line a row; a mark within a cell is text unless a separator or the line's end follows."""
    with _below_header(path, layout) as file:
        for line in file:
            yield _cells(line.rstrip("\r\n"), layout.separator)


def _literal(path: Path, layout: Layout) -> Iterator[list[str]]:
    """Each line a row and every mark text, as writers of tab-separated text without quotes have it."""
    with _below_header(path, layout) as file:
        for line in file:
            yield line.rstrip("\r\n").split(layout.separator)


def _below_header(path: Path, layout: Layout) -> TextIO:
    file = path.open(encoding="utf-8-sig", newline="")
    for _ in range(layout.lines):
        file.readline()
    return file


def _cells(line: str, separator: str) -> list[str]:
    cells, place = [], 0
    while line:
        if not line.startswith('"', place):
            end = line.find(separator, place)
            cells.append(line[place:] if end < 0 else line[place:end])
        else:
            end = line.find(f'"{separator}', place + 1)
            closed = end >= 0 or (line.endswith('"') and len(line) > place + 1)
            if not closed:
                raise csv.Error("a quoted cell does not end")
            inside = line[place + 1 : end] if end >= 0 else line[place + 1 : -1]
            cells.append(inside.replace(_PAIR, '"').replace(_ESCAPED, '"'))
            end = end + 1 if end >= 0 else -1
        if end < 0:
            break
        place = end + 1
        if place == len(line):
            cells.append("")
            break
    return cells
