"""OFAC's lists as XML: SDN.XML, CONSOLIDATED.XML and the enhanced forms (SDN_ENHANCED.XML)."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import known_day, month_first
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)
from riskmodel.sources.listings.trees import Tree, text, texts

LIST, JURISDICTION, SOURCE = "US-OFAC", "US", "ofac"
RUSSIA = re.compile(r"RUSSIA|UKRAINE|BELARUS", re.IGNORECASE)


def read_sdn(tree: Tree) -> Parties:
    """Entities of the programmes for Russia, Ukraine and Belarus, in every country of their addresses.

    These files give no day of listing; `published_on` is their Publish_Date. One number is that of a party on
    all of OFAC's lists, so that a party of several lists or programmes counts once.
    """
    published = known_day(tree.first("Publish_Date"), month_first)
    parties = [_sdn(entry, row) for row, entry in enumerate(tree.records("sdnEntry"), start=1)]
    return Parties(frame_of(parties), SOURCE, published)


def _sdn(entry: Element, row: int) -> Party:
    places = entry.find("addressList")
    return _party(
        entry.findtext("uid") or text(entry, "uid") or str(row),
        entry.findtext("sdnType") or "",
        texts(entry, "program"),
        [] if places is None else texts(places, "country"),
        None,
        row,
        entry.findtext("lastName"),
    )


def read_enhanced(tree: Tree) -> Parties:
    """As `read_sdn`; the day of listing is the earliest `datePublished` of the lists a party is on."""
    published = known_day(tree.first("dataAsOf"), month_first)
    parties = []
    for row, entity in enumerate(tree.records("entity"), start=1):
        days = sorted(
            day for item in entity.iter("sanctionsList") if (day := month_first(item.get("datePublished")))
        )
        places = entity.find("addresses")
        parties.append(
            _party(
                entity.get("id") or str(row),
                text(entity, "entityType") or "",
                texts(entity, "sanctionsProgram"),
                [] if places is None else texts(places, "country"),
                days[0] if days else None,
                row,
                _primary_name(entity),
            )
        )
    return Parties(frame_of(parties), SOURCE, published)


def _primary_name(entity: Element) -> str | None:
    names = list(entity.iter("name"))
    primary = [one for one in names if text(one, "isPrimary") == "true"]
    return next((found for one in (*primary, *names) if (found := text(one, "formattedFullName"))), None)


def _party(
    number: str,
    kind: str,
    programmes: list[str],
    places: list[str],
    listed_on: str | None,
    row: int,
    name: str | None,
) -> Party:
    return Party(
        number.strip(),
        [alpha3(place) for place in places],
        listed_on,
        first_reason(
            (kind.strip().casefold() != "entity", NOT_AN_ENTITY),
            (not any(RUSSIA.search(programme) for programme in programmes), NOT_RUSSIA_RELATED),
        ),
        LIST,
        JURISDICTION,
        row,
        name,
        number.strip(),
    )
