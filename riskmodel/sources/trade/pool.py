"""The tables of one format whose rows depend on one another: in memory while they are few, else on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from riskmodel.operations.scratch import Scratch
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.csv_cells import Again
from riskmodel.sources.files.file_spelling import FileSpelling
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.table import Table
from riskmodel.sources.formats import Format, naming_files, shaped
from riskmodel.sources.trade.settled import Settled, settle_parts


@dataclass
class PooledFile:
    """The parts of one file, without their rows where these are on disk, and how it is spelled."""

    spelling: FileSpelling
    tables: list[Table] = field(default_factory=list)
    stored: list[Again | None] = field(default_factory=list)

    def as_read(self) -> Iterator[Table]:
        """Each part as the file had it."""
        for table, again in zip(self.tables, self.stored, strict=True):
            yield table if again is None else replace(table, frame=again())


class Pool:
    """Tables of one format, one cell a row, in the order of their files.

    Up to `most` rows are held in memory; more, and all of them wait in a scratch folder.
    """

    def __init__(self, form: Format, most: int) -> None:
        self.form, self.most = form, most
        self._files: dict[Source, PooledFile] = {}
        self._held = 0
        self._scratch: Scratch | None = None

    @property
    def sources(self) -> list[Source]:
        """The files."""
        return list(self._files)

    @property
    def files(self) -> int:
        """Into how many files its cells are sorted: such as hold half a part each."""
        return max(1, 2 * self._held // self.most)

    @property
    def large(self) -> bool:
        """Whether the rows are on disk."""
        return self._scratch is not None

    def add(self, table: Table) -> int:
        """Take the next part of a file; how many rows it has with one cell a row."""
        cells = self.form.cells(frozenset(table.columns))
        file = self._files.setdefault(table.source, PooledFile(FileSpelling(cells)))
        rowless = replace(table, frame=table.frame.clear())  # else its rows would be held with it
        again = None if table.again is None else partial(_shaped_again, self.form, rowless)
        table = replace(shaped(self.form, table), again=again)
        file.spelling.see(table)
        file.tables.append(table)
        file.stored.append(None)
        self._held += table.frame.height
        if self._held > self.most:
            self._put_on_disk()
        return table.rows

    def drop(self, source: Source) -> None:
        """Forget a file."""
        self._files.pop(source, None)

    def tables(self, sources: Sequence[Source]) -> Iterator[Table]:
        """The parts of these files in plain spelling; read from disk one after the other."""
        for source in sources:
            file = self._files[source]
            file.spelling.decide(file.as_read)
            yield from (file.spelling(table) for table in file.as_read())

    def rows_dropped(self, sources: Sequence[Source]) -> list[dict[str, int]]:
        """What never became cells of these files, by reason."""
        return [table.dropped for source in sources for table in self._files[source].tables]

    def schema(self, sources: Sequence[Source]) -> dict[str, pl.DataType]:
        """The columns of these files together, as `cells.stack` puts them; String where types differ."""
        found: dict[str, pl.DataType] = {}
        for source in sources:
            for table in self._files[source].tables:
                for name, dtype in table.frame.schema.items():
                    found[name] = dtype if found.get(name, dtype) == dtype else pl.String()
        return found

    def _put_on_disk(self) -> None:
        self._scratch = self._scratch or Scratch()
        for number, file in enumerate(self._files.values()):
            for part, table in enumerate(file.tables):
                if file.stored[part] is None:
                    file.stored[part] = table.again or self._written(table, f"{number:06d}-{part:06d}.arrow")
                    file.tables[part] = replace(table, frame=table.frame.clear(), again=None)

    def _written(self, table: Table, name: str) -> Again:
        assert self._scratch is not None
        target = self._scratch.folder / name
        table.frame.write_ipc(target, compression="lz4")
        return partial(pl.read_ipc, target)


def _shaped_again(form: Format, table: Table) -> pl.DataFrame:
    assert table.again is not None
    return shaped(form, replace(table, frame=table.again())).frame


@contextmanager
def settled(pool: Pool, sources: Sequence[Source]) -> Iterator[Settled]:
    """These files of a large pool, read in parts. Raises InputUnreadable, naming them."""
    assert pool.form.by_cell is not None
    scratch, schema = Scratch(), pool.schema(sources)
    frames = (aligned(table.frame, schema) for table in pool.tables(sources))
    with naming_files(pool.form, sources):
        table = settle_parts(pool.form.by_cell, frames, pool.files, scratch.folder / "table")
    yield table
    del scratch  # which removes the folder


def aligned(frame: pl.DataFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """The rows under the columns of all tables, as `cells.stack` gives them."""
    other = [clean(frame[name]) for name, dtype in schema.items() if frame.schema.get(name, dtype) != dtype]
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    return frame.with_columns(*other, *absent).select(list(schema))
