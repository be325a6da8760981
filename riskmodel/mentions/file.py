"""A file of mentions, written piece by piece next to its place and moved there when it is whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO

import polars as pl
import pyarrow.parquet as pq

from features.articles.schema import COLUMNS
from riskmodel.errors import WrongUsage
from riskmodel.publication.safe_csv import neutralise_csv

SUFFIXES = (".parquet", ".csv")


class MentionFile:
    """Context in which rows of `mentions.COLUMNS` are written to `out` (`SUFFIXES`); all of it or none.

    A reader never sees half a file. Raises WrongUsage where the place cannot be written.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._empty = pl.DataFrame(schema=COLUMNS)

    def __enter__(self) -> MentionFile:
        try:
            handle, name = tempfile.mkstemp(dir=self._out.parent, prefix=f".{self._out.name}.")
        except OSError as error:
            raise self._refused(error) from error
        self._staging = Path(name)
        self._file: IO[bytes] = os.fdopen(handle, "wb")
        self._table = (
            None
            if self._csv
            else pq.ParquetWriter(self._file, self._empty.to_arrow().schema, compression="zstd")
        )
        if self._csv:
            self._file.write(_csv(self._empty, header=True))
        return self

    def write(self, rows: pl.DataFrame) -> None:
        """Append rows."""
        try:
            if self._table is None:
                self._file.write(_csv(rows, header=False))
            else:
                self._table.write_table(rows.to_arrow())
        except OSError as error:
            raise self._refused(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._table is not None:
                self._table.close()
            self._file.close()
            if kind is None:
                self._staging.chmod(0o644)
                self._staging.replace(self._out)
        except OSError as fault:
            raise self._refused(fault) from fault
        finally:
            self._staging.unlink(missing_ok=True)

    @property
    def _csv(self) -> bool:
        return self._out.suffix.lower() == ".csv"

    def _refused(self, error: OSError) -> WrongUsage:
        return WrongUsage(f"Cannot write --out {self._out.name}: {error.strerror}.")


def _csv(rows: pl.DataFrame, *, header: bool) -> bytes:
    cells = neutralise_csv(rows.with_columns(pl.col("goods").list.join("; ")))
    text = cells.write_csv(include_header=header, line_terminator="\n", date_format="%Y-%m-%d")
    return text.encode()
