"""One file to one table of cells: CSV, TSV, Parquet, JSON, JSON lines; plain or gzip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.csv_cells import NO_DIALECT, TRAILING, Dialect, read_csv_cells
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.json_cells import NOT_AN_OBJECT, read_json_cells
from riskmodel.sources.files.unpack import ZIP_MAGIC, first_bytes, is_gzip

TABLE_SUFFIXES = (
    ".csv",
    ".csv.gz",
    ".tsv",
    ".tsv.gz",
    ".parquet",
    ".json",
    ".json.gz",
    ".jsonl",
    ".jsonl.gz",
)
ROW, FILE = "source_row", "source_file"
PARQUET = b"PAR1"
TAR_AT, TAR_MAGIC = 257, b"ustar"
_BATCH_ROWS = 200_000


@dataclass(frozen=True)
class Table:
    """Cells of one file: text formats as String, Parquet as typed, with `source_row` and `source_file`.

    `columns` are the file's own; `rows` counts its data rows, of which `dropped` never became cells.
    """

    source: Source
    frame: pl.DataFrame
    columns: tuple[str, ...]
    sha256: str
    bytes: int
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Data rows of the file."""
        return self.frame.height + sum(self.dropped.values())


def load(source: Source, dialect_of: Callable[[frozenset[str]], Dialect] = lambda _: NO_DIALECT) -> Table:
    """Read one file; its first bytes tell the container, `dialect_of` may allow a known format its ways.

    Raises InputUnreadable with one sentence for whatever cannot be read.
    """
    head = first_bytes(source)
    blank_reason = "blank_row"
    if head[:4] == PARQUET or source.name.lower().endswith(".parquet"):
        frame = _parquet(source, head)
    elif head[:4] == ZIP_MAGIC:
        raise source.refuse("is a zip archive or a spreadsheet; unpack it, or save the sheet as CSV")
    elif head[TAR_AT : TAR_AT + len(TAR_MAGIC)] == TAR_MAGIC:
        raise source.refuse("is a tar archive; unpack it and give the files or their folder")
    elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        frame, blank_reason = read_json_cells(source), NOT_AN_OBJECT
    else:
        frame = read_csv_cells(source, head, dialect_of)
    return numbered(source, frame, blank_reason, sha256_of(source.path))


def numbered(source: Source, frame: pl.DataFrame, blank_reason: str, sha256: str, first: int = 1) -> Table:
    """The table of a file's cells, or of a part of them whose first data row is number `first`.

    Blank rows are dropped and counted under `blank_reason`.
    """
    columns = tuple(c for c in frame.columns if c != TRAILING)
    frame = frame.drop({ROW, FILE} & set(columns)).with_row_index(ROW, offset=first)
    frame = frame.with_columns(pl.col(ROW).cast(pl.Int64), pl.lit(source.name).alias(FILE))
    dropped: dict[str, int] = {}
    if columns:
        blank = frame.select(pl.all_horizontal(pl.exclude(ROW, FILE).is_null())).to_series()
        if blank.any():
            dropped = {blank_reason: int(blank.sum())}
            frame = frame.filter(~blank)
    return Table(source, frame, columns, sha256, source.path.stat().st_size, dropped)


def _parquet(source: Source, head: bytes) -> pl.DataFrame:
    import pyarrow.parquet as pq

    if is_gzip(source) or head[:4] != PARQUET:
        raise source.refuse("is not a Parquet file, though its name says so; export it again")
    with _sound_parquet(source):
        with pq.ParquetFile(source.path) as file:
            empty = file.schema_arrow.empty_table()
        parts, held = [_plain(pl.DataFrame(pl.from_arrow(empty)))], 0
        for part in decoded_batches(source, _BATCH_ROWS):
            held += int(part.estimated_size())  # a dictionary of one value holds any number of rows
            if held > source.limits.unpacked_bytes:
                raise _too_large(source)
            parts.append(part)
        return pl.concat(parts)


def decoded_batches(source: Source, rows: int) -> Iterator[pl.DataFrame]:
    """Rows of a Parquet file, at most `rows` at a time, decoded and checked batch by batch.

    Polars' own reader panics on some damaged pages. Raises InputUnreadable.
    """
    import pyarrow.parquet as pq

    with (
        _sound_parquet(source),
        pq.ParquetFile(source.path, page_checksum_verification=True) as file,
    ):
        meta, held = file.metadata, 0
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > source.limits.unpacked_bytes:
            raise _too_large(source)
        for batch in file.iter_batches(batch_size=rows):
            batch.validate(full=True)
            held += batch.num_rows
            yield _dates_in_range(source, _plain(pl.DataFrame(pl.from_arrow(batch))))
        if held != meta.num_rows:
            raise source.refuse(f"is a corrupt Parquet file: it names {meta.num_rows} rows and holds {held}")


def _too_large(source: Source) -> InputUnreadable:
    return source.refuse(
        f"unpacks to more than {source.limits.unpacked_bytes:,} bytes; split it into several files"
    )


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))


@contextmanager
def _sound_parquet(source: Source) -> Iterator[None]:
    try:
        yield
    except InputUnreadable:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        # Both libraries raise built-in errors as well as their own on broken bytes, and polars panics.
        raise source.refuse("is a truncated or corrupt Parquet file; fetch or export it again") from error


def _dates_in_range(source: Source, frame: pl.DataFrame) -> pl.DataFrame:
    """Refuse dates outside the years 1 to 9999, which nothing downstream can show."""
    for name, dtype in frame.schema.items():
        if not isinstance(dtype, pl.Date | pl.Datetime):
            continue
        a_day = 86_400 * {"ms": 10**3, "us": 10**6, "ns": 10**9}.get(getattr(dtype, "time_unit", ""), 0) or 1
        days = frame[name].to_physical() // a_day
        if not days.is_between(-719_162, 2_932_896).all():
            raise source.refuse(
                f"holds a date outside the years 1 to 9999 in column {one_line(name, 120)}; correct it"
            )
    return frame
