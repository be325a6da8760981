"""Articles of any number of files, some thousand at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from data_contracts.tables import ARTICLES
from riskmodel.sources.batch import InputFile
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.files.table_parts import PART_ROWS
from riskmodel.sources.formats import Format, Reading, dialect_among, read_tables, recognise
from riskmodel.sources.news.formats import (
    ambiguous_ids,
    article_formats,
    load_article_parts,
    named_apart,
    number_of,
)


class ArticleParts:
    """The articles of `sources` as canonical frames (see `sources.batch.Parts`); can be gone through again.

    Where there are several files they are read twice, first for ids that two of them use for different
    texts. What is counted is of the last time through.
    """

    kind = "articles"

    def __init__(
        self, sources: Sequence[Source], published_at: date | None, skipped: tuple[InputFile, ...] = ()
    ) -> None:
        self._sources, self._skipped = sources, skipped
        self._formats = article_formats(published_at)
        self._ambiguous: pl.Series | None = None
        self._clear()

    def _clear(self) -> None:
        self._files: list[InputFile] = []
        self._dropped = Counter[str]()
        self._ignored: dict[str, None] = {}

    @property
    def files(self) -> tuple[InputFile, ...]:
        """Files in the order read, then those of folders that were passed over."""
        return (*self._files, *self._skipped)

    @property
    def rows_read(self) -> int:
        """Rows, texts, records and entries of the files."""
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
        self._clear()
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
            tables = load_article_parts(source, lambda columns: dialect_among(columns, self._formats))
            file: InputFile | None = None
            for table in tables:
                form = recognise(table, self._formats, ARTICLES)
                rows = table.rows + (file.rows if file else 0)
                file = InputFile(source.name, table.sha256, table.bytes, form.name, rows)
                yield table, form
            if file is None:
                raise source.refuse("holds no row; fetch or export it again")
            self._files.append(file)

    def _canonical(self, form: Format, tables: list[Table]) -> pl.DataFrame:
        reading: Reading = read_tables(form, tables)
        for counts in (*(table.dropped for table in tables), reading.dropped):
            self._dropped.update(counts)
        self._ignored.update(dict.fromkeys(reading.ignored_columns))
        return reading.frame.select(*ARTICLES, FILE, ROW)
