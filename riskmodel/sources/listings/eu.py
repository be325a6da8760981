"""The EU's consolidated list of financial sanctions, as XML and as CSV."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree.ElementTree import Element

import polars as pl

from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import known_day
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)
from riskmodel.sources.listings.trees import Tree, text, texts

LIST, JURISDICTION, SOURCE = "EU-FSF", "EU", "eu_financial_sanctions"
_RUSSIA = re.compile(r"^(?:UKR|RUS|BLR|HRRUS)")
_NUMBER, _KIND = "Entity_LogicalId", "Entity_SubjectType"
_PROGRAMME, _COUNTRY, _NAMED = (
    "Entity_Regulation_Programme",
    "Address_CountryIso2Code",
    "Address_CountryDescription",
)
COLUMNS = (_NUMBER, _KIND, _PROGRAMME)
# The same columns in the older form of the file (1.0), which is still published.
OLD_COLUMNS = ("Entity_logical_id", "Subject_type", "Programme")
_OLD = {
    **dict(zip(OLD_COLUMNS, COLUMNS, strict=True)),
    "Addr_country": _COUNTRY,
    "Date_file": "fileGenerationDate",
    "Naal_wholename": "NameAlias_WholeName",
    "EU_ref_num": "Entity_EU_ReferenceNumber",
}
_NAME, _REFERENCE = "NameAlias_WholeName", "Entity_EU_ReferenceNumber"
_MORE = (_COUNTRY, _NAMED, "Entity_DesignationDate", "fileGenerationDate", _NAME, _REFERENCE)


def read_xml(tree: Tree) -> Parties:
    """Enterprises of the programmes for Ukraine, Russia and Belarus, in every country of their addresses.

    The day of listing is `designationDate`; most parties have none, and stand at the day of the file then.
    The dates of regulations are not used: they are those of the last amendment, or of an act before the
    listing.
    """
    published = known_day(tree.attributes.get("generationDate"))
    parties = [_entity(record, row) for row, record in enumerate(tree.records("sanctionEntity"), start=1)]
    return Parties(frame_of(parties), SOURCE, published)


def _entity(record: Element, row: int) -> Party:
    kind = record.find("subjectType")
    places = [
        place.get("countryIso2Code") or text(place, "countryDescription") or ""
        for place in record.iter("address")
    ]
    return _party(
        record.get("logicalId") or str(row),
        "" if kind is None else text(kind, "code", "classificationCode") or "",
        {one.get("programme") or "" for one in record.findall("regulation")},
        places,
        record.get("designationDate"),
        row,
        next((name for one in record.findall("nameAlias") if (name := one.get("wholeName"))), None),
        record.get("euReferenceNumber"),
    )


def read_old_xml(tree: Tree) -> Parties:
    """The older form (1.0); `reg_date` is that of a regulation, so parties stand at the day of the file."""
    published = known_day(tree.attributes.get("Date"))
    parties = [
        _party(
            record.get("Id") or str(row),
            record.get("Type") or "",
            {record.get("programme") or ""},
            texts(record, "COUNTRY"),
            None,
            row,
            text(record, "WHOLENAME"),
            None,
        )
        for row, record in enumerate(tree.records("ENTITY"), start=1)
    ]
    return Parties(frame_of(parties), SOURCE, published)


def recognise_columns(columns: frozenset[str]) -> bool:
    """A number, a kind and a programme, under the names of one of the two forms."""
    return set(COLUMNS) <= columns or {*OLD_COLUMNS, "Addr_country"} <= columns


def read_table(frame: pl.DataFrame, dated: str | None = None) -> Parties:
    """As `read_xml`, from a table with one row for each name, address and act of a party.

    `dated` is the day in a line above the header.
    """
    frame = frame.rename(
        {old: new for old, new in _OLD.items() if old in frame.columns and new not in frame.columns}
    )
    cells = frame.select(
        *(pl.col(c) if c in frame.columns else pl.lit(None, pl.String).alias(c) for c in (*COLUMNS, *_MORE)),
        pl.col(ROW),
    )
    parties = [
        _party(number, kind or "", {programme or ""}, [code or named or ""], listed_on, row, name, reference)
        for number, kind, programme, code, named, listed_on, _, name, reference, row in cells.rows()
        if number
    ]
    # A programme is written in some rows of a party only, and so may be the day.
    related = {p.party for p in parties if p.dropped is None}
    days = {p.party: p.listed_on for p in parties if p.listed_on}
    whole = [
        replace(
            p,
            listed_on=p.listed_on or days.get(p.party),
            dropped=None if p.dropped == NOT_RUSSIA_RELATED and p.party in related else p.dropped,
        )
        for p in parties
    ]
    day = next((d for text in cells["fileGenerationDate"].unique() if (d := known_day(text))), None)
    day = day or known_day(dated)
    ignored = tuple(c for c in frame.columns if c not in {*COLUMNS, *_MORE, ROW})
    return Parties(frame_of(whole), SOURCE, day, ignored_columns=ignored)


def _party(
    number: str,
    kind: str,
    programmes: set[str],
    places: list[str],
    listed_on: str | None,
    row: int,
    name: str | None,
    reference: str | None,
) -> Party:
    return Party(
        number.strip(),
        [alpha3(place) for place in places if place.strip()],
        listed_on or None,
        first_reason(
            (kind.strip().casefold() not in ("enterprise", "entity", "e"), NOT_AN_ENTITY),
            (not any(_RUSSIA.match(programme) for programme in programmes), NOT_RUSSIA_RELATED),
        ),
        LIST,
        JURISDICTION,
        row,
        name,
        reference or number.strip(),
    )
