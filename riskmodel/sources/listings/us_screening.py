"""The US Consolidated Screening List as CSV, TSV and JSON."""

from __future__ import annotations

import json
import re

import polars as pl

from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.countries import alpha3, in_address
from riskmodel.sources.listings.names import organisation
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)

COLUMNS = ("source", "addresses", "start_date")
_MORE = ("type", "programs", "name", "entity_number", "country")
_OTHER_LISTS = re.compile(r"Denied Persons|Debarred|Nonproliferation|Palestinian")
_FINANCIAL = "Treasury"
_RUSSIA = re.compile(r"RUSSIA|UKRAINE|BELARUS", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\(([A-Z]+)\)")


def recognise(columns: frozenset[str]) -> bool:
    """The columns of the list, in whatever order and number; `programs` tells it from other tables."""
    return set(COLUMNS) <= columns and "programs" in columns


def read(frame: pl.DataFrame) -> Parties:
    """Parties of the list; of the financial lists only those of programmes for Russia, Ukraine, Belarus.

    Left out are persons denied exports by a court and the arms and missile lists, which are not about Russia.
    A party counts once in every country of its addresses and list; the day is start_date. A row that was
    ended was listed all the same. The lists do not say whether goods were diverted: it is unknown.
    """
    names = (*COLUMNS, *_MORE)
    cells = frame.select(
        *((clean(frame[c]) if c in frame.columns else pl.lit(None, pl.String)).alias(c) for c in names),
        pl.col(ROW),
    )
    parties = [_party(**dict(zip((*names, "row"), row, strict=True))) for row in cells.rows()]
    ignored = tuple(c for c in frame.columns if c not in {*names, ROW})
    return Parties(frame_of(parties, "month"), "us_screening_list", ignored_columns=ignored)


def _party(
    source: str | None,
    addresses: str | None,
    start_date: str | None,
    type: str | None,
    programs: str | None,
    name: str | None,
    entity_number: str | None,
    country: str | None,
    row: int,
) -> Party:
    source = source or ""
    short = _ABBREVIATION.search(source)
    related = (
        bool(_RUSSIA.search(programs or "")) if _FINANCIAL in source else not _OTHER_LISTS.search(source)
    )
    places = _places(addresses or "")
    if country and not places:
        places = [alpha3(country)]
    return Party(
        " ".join((entity_number or name or str(row)).casefold().split()),
        places,
        start_date,
        first_reason(
            ((type or "").casefold() in ("individual", "vessel", "aircraft"), NOT_AN_ENTITY),
            (not related, NOT_RUSSIA_RELATED),
        ),
        f"US-CSL-{short[1] if short else source}",
        "US",
        row,
        name if (type or "").casefold() == "entity" else organisation(name),
        entity_number,
    )


def _places(addresses: str) -> list[str]:
    """Countries of addresses: objects with a country in JSON, text divided by semicolons in CSV."""
    if addresses.startswith("["):
        try:
            listed = json.loads(addresses)
        except (ValueError, RecursionError):
            listed = []
        given = [one.get("country") or "" for one in listed if isinstance(one, dict)]
        return [alpha3(str(code)) for code in given if str(code).strip()]
    return [place for part in addresses.split(";") if (place := in_address(part)) is not None]
