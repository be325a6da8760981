"""Public designations of entities, by country and day, to canonical listings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from data_contracts.plain_text import one_line
from data_contracts.tables import LISTINGS, LISTINGS_WITH_NAMES
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import Batch, InputFile
from riskmodel.sources.files.cells import stack
from riskmodel.sources.files.find import find
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.formats import Format, read_tables, unknown_header
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.listings import (
    eu,
    eu_annex,
    japan,
    ofac,
    ofac_advanced,
    ofac_csv,
    opensanctions,
    switzerland,
    tables,
    uk,
    un,
    us_screening,
)
from riskmodel.sources.listings.counting import counted, entries, joined, without_any_day
from riskmodel.sources.listings.days import day_of_name
from riskmodel.sources.listings.documents import LISTING_SUFFIXES, Document, open_document
from riskmodel.sources.listings.names import NAMES
from riskmodel.sources.listings.parties import Parties


@dataclass(frozen=True)
class ListFormat:
    """A list as its source gives it: `header` says what it is known by, `read` gives its parties.

    `fits` judges the columns of a table; None where it comes as XML or as a page.
    """

    name: str
    header: str
    recognise: Callable[[Document], bool]
    read: Callable[[Document], Parties]
    fits: Callable[[frozenset[str]], bool] | None = None


@dataclass(frozen=True)
class JoinedFormat:
    """A list whose files have no header and say something together only (`_Gathered.batch`)."""

    name: str
    header: str


def _tree(name: str, root: str, read: Callable[..., Parties]) -> ListFormat:
    return ListFormat(
        name,
        f"XML whose first element is {root}, or its JSON twin",
        lambda d: d.root == root,
        lambda d: read(d.tree),
    )


def _table(
    name: str, header: str, fits: Callable[[frozenset[str]], bool], read: Callable[..., Parties]
) -> ListFormat:
    return ListFormat(
        name, header, lambda d: d.table is not None and fits(d.columns), lambda d: read(_frame(d)), fits
    )


def _frame(document: Document) -> pl.DataFrame:
    assert document.table is not None
    return document.table.frame


def _has(*names: str) -> Callable[[frozenset[str]], bool]:
    return lambda columns: set(names) <= columns


def _is_annex(document: Document) -> bool:
    return document.page is not None and eu_annex.has_annex(document.page)


def _read_annex(document: Document) -> Parties:
    assert document.page is not None
    return eu_annex.read_page(document.page)


COUNTED = (
    Format("canonical", ", ".join(LISTINGS), tables.recognise_canonical, tables.read_canonical),
    Format("designation-events", ", ".join(tables.EVENTS), _has(*tables.EVENTS), tables.read_events),
)
_TREES = (
    _tree("ofac-xml", "sdnList", ofac.read_sdn),
    _tree("ofac-advanced-xml", "Sanctions",
          ofac_advanced.read_advanced),
    _tree("ofac-enhanced-xml", "sanctionsData",
          ofac.read_enhanced),
    _tree("uk-xml", "Designations", uk.read_xml),
    _tree("eu-fsf-xml", "export", eu.read_xml),
    _tree("eu-fsf-old-xml", "WHOLE", eu.read_old_xml),
    _tree("un-xml", "CONSOLIDATED_LIST", un.read_xml),
    _tree("swiss-xml", "swiss-sanctions-list", switzerland.read_xml),
)  # fmt: skip
_TABLES = (
    _table("ofac-russia", ", ".join(tables.OFAC), _has(*tables.OFAC), tables.read_ofac),
    _table("screening-list", ", ".join((*us_screening.COLUMNS, "programs")), us_screening.recognise,
           us_screening.read),
    _table("eu-annex-iv-table", ", ".join(eu_annex.TABLE_COLUMNS), _has(*eu_annex.TABLE_COLUMNS),
           eu_annex.read_table),
    _table("opensanctions", ", ".join(opensanctions.SIMPLE), opensanctions.recognise_simple,
           opensanctions.read_simple),
    _table("opensanctions-ftm", ", ".join(opensanctions.NESTED), opensanctions.recognise_nested,
           opensanctions.read_nested),
    ListFormat("uk-table", "Unique ID or Group ID, Name 6, Designation Type, Regime Name, Address Country, "
               "Date Designated, under a line with the date of the list",
               lambda d: uk.recognise_columns(d.columns), lambda d: uk.read_table(_frame(d), d.dated),
               uk.recognise_columns),
    ListFormat("eu-fsf-csv", ", ".join(eu.COLUMNS), lambda d: eu.recognise_columns(d.columns),
               lambda d: eu.read_table(_frame(d), d.dated), eu.recognise_columns),
    _table("japan-russia", ", ".join(japan.RUSSIA_COLUMNS), _has(*japan.RUSSIA_COLUMNS), japan.read_russia),
    _table("japan-freezes", ", ".join(japan.FREEZE_COLUMNS), _has(*japan.FREEZE_COLUMNS),
           japan.read_freezes),
    _table("japan-end-users", ", ".join(japan.END_USER_COLUMNS), _has(*japan.END_USER_COLUMNS),
           japan.read_end_users),
    ListFormat("eu-annex-iv", "an HTML page with ANNEX IV", _is_annex, _read_annex),
)  # fmt: skip
JOINED = (JoinedFormat(ofac_csv.NAME, ofac_csv.HEADER),)
LISTS: tuple[ListFormat, ...] = (*_TREES, *_TABLES)
FORMATS: tuple[Format | ListFormat | JoinedFormat, ...] = (*COUNTED, *LISTS, *JOINED)
_FEED_ROOTS = ("rss", "feed", "RDF")
_ROOTS = frozenset({"sdnList", "Sanctions", "sanctionsData", "Designations", "export", "WHOLE",
                    "CONSOLIDATED_LIST", "swiss-sanctions-list"})  # fmt: skip


def read_listings(
    paths: Sequence[Path], *, published_at: date | None = None, limits: ReadingLimits | None = None
) -> Batch:
    """Read listing files and folders into one batch of listings. Raises InputUnreadable.

    Files of one list are copies of it: a party counts once for a country, on the first day it is on a
    copy or, where the list gives it, on its day of listing. A list without days of listing is dated by
    itself, else by the day in its file's name, else by `published_at`; a file with none of them is refused.
    Rows read are parties with a country each: a party of three countries is three rows.
    """
    found = find(paths, LISTING_SUFFIXES, limits)
    gathered, skipped, first = _Gathered(published_at), list(found.skipped), None
    for source in found.sources:
        try:
            gathered.take(open_document(source, _ROOTS))
        except InputUnreadable as error:
            skipped.append(source.set_aside(error))
            first = first or error
    if first is not None and not gathered.has_files:
        raise first
    return gathered.batch(tuple(skipped))


class _Gathered:
    """What the files give, in their order."""

    def __init__(self, published_at: date | None) -> None:
        self._published_at = published_at
        self._whole: dict[str, list[Table]] = {}
        self._bare: list[tuple[int, Document]] = []
        self._parts: dict[int, pl.DataFrame] = {}
        self._files: list[InputFile] = []
        self._ignored: dict[str, None] = {}
        self._dropped: Counter[str] = Counter()

    def take(self, document: Document) -> None:
        """Read one file. Raises InputUnreadable."""
        place = len(self._files)
        if document.bare is not None:
            self._bare.append((place, document))
            self._add(document, ofac_csv.NAME, len(document.bare))
            return
        form = _recognise(document)
        if isinstance(form, Format):
            assert document.table is not None
            self._whole.setdefault(form.name, []).append(document.table)
            self._add(document, form.name, document.table.rows)
        else:
            rows = self._entries(place, document, form.read(document))
            blank = sum(document.table.dropped.values()) if document.table else 0
            self._add(document, form.name, rows + blank)
        if document.table is not None:
            self._dropped.update(document.table.dropped)

    @property
    def has_files(self) -> bool:
        """Whether any file was read."""
        return bool(self._files)

    def batch(self, skipped: tuple[InputFile, ...]) -> Batch:
        """All files as one table."""
        self._join_bare()
        frames = []
        for form in COUNTED:
            if form.name in self._whole:
                reading = read_tables(form, self._whole[form.name])
                frames.append(reading.frame)
                self._dropped.update(reading.dropped)
                self._ignored.update(dict.fromkeys(reading.ignored_columns))
        if self._parts or not frames:
            result = counted(joined([self._parts[place] for place in sorted(self._parts)]))
            frames.append(result.frame)
            self._dropped.update(result.dropped)
        frame = stack([_with_names(one).select(*LISTINGS_WITH_NAMES, FILE, ROW) for one in frames])
        counts = {reason: n for reason, n in sorted(self._dropped.items()) if n}
        total = sum(file.rows for file in self._files)
        return Batch("listings", frame, (*self._files, *skipped), total, counts, tuple(self._ignored))

    def _add(self, document: Document, reader: str, rows: int) -> None:
        self._files.append(InputFile(document.source.name, document.sha256, document.bytes, reader, rows))

    def _entries(self, place: int, document: Document, parties: Parties) -> int:
        self._parts[place] = _dated(document, parties, self._published_at)
        self._ignored.update(dict.fromkeys(c for c in parties.ignored_columns if c != FILE))
        return self._parts[place].height

    def _join_bare(self) -> None:
        """Parties of OFAC's files without header, with the addresses of the files of the same day."""
        if self._bare and not any(document.about == "party" for _, document in self._bare):
            raise self._bare[0][1].source.refuse(ofac_csv.ALONE)
        days: dict[date | None, list[Document]] = {}
        for _, document in self._bare:
            days.setdefault(_day_of(document), []).append(document)
        for place, document in self._bare:
            if document.about == "party":
                near = days[_day_of(document)]
                addresses = [d.bare for d in near if d.about == "address" and d.bare is not None]
                parties = ofac_csv.read(
                    document.source, document.bare or (), ofac_csv.countries_of(addresses)
                )
                rows = self._entries(place, document, parties)
                self._files[place] = replace(self._files[place], rows=rows)
            else:
                self._dropped[f"{document.about}_row_of_ofac"] += len(document.bare or ())


