"""Delimited text to cells, all String: a fast way for sound files, and a slow one that finds the fault."""

from __future__ import annotations

import csv
import io
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.unpack import utf8_file

TRAILING = "unnamed_last_column"
_CELL_LIMIT = 1 << 28
_EUROSTAT = re.compile(r"[\\/](?:TIME_PERIOD|time) *\t")


@dataclass(frozen=True)
class Dialect:
    """What a known format does against the rules: Latin-1 text, or a last column that the header lacks."""

    latin1: bool = False
    trailing_column: bool = False


NO_DIALECT = Dialect()


def read_csv_cells(
    source: Source, head: bytes, dialect_of: Callable[[frozenset[str]], Dialect]
) -> pl.DataFrame:
    """Read delimited text (comma, semicolon or tab, known by the header line); every cell is String or null.

    Short rows end in nulls, as spreadsheets write them. A row longer than its header is refused, except that
    every row may end in one separator; what follows it is kept as `unnamed_last_column` only for
    formats known to need it. Raises InputUnreadable naming the data row.
    """
    header, separator = _header(source, head)
    dialect = dialect_of(frozenset(header))
    with utf8_file(source, latin1=dialect.latin1) as path:
        trailing = [TRAILING] if _first_row_is_longer(head, header, separator) else []
        try:
            frame = _fast(path, header + trailing, separator)
        except pl.exceptions.PolarsError:
            trailing = [TRAILING]
            frame = _slow(source, path, header + trailing, separator)
    if trailing and not dialect.trailing_column:
        beyond = frame[TRAILING].is_not_null() & (frame[TRAILING] != "")
        if beyond.any():
            row = int(beyond.arg_max() or 0) + 1
            raise source.refuse(_too_long(row, len(header), separator))
        frame = frame.drop(TRAILING)
    return frame


def _fast(path: Path, columns: list[str], separator: str) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {name: pl.String() for name in columns}
    with path.open("rb") as file:
        file.readline()
        if not file.read(1):
            return pl.DataFrame(schema=schema)
    return _fast_lazy(path, columns, separator).collect()


def _fast_lazy(path: Path, columns: list[str], separator: str) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        has_header=False,
        skip_lines=1,
        schema={name: pl.String() for name in columns},
        separator=separator,
        infer_schema=False,
        glob=False,
    )


def _slow(source: Source, path: Path, columns: list[str], separator: str) -> pl.DataFrame:
    """Read row by row what the fast way refused, or say which data row is at fault."""
    parts = list(_row_parts(source, path, columns, separator, sys.maxsize))
    return parts[0] if parts else pl.DataFrame(schema={name: pl.String() for name in columns})


def csv_row_parts(source: Source, head: bytes, path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Cells of a delimited text, at most `rows` rows at a time; what every row holds beyond the header goes.

    Raises InputUnreadable as `read_csv_cells` does.
    """
    header, separator = _header(source, head)
    width, number = len(header), 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            # Text is split into rows once, before any row is given away: a fault may come late.
            cells = _fast_lazy(path, header, separator)
            cells.sink_parquet(Path(folder) / "cells", compression="lz4", statistics=False)
            parts = _stored_parts(Path(folder) / "cells", rows)
        except pl.exceptions.PolarsError:
            parts = _row_parts(source, path, [*header, TRAILING], separator, rows)
        for part in parts:
            if TRAILING in part.columns:
                beyond = part[TRAILING].is_not_null()
                if beyond.any():
                    raise source.refuse(_too_long(number + int(beyond.arg_max() or 0) + 1, width, separator))
                part = part.drop(TRAILING)
            number += part.height
            yield part


def csv_header(source: Source, head: bytes) -> list[str]:
    """Column names of a delimited text. Raises InputUnreadable."""
    return _header(source, head)[0]


def _stored_parts(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=rows):
            yield pl.DataFrame(pl.from_arrow(batch))


def _row_parts(
    source: Source, path: Path, columns: list[str], separator: str, size: int
) -> Iterator[pl.DataFrame]:
    width, number = len(columns) - 1, 0
    schema = {name: pl.String() for name in columns}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = _reader(file, separator)
        header = True
        while True:
            rows: list[list[str | None]] = []
            try:
                if header:
                    next(reader, None)
                    header = False
                for row in islice(reader, size):
                    number += 1
                    if len(row) > width + 1:
                        raise source.refuse(_too_long(number, width, separator))
                    rows.append([cell or None for cell in row] + [None] * (width + 1 - len(row)))
            except csv.Error as error:
                raise source.refuse(
                    f"breaks off inside a quoted cell or is no delimited text after data row {number} "
                    f"({one_line(str(error), 120)}); export it again"
                ) from error
            if not rows:
                return
            yield pl.DataFrame(rows, schema=schema, orient="row")


def _too_long(row: int, width: int, separator: str) -> str:
    return (
        f"has more fields than the {width} of its header in data row {row}; "
        f"put cells that hold {separator!r} between double quotes"
    )


def _header(source: Source, head: bytes) -> tuple[list[str], str]:
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    line = text.splitlines()[0] if text.strip() else ""
    # Eurostat joins the dimensions by commas in the first of its columns, which tabs divide.
    separator = "\t" if _EUROSTAT.search(line) else max(",;\t", key=line.count)
    header = [name.strip() for name in next(_reader(io.StringIO(line), separator, strict=False), [])]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise source.refuse("has no header in its first line; put the column names there")
    if "-0-" in header:
        raise source.refuse(
            "has no header line; it looks like an OFAC list (SDN.CSV and the like), which also holds no dates"
        )
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise source.refuse(
            f"names column {one_line(repeated[0], 120)!r} twice in its header; rename or remove one"
        )
    return header, separator


def _first_row_is_longer(head: bytes, header: list[str], separator: str) -> bool:
    reader = _reader(io.StringIO(head.decode("utf-8", "replace"), newline=""), separator, strict=False)
    next(reader, [])
    return len(next(reader, [])) == len(header) + 1


def _reader(
    lines: io.StringIO | io.TextIOWrapper, separator: str, strict: bool = True
) -> Iterator[list[str]]:
    csv.field_size_limit(_CELL_LIMIT)
    return csv.reader(lines, delimiter=separator, strict=strict)
