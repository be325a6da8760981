"""OFAC's advanced XML (SDN_ADVANCED.XML, CONS_ADVANCED.XML): everything by number, with days of listing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import known_day
from riskmodel.sources.listings.ofac import JURISDICTION, LIST, RUSSIA, SOURCE
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)
from riskmodel.sources.listings.trees import Tree, text, texts

_SECTIONS = (
    "DateOfIssue",
    "AreaCode",
    "Country",
    "PartySubType",
    "PartyType",
    "Location",
    "DistinctParty",
    "SanctionsEntry",
)


@dataclass
class _Numbers:
    """What the numbers of the file stand for."""

    published: str | None = None
    countries: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    subtypes: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    programmes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    days: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    parties: list[tuple[str, str, list[str], str | None]] = field(default_factory=list)


def read_advanced(tree: Tree) -> Parties:
    """Entities of the programmes for Russia, Ukraine and Belarus; listed_on is the day of the first entry.

    Locations give the countries of all addresses. A party of several programmes is listed on the earliest
    day among its entries under these programmes.
    """
    numbers = _Numbers()
    for record in tree.records(*_SECTIONS):
        _take(record, numbers)
    # Reference values come first in the file, parties before their entries.
    parties = [_party(row, *party, numbers) for row, party in enumerate(numbers.parties, start=1)]
    return Parties(frame_of(parties), SOURCE, known_day(numbers.published))


def _take(record: Element, numbers: _Numbers) -> None:
    number = record.get("ID") or ""
    if record.tag == "DateOfIssue":
        numbers.published = _date(record)
    elif record.tag == "Country":
        numbers.countries[number] = record.get("ISO2") or (record.text or "").strip()
    elif record.tag == "AreaCode":
        numbers.areas[number] = record.get("CountryID") or ""
    elif record.tag == "PartyType":
        numbers.types[number] = (record.text or "").strip()
    elif record.tag == "PartySubType":
        numbers.subtypes[number] = record.get("PartyTypeID") or ""
    elif record.tag == "Location":
        numbers.places[number] = [
            *(c.get("CountryID") or "" for c in record.iter("LocationCountry")),
            *(numbers.areas.get(c.get("AreaCodeID") or "", "") for c in record.iter("LocationAreaCode")),
        ]
    elif record.tag == "DistinctParty":
        for profile in record.iter("Profile"):
            located = [place.get("LocationID") or "" for place in profile.iter("VersionLocation")]
            numbers.parties.append(
                (
                    profile.get("ID") or "",
                    profile.get("PartySubTypeID") or "",
                    located,
                    _primary_name(profile),
                )
            )
    elif record.tag == "SanctionsEntry":
        _take_entry(record, numbers)


def _take_entry(record: Element, numbers: _Numbers) -> None:
    profile = record.get("ProfileID") or ""
    named = [text(measure, "Comment") or "" for measure in record.iter("SanctionsMeasure")]
    numbers.programmes[profile] += named
    if any(RUSSIA.search(name) for name in named):
        numbers.days[profile] += [day for event in record.iter("EntryEvent") if (day := _date(event))]


def _primary_name(profile: Element) -> str | None:
    """The documented name, all its parts, of the first alias that is called primary."""
    primary = (alias for alias in profile.iter("Alias") if alias.get("Primary") == "true")
    named = next((name for alias in primary for name in alias.iter("DocumentedName")), None)
    return None if named is None else " ".join(texts(named, "NamePartValue")) or None


def _party(
    row: int, profile: str, subtype: str, located: list[str], name: str | None, numbers: _Numbers
) -> Party:
    countries = {number for place in located for number in numbers.places.get(place, ()) if number}
    days = sorted(numbers.days.get(profile, ()))
    return Party(
        profile,
        sorted({alpha3(numbers.countries.get(number, number)) for number in countries}),
        days[0] if days else None,
        first_reason(
            (numbers.types.get(numbers.subtypes.get(subtype, ""), "") != "Entity", NOT_AN_ENTITY),
            (
                not any(RUSSIA.search(name) for name in numbers.programmes.get(profile, ())),
                NOT_RUSSIA_RELATED,
            ),
        ),
        LIST,
        JURISDICTION,
        row,
        name,
        profile,
    )


def _date(record: Element) -> str | None:
    """The day in the parts Year, Month and Day of a record."""
    parts = [text(record, name) for name in ("Year", "Month", "Day")]
    if any(part is None or not part.isdigit() for part in parts):
        return None
    return "-".join(str(part).zfill(2) for part in parts)
