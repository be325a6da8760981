"""Articles of any number of files, some thousand at a time: what `read_articles` reads at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import polars as pl

from data_contracts.tables import ARTICLES
from riskmodel.sources.articles import (
    ambiguous_ids,
    article_formats,
    load_article_parts,
    named_apart,
    number_of,
)
from riskmodel.sources.batch import InputFile
from riskmodel.sources.files import Source
from riskmodel.sources.formats import Format, Reading, dialect_among, read_tables, recognise
from riskmodel.sources.table import FILE, ROW, Table
from riskmodel.sources.table_parts import PART_ROWS


class ArticleParts:
    """The articles of `sources` as canonical frames with bookkeeping; can be gone through more than once.

    Where there are several files they are read twice, first for ids that two of them use for different
    texts. `files` and `dropped` (counts by reason) are those of the last time through.
    """

    def __init__(self, sources: tuple[Source, ...], published_at: date | None) -> None:
        self.files: list[InputFile] = []
        self.dropped = Counter[str]()
        self._sources = sources
        self._formats = article_formats(published_at)
        self._ambiguous: pl.Series | None = None

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the parts in the order of the files. Raises InputUnreadable."""
        if self._ambiguous is None:
            self._ambiguous = self._find_ambiguous()
        for frame in self._parts():
            yield named_apart(frame, self._ambiguous)

    def _find_ambiguous(self) -> pl.Series:
        told = [pl.DataFrame(schema={"article_id": pl.UInt64, "text": pl.UInt64, FILE: pl.UInt32})]
        if len(self._sources) > 1:
            numbers = {source.name: i for i, source in enumerate(self._sources)}
            told += [
                frame.select(
                    number_of("article_id"),
                    number_of("text"),
                    pl.col(FILE).replace_strict(numbers, return_dtype=pl.UInt32),
                )
                for frame in self._parts()
            ]
        return ambiguous_ids(pl.concat(told))

    def _parts(self) -> Iterator[pl.DataFrame]:
        self.files, self.dropped = [], Counter()
        group: list[Table] = []
        group_form: Format | None = None
        for table, form in self._tables():
            other = group and (form is not group_form or table.columns != group[0].columns)
            if group_form and (other or sum(t.frame.height for t in group) >= PART_ROWS):
                yield self._canonical(group_form, group)
                group = []
            group.append(table)
            group_form = form
        if group_form:
            yield self._canonical(group_form, group)

    def _tables(self) -> Iterator[tuple[Table, Format]]:
        for source in self._sources:
            rows = 0
            for table in load_article_parts(source, lambda columns: dialect_among(columns, self._formats)):
                form = recognise(table, self._formats, ARTICLES)
                rows += table.rows
                yield table, form
            self.files.append(InputFile(source.name, table.sha256, table.bytes, form.name, rows))

    def _canonical(self, form: Format, tables: list[Table]) -> pl.DataFrame:
        reading: Reading = read_tables(form, tables)
        for counts in (*(table.dropped for table in tables), reading.dropped):
            self.dropped.update(counts)
        return reading.frame.select(*ARTICLES, FILE, ROW)
