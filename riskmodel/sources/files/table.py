"""One file to one table of cells: CSV, TSV, Parquet, Feather, JSON, JSON lines; plain or packed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from riskmodel.sources.files.csv_cells import (
    NO_DIALECT,
    TRAILING,
    Again,
    Dialect,
    lines_before_header,
    read_csv_cells,
)
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.html_table import is_page, read_html_cells
from riskmodel.sources.files.json_cells import NOT_AN_OBJECT, read_json_cells
from riskmodel.sources.files.natures import markup_of, nature_of
from riskmodel.sources.files.sheets import SHEET_SUFFIXES
from riskmodel.sources.files.typed import TYPED_SUFFIXES, is_typed, typed_frame
from riskmodel.sources.files.unpack import first_bytes, refuse_container

# Endings by which tables are found in folders; each may be packed.
TABLE_SUFFIXES = (".csv", ".tsv", ".dat", ".json", ".jsonl", ".ndjson", *TYPED_SUFFIXES, *SHEET_SUFFIXES)
ROW, FILE = "source_row", "source_file"
BLANK, ABOVE = "blank_row", "line_above_header"


@dataclass(frozen=True)
class Table:
    """Cells of one file: text formats as String, Parquet as typed, with `source_row` and `source_file`.

    `columns` are the file's own; `rows` counts its data rows, of which `dropped` never became cells. `again`
    gives the frame once more where it lies on disk.
    """

    source: Source
    frame: pl.DataFrame
    columns: tuple[str, ...]
    sha256: str
    bytes: int
    dropped: dict[str, int] = field(default_factory=dict)
    again: Again | None = field(default=None, compare=False, repr=False)

    @property
    def rows(self) -> int:
        """Data rows of the file."""
        return self.frame.height + sum(self.dropped.values())


def load(source: Source, dialect_of: Callable[[frozenset[str]], Dialect] = lambda _: NO_DIALECT) -> Table:
    """Read one file; its first bytes tell the container, `dialect_of` may allow a known format its ways.

    Raises InputUnreadable with one sentence for whatever cannot be read.
    """
    head = first_bytes(source)
    if is_typed(source, head):
        return numbered(source, typed_frame(source, head), BLANK, sha256_of(source.origin))
    refuse_other_natures(source, head)
    if is_json(head):
        return numbered(source, read_json_cells(source), NOT_AN_OBJECT, sha256_of(source.origin))
    if markup := markup_of(head):
        page = read_html_cells(source) if is_page(head) else None
        if page is None:
            raise source.refuse(markup)
        return numbered(source, page, BLANK, sha256_of(source.origin))
    frame = read_csv_cells(source, head, dialect_of)
    above = {ABOVE: lines_before_header(source, head)}
    return numbered(source, frame, BLANK, sha256_of(source.origin), above=above)


def refuse_other_natures(source: Source, head: bytes) -> None:
    """Raise InputUnreadable for what is no table, by its first bytes: it is named, with the way out."""
    refuse_container(source, head)
    nature = nature_of(head)
    if nature is not None:
        raise source.refuse(nature)


def is_json(head: bytes) -> bool:
    """Whether text begins as JSON does."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def numbered(
    source: Source,
    frame: pl.DataFrame,
    blank_reason: str,
    sha256: str,
    first: int = 1,
    above: dict[str, int] | None = None,
) -> Table:
    """The table of a file's cells, or of a part of them whose first data row is number `first`.

    Blank rows are dropped and counted under `blank_reason`, what is `above` the header under its reason.
    Columns that only the names of folders hold are added.
    """
    columns = tuple(c for c in frame.columns if c != TRAILING)
    frame = frame.drop({ROW, FILE} & set(columns)).with_row_index(ROW, offset=first)
    frame = frame.with_columns(pl.col(ROW).cast(pl.Int64), pl.lit(source.name).alias(FILE))
    dropped = {reason: count for reason, count in (above or {}).items() if count}
    if columns:
        blank = frame.select(pl.all_horizontal(pl.exclude(ROW, FILE).is_null())).to_series()
        if blank.any():
            dropped[blank_reason] = int(blank.sum())
            frame = frame.filter(~blank)
    folders = {name: value for name, value in source.partitions if name not in columns}
    frame = frame.with_columns(pl.lit(value, pl.String()).alias(name) for name, value in folders.items())
    size = source.origin.stat().st_size
    return Table(source, frame, (*columns, *folders), sha256, size, dropped)