def _with_names(frame: pl.DataFrame) -> pl.DataFrame:
    """A table that gives no names has the column all the same."""
    return frame if NAMES in frame.columns else frame.with_columns(pl.lit(None, pl.String).alias(NAMES))


def _recognise(document: Document) -> Format | ListFormat:
    forms: tuple[Format | ListFormat, ...] = (*COUNTED, *LISTS)
    for form in forms:
        fits = form.recognise(document.columns) if isinstance(form, Format) else form.recognise(document)
        if fits and (document.table is not None or isinstance(form, ListFormat)):
            return form
    if document.table is not None:
        raise unknown_header(document.source, document.table.columns, FORMATS, LISTINGS, "listings")
    if document.tree is not None:
        what = f"is XML that begins with {one_line(document.root, 60)!r}, which no known list does"
        if document.root in _FEED_ROOTS:
            what = "is a feed of articles: give it as --articles"
    else:
        what = "is a web page without ANNEX IV of Regulation (EU) 833/2014, the one page that is read"
    raise document.source.refuse(f"{what}; riskmodel formats shows all lists that are read")


def _day_of(document: Document) -> date | None:
    """The day in the name of a file."""
    return day_of_name(document.source.name, document.source.path)


def _dated(document: Document, parties: Parties, published_at: date | None) -> pl.DataFrame:
    """The entries of a file. Raises InputUnreadable where nothing says a day."""
    day = parties.published_on or _day_of(document) or published_at
    rows = entries(parties, document.source.name, day)
    if without_any_day(rows):
        raise document.source.refuse(
            "gives no day of listing and does not say of which day it is; name that day with --published-at, "
            "or write it into the file's name (list_2024-03-01.xml)"
        )
    return rows
