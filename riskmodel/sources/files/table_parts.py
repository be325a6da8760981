"""One large file to tables of some thousand rows each, so that memory does not follow its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from riskmodel.sources.files.csv_cells import (
    NO_DIALECT,
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
            yield from _tables(source, decoded_batches(source, head, rows), BLANK)
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
            yield from _tables(source, json_line_parts(path, columns, rows), NOT_AN_OBJECT)
        else:
            above = {ABOVE: lines_before_header(source, head)}
            yield from _tables(source, csv_row_parts(source, head, path, rows, dialect), BLANK, above)


def _tables(
    source: Source, frames: Iterator[pl.DataFrame], blank: str, above: dict[str, int] | None = None
) -> Iterator[Table]:
    sha256, first = sha256_of(source.origin), 1
    for frame in frames:
        yield numbered(source, frame, blank, sha256, first, above)
        first, above = first + frame.height, None
