"""Switzerland's list of sanctions (SECO, SESAM export), as XML."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import day_first, known_day
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)
from riskmodel.sources.listings.trees import Tree, text, texts

LIST, JURISDICTION, SOURCE = "CH-SECO", "CH", "ch_seco"
_RUSSIA = re.compile(r"ukraine|russia|russie|russland|belarus|bélarus", re.IGNORECASE)
_REMOVED = "removed_without_day_of_listing"


def read_xml(tree: Tree) -> Parties:
    """Entities of the ordinances for Ukraine, Russia and Belarus, in every country of their addresses.

    The day of listing is that of the first modification `listed`. A party that was removed later was listed
    all the same. What a modification added or removed repeats the party, and is not read.
    """
    programmes: dict[str, str] = {}
    places: dict[str, str] = {}
    for record in tree.records("sanctions-program", "place"):
        if record.tag == "sanctions-program":
            name = " ".join([*texts(record, "program-name"), *texts(record, "program-key")])
            programmes |= {part.get("ssid") or "": name for part in record.iter("sanctions-set")}
        else:
            places[record.get("ssid") or ""] = _country(record)
    parties = [
        _target(record, row, programmes, places) for row, record in enumerate(tree.records("target"), start=1)
    ]
    return Parties(frame_of(parties), SOURCE, known_day(tree.attributes.get("date")))


def _target(record: Element, row: int, programmes: dict[str, str], places: dict[str, str]) -> Party:
    sets = [record.get("sanctions-set-id") or "", *texts(record, "sanctions-set-id")]
    changes = [
        (change.get("modification-type") or "", day)
        for change in record.findall("modification")
        if (day := day_first(change.get("effective-date") or change.get("publication-date")))
    ]
    listed = sorted(day for kind, day in changes if kind == "listed")
    entity = record.find("entity")
    addresses = [] if entity is None else [a for i in entity.findall("identity") for a in i.iter("address")]
    return Party(
        text(record, "ssid") or str(row),
        [alpha3(name) for a in addresses if (name := _country(a) or places.get(a.get("place-id") or "", ""))],
        listed[0] if listed else None,
        first_reason(
            (entity is None, NOT_AN_ENTITY),
            (not any(_RUSSIA.search(programmes.get(s.strip(), "")) for s in sets), NOT_RUSSIA_RELATED),
            (not listed and any(kind == "de-listed" for kind, _ in changes), _REMOVED),
        ),
        LIST,
        JURISDICTION,
        row,
        None if entity is None else _primary_name(entity),
        text(record, "ssid"),
    )


def _primary_name(entity: Element) -> str | None:
    """The primary name of the main identity."""
    identities = entity.findall("identity")
    main = [one for one in identities if one.get("main") == "true"] or identities
    names = [name for one in main for name in one.findall("name")]
    primary = [one for one in names if one.get("name-type") == "primary-name"] or names
    return None if not primary else " ".join(texts(primary[0], "value")) or None


def _country(record: Element) -> str:
    country = record.find("country")
    return "" if country is None else country.get("iso-code") or (country.text or "").strip()
