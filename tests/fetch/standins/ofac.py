"""OFAC's list service: exports behind a signed redirect, publications and their changes."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, timedelta

from .areas import by_iso3
from .exchange import Request, Response, file_answer, json_answer, lines, not_found, redirect
from .world import Party, World, midnight

EXPORTS = "/api/PublicationPreview/exports/"
SIGNED = re.compile(r"/signed/(\d+)/([\w.]+)$")
NAMESPACE = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports"
MISSING = "-0- "


def answer(world: World, request: Request) -> Response:
    """Answer as `https://sanctionslistservice.ofac.treas.gov` does."""
    if request.path.startswith(EXPORTS):
        name = request.path.removeprefix(EXPORTS)
        number = len(world.publications("ofac", request.now))
        if name.upper() not in MAKERS or not number:
            return not_found()
        signed = f"/signed/{number}/{name}?X-Amz-Expires=600&X-Amz-Signature={_signature(number, name)}"
        return redirect(f"{world.kept.get('ofac files', '')}{signed}")
    found = SIGNED.match(request.path)
    if found:
        return _export(world, request, int(found[1]), found[2])
    if request.path.startswith("/changes/"):
        return _changes(world, request, request.path.removeprefix("/changes/"))
    return not_found()


def _signature(number: int, name: str) -> str:
    return hashlib.sha256(f"stand-in {number} {name}".encode()).hexdigest()[:32]


def _export(world: World, request: Request, number: int, name: str) -> Response:
    days = world.publications("ofac", request.now)
    if request.query.get("X-Amz-Signature") != _signature(number, name) or not 0 < number <= len(days):
        return Response(b"<Error><Code>AccessDenied</Code></Error>", 403, "application/xml")
    day = days[number - 1]
    shown = world.listed("ofac", midnight(day), request.share)
    wanted = [party for party in shown if consolidated(party) == name.upper().startswith("CONS")]
    body = MAKERS[name.upper()](wanted, day)
    kind = "text/csv" if name.upper().endswith("CSV") else "application/xml"
    return file_answer(body, kind, midnight(day) + timedelta(hours=14), name.upper())


def consolidated(party: Party) -> bool:
    """Every fifth of the first firms is on the consolidated (non-SDN) list; firms that tests add are SDN."""
    return party.number < 100 and party.number % 5 == 0


def programme(party: Party) -> str:
    """The programme tag; firms in Russia carry two in the form of the list."""
    return "RUSSIA-EO14024] [UKRAINE-EO13662" if party.iso3 == "RUS" else "RUSSIA-EO14024"


def _csv(parties: list[Party], day: date) -> bytes:
    blanks = ",".join([MISSING] * 7)
    rows = [f'{p.number},"{p.name.upper()}",{MISSING},"{programme(p)}",{blanks},"Made-up."' for p in parties]
    return lines(rows, "\r\n") + b"\x1a\r\n"


def _addresses(parties: list[Party], day: date) -> bytes:
    rows = [
        f'{p.number},{p.number},{MISSING},"{p.city}","{by_iso3()[p.iso3].name}",{MISSING}' for p in parties
    ]
    return lines(rows, "\r\n") + b"\x1a\r\n"


def _aliases(parties: list[Party], day: date) -> bytes:
    rows = [
        f'{p.number},{p.number},"aka","{p.name.upper()} CO",{MISSING}' for p in parties if p.number % 4 == 0
    ]
    return lines(rows, "\r\n") + b"\x1a\r\n"


def _comments(parties: list[Party], day: date) -> bytes:
    return b"\x1a\r\n"


def _xml(parties: list[Party], day: date) -> bytes:
    """The plain form: no date of designation, only the day of publication and the number of records."""
    head = [
        '<?xml version="1.0" standalone="yes"?>',
        f'<sdnList xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="{NAMESPACE}/XML">',
        f"  <publshInformation>\n    <Publish_Date>{day:%m/%d/%Y}</Publish_Date>",
        f"    <Record_Count>{len(parties)}</Record_Count>\n  </publshInformation>",
    ]
    return lines([*head, *(_entry(party) for party in parties), "</sdnList>"])


def _entry(party: Party) -> str:
    tags = "".join(f"<program>{tag}</program>" for tag in programme(party).split("] ["))
    place = f"<city>{party.city}</city><country>{by_iso3()[party.iso3].name}</country>"
    return (
        f"  <sdnEntry><uid>{party.number}</uid><lastName>{party.name.upper()}</lastName>"
        "<sdnType>Entity</sdnType>"
        f"<programList>{tags}</programList>"
        f"<addressList><address><uid>{party.number}</uid>{place}</address></addressList></sdnEntry>"
    )


def _advanced(parties: list[Party], day: date) -> bytes:
    """The advanced form: the date of each `EntryEvent` is the day of listing."""
    issue = f'<DateOfIssue CalendarTypeID="1">{_ymd(day)}</DateOfIssue>'
    names, entries = map(_distinct, parties), map(_sanctioned, parties)
    head = ['<?xml version="1.0" encoding="utf-8"?>', f'<Sanctions xmlns="{NAMESPACE}/ADVANCED_XML">', issue]
    parts = [
        *_reference_values(parties),
        "<Locations>",
        *map(_location, parties),
        "</Locations>",
        "<DistinctParties>",
        *names,
        "</DistinctParties>",
        "<SanctionsEntries>",
        *entries,
        "</SanctionsEntries>",
    ]
    return lines([*head, *parts, "</Sanctions>"])


def _reference_values(parties: list[Party]) -> list[str]:
    """Countries, and what kinds of parties there are: entities are sub-type 3."""
    places = sorted({party.iso3 for party in parties})
    return [
        "<ReferenceValueSets><CountryValues>",
        *(
            f'<Country ID="{_place(p)}" ISO2="{by_iso3()[p].iso2}">{by_iso3()[p].name}</Country>'
            for p in places
        ),
        "</CountryValues><PartySubTypeValues>",
        '<PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType>',
        '<PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType>',
        "</PartySubTypeValues><PartyTypeValues>",
        '<PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType>',
        "</PartyTypeValues></ReferenceValueSets>",
    ]


def _place(iso3: str) -> int:
    return 11_000 + by_iso3()[iso3].comtrade


def _location(party: Party) -> str:
    return (
        f'<Location ID="{party.number}"><LocationCountry CountryID="{_place(party.iso3)}" '
        f'CountryRelevanceID="1472" /><LocationPart LocPartTypeID="1454"><LocationPartValue Primary="true">'
        f"<Value>{party.city}</Value></LocationPartValue></LocationPart></Location>"
    )


def _ymd(day: date) -> str:
    return f"<Year>{day.year}</Year><Month>{day.month}</Month><Day>{day.day}</Day>"


def _distinct(party: Party) -> str:
    number = party.number
    return (
        f'<DistinctParty FixedRef="{number}"><Profile ID="{number}" PartySubTypeID="3">'
        f'<Identity ID="{number}" FixedRef="{number}" Primary="true" False="false">'
        f'<Alias FixedRef="{number}" AliasTypeID="1403" Primary="true" LowQuality="false">'
        f'<DocumentedName ID="{number}" FixedRef="{number}" DocNameStatusID="1"><DocumentedNamePart>'
        f'<NamePartValue NamePartGroupID="{number}" ScriptID="215" ScriptStatusID="1" Acronym="false">'
        f"{party.name.upper()}</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity>"
        f'<Feature ID="{number}" FeatureTypeID="25"><FeatureVersion ID="{number}" ReliabilityID="1">'
        f'<VersionLocation LocationID="{number}" /></FeatureVersion></Feature></Profile></DistinctParty>'
    )


def _sanctioned(party: Party) -> str:
    number = party.number
    return (
        f'<SanctionsEntry ID="{number}" ProfileID="{number}" ListID="1550">'
        f'<EntryEvent ID="{number}" EntryEventTypeID="1" LegalBasisID="1"><Comment />'
        f'<Date CalendarTypeID="1">{_ymd(party.listed)}</Date></EntryEvent>'
        f'<SanctionsMeasure ID="{number}" SanctionsTypeID="1"><Comment>{programme(party)}</Comment>'
        "</SanctionsMeasure></SanctionsEntry>"
    )


def _enhanced(parties: list[Party], day: date) -> bytes:
    rows = [f'<entity id="{p.number}"><name>{p.name.upper()}</name></entity>' for p in parties]
    head = [
        f'<sanctionsData xmlns="{NAMESPACE}/ENHANCED_XML">',
        f"<dataAsOf>{day.isoformat()}</dataAsOf>",
        "<entities>",
    ]
    return lines([*head, *rows, "</entities>", "</sanctionsData>"])


MAKERS = {
    "SDN.CSV": _csv,
    "ADD.CSV": _addresses,
    "ALT.CSV": _aliases,
    "SDN_COMMENTS.CSV": _comments,
    "SDN.XML": _xml,
    "SDN_ADVANCED.XML": _advanced,
    "SDN_ENHANCED.XML": _enhanced,
    "CONS_PRIM.CSV": _csv,
    "CONS_ADD.CSV": _addresses,
    "CONS_ALT.CSV": _aliases,
    "CONSOLIDATED.XML": _xml,
    "CONS_ADVANCED.XML": _advanced,
    "CONS_ENHANCED.XML": _enhanced,
}


def _changes(world: World, request: Request, rest: str) -> Response:
    """`/changes/history/{year}` lists publications, `/changes/{publicationId}` what one added and removed."""
    days = world.publications("ofac", request.now)
    if rest.startswith("history/"):
        year = rest.removeprefix("history/")
        return json_answer([_publication(n, day) for n, day in enumerate(days, 1) if str(day.year) == year])
    if not rest.isdigit() or not 0 < int(rest) <= len(days):
        return not_found()
    day = days[int(rest) - 1]
    here = [party for party in world.parties if "ofac" in party.lists]
    added = [party.number for party in here if party.listed == day]
    removed = [party.number for party in here if party.removed == day]
    return json_answer(_publication(int(rest), day) | {"added": added, "removed": removed})


def _publication(number: int, day: date) -> dict[str, object]:
    published = datetime(day.year, day.month, day.day, 14).isoformat()
    return {"publicationId": number, "datePublished": published}
