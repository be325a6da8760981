"""Rows of a spilled batch that share their key, found and compared in bounded memory.

Fingerprints of all keys go to files by their value, so that equal ones meet in one file; each file is small.
Rows whose fingerprint occurs twice go, with key and values, to files of their own and are compared there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from data_contracts.checking.duplicates import PLACE, copies, fingerprints, readable, replaced
from data_contracts.checking.judged_values import Mask
from data_contracts.checking.large.rows_on_disk import REFUSED, Spill
from data_contracts.contract import Unique

FILES = 128  # of fingerprints: at a hundred million rows each has under a million
AT_ONCE = 1_000_000  # rows, or fingerprints, that are in memory together
_ENTRY = np.dtype([("print", "<u8"), ("place", "<i8")])
Places = npt.NDArray[np.int64]


class Marks:
    """A set of places in a batch, one bit for each row."""

    def __init__(self, rows: int) -> None:
        self._bits = np.zeros(rows // 8 + 1, dtype=np.uint8)

    def add(self, places: Places) -> None:
        """Put places into the set."""
        np.bitwise_or.at(self._bits, places >> 3, np.left_shift(1, places & 7).astype(np.uint8))

    def join(self, other: Marks) -> None:
        """Put all places of another set of the same batch into this one."""
        self._bits |= other._bits

    def holds(self, places: Places) -> Mask:
        """Whether each place is in the set."""
        return ((self._bits[places >> 3] >> (places & 7).astype(np.uint8)) & 1).astype(bool)

    def between(self, start: int, height: int) -> Mask:
        """The same for `height` places from `start` on."""
        first = start >> 3
        bits = np.unpackbits(self._bits[first : (start + height) // 8 + 1], bitorder="little")
        return bits[start - 8 * first :][:height].astype(bool)

    def __len__(self) -> int:
        return int(np.bitwise_count(self._bits).sum())


@dataclass(frozen=True)
class SortedPrints:
    """Fingerprints of the readable rows of a part and their places in it, by file; file n ends at n + 1."""

    prints: npt.NDArray[np.uint64]
    places: Places
    ends: Places


def sorted_prints(typed: pl.DataFrame, unique: Unique) -> SortedPrints:
    """Of the readable rows of a part, after the cast."""
    places = readable(typed, unique).arg_true().to_numpy().astype(np.int64)
    return _by_file(fingerprints(typed, unique).to_numpy()[places], places)


def prints_again(rows: pl.DataFrame, unique: Unique, places: Places) -> SortedPrints:
    """The same of rows whose readable ones are known, where another machine has other fingerprints."""
    places = np.sort(places)
    return _by_file(fingerprints(rows, unique).to_numpy()[places], places)


def _by_file(prints: npt.NDArray[np.uint64], places: Places) -> SortedPrints:
    file = (prints % FILES).astype(np.uint8)
    order = np.argsort(file, kind="stable")
    ends = np.searchsorted(file[order], np.arange(FILES + 1))
    return SortedPrints(prints[order], places[order], ends.astype(np.int64))


class Fingerprints:
    """Fingerprints and places of all readable rows, in files by fingerprint."""

    def __init__(self, folder: Path, unique: Unique) -> None:
        folder.mkdir()
        self._files = [folder / f"{number:03d}" for number in range(FILES)]
        self._unique = unique

    def add(self, typed: pl.DataFrame, start: int) -> None:
        """Note the rows of a part that begins at place `start`."""
        self.take(sorted_prints(typed, self._unique), start)

    def take(self, part: SortedPrints, start: int) -> None:
        """The same of a part whose fingerprints are sorted already."""
        entries = np.empty(len(part.places), dtype=_ENTRY)
        entries["print"], entries["place"] = part.prints, part.places + start
        for number in np.flatnonzero(np.diff(part.ends)):
            with self._files[number].open("ab") as out:
                entries[part.ends[number] : part.ends[number + 1]].tofile(out)

    def shared(self, rows: int) -> Marks:
        """Places of the rows whose fingerprint another row has too."""
        marks = Marks(rows)
        for path in self._files:
            if path.exists():
                twice = self._twice(path)
                for entries in _blocks(path) if len(twice) else ():
                    marks.add(entries["place"][np.isin(entries["print"], twice)])
                path.unlink()
        return marks

    def _twice(self, path: Path) -> npt.NDArray[np.uint64]:
        """Fingerprints that occur twice in a file; memory follows the distinct ones, not the rows."""
        once = twice = np.empty(0, dtype=np.uint64)
        for entries in _blocks(path):
            found, counts = np.unique(entries["print"], return_counts=True)
            again = np.intersect1d(once, found, assume_unique=True)
            twice = np.union1d(twice, np.concatenate([found[counts > 1], again]))
            once = np.union1d(once, found) if len(once) else found
        return twice


def _blocks(path: Path) -> Iterator[npt.NDArray[np.void]]:
    with path.open("rb") as file:
        while len(block := np.fromfile(file, dtype=_ENTRY, count=AT_ONCE)):
            yield block


class SharedRows:
    """Key, values and place of the rows that `shared` marks, in files in which equal keys meet."""

    def __init__(self, spill: Spill, shared: Marks, unique: Unique, folder: Path) -> None:
        self._unique = unique
        self._folders = [folder / f"{n:04d}" for n in range(-(-len(shared) // AT_ONCE))]
        for place in self._folders:
            place.mkdir(parents=True)
        for part, (start, height) in enumerate(zip(spill.starts, spill.heights, strict=True)):
            here = shared.between(start, height)
            if here.any():
                columns = list(dict.fromkeys([*unique.key, *unique.values]))
                self._add(part, spill.rows(part, columns).filter(here))

    def _add(self, part: int, rows: pl.DataFrame) -> None:
        # Not the remainder by which fingerprints were put into files: among those of one file it is the same.
        number = (fingerprints(rows, self._unique) // FILES % len(self._folders)).alias("__file")
        for key, some in rows.with_columns(number).partition_by("__file", as_dict=True).items():
            file = self._folders[int(key[0])] / f"{part:06d}.parquet"
            some.drop("__file").write_parquet(file, compression="lz4", statistics=False)

    def _scans(self) -> Iterator[pl.LazyFrame]:
        for folder in self._folders:
            files = sorted(folder.iterdir())
            if files:
                yield pl.scan_parquet(files, glob=False)

    def copies(self) -> Iterator[pl.DataFrame]:
        """Place, `copy_no` and `versions` of the rows, some at a time."""
        for rows in self._scans():
            yield from _batches(copies(rows.drop(REFUSED), self._unique))

    def replaced(self, refused: Marks) -> Iterator[pl.DataFrame]:
        """Places of the rows with a later vintage, among those neither refused before nor now."""
        # Polars also asks it of the file's statistics, which hold no places: null there.
        now = pl.col(PLACE).map_batches(
            lambda places: pl.Series(refused.holds(places.fill_null(0).to_numpy())),
            pl.Boolean(),
            is_elementwise=True,
        )
        for rows in self._scans():
            yield from _batches(replaced(rows.filter(~pl.col(REFUSED), ~now), self._unique))


def _batches(rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    return rows.collect_batches(chunk_size=AT_ONCE, maintain_order=False, engine="streaming")
