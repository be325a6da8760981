"""UK Sanctions List as XML and CSV: dates are DD/MM/YYYY, the day of generation is ISO in an attribute."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from .areas import by_iso3
from .exchange import Request, Response, file_answer, lines, not_found
from .world import Party, World, midnight

REGIME = "The Russia (Sanctions) (EU Exit) Regulations 2019"


def answer(world: World, request: Request) -> Response:
    """Answer as `https://sanctionslist.fcdo.gov.uk` does."""
    if request.path not in ("/docs/UK-Sanctions-List.xml", "/docs/UK-Sanctions-List.csv"):
        return not_found()
    days = world.publications("uk-list", request.now)
    if not days:
        return not_found()
    written = midnight(days[-1]) + timedelta(hours=23)
    shown = world.listed("uk-list", midnight(days[-1]), request.share)
    if request.path.endswith("csv"):
        return file_answer(_csv(shown, f"{days[-1]:%d/%m/%Y}"), "text/csv", written)
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<Designations xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'dateGenerated="{days[-1]}T23:00:00.000Z">',
        f"  <DateGenerated>{days[-1]:%d/%m/%Y}</DateGenerated>",
    ]
    return file_answer(lines([*head, *map(_entry, shown), "</Designations>"]), "application/xml", written)


def _number(party: Party) -> str:
    return f"RUS{party.number:04d}"


def _entry(party: Party) -> str:
    day = f"{party.listed:%d/%m/%Y}"
    kind = "Primary Name" if party.number % 2 else "Primary name"
    place = f"<AddressLine6>{party.city}</AddressLine6>"
    place += f"<AddressCountry>{by_iso3()[party.iso3].name}</AddressCountry>"
    return (
        f"  <Designation><LastUpdated>{day}</LastUpdated><DateDesignated>{day}</DateDesignated>"
        f"<UniqueID>{_number(party)}</UniqueID><Names><Name><Name6>{party.name}</Name6>"
        f"<NameType>{kind}</NameType></Name></Names><Addresses><Address>{place}</Address></Addresses>"
        f"<RegimeName>{REGIME}</RegimeName><IndividualEntityShip>Entity</IndividualEntityShip>"
        "<DesignationSource>UK</DesignationSource><SanctionsImposed>Asset freeze</SanctionsImposed>"
        "</Designation>"
    )


def _csv(parties: list[Party], generated: str) -> bytes:
    """First line the report date, header in line two."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow([f"Report Date: {generated}"])
    table.writerow(
        [
            "Last Updated",
            "Unique ID",
            "Date Designated",
            "Name 6",
            "Name type",
            "Regime Name",
            "Designation Type",
            "Country",
        ]
    )
    for p in parties:
        day = f"{p.listed:%d/%m/%Y}"
        place = by_iso3()[p.iso3].name
        table.writerow([day, _number(p), day, p.name, "Primary Name", REGIME, "Entity", place])
    return stream.getvalue().encode()
