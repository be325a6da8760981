"""Tables with types: Parquet and Feather (Arrow) files to frames, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.unpack import is_packed, unpacked_file

PARQUET = b"PAR1"
ARROW = b"ARROW1"
TYPED_SUFFIXES = (".parquet", ".parq", ".pq", ".feather", ".arrow")
_STREAM = b"\xff\xff\xff\xff"
_BATCH_ROWS = 200_000


def is_typed(source: Source, head: bytes) -> bool:
    """Whether the file begins or is named as one with types is."""
    return head.startswith((PARQUET, ARROW, _STREAM)) or source.name.lower().endswith(TYPED_SUFFIXES)


def typed_frame(source: Source, head: bytes) -> pl.DataFrame:
    """All rows. Raises InputUnreadable where they are more than the limits allow."""
    parts, held = [], 0
    for part in decoded_batches(source, head, _BATCH_ROWS):
        held += int(part.estimated_size())  # a dictionary of one value holds any number of rows
        if held > source.limits.unpacked_bytes:
            raise _too_large(source)
        parts.append(part)
    return pl.concat(parts, how="vertical_relaxed")


def decoded_batches(source: Source, head: bytes, rows: int) -> Iterator[pl.DataFrame]:
    """Rows of the file, at most `rows` at a time, decoded and checked batch by batch; at least one frame.

    Polars' own reader panics on some damaged pages. Raises InputUnreadable.
    """
    kind = "Parquet" if head.startswith(PARQUET) else "Feather"
    if not head.startswith((PARQUET, ARROW, _STREAM)):
        named = "Parquet" if source.name.lower().endswith(TYPED_SUFFIXES[:3]) else "Feather (Arrow)"
        raise source.refuse(f"is not a {named} file, though its name says so; export it again")
    with unpacked_file(source) as path, _sound(source, kind):
        batches = _parquet(source, path, rows) if kind == "Parquet" else _arrow(source, path, rows)
        for batch in batches:
            batch.validate(full=True)
            yield _dates_in_range(source, _frame(batch))


def _parquet(source: Source, path: Path, rows: int) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Moments of 96 bits reach beyond what nanoseconds of 64 bits can say.
    with pq.ParquetFile(path, page_checksum_verification=True, coerce_int96_timestamp_unit="us") as file:
        meta, held = file.metadata, 0
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > source.limits.unpacked_bytes:
            raise _too_large(source)
        yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
        for batch in file.iter_batches(batch_size=rows):
            held += batch.num_rows
            yield batch
        if held != meta.num_rows:
            raise source.refuse(f"is a corrupt Parquet file: it names {meta.num_rows} rows and holds {held}")


@dataclass(frozen=True)
class ParquetShape:
    """How many rows a Parquet file has, and the names of its columns."""

    rows: int
    columns: tuple[str, ...]


def parquet_shape(source: Source, head: bytes) -> ParquetShape | None:
    """The shape of a Parquet file of which any rows can be read alone; None for any other file.

    Columns whose type here may depend on their other rows (dictionaries, bytes, nested values) are none that
    can. Raises InputUnreadable.
    """
    import pyarrow.parquet as pq

    if not head.startswith(PARQUET) or is_packed(source):
        return None
    with _sound(source, "Parquet"), pq.ParquetFile(source.path) as file:
        meta, schema = file.metadata, file.schema_arrow
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > source.limits.unpacked_bytes or not all(_is_plain(kind) for kind in schema.types):
            return None
        return ParquetShape(meta.num_rows, tuple(schema.names))


def _is_plain(kind: Any) -> bool:
    import pyarrow as pa

    text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    moment = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    return bool(text or moment or number)


def parquet_rows(source: Source, start: int, rows: int) -> pl.DataFrame:
    """`rows` rows from number `start` (0 is the first) on, fewer where the file ends before.

    Row groups that hold them are read, and no others. Raises InputUnreadable.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with (
        _sound(source, "Parquet"),
        pq.ParquetFile(
            source.path, page_checksum_verification=True, coerce_int96_timestamp_unit="us"
        ) as file,
    ):
        heights = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
        begins = list(accumulate(heights, initial=0))
        groups = [i for i, at in enumerate(begins[:-1]) if at < start + rows and at + heights[i] > start]
        at, found = begins[groups[0]] if groups else 0, [pa.RecordBatch.from_pylist([], file.schema_arrow)]
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, row_groups=groups):
            first, end = max(start - at, 0), min(start + rows - at, batch.num_rows)
            found += [batch.slice(first, end - first)] if first < end else []
            at += batch.num_rows
            if at >= start + rows:
                break
        batch = pa.concat_batches(found)
        batch.validate(full=True)
        return _dates_in_range(source, _frame(batch))


def _arrow(source: Source, path: Path, rows: int) -> Iterator[Any]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        start = file.read(4)
        file.seek(0)
        if start == _STREAM:
            stream = pa.ipc.open_stream(file)
            found, schema = iter(stream), stream.schema
        else:
            whole = pa.ipc.open_file(file)
            found = (whole.get_batch(i) for i in range(whole.num_record_batches))
            schema = whole.schema
        held = 0
        yield pa.RecordBatch.from_pylist([], schema=schema)
        for batch in found:
            held += batch.nbytes
            if held > source.limits.unpacked_bytes:
                raise _too_large(source)
            for start_row in range(0, batch.num_rows, rows):
                yield batch.slice(start_row, rows)


def _frame(batch: Any) -> pl.DataFrame:
    columns = [
        _series(name, column)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if name != "__index_level_0__"  # the row names of pandas, which say nothing
    ]
    return pl.DataFrame(columns)


def _series(name: str, column: Any) -> pl.Series:
    """A column of Arrow; what has no type here becomes text, and what is no text nulls."""
    import pyarrow as pa

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))  # the same moments; odd zones have no name
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        column = _as_text(column)
    elif pa.types.is_float16(kind):
        column = column.cast(pa.float32())
    elif pa.types.is_interval(kind) or pa.types.is_map(kind) or pa.types.is_union(kind):
        column = pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
    return pl.Series(name, pl.from_arrow(column))


def _as_text(column: Any) -> Any:
    """Bytes that are UTF-8, as Impala and old Spark write text."""
    import pyarrow as pa

    try:
        return column.cast(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return pa.nulls(len(column), pa.string())


def _too_large(source: Source) -> InputUnreadable:
    return source.refuse(
        f"unpacks to more than {source.limits.unpacked_bytes:,} bytes; split it into several files"
    )


@contextmanager
def _sound(source: Source, kind: str) -> Iterator[None]:
    try:
        yield
    except InputUnreadable:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        # Both libraries raise built-in errors as well as their own on broken bytes, and polars panics.
        raise source.refuse(f"is a truncated or corrupt {kind} file; fetch or export it again") from error


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


def typed_columns(source: Source, head: bytes) -> list[str] | None:
    """Column names of a file with types, without its rows; None for any other file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not head.startswith((PARQUET, ARROW, _STREAM)):
        return None
    with unpacked_file(source) as path, _sound(source, "Parquet" if head.startswith(PARQUET) else "Feather"):
        if head.startswith(PARQUET):
            return list(pq.read_schema(path).names)
        with pa.memory_map(str(path)) as file:
            opened = pa.ipc.open_file(file) if head.startswith(ARROW) else pa.ipc.open_stream(file)
            return list(opened.schema.names)
