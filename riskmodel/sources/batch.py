"""What every reader returns: a canonical table, where it came from, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl


@dataclass(frozen=True)
class InputFile:
    """One file that was read. `name` is the base name only: paths stay out of published runs."""

    name: str
    sha256: str
    bytes: int
    reader: str
    rows: int


@dataclass(frozen=True)
class Batch:
    """One canonical table.

    Attributes
    ----------
    kind: `trade_flows`, `articles`, `listings` or `goods`.
    frame: canonical columns, each in its canonical type or still as String where a text format
        did not parse (the contract casts and quarantines); plus `source_file` (String, base name)
        and `source_row` (Int64, 1 is the first data row; the first of them where rows were combined).
    files: one entry for each file, in the order read.
    rows_read: data rows in the files; equals `frame.height` + the sum of `dropped`.
    dropped: rows that do not reach the contract, counted by reason.
    ignored_columns: columns of the files that are not used, reported.
    """

    kind: str
    frame: pl.DataFrame
    files: tuple[InputFile, ...]
    rows_read: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()


class Parts(Protocol):
    """A canonical table that comes in frames, each as `Batch.frame`; counts are complete after the last."""

    kind: str

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Read the frames; once only. Raises InputUnreadable."""

    @property
    def files(self) -> tuple[InputFile, ...]:
        """As `Batch.files`."""

    @property
    def rows_read(self) -> int:
        """As `Batch.rows_read`."""

    @property
    def dropped(self) -> Mapping[str, int]:
        """As `Batch.dropped`."""

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """As `Batch.ignored_columns`."""
