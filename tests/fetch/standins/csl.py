"""US Consolidated Screening List: one table of all lists, as CSV, TSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

from .areas import by_iso3
from .exchange import Request, Response, file_answer, not_found
from .world import Party, World, midnight

FOLDER = "/downloadable_consolidated_screening_list/v1/"
COLUMNS = [
    "_id",
    "source",
    "entity_number",
    "type",
    "programs",
    "name",
    "title",
    "addresses",
    "federal_register_notice",
    "start_date",
    "end_date",
    "standard_order",
    "license_requirement",
    "license_policy",
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
    "remarks",
    "source_list_url",
    "alt_names",
    "citizenships",
    "dates_of_birth",
    "nationalities",
    "places_of_birth",
    "source_information_url",
    "ids",
]
LISTS = (
    "Entity List (EL) - Bureau of Industry and Security",
    "Specially Designated Nationals (SDN) - Treasury Department",
    "Military End User (MEU) List - Bureau of Industry and Security",
)


def answer(world: World, request: Request) -> Response:
    """Answer as `https://data.trade.gov` does; written again every hour, also where nothing changed."""
    name = request.path.removeprefix(FOLDER)
    if request.path not in {f"{FOLDER}consolidated.{form}" for form in ("csv", "tsv", "json")}:
        return not_found()
    rows = [_row(party) for party in world.listed("csl", request.now, request.share)]
    hour = midnight(request.now.date()) + timedelta(hours=request.now.hour)
    if name.endswith("json"):
        found = [{key: text for key, text in row.items() if text} for row in rows]
        body = json.dumps({"total": len(rows), "results": found}).encode()
        return file_answer(body, "application/json", hour)
    comma, kind = (",", "text/csv") if name.endswith("csv") else ("\t", "text/tab-separated-values")
    stream = io.StringIO()
    table = csv.DictWriter(stream, COLUMNS, delimiter=comma, quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return file_answer(stream.getvalue().encode(), kind, hour)


def _row(party: Party) -> dict[str, str]:
    """A firm of one of three lists; Entity List rows carry their licence columns."""
    source = LISTS[party.number % len(LISTS)]
    here = by_iso3()[party.iso3]
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "_id": f"{party.number:024x}",
        "source": source,
        "entity_number": str(party.number),
        "type": "Entity",
        "name": f" {party.name}" if party.number % 7 == 0 else party.name,
        "addresses": f"{party.city}, {here.iso2}",
        "federal_register_notice": f"{party.listed.year - 1935} F.R. {1000 + party.number}",
        "start_date": party.listed.isoformat(),
        "alt_names": f"{party.name} Co; {party.name} Ltd" if party.number % 4 == 0 else "",
        "source_list_url": "https://list.example/",
    }
    if source.startswith("Entity List"):
        row |= {"license_requirement": "For all items", "license_policy": "Presumption of denial"}
    return row
