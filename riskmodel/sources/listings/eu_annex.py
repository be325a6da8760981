"""Annex IV of Regulation (EU) 833/2014 as EUR-Lex shows it: firms that exports are restricted to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl

from riskmodel.sources.files.pages import PageTable, TablePage
from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.countries import alpha3, in_address
from riskmodel.sources.listings.days import known_day
from riskmodel.sources.listings.names import organisation
from riskmodel.sources.listings.parties import Parties, Party, frame_of

LIST, JURISDICTION, SOURCE = "EU-ANNEX-IV", "EU", "eu_annex_iv"
ANNEX = "IV"
TABLE_COLUMNS = ("celex", "annex", "name", "address", "startDate")
_ADDRESS = re.compile(r"^(?:Address(?:\(?es\)?)?|Place of registration)\s*:?\s*(.*)$", re.IGNORECASE)
_LABEL = re.compile(r"^[A-Z][A-Za-z() -]{2,30}:\s")
_NAMED_PLACE = re.compile(r"\(([^()]+)\)\s*[;,.]?\s*$")
_CONSOLIDATED = re.compile(r"0\d{4}R0833\D{1,6}EN\D{1,6}(\d{2}\.\d{2}\.\d{4})")
_JOURNAL = re.compile(r"^(\d{1,2}\.\d{1,2}\.\d{4})$")
_NOT_A_NAME = re.compile(r"^(?:ANNEX\b|List of|Part [A-Z]\b|\[|▼|referred to)|Article", re.IGNORECASE)


def has_annex(page: TablePage) -> bool:
    """Whether the page holds the annex with a table or a list."""
    return any(t.annex == ANNEX for t in page.tables) or any(annex == ANNEX for annex, _ in page.lines)


def read_page(page: TablePage) -> Parties:
    """Firms of Annex IV in every country of their addresses; the day is `Date of listing`.

    Texts before 2025 list names alone, some with their country in brackets and all without a day: they stand
    at the day of the text, so that dated texts date them. goods_diversion is true outside Russia and Belarus:
    the annex names firms that support Russia's military with goods.
    """
    parties = [party for table in page.tables if table.annex == ANNEX for party in _of_table(table)] or list(
        _of_lines(page)
    )
    numbered = [replace(p, row=row) for row, p in enumerate(parties, start=1)]
    return Parties(frame_of(numbered), SOURCE, _published(page), goods_diversion="abroad")


def read_table(frame: pl.DataFrame) -> Parties:
    """The annex as OpenSanctions keeps it: a row for each entry with its annex, startDate and addresses."""
    cells = frame.select(*TABLE_COLUMNS, pl.coalesce(*_also(frame)).alias("country"), pl.col(ROW))
    parties = []
    for celex, annex, name, address, start, country, row in cells.rows():
        fits = (celex or "").startswith("32014R0833") and (annex or "").split(".")[0] == ANNEX
        places = [p for part in (address or "").split(";") if (p := in_address(part))]
        places += [alpha3(c) for c in (country or "").split(";") if c.strip()]
        parties.append(
            Party(_key(name or str(row)), places, start, None if fits else "other_annex",
                  LIST, JURISDICTION, row, organisation(name))
        )  # fmt: skip
    return Parties(frame_of(parties), SOURCE, goods_diversion="abroad")


def _also(frame: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(c) for c in ("country", "jurisdiction") if c in frame.columns] or [pl.lit(None, pl.String)]


def _of_table(table: PageTable) -> Iterator[Party]:
    header = [" ".join(cell.split()).casefold() for cell in table.rows[0]]
    name = next((i for i, cell in enumerate(header) if cell.startswith("name")), None)
    if name is None:
        return
    when = next((i for i, c in enumerate(header) if c.startswith(("date of", "entry into"))), None)
    where = [
        i for i, cell in enumerate(header) if "information" in cell or "address" in cell or "place" in cell
    ]
    for row in table.rows[1:]:
        if len(row) != len(header) or not row[name]:
            continue
        places = [p for i in where for p in _places(row[i].split("\n"))] or _places_of_name(row[name])
        yield _party(row[name].split("\n")[0], places, None if when is None else row[when])


def _of_lines(page: TablePage) -> Iterator[Party]:
    lines = (line for annex, line in page.lines if annex == ANNEX)
    for line in lines:
        text = re.sub(r"^\d+\s*[.)]?\s+|[;,.]\s*(?:and)?$", "", line).strip()
        if len(text) > 2 and not _NOT_A_NAME.search(text) and not text.isdigit():
            yield _party(text, _places_of_name(text), None)


def _places(lines: list[str]) -> list[str]:
    """Countries at the ends of the addresses among the lines of a cell; the first may have no label."""
    found: list[str] = []
    open_address = True
    for line in lines:
        labelled = _ADDRESS.match(line)
        if labelled:
            open_address, line = True, labelled[1]
        elif _LABEL.match(line):
            open_address = False
        if open_address:
            found += [place for part in line.split(";") if (place := in_address(part))]
    return found


def _places_of_name(name: str) -> list[str]:
    found = _NAMED_PLACE.search(name.split("\n")[0])
    place = in_address(found[1]) if found else None
    return [place] if place else []


def _party(name: str, places: list[str], listed_on: str | None) -> Party:
    return Party(_key(name), places, listed_on or None, None, LIST, JURISDICTION, 0, organisation(name))


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _published(page: TablePage) -> date | None:
    """The day in the head of a consolidated text, or of the Official Journal's page."""
    texts = [line for _, line in page.lines[:200]]
    texts += [cell for table in page.tables[:3] for row in table.rows[:2] for cell in row]
    for pattern in (_CONSOLIDATED, _JOURNAL):
        found = next((match for text in texts if (match := pattern.search(text))), None)
        if found:
            return known_day(found[1])
    return None
