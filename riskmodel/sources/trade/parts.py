"""Trade tables of any number of files, about a million rows at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import InputFile
from riskmodel.sources.files.cells import stack
from riskmodel.sources.files.find import Source, find
from riskmodel.sources.files.table import FILE, ROW, TABLE_SUFFIXES, Table
from riskmodel.sources.files.table_parts import load_parts
from riskmodel.sources.formats import Format, Reading, dialect_among, read_tables, recognise

PART_ROWS = 1_000_000


class TradeParts:
    """The trade rows of files and folders as canonical frames (see `sources.batch.Parts`).

    Files of a format whose rows depend on one another are read whole, after the others. Where `hs_edition`
    is None and no row says its edition, the last frame is followed by InputUnreadable.
    """

    kind = "trade_flows"

    def __init__(self, paths: Sequence[Path], formats: Sequence[Format], named: bool, hs_edition: str | None):
        self._found = find(paths, TABLE_SUFFIXES)
        self._formats, self._named, self._hs_edition = formats, named, hs_edition
        self._files: list[InputFile] = []
        self._dropped = Counter[str]()
        self._ignored: dict[str, None] = {}

    @property
    def files(self) -> tuple[InputFile, ...]:
        """Files in the order read, then those of folders that were passed over."""
        return (*self._files, *self._found.skipped)

    @property
    def rows_read(self) -> int:
        """Data rows of the files."""
        return sum(file.rows for file in self._files)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Rows that reach no frame, by reason."""
        return {reason: count for reason, count in sorted(self._dropped.items()) if count}

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns of the files that are not used."""
        return tuple(self._ignored)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield frames of about `PART_ROWS` rows, at least one, in the order of the files."""
        rows = without = 0
        for frame in self._even():
            rows += frame.height
            without += frame["hs_edition"].null_count()
            if self._hs_edition is not None:
                frame = frame.with_columns(pl.col("hs_edition").fill_null(self._hs_edition))
            yield frame
        if rows and without == rows and self._hs_edition is None:
            raise InputUnreadable(
                f"{self._files[0].name} does not say in which HS edition its codes are; add a column "
                "hs_edition or name the edition with --hs-edition (HS2012, HS2017 or HS2022)"
            )

    def _even(self) -> Iterator[pl.DataFrame]:
        """Small frames together, large ones in slices."""
        waiting: list[pl.DataFrame] = []
        for frame in chain.from_iterable(f.iter_slices(PART_ROWS) if f.height else [f] for f in self._read()):
            if waiting and sum(f.height for f in waiting) + frame.height > PART_ROWS:
                yield stack(waiting)
                waiting = []
            waiting.append(frame)
        if waiting:
            yield stack(waiting)

    def _read(self) -> Iterator[pl.DataFrame]:
        whole: dict[str, list[Table]] = {}
        for source in self._found.sources:
            rows, form = 0, self._formats[0]
            for table in self._tables(source):
                form = self._formats[0] if self._named else recognise(table, self._formats, TRADE_FLOWS)
                rows += table.rows
                last = table
                if form.by_row:
                    yield self._counted(read_tables(form, [table]), [table])
                else:
                    whole.setdefault(form.name, []).append(table)
            self._files.append(InputFile(source.name, last.sha256, last.bytes, form.name, rows))
        for form in self._formats:
            if form.name in whole:
                yield self._counted(read_tables(form, whole[form.name]), whole.pop(form.name))

    def _tables(self, source: Source) -> Iterator[Table]:
        empty = True
        for table in load_parts(source, lambda columns: dialect_among(columns, self._formats), PART_ROWS):
            empty = False
            yield table
        if empty:
            raise source.refuse("holds no row; fetch or export it again")

    def _counted(self, reading: Reading, tables: Sequence[Table]) -> pl.DataFrame:
        for counts in (*(table.dropped for table in tables), reading.dropped):
            self._dropped.update(counts)
        self._ignored.update(dict.fromkeys(reading.ignored_columns))
        return reading.frame.select(*TRADE_FLOWS, FILE, ROW)
