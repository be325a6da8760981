"""What a format is, and how the format of a file is known: by its header or by name, never by guessing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.errors import ColumnsMissing, InputUnreadable, WrongUsage
from riskmodel.sources.batch import Batch, InputFile, Parts
from riskmodel.sources.files.cells import stack
from riskmodel.sources.files.csv_cells import NO_DIALECT, Dialect
from riskmodel.sources.files.find import Found, Source, find
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.table import FILE, ROW, TABLE_SUFFIXES, Table, load
from riskmodel.sources.limits import ReadingLimits

if TYPE_CHECKING:
    from riskmodel.sources.trade.by_cell import ByCell

_MOST_MISSING = 12


class Recognised(Protocol):
    """What every format has: a name, and the words that say what it is known by."""

    @property
    def name(self) -> str:
        """As `--trade-format` and reports have it."""

    @property
    def header(self) -> str:
        """The columns, or whatever else it is known by."""


@dataclass(frozen=True)
class Tally:
    """Counts, and days, by which a table as a whole is refused."""

    counts: Mapping[str, int] = field(default_factory=dict)
    days: frozenset[date] = frozenset()

    def plus(self, other: Tally) -> Tally:
        """Of both parts of a table."""
        counts = Counter(self.counts)
        counts.update(other.counts)
        return Tally(counts, self.days | other.days)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)


@dataclass(frozen=True)
class Reading:
    """Canonical rows (with bookkeeping columns), what was dropped by reason, and columns not used.

    `tally` counts what decides whether the table as a whole can be used.
    """

    frame: pl.DataFrame
    dropped: Mapping[str, int] = field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Format:
    """A real-world format.

    `header` says in words which columns it is known by; `recognise` decides on the set of column names;
    `read` turns the cells of all files of this format together into canonical rows. `by_row` says that its
    rows do not depend on one another, so that some of them can be read without the others. `long` makes a
    table of several cells in a row into one of one cell in a row, before its rows are counted. `cells` says
    which of its columns are then put into plain spelling, file by file, before `read` sees them. `lacks` is
    the reason under which all rows of a table that cannot be used are dropped, `advice` a sentence on what it
    is and which table is needed. A format without a line of column names is known by the name of the file and
    the words it begins with (`titled`); `sheet` makes cells of its text and counts the lines that are none.
    `by_cell` are the steps of `read` of a format whose rows depend on one another, so that a table larger
    than memory can be read a part at a time.
    """

    name: str
    header: str
    recognise: Callable[[frozenset[str]], bool]
    read: Callable[[pl.DataFrame], Reading]
    dialect: Dialect = NO_DIALECT
    by_row: bool = False
    long: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    cells: Callable[[frozenset[str]], Cells] = lambda _: Cells()
    lacks: str = ""
    advice: str = ""
    titled: Callable[[str, str], bool] | None = None
    sheet: Callable[[str], tuple[pl.DataFrame, int]] | None = None
    by_cell: ByCell | None = None


def read_batch(
    kind: str,
    paths: Sequence[Path],
    formats: Sequence[Format],
    schema: Mapping[str, pl.DataType],
    *,
    named: str | None = None,
    limits: ReadingLimits | None = None,
) -> Batch:
    """Read files and folders of tables into one batch of `kind`; columns in the order of `schema`.

    Raises InputUnreadable (the file and how to fix it in one sentence), WrongUsage for an unknown name.
    """
    wanted = formats if named is None else [format_by_name(named, formats)]
    found = find(paths, TABLE_SUFFIXES, limits)
    tables: dict[str, list[Table]] = {}
    files = []
    for source in found.sources:
        table = load(source, lambda columns: dialect_among(columns, wanted))
        form = wanted[0] if named else recognise(table, wanted, schema, kind)
        tables.setdefault(form.name, []).append(table)
        files.append(InputFile(source.name, table.sha256, table.bytes, form.name, table.rows))
    readings = [read_tables(form, tables[form.name]) for form in wanted if form.name in tables]
    return _joined(kind, readings, [t for group in tables.values() for t in group], files, found, schema)


def in_memory(parts: Parts) -> Batch:
    """All frames of a table at once."""
    frame = stack(list(parts))
    return Batch(parts.kind, frame, parts.files, parts.rows_read, parts.dropped, parts.ignored_columns)


def _joined(
    kind: str,
    readings: Sequence[Reading],
    tables: Sequence[Table],
    files: Sequence[InputFile],
    found: Found,
    schema: Mapping[str, pl.DataType],
) -> Batch:
    columns = [*schema, FILE, ROW]
    frame = stack([reading.frame.select(columns) for reading in readings])
    dropped: dict[str, int] = {}
    for counts in [t.dropped for t in tables] + [dict(r.dropped) for r in readings]:
        for reason, count in counts.items():
            if count:
                dropped[reason] = dropped.get(reason, 0) + count
    ignored = tuple(dict.fromkeys(c for r in readings for c in r.ignored_columns))
    rows = sum(table.rows for table in tables)
    return Batch(kind, frame, (*files, *found.skipped), rows, dict(sorted(dropped.items())), ignored)


def added(*counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason, each reason once."""
    total: dict[str, int] = {}
    for one in counts:
        for reason, count in one.items():
            total[reason] = total.get(reason, 0) + count
    return total


