"""Trade tables of any number of files, about a million rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import InputFile, Parts
from riskmodel.sources.files.cells import stack
from riskmodel.sources.files.find import Found, Source
from riskmodel.sources.files.plain import PlainFile
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.files.table_parts import load_parts
from riskmodel.sources.formats import Format, Reading, dialect_among, read_tables, recognise, shaped
from riskmodel.sources.trade.partners import LegPartners
from riskmodel.sources.trade.pool import Pool, settled
from riskmodel.sources.trade.titled import titled_table


class TradeParts(Parts):
    """The trade rows of files and folders as canonical frames.

    Files of a format whose rows depend on one another are read together, after the others; where they are
    larger than a part, their cells wait on disk. Where `hs_edition`
    is None and no row says its edition, or a leg loses its largest partner because it is unknown, the last
    frame is followed by InputUnreadable.
    """

    kind = "trade_flows"

    def __init__(self, found: Found, formats: Sequence[Format], named: bool, hs_edition: str | None):
        super().__init__(found.skipped)
        self._sources = found.sources
        self._formats, self._named, self._hs_edition = formats, named, hs_edition

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files, in their order."""
        return self._sources

    @property
    def hs_edition(self) -> str | None:
        """The edition of rows that do not say theirs."""
        return self._hs_edition

    def format_of(self, columns: frozenset[str]) -> Format | None:
        """The format that a table of these columns is read by."""
        return next((form for form in self._formats if form.recognise(columns)), None)

    def is_titled(self, source: Source) -> bool:
        """Whether a file is known by the words above its table."""
        return titled_table(source, self._formats) is not None

    def taken(
        self, files: Sequence[InputFile], dropped: Sequence[Mapping[str, int]], ignored: Sequence[str]
    ) -> None:
        """Note what came of the table where it was gone through elsewhere, in the order of its parts."""
        self._begin()
        for file in files:
            self._add(file)
        self._count(dropped, ignored)
        self._complete = True

    def _frames(self) -> Iterator[pl.DataFrame]:
        """Yield frames of about `trade_rows` rows, at least one, in the order of the files."""
        seen = EveryRow(self._hs_edition)
        for frame in self._even():
            yield seen.see(frame)
        seen.refuse(self._files[0].name)

    def _even(self) -> Iterator[pl.DataFrame]:
        """Small frames together, large ones in slices."""
        waiting: list[pl.DataFrame] = []
        most = self._sources[0].limits.trade_rows
        for frame in chain.from_iterable(f.iter_slices(most) if f.height else [f] for f in self._read()):
            if waiting and sum(f.height for f in waiting) + frame.height > most:
                yield stack(waiting)
                waiting = []
            waiting.append(frame)
        if waiting:
            yield stack(waiting)

    def _read(self) -> Iterator[pl.DataFrame]:
        pools: dict[str, Pool] = {}
        first: InputUnreadable | None = None
        for source in self._sources:
            frames = self._frames_of(source, pools)
            try:
                begun = list(islice(frames, 1))
            except InputUnreadable as error:
                self._set_aside(source.set_aside(error))
                first = first or error
                for one in pools.values():
                    one.drop(source)
                continue
            yield from chain(begun, frames)
        if first is not None and not self._files:
            raise first
        for form in self._formats:
            pool = pools.pop(form.name, None)
            if pool is not None and pool.sources:
                yield from self._together(pool)

    def _frames_of(self, source: Source, pools: dict[str, Pool]) -> Iterator[pl.DataFrame]:
        """The frames of a file whose rows do not depend on one another; other tables go to `pools`."""
        rows, form, plain, last = 0, self._formats[0], None, None
        titled = titled_table(source, self._formats)
        for table in [titled[1]] if titled else self._tables(source):
            if last is None:
                form = titled[0] if titled else self._formats[0] if self._named else self._recognise(table)
            last = table
            if not form.by_row:
                pool = pools.setdefault(form.name, Pool(form, source.limits.trade_rows))
                rows += pool.add(table)
                continue
            if plain is None:
                cells = form.cells(frozenset(table.columns))
                plain = PlainFile(cells, partial(self._shaped, form, source))
            table = plain(shaped(form, table))
            rows += table.rows
            yield self._counted(read_tables(form, [table]), [table.dropped])
        if last is not None:
            self._add(InputFile(source.name, last.sha256, last.bytes, form.name, rows))

    def _together(self, pool: Pool) -> Iterator[pl.DataFrame]:
        """Files of one format read together; those that fail by themselves are set aside."""
        try:
            yield from self._pooled(pool, pool.sources)
        except InputUnreadable:
            kept = [source for source in pool.sources if self._reads_alone(pool, source)]
            if not kept or len(kept) == len(pool.sources):
                raise
            yield from self._pooled(pool, kept)

    def _pooled(self, pool: Pool, sources: Sequence[Source]) -> Iterator[pl.DataFrame]:
        """Rows of these files, whole or in parts; whatever is raised is so before the first of them."""
        dropped = pool.rows_dropped(sources)
        if not pool.large or pool.form.by_cell is None:
            yield self._counted(read_tables(pool.form, list(pool.tables(sources))), dropped)
            return
        with settled(pool, sources) as table:
            self._count([*dropped, table.dropped], table.ignored_columns)
            yield from (_canonical(frame) for frame in table.frames())

    def _reads_alone(self, pool: Pool, source: Source) -> bool:
        try:
            if pool.large and pool.form.by_cell is not None:
                with settled(pool, [source]):
                    return True
            read_tables(pool.form, list(pool.tables([source])))
        except InputUnreadable as error:
            self._set_aside(source.set_aside(error))
            self._files = [file for file in self._files if file.name != source.name]
            return False
        return True

    def _recognise(self, table: Table) -> Format:
        return recognise(table, self._formats, TRADE_FLOWS, "trade")

    def _tables(self, source: Source) -> Iterator[Table]:
        empty, rows = True, source.limits.trade_rows
        for table in load_parts(source, lambda columns: dialect_among(columns, self._formats), rows):
            empty = False
            yield table
        if empty:
            raise source.refuse("holds no row; fetch or export it again")

    def _shaped(self, form: Format, source: Source) -> Iterator[Table]:
        titled = titled_table(source, [form])
        return (shaped(form, table) for table in ([titled[1]] if titled else self._tables(source)))

    def _counted(self, reading: Reading, dropped: Sequence[Mapping[str, int]]) -> pl.DataFrame:
        self._count([*dropped, reading.dropped], reading.ignored_columns)
        return _canonical(reading.frame)


class EveryRow:
    """What of all rows decides whether a table can be used: their editions and the partners of their legs."""

    def __init__(self, hs_edition: str | None) -> None:
        self._hs_edition = hs_edition
        self.rows, self.without, self.partners = 0, 0, LegPartners()

    def see(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Count the rows of a part, and give them back with the edition that was named."""
        self.rows += frame.height
        self.without += frame["hs_edition"].null_count()
        if self._hs_edition is not None:
            frame = frame.with_columns(pl.col("hs_edition").fill_null(self._hs_edition))
        self.partners.see(frame)
        return frame

    def refuse(self, name: str) -> None:
        """Raise InputUnreadable where the table cannot be used; `name`: its first file."""
        self.partners.refuse_lost()
        if self.rows and self.without == self.rows and self._hs_edition is None:
            raise InputUnreadable(
                f"{name} does not say in which HS edition its codes are; add a column "
                "hs_edition or name the edition with --hs-edition (HS2012, HS2017 or HS2022)"
            )


def _canonical(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(*TRADE_FLOWS, FILE, ROW)
