"""What every reader returns: a canonical table, where it came from, and what was left out and why."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

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


class Parts(ABC):
    """A canonical table that comes in frames, each as `Batch.frame`; it can be gone through again.

    What is counted is of the last time through, and complete only after its last frame: a count that is asked
    for earlier raises RuntimeError, because it would be too low.
    """

    kind: str

    def __init__(self, skipped: tuple[InputFile, ...] = ()) -> None:
        self._skipped = skipped
        self._aside: dict[str, InputFile] = {}
        self._begin()

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Read the frames in the order of the files. Raises InputUnreadable."""
        self._begin()
        yield from self._frames()
        self._complete = True

    @abstractmethod
    def _frames(self) -> Iterator[pl.DataFrame]:
        """Read once, with `_add` and `_count` for each file and frame."""

    def _begin(self) -> None:
        self._complete = False
        self._files: list[InputFile] = []
        self._dropped = Counter[str]()
        self._ignored: dict[str, None] = {}

    def _add(self, file: InputFile) -> None:
        self._files.append(file)

    def _set_aside(self, file: InputFile) -> None:
        """Note a file that is not used, once however often the table is gone through."""
        self._aside[file.name] = file

    def _count(self, dropped: Iterable[Mapping[str, int]], ignored: Iterable[str] = ()) -> None:
        for counts in dropped:
            self._dropped.update(counts)
        self._ignored.update(dict.fromkeys(ignored))

    def _whole(self) -> None:
        if not self._complete:
            raise RuntimeError(f"the counts of {self.kind} are complete only after the last part was read")

    @property
    def files(self) -> tuple[InputFile, ...]:
        """As `Batch.files`; then the files of folders that were passed over."""
        self._whole()
        return (*self._files, *self._skipped, *self._aside.values())

    @property
    def rows_read(self) -> int:
        """As `Batch.rows_read`."""
        self._whole()
        return sum(file.rows for file in self._files)

    @property
    def dropped(self) -> Mapping[str, int]:
        """As `Batch.dropped`."""
        self._whole()
        return {reason: count for reason, count in sorted(self._dropped.items()) if count}

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """As `Batch.ignored_columns`."""
        self._whole()
        return tuple(self._ignored)


def gone_through(table: Batch | Parts) -> Batch | Parts:
    """The table after its last row was read, so that its counts are complete; rows of parts are not held."""
    if isinstance(table, Parts):
        for _ in table:
            pass
    return table