def unused(frame: pl.DataFrame, used: Sequence[str]) -> tuple[str, ...]:
    """Columns of the files that a reader does not use, in their order."""
    return tuple(c for c in frame.columns if c not in {*used, FILE, ROW})


def read_tables(form: Format, tables: Sequence[Table]) -> Reading:
    """Read tables of one format together; an error names their files."""
    with naming_files(form, [table.source for table in tables]):
        return form.read(stack([table.frame for table in tables]))


@contextmanager
def naming_files(form: Format, sources: Sequence[Source]) -> Iterator[None]:
    """Put the names of the files, at most three, before what InputUnreadable says of their format."""
    files = list(dict.fromkeys(sources))
    names = ", ".join(one_line(source.name, 120) for source in files[:3])
    names += " and others" if len(files) > 3 else ""
    try:
        yield
    except InputUnreadable as error:
        raise InputUnreadable(f"{names}: {error}") from error
    except pl.exceptions.ColumnNotFoundError as error:
        missing = one_line(str(error).splitlines()[0], 120)
        raise InputUnreadable(
            f"{names}: no column for {form.name}: {missing}; it needs {form.header}"
        ) from error


def recognise(
    table: Table, formats: Sequence[Format], schema: Mapping[str, pl.DataType], kind: str
) -> Format:
    """The format of a table, known by its columns. Raises InputUnreadable for a header of no format."""
    columns = frozenset(table.columns)
    for form in formats:
        if form.recognise(columns):
            return form
    raise unknown_header(table.source, table.columns, formats, schema, kind)


def unknown_header(
    source: Source,
    columns: Sequence[str],
    formats: Sequence[Recognised],
    schema: Mapping[str, pl.DataType],
    kind: str,
) -> InputUnreadable:
    """Return the error for a header of no format: what it is instead, or what the nearest format lacks."""
    from riskmodel.sources.known_formats import kind_of

    if not columns:
        return source.refuse("holds no row; fetch or export it again")
    given = frozenset(columns)
    other = kind_of(given, but=kind)
    if other is not None:
        return source.refuse(f"is {other.words}: {other.advice}")
    absent = [name for name in schema if name not in columns]
    if len(absent) * 2 <= len(schema):
        every = frozenset(schema)
        tables = [form for form in formats if isinstance(form, Format)]
        missing = [n for n in absent if not any(form.recognise(every - {n}) for form in tables)] or absent
        return ColumnsMissing(
            f"{one_line(source.name, 120)} lacks column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(missing)}, which its contract requires; add them: "
            f"the canonical columns are {', '.join(schema)}."
        )
    near = nearest(given, [form for form in formats if isinstance(form, Format)])
    if near is not None:
        form, lacks = near
        return source.refuse(
            f"is nearly a table of format {form.name}, and lacks column{'s' if len(lacks) > 1 else ''} "
            f"{', '.join(lacks)}; add {'them' if len(lacks) > 1 else 'it'}, or export the table again. "
            f"riskmodel formats {kind} shows what is read"
        )
    seen = one_line(", ".join(one_line(c, 40) for c in columns[:12]), 160) or "none"
    return source.refuse(
        f"has a header of no known format (columns {seen}); riskmodel formats {kind} shows all that are read"
    )


def nearest(columns: frozenset[str], formats: Sequence[Format]) -> tuple[Format, tuple[str, ...]] | None:
    """The format that would be recognised with one more column, else with two, and these columns."""
    named = {form.name: [n for n in _names(form.header) if n not in columns] for form in formats}
    for size in (1, 2):
        for form in formats:
            shared = len([n for n in _names(form.header) if n in columns])
            if shared > size and len(named[form.name]) <= _MOST_MISSING:
                for added in combinations(named[form.name], size):
                    if form.recognise(columns | set(added)):
                        return form, added
    return None


def _names(header: str) -> list[str]:
    """Column names in the words a format is known by."""
    return [name.strip(" ()") for name in re.split(r", | or |\(|\)|; ", header) if name.strip(" ()")]


def shaped(form: Format, table: Table) -> Table:
    """The table as its format is read, one cell in a row."""
    if form.long is None:
        return table
    try:
        return replace(table, frame=form.long(table.frame))
    except pl.exceptions.DuplicateError as error:
        raise table.source.refuse(
            "has periods as columns and a column of periods or values too; keep one of the two forms"
        ) from error


def dialect_among(columns: frozenset[str], formats: Sequence[Format]) -> Dialect:
    """What the format with such a header may do against the rules."""
    return next((form.dialect for form in formats if form.recognise(columns)), NO_DIALECT)


def format_by_name(name: str, formats: Sequence[Format]) -> Format:
    """The format of that name. Raises WrongUsage, listing all."""
    for form in formats:
        if form.name == name:
            return form
    raise WrongUsage(
        f"unknown format {one_line(name, 120)!r}; known: {', '.join(form.name for form in formats)}"
    )
