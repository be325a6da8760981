"""Delimited text to cells, all String: a fast way for sound files, and a slow one that finds the fault.

Rows are counted a second time from the bytes (`csv_scan`); what the two ways count apart is never used.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import polars as pl

from riskmodel.operations.scratch import Scratch
from riskmodel.sources.files.csv_header import Layout, csv_rows, layout_of
from riskmodel.sources.files.csv_repair import hides_rows, rows_of, too_long
from riskmodel.sources.files.csv_scan import Scan, last_lines, line_starts, scan, swallowed_row
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.unpack import utf8_file

TRAILING = "unnamed_last_column"
_BLOCK = 1 << 20
Again = Callable[[], pl.DataFrame]


@dataclass(frozen=True)
class Dialect:
    """What a known format does against the rules: Latin-1 text, or a last column that the header lacks."""

    latin1: bool = False
    trailing_column: bool = False


NO_DIALECT = Dialect()


def read_csv_cells(
    source: Source, head: bytes, dialect_of: Callable[[frozenset[str]], Dialect]
) -> pl.DataFrame:
    """Read delimited text (comma, semicolon, tab or bar, known by the header); cells are String or null.

    Short rows end in nulls, as spreadsheets write them. A row longer than its header is refused, except that
    every row may end in one separator; what follows it is kept as `unnamed_last_column` only for
    formats known to need it. Raises InputUnreadable naming the data row.
    """
    layout = layout_of(source, head)
    dialect = dialect_of(frozenset(layout.columns))
    with utf8_file(source, latin1=dialect.latin1) as text, _one_line_end(text, layout) as (path, facts):
        _refuse_cut(source, path, layout, facts)
        trailing = [TRAILING] if _first_row_is_longer(path, layout) else []
        frame = _fast(path, layout, trailing, facts)
        if frame is None:
            trailing = [TRAILING]
            frame = _slow(source, path, layout, facts)
    if trailing and not dialect.trailing_column:
        beyond = frame[TRAILING].is_not_null() & (frame[TRAILING] != "")
        if beyond.any():
            row = int(beyond.arg_max() or 0) + 1
            raise source.refuse(too_long(row, len(layout.columns), layout.separator))
        frame = frame.drop(TRAILING)
    return frame


def csv_row_parts(
    source: Source, head: bytes, path: Path, rows: int, dialect: Dialect = NO_DIALECT
) -> Iterator[tuple[pl.DataFrame, Again | None]]:
    """Cells of a delimited text in UTF-8, at most `rows` rows at a time, and how to have them again.

    What every row holds beyond the header goes, as in `read_csv_cells`. Raises InputUnreadable as that does,
    before any row is given away.
    """
    layout, number = layout_of(source, head), 0
    width = len(layout.columns)
    with _one_line_end(path, layout) as (plain, facts):
        _refuse_cut(source, plain, layout, facts)
        scratch = Scratch()
        stored = scratch.folder / "cells"
        trailing = [TRAILING] if _first_row_is_longer(plain, layout) else []
        parts: Iterator[tuple[pl.DataFrame, Again | None]]
        if _stored(plain, layout, trailing, facts, stored):
            parts = _stored_parts(scratch, stored, facts.rows, rows)
        else:
            parts = ((part, None) for part in _row_parts(source, plain, layout, facts, rows))
        for part, again in parts:
            if TRAILING in part.columns and not dialect.trailing_column:
                beyond = part[TRAILING].is_not_null() & (part[TRAILING] != "")
                if beyond.any():
                    row = number + int(beyond.arg_max() or 0) + 1
                    raise source.refuse(too_long(row, width, layout.separator))
                part = part.drop(TRAILING)
                again = None if again is None else partial(_without_last, again)
            number += part.height
            yield part, again


@dataclass(frozen=True)
class TextCut:
    """A text whose rows can be read alone: byte `starts[n]` begins part n, which ends where the next begins.

    Attributes
    ----------
    columns, separator, titles: as of `Layout`. starts: one more than there are parts. rows: of all parts.
    """

    columns: tuple[str, ...]
    separator: str
    titles: int
    starts: tuple[int, ...]
    rows: int


def cut_text(source: Source, head: bytes, path: Path, rows: int) -> TextCut | None:
    """Where parts of `rows` rows begin; None where the text must be read as a whole. Raises InputUnreadable.

    It must keep RFC 4180, with no line end in a cell, and no row longer than its header. `path` is the file
    itself, in UTF-8.
    """
    layout = layout_of(source, head)
    facts = scan(path, layout)
    _refuse_cut(source, path, layout, facts)
    if not facts.sound or facts.returns or facts.inner or not facts.rows:
        return None
    if _first_row_is_longer(path, layout):
        return None
    starts = line_starts(path, layout.lines, rows)
    return TextCut(layout.columns, layout.separator, layout.titles, starts, facts.rows)


def rows_between(path: Path, columns: tuple[str, ...], separator: str, begin: int, end: int) -> pl.DataFrame:
    """The cells of the rows of a cut text from byte `begin` to `end`, as `csv_row_parts` gives them.

    Raises PolarsError where they are not of these columns.
    """
    with path.open("rb") as file:
        file.seek(begin)
        text = file.read(end - begin)
    schema = {name: pl.String() for name in columns}
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(text, has_header=False, schema=schema, separator=separator, infer_schema=False)


def _without_last(again: Again) -> pl.DataFrame:
    return again().drop(TRAILING)


def csv_header(source: Source, head: bytes) -> list[str]:
    """Column names of a delimited text. Raises InputUnreadable."""
    return list(layout_of(source, head).columns)


def lines_before_header(source: Source, head: bytes) -> int:
    """Lines of text above the header, which are passed over."""
    return layout_of(source, head).titles


@contextmanager
def _one_line_end(path: Path, layout: Layout) -> Iterator[tuple[Path, Scan]]:
    """The text with line ends that every parser knows, and what its bytes say.

    Old Macs end lines with a carriage return; programs that end lines twice write two before the newline.
    """
    facts = scan(path, layout)
    if not facts.returns:
        yield path, facts
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "text"
        with path.open("rb") as old, plain.open("wb") as new:
            rest = b""
            while block := old.read(_BLOCK):
                whole = rest + block
                kept = whole.rstrip(b"\r")
                rest = whole[len(kept) :]
                new.write(re.sub(rb"\r+\n", b"\n", kept))
            new.write(rest)
        facts = scan(plain, layout)
        if facts.returns and not facts.rows:
            mac = Path(folder) / "mac"
            with plain.open("rb") as old, mac.open("wb") as new:
                while block := old.read(_BLOCK):
                    new.write(block.replace(b"\r", b"\n"))
            plain, facts = mac, scan(mac, layout)
        yield plain, facts


def _is_plain(path: Path, layout: Layout, facts: Scan) -> bool:
    """Whether every parser reads the same rows."""
    return facts.sound and not facts.returns and not (facts.inner and swallowed_row(path, layout))


def _fast(path: Path, layout: Layout, trailing: list[str], facts: Scan) -> pl.DataFrame | None:
    """All cells, or None where the slow way has to say what is the matter."""
    columns = [*layout.columns, *trailing]
    if not _is_plain(path, layout, facts):
        return None
    if not facts.rows:
        return pl.DataFrame(schema={name: pl.String() for name in columns})
    try:
        frame = _fast_lazy(path, columns, layout).collect()
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == facts.rows else None


def _stored(path: Path, layout: Layout, trailing: list[str], facts: Scan, target: Path) -> bool:
    """Split text into rows once, before any row is given away: a fault may come late."""
    import pyarrow.parquet as pq

    if not _is_plain(path, layout, facts):
        return False
    try:
        cells = _fast_lazy(path, [*layout.columns, *trailing], layout)
        cells.sink_parquet(target, compression="lz4", statistics=False)
    except pl.exceptions.PolarsError:
        return False
    return int(pq.read_metadata(target).num_rows) == facts.rows


def _fast_lazy(path: Path, columns: list[str], layout: Layout) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        has_header=False,
        skip_lines=layout.lines,
        schema={name: pl.String() for name in columns},
        separator=layout.separator,
        infer_schema=False,
        glob=False,
    )


def _slow(source: Source, path: Path, layout: Layout, facts: Scan) -> pl.DataFrame:
    """Read row by row what the fast way refused, or say which data row is at fault."""
    parts = list(_row_parts(source, path, layout, facts, sys.maxsize))
    return parts[0] if parts else pl.DataFrame(schema=dict.fromkeys([*layout.columns, TRAILING], pl.String()))


def _stored_parts(
    scratch: Scratch, path: Path, height: int, rows: int
) -> Iterator[tuple[pl.DataFrame, Again | None]]:
    """Slices of stored cells; the folder is there as long as anyone may want one again."""
    for start in range(0, height, rows):
        again = partial(_slice, scratch, path, start, rows)
        yield again(), again


def _slice(_: Scratch, path: Path, start: int, rows: int) -> pl.DataFrame:
    return pl.scan_parquet(path, glob=False).slice(start, rows).collect()


def _row_parts(source: Source, path: Path, layout: Layout, facts: Scan, size: int) -> Iterator[pl.DataFrame]:
    width, number = len(layout.columns), 0
    hidden = swallowed_row(path, layout) if facts.inner or not facts.sound else None
    if hidden and facts.sound:
        raise source.refuse(hides_rows(hidden))
    reader = rows_of(source, path, layout, sound=facts.sound, exact=facts.returns > 0, hidden=hidden)
    rows = reader()
    schema = {name: pl.String() for name in (*layout.columns, TRAILING)}
    while chunk := list(islice(rows, size)):
        number += len(chunk)
        filled = [[cell or None for cell in row] + [None] * (width + 1 - len(row)) for row in chunk]
        yield pl.DataFrame(filled, schema=schema, orient="row")
    if facts.sound and not facts.returns and number != facts.rows:
        raise source.refuse(
            f"gives {number} rows when read and {facts.rows} when its lines are counted; export it again"
        )


def _refuse_cut(source: Source, path: Path, layout: Layout, facts: Scan) -> None:
    """Refuse a text whose last line has no end and fewer cells than the line before it."""
    lines = [] if facts.ended or facts.rows < 2 or not facts.sound else last_lines(path)
    if len(lines) < 2:
        return
    full, last = (_width(line, layout.separator) for line in lines)
    width = len(layout.columns)
    if last < width <= full:
        raise source.refuse(
            f"breaks off in its last line, data row {facts.rows}, after {last} of {width} cells; fetch it "
            "again, or complete or remove that line"
        )


def _width(line: bytes, separator: str) -> int:
    text = io.StringIO(line.decode("utf-8", "replace"), newline="")
    try:
        return len(next(csv_rows(text, separator, strict=False), []))
    except csv.Error:
        return 0


def _first_row_is_longer(path: Path, layout: Layout) -> bool:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for _ in range(layout.lines):
            file.readline()
        head = file.read(1 << 18)
    try:
        row = next(csv_rows(io.StringIO(head, newline=""), layout.separator, strict=False), [])
    except csv.Error:
        return False
    return len(row) == len(layout.columns) + 1
