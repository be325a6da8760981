"""Articles of any number of files, some thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

import polars as pl

from data_contracts.tables import ARTICLES
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import InputFile, Parts
from riskmodel.sources.files.csv_cells import Dialect
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.formats import Format, Reading, dialect_among, read_tables, recognise
from riskmodel.sources.news.cells import DaysOfFile
from riskmodel.sources.news.formats import (
    ambiguous_ids,
    article_formats,
    load_article_parts,
    named_apart,
    number_of,
)


class ArticleParts(Parts):
    """The articles of `sources` as canonical frames.

    Where there are several files they are read twice, first for ids that two of them use for different texts.
    A file that cannot be read then is set aside, unless it was named outright.
    """

    kind = "articles"

    def __init__(
        self, sources: Sequence[Source], published_at: date | None, skipped: tuple[InputFile, ...] = ()
    ) -> None:
        super().__init__(skipped)
        self._sources = sources
        self._formats = article_formats(published_at)
        self._ambiguous: pl.Series | None = None

    def _frames(self) -> Iterator[pl.DataFrame]:
        if self._ambiguous is None:
            self._ambiguous = self._find_ambiguous()
            self._begin()
        for frame in self._parts(self._sources):
            yield named_apart(frame, self._ambiguous)

    def _find_ambiguous(self) -> pl.Series:
        used = [pl.DataFrame(schema={"article_id": pl.UInt64, "text": pl.UInt64, FILE: pl.UInt32})]
        if len(self._sources) > 1:
            used += self._used_ids()
        return ambiguous_ids(pl.concat(used))

    def _used_ids(self) -> list[pl.DataFrame]:
        used: list[pl.DataFrame] = []
        readable: list[Source] = []
        first: InputUnreadable | None = None
        for number, source in enumerate(self._sources):
            file = pl.lit(number, pl.UInt32).alias(FILE)
            try:
                frames = self._parts([source])
                used += [f.select(number_of("article_id"), number_of("text"), file) for f in frames]
                readable.append(source)
            except InputUnreadable as error:
                self._set_aside(source.set_aside(error))
                first = first or error
        if first is not None and not readable:
            raise first
        self._sources = readable
        return used

    def _parts(self, sources: Sequence[Source]) -> Iterator[pl.DataFrame]:
        group: list[Table] = []
        group_form: Format | None = None
        most = sources[0].limits.table_rows
        for table, form in self._tables(sources):
            other = group and (form is not group_form or table.columns != group[0].columns)
            if group_form and (other or sum(t.frame.height for t in group) >= most):
                yield self._canonical(group_form, group)
                group = []
            group.append(table)
            group_form = form
        if group_form:
            yield self._canonical(group_form, group)

    def _tables(self, sources: Sequence[Source]) -> Iterator[tuple[Table, Format]]:
        for source in sources:
            load = partial(load_article_parts, source, self._dialect)
            plain, file = DaysOfFile(load), None
            for table in map(plain, load()):
                form = recognise(table, self._formats, ARTICLES, "articles")
                rows = table.rows + (file.rows if file else 0)
                file = InputFile(source.name, table.sha256, table.bytes, form.name, rows)
                yield table, form
            if file is None:
                raise source.refuse("holds no row; fetch or export it again")
            self._add(file)

    def _dialect(self, columns: frozenset[str]) -> Dialect:
        return dialect_among(columns, self._formats)

    def _canonical(self, form: Format, tables: list[Table]) -> pl.DataFrame:
        reading: Reading = read_tables(form, tables)
        self._count([*(table.dropped for table in tables), reading.dropped], reading.ignored_columns)
        return reading.frame.select(*ARTICLES, FILE, ROW)
