"""A table larger than memory, read in parts though its rows depend on one another.

Cells are sorted into files in which all rows that depend on one another meet; each file is settled by itself,
and the rows that come of it are sorted back into the order of the parts. Memory follows the largest of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskmodel.sources.files.cells import stack
from riskmodel.sources.files.table import ROW
from riskmodel.sources.formats import Tally, added
from riskmodel.sources.trade.by_cell import ByCell, Known

_FILE = "__file"


@dataclass(frozen=True)
class Settled:
    """A table that was read in parts: its canonical rows lie in a folder.

    Attributes
    ----------
    dropped, ignored_columns: as of `Reading`. parts: how many frames `frames` gives.
    """

    folder: Path
    parts: int
    dropped: dict[str, int]
    ignored_columns: tuple[str, ...]

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows of each part, each at the place of its first row; at least one frame."""
        for part in range(self.parts):
            files = sorted((self.folder / f"out-{part:06d}").iterdir())
            if not files:
                continue
            rows = stack([_read(file) for file in files]).sort(ROW, maintain_order=True)
            numbers = _read(self.folder / f"numbers-{part:06d}.arrow")
            here = rows[ROW] - numbers["place"].min()
            yield rows.with_columns(numbers[ROW].gather(here).alias(ROW))


def settle_parts(steps: ByCell, frames: Iterable[pl.DataFrame], files: int, folder: Path) -> Settled:
    """Read the frames of a table, all of the same columns, as `ByCell.read` reads it whole.

    `files` is the number of files into which cells are sorted. `folder` is made, and is for the caller to
    remove. Raises InputUnreadable for a table that cannot be used.
    """
    folder.mkdir()
    split = _Split(steps, files, folder)
    for frame in frames:
        split.add(frame)
    known = split.known()
    for folder_of_cells in split.filled():
        split.settle(folder_of_cells, known)
    steps.verdict(split.tally)
    return Settled(folder, len(split.starts), split.dropped, split.ignored)


class _Split:
    """Cells of a table in files, and what of the table is known so far."""

    def __init__(self, steps: ByCell, files: int, folder: Path) -> None:
        self._steps, self._files, self._folder = steps, files, folder
        self._signs: frozenset[str] = frozenset()
        self._height = 0
        self.starts: list[int] = []
        self.tally = Tally()
        self.dropped: dict[str, int] = {}
        self.ignored: tuple[str, ...] = ()

    def add(self, frame: pl.DataFrame) -> None:
        """Sort the cells of the next part into files."""
        part = len(self.starts)
        places = pl.int_range(self._height, self._height + frame.height, dtype=pl.Int64, eager=True)
        frame.select(places.alias("place"), ROW).write_ipc(self._folder / f"numbers-{part:06d}.arrow")
        (self._folder / f"out-{part:06d}").mkdir()
        cells = self._steps.cells(frame.with_columns(places.alias(ROW)))
        self.starts.append(self._height)
        self._height += frame.height
        self._signs |= self._steps.signs(cells.frame)
        self._count(cells.dropped, cells.tally)
        self.ignored = tuple(dict.fromkeys([*self.ignored, *cells.ignored_columns]))
        if not part:
            _write(cells.frame.clear(), self._folder / f"cells-{0:06d}", 0)
        number = (cells.frame.select(self._steps.together).hash_rows() % self._files).alias(_FILE)
        for key, some in cells.frame.with_columns(number).partition_by(_FILE, as_dict=True).items():
            _write(some.drop(_FILE), self._folder / f"cells-{key[0]:06d}", part + 1)

    def filled(self) -> list[Path]:
        """The folders in which cells are; at least one."""
        return sorted(self._folder.glob("cells-*"))

    def known(self) -> Known | None:
        """What has to be known of all rows; None where nothing has."""
        if not self._steps.needs_look(self._signs):
            return None
        return pl.concat([self._steps.look(_cells(folder)) for folder in self.filled()]).unique()

    def settle(self, cells: Path, known: Known | None) -> None:
        """Settle the cells of one file, and sort the rows that come of it into parts."""
        reading = self._steps.settle(_cells(cells), known)
        self._count(reading.dropped, reading.tally)
        rows = reading.frame
        if not any((self._folder / "out-000000").iterdir()):
            _write(rows.clear(), self._folder / "out-000000", 0)
        part = pl.Series(self.starts).search_sorted(rows[ROW], side="right").alias(_FILE)
        for key, some in rows.with_columns(part).partition_by(_FILE, as_dict=True).items():
            _write(some.drop(_FILE), self._folder / f"out-{key[0] - 1:06d}", int(cells.name[-6:]) + 1)

    def _count(self, dropped: Mapping[str, int], tally: Tally) -> None:
        self.dropped = added(self.dropped, dropped)
        self.tally = self.tally.plus(tally)


def _cells(folder: Path) -> pl.DataFrame:
    return pl.concat([_read(file) for file in sorted(folder.iterdir())])


def _write(frame: pl.DataFrame, folder: Path, number: int) -> None:
    folder.mkdir(exist_ok=True)
    frame.write_ipc(folder / f"{number:06d}.arrow", compression="lz4")


def _read(file: Path) -> pl.DataFrame:
    return pl.read_ipc(file)
