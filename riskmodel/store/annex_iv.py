"""Annex IV of Regulation (EU) 833/2014 from its dated texts: who is listed, where, since when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from html.parser import HTMLParser

import polars as pl

from features.articles.places.gazetteer import find_places
from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry
from riskmodel.store.listing_rows import rows_of
from riskmodel.store.opened import opened
from riskmodel.store.trade_rows import derived

NAME = "EU-833-2014-ANNEX-IV"
SCHEMA = {"entry": pl.String(), "country": pl.String(), "listed_on": pl.Date()}
_ANNEX = re.compile(r"^ANNEX\s+([IVXLC]+[A-Z]?)\b")
_TITLE = re.compile(r"^list of (natural|legal|persons|entities)", re.IGNORECASE)
_NUMBER = re.compile(r"^\(?\d{1,4}[.)]*$")
_HOME = ("RUS", "BLR")
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "li", "div"})


def entries_of(text: str) -> pl.DataFrame:
    """Entries of Annex IV in one text: a row of a table, or a paragraph where there is no table.

    `country` is the last one named, of several the last outside Russia and Belarus; null where none is named.
    `listed_on` is a cell that is a date; null where there is none.
    """
    book = _Blocks()
    book.feed(text)
    book.close()
    found: dict[str, tuple[str | None, date | None]] = {}
    for cells in _annex_four(book.blocks):
        days = [day for day in map(_day, cells) if day]
        words = " ".join(cell for cell in cells if not _NUMBER.match(cell) and not _day(cell))
        key = "".join(c for c in words.casefold() if c.isalnum())
        if len(key) > 1:
            found.setdefault(key, (_country(words), min(days, default=None)))
    rows = [(key, *what) for key, what in found.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("entry")


def annex_four(store: Store, texts: Sequence[Entry]) -> pl.DataFrame:
    """Listings of the newest text: each entry from its own day, else from the first text that has it.

    `texts` are in the order of their days. Entries that name no country, and those that the newest text has
    no longer, are left out.
    """
    since: dict[str, date] = {}
    newest = pl.DataFrame(schema=SCHEMA)
    for text in texts:
        newest = _entries(store, text)
        day = date(int(text.period[:4]), int(text.period[4:6]), int(text.period[6:]))
        for entry in newest["entry"]:
            since.setdefault(entry, day)
    counted = Counter(
        (country, own or since[entry]) for entry, country, own in newest.iter_rows() if country is not None
    )
    return rows_of(counted, "EU", NAME)


def _entries(store: Store, text: Entry) -> pl.DataFrame:
    def make() -> pl.DataFrame:
        with opened(store.object(text.sha256), 1 << 30) as file:
            return entries_of(file.read().decode("utf-8", "replace"))

    return derived(store, text.sha256, "annex-iv", make)


def _annex_four(blocks: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Blocks between the heading of Annex IV and that of the next annex; rows only, where there are any."""
    inside: list[Sequence[str]] = []
    here = False
    for cells in blocks:
        heading = _ANNEX.match(cells[0]) if len(cells) == 1 and len(cells[0]) < 60 else None
        if heading:
            here = heading[1] == "IV"
        elif here:
            inside.append(cells)
    rows = [cells for cells in inside if len(cells) > 1]
    paragraphs = [cells for cells in inside if len(cells) == 1 and not _TITLE.match(cells[0])]
    return rows or paragraphs


def _country(words: str) -> str | None:
    named = [place.iso3 for place in find_places(words) if place.iso3 and place.kind != "demonym"]
    abroad = [iso3 for iso3 in named if iso3 not in _HOME]
    if "HKG" in abroad:  # written "Hong Kong, China"
        return "HKG"
    found = abroad or named
    return found[-1] if found else None


def _day(cell: str) -> date | None:
    for form in ("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(cell, form).date()
        except ValueError:
            continue
    return None


class _Blocks(HTMLParser):
    """Paragraphs as one cell, rows of tables as several; tables within a cell are part of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[list[str]] = []
        self._text: list[str] = []
        self._row: list[str] | None = None
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a row, a cell or a paragraph."""
        if tag == "tr":
            self._depth += 1
            if self._depth == 1:
                self._flush()
                self._row = []
        elif self._row is None and tag in _BLOCKS:
            self._flush()
        self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a row, a cell or a paragraph."""
        if tag in ("td", "th") and self._depth == 1 and self._row is not None:
            if text := self._taken():
                self._row.append(text)
        elif tag == "tr" and self._depth:
            self._depth -= 1
            if self._depth == 0:
                self.blocks += [self._row] if self._row else []
                self._row = None
        elif self._row is None and tag in _BLOCKS:
            self._flush()
        self._text.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self._text.append(data)

    def _flush(self) -> None:
        if text := self._taken():
            self.blocks.append([text])

    def _taken(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        return text
