"""One large file to tables of some thousand rows each, so that memory does not follow its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import polars as pl

from riskmodel.sources.files.csv_cells import (
    NO_DIALECT,
    Again,
    Dialect,
    csv_header,
    csv_row_parts,
    lines_before_header,
)
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.json_cells import (
    NOT_AN_OBJECT,
    is_json_lines,
    json_line_columns,
    json_line_parts,
)
from riskmodel.sources.files.natures import markup_of
from riskmodel.sources.files.table import (
    ABOVE,
    BLANK,
    Table,
    is_json,
    load,
    numbered,
    refuse_other_natures,
)
from riskmodel.sources.files.typed import decoded_batches, is_typed
from riskmodel.sources.files.unpack import first_bytes, utf8_file


def load_parts(
    source: Source, dialect_of: Callable[[frozenset[str]], Dialect], rows: int | None = None
) -> Iterator[Table]:
    """Read one file as `table.load` does, a large one in tables of at most `rows` rows (`table_rows`).

    All tables of a file have the same columns. JSON lines, delimited text, Parquet and Feather are parted;
    one JSON list is read at once, whatever its size. Raises InputUnreadable.
    """
    rows = rows or source.limits.table_rows
    head = first_bytes(source)
    if is_typed(source, head):
        if source.path.stat().st_size <= source.limits.whole_bytes:
            yield load(source, dialect_of)
        else:
            yield from _tables(source, _once(decoded_batches(source, head, rows)), BLANK)
        return
    refuse_other_natures(source, head)
    if markup_of(head):
        yield load(source, dialect_of)  # refuses it, save a page with a table
        return
    json = is_json(head)
    dialect = NO_DIALECT if json else dialect_of(frozenset(csv_header(source, head)))
    with utf8_file(source, latin1=dialect.latin1) as path:
        if path.stat().st_size <= source.limits.whole_bytes or (json and not is_json_lines(path)):
            yield load(source, dialect_of)
        elif json:
            columns = json_line_columns(path)
            yield from _tables(source, _once(json_line_parts(path, columns, rows)), NOT_AN_OBJECT)
        else:
            above = {ABOVE: lines_before_header(source, head)}
            yield from _tables(source, csv_row_parts(source, head, path, rows, dialect), BLANK, above)


def _tables(
    source: Source,
    frames: Iterator[tuple[pl.DataFrame, Again | None]],
    blank: str,
    above: dict[str, int] | None = None,
) -> Iterator[Table]:
    sha256, first = sha256_of(source.origin), 1
    for frame, again in frames:
        table = numbered(source, frame, blank, sha256, first, above)
        if again is not None:
            same = partial(_numbered_again, again, source, blank, sha256, first)
            table = replace(table, again=same)
        yield table
        first, above = first + frame.height, None


def _numbered_again(again: Again, source: Source, blank: str, sha256: str, first: int) -> pl.DataFrame:
    return numbered(source, again(), blank, sha256, first).frame


def _once(frames: Iterator[pl.DataFrame]) -> Iterator[tuple[pl.DataFrame, Again | None]]:
    """Frames that are kept by whoever wants them again."""
    return ((frame, None) for frame in frames)
