"""OpenSanctions: `latest` redirects to the immutable artifacts of a version; old versions stay."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import date, timedelta

from .areas import by_iso3
from .exchange import Request, Response, file_answer, json_answer, not_found, redirect
from .world import Party, World, midnight

PATH = re.compile(r"/(datasets|artifacts)/(?:(latest|\d{8})/)?([a-z_]+)/(?:(\d{14}-\w+)/)?([\w.]+)$")
NAMES = ("sanctions", "us_ofac_sdn", "eu_journal_sanctions")
COLUMNS = [
    "id",
    "schema",
    "name",
    "aliases",
    "birth_date",
    "countries",
    "addresses",
    "identifiers",
    "sanctions",
    "phones",
    "emails",
    "program_ids",
    "dataset",
    "first_seen",
    "last_seen",
    "last_change",
]


def answer(world: World, request: Request) -> Response:
    """Answer as `https://data.opensanctions.org` does."""
    asked = PATH.match(request.path)
    days = {version(day): day for day in world.publications("opensanctions", request.now)}
    if not asked or asked[3] not in NAMES or not days:
        return not_found()
    kind, when, name, stamp, file = asked.groups()
    if file == "versions.json":
        return json_answer({"items": sorted(days), "last_successful": max(days)})
    if kind == "datasets":
        known = [each for each in sorted(days) if when in ("latest", None) or each[:8] <= when]
        return redirect(f"/artifacts/{name}/{known[-1]}/{file}") if known else _removed()
    if stamp not in days:
        return _removed()
    return _file(world, request, name, stamp, days[stamp], file)


def _removed() -> Response:
    return Response(b"<Error><Code>AccessDenied</Code></Error>", 403, "application/xml")


def version(day: date) -> str:
    """The stamp of a day's version: its time and three letters."""
    return f"{day:%Y%m%d}060000-{hashlib.sha1(str(day).encode(), usedforsecurity=False).hexdigest()[:3]}"


def _file(world: World, request: Request, name: str, stamp: str, day: date, file: str) -> Response:
    written = midnight(day) + timedelta(hours=6)
    shown = world.listed("opensanctions", midnight(day), request.share)
    made = {
        "targets.simple.csv": _table(shown, name, day),
        "entities.ftm.json": "".join(json.dumps(_entity(party)) + "\n" for party in shown).encode(),
        "entities.delta.json": _delta(world, day),
    }
    if file == "index.json":
        resources = [
            {
                "name": key,
                "url": f"https://data.opensanctions.org/artifacts/{name}/{stamp}/{key}",
                "checksum": hashlib.sha1(body, usedforsecurity=False).hexdigest(),
                "size": len(body),
            }
            for key, body in made.items()
        ]
        index = {"name": name, "version": stamp, "updated_at": f"{day}T06:00:00", "target_count": len(shown)}
        return file_answer(json.dumps(index | {"resources": resources}).encode(), "application/json", written)
    if file not in made:
        return _removed()
    return file_answer(made[file], "text/csv" if file.endswith("csv") else "application/json", written)


def _table(parties: list[Party], name: str, day: date) -> bytes:
    stream = io.StringIO()
    table = csv.DictWriter(stream, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n", restval="")
    table.writeheader()
    for party in parties:
        # first seen by the crawler, which is days after the listing
        seen = f"{party.listed + timedelta(days=3)}T06:00:00"
        times = {"first_seen": seen, "last_seen": f"{day}T06:00:00", "last_change": seen}
        row = {"id": f"made-up-{party.number}", "schema": "Company", "name": party.name, "dataset": name}
        table.writerow(
            row | {"countries": by_iso3()[party.iso3].iso2.lower(), "program_ids": "MADE-UP"} | times
        )
    return stream.getvalue().encode()


def _entity(party: Party) -> dict[str, object]:
    properties = {"name": [party.name], "country": [by_iso3()[party.iso3].iso2.lower()]}
    return {"id": f"made-up-{party.number}", "schema": "Company", "properties": properties, "target": True}


def _delta(world: World, day: date) -> bytes:
    changed = [("ADD", p) for p in world.parties if p.listed == day]
    changed += [("DEL", p) for p in world.parties if p.removed == day]
    rows = [{"op": way, "entity": _entity(p)} for way, p in changed if "opensanctions" in p.lists]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
