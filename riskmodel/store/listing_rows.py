"""Stored lists to canonical listings: OFAC's advanced XML and the UK Sanctions List."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import polars as pl

from data_contracts.tables import LISTINGS
from features.reference.facts import country_names
from riskmodel.sources.trade.areas import area_codes

_ABOUT_RUSSIA = re.compile(r"RUSSIA|UKRAINE|BELARUS", re.IGNORECASE)
_HOME = ("RUS", "BLR")
# Names in the UK list that differ from ours.
_SPELLED = {"turkey": "TUR", "hong kong": "HKG", "russia": "RUS", "uae": "ARE", "south korea": "KOR",
            "north korea": "PRK", "vietnam": "VNM", "iran": "IRN", "syria": "SYR", "taiwan": "TWN",
            "united kingdom": "GBR", "kyrgyzstan": "KGZ", "china": "CHN", "moldova": "MDA"}  # fmt: skip


def rows_of(counted: Mapping[tuple[str, date], int], jurisdiction: str, name: str) -> pl.DataFrame:
    """Numbers of entities by country and day as canonical listings, sorted."""
    record = [
        (country, day, jurisdiction, name, n, "unknown", name.lower().replace("-", "_"))
        for (country, day), n in sorted(counted.items())
    ]
    return pl.DataFrame(record, schema=list(LISTINGS), orient="row").cast(dict(LISTINGS))  # type: ignore[arg-type]


def _abroad(places: list[str]) -> str:
    """The first country outside Russia and Belarus, else the first; empty without one."""
    return next((place for place in places if place not in _HOME), places[0] if places else "")


def uk_list(path: Path) -> pl.DataFrame:
    """Entities of the Russia and Belarus regimes with a date and a country, by country and day."""
    codes = {name.casefold(): code for code, name in country_names().items()} | _SPELLED
    counted = Counter[tuple[str, date]]()
    for element in _elements(path, "Designation"):
        if (_text(element, "IndividualEntityShip") or "").strip().lower() != "entity":
            continue
        if not _ABOUT_RUSSIA.search(_text(element, "RegimeName") or ""):
            continue
        places = [
            codes.get((node.text or "").strip().casefold(), "")
            for node in element.iter()
            if node.tag.rpartition("}")[2] == "AddressCountry"
        ]
        day, place = _day(_text(element, "DateDesignated")), _abroad([p for p in places if p])
        if day and place:
            counted[place, day] += 1
    return rows_of(counted, "UK", "UK-SANCTIONS-LIST")


def ofac_list(path: Path, name: str) -> pl.DataFrame:
    """Entities of the programmes on Russia, Ukraine and Belarus by country and day of first entry."""
    countries: dict[str, str] = {}
    kinds: dict[str, str] = {}
    entity_types: set[str] = set()
    places: dict[str, str] = {}
    parties: dict[str, list[str]] = {}
    counted = Counter[tuple[str, date]]()
    iso2 = area_codes("iso2")
    for element in _elements(
        path, "Country", "PartyType", "PartySubType", "Location", "Profile", "SanctionsEntry"
    ):
        tag = element.tag.rpartition("}")[2]
        if tag == "Country" and element.get("ISO2"):
            countries[element.get("ID", "")] = iso2.get(element.get("ISO2", ""), "")
        elif tag == "PartyType" and (element.text or "").strip() == "Entity":
            entity_types.add(element.get("ID", ""))
        elif tag == "PartySubType":
            kinds[element.get("ID", "")] = element.get("PartyTypeID", "")
        elif tag == "Location":
            for node in element.iter():
                if node.tag.rpartition("}")[2] == "LocationCountry":
                    places[element.get("ID", "")] = countries.get(node.get("CountryID", ""), "")
        elif tag == "Profile" and kinds.get(element.get("PartySubTypeID", "")) in entity_types:
            ids = [n.get("LocationID", "") for n in element.iter() if n.tag.endswith("VersionLocation")]
            parties[element.get("ID", "")] = [places[i] for i in ids if places.get(i)]
        elif tag == "SanctionsEntry" and element.get("ProfileID", "") in parties:
            day, place = _entered(element), _abroad(parties[element.get("ProfileID", "")])
            if day and place:
                counted[place, day] += 1
    return rows_of(counted, "US", name)


def _entered(element: ElementTree.Element) -> date | None:
    """The first entry event of an entry under a programme on Russia; None for other programmes."""
    programmes = [_text(n, "Comment") or "" for n in element.iter() if n.tag.endswith("SanctionsMeasure")]
    if not any(_ABOUT_RUSSIA.search(programme) for programme in programmes):
        return None
    days = []
    for event in (n for n in element.iter() if n.tag.endswith("EntryEvent")):
        year, month, day = (_text(event, name) or "" for name in ("Year", "Month", "Day"))
        if year.isdigit() and month.isdigit() and day.isdigit():
            days.append(date(int(year), int(month), int(day)))
    return min(days, default=None)


def _elements(path: Path, *names: str) -> Iterator[ElementTree.Element]:
    """Elements of some names, one after the other; each is forgotten after its turn."""
    for _, element in ElementTree.iterparse(path, events=("end",)):  # noqa: S314 - checked when it was fetched
        if element.tag.rpartition("}")[2] in names:
            yield element
            element.clear()


def _text(element: ElementTree.Element, name: str) -> str | None:
    return next((n.text for n in element.iter() if n.tag.rpartition("}")[2] == name), None)


def _day(text: str | None) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime((text or "").strip(), form).date()
        except ValueError:
            continue
    return None
