"""EU Regulation 833/2014 by date: consolidated texts with Annex IV, and the query that lists them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs

from .areas import by_iso3
from .exchange import Request, Response, file_answer, json_answer, redirect
from .world import World, midnight

TEXT = re.compile(r"/resource/celex/02014R0833-(\d{4})(\d\d)(\d\d)$")
SPARQL = "/webapi/rdf/sparql"
LAG = timedelta(days=14)
SOURCE = "eu-annex-iv"


def answer(world: World, request: Request) -> Response:
    """Answer as `http://publications.europa.eu` does: a resource redirects by Accept headers."""
    if request.path == SPARQL:
        return _versions(world, request)
    if request.path.startswith("/resource/cellar/"):
        return _text(world, request)
    asked = TEXT.match(request.path)
    if not asked:
        return Response(b"Invalid resource", 400, "text/plain")
    year, month, day = map(int, asked.groups())
    try:
        here = date(year, month, day) in versions(world, request.now)
    except ValueError:
        here = False
    if not here:
        return Response(b"The resource does not exist", 404, "text/plain")
    if not any(kind in request.header("Accept") for kind in ("xhtml", "text/html")):
        return Response(b"No content stream matches the Accept header", 406, "text/plain")
    if "en" not in request.header("Accept-Language").lower():
        return Response(b"No expression in that language", 404, "text/plain")
    return redirect(f"/resource/cellar/833-{year}{month:02d}{day:02d}.0001.03/DOC_1", 303)


def versions(world: World, now: datetime) -> list[date]:
    """Days of amendment whose consolidated text is out (two weeks later), oldest first."""
    return [day for day in world.publications(SOURCE, now) if midnight(day) + LAG <= now]


def _text(world: World, request: Request) -> Response:
    found = re.search(r"833-(\d{4})(\d\d)(\d\d)\.", request.path)
    day = date(*map(int, found.groups())) if found else date.min
    if day not in versions(world, request.now):
        return Response(b"The resource does not exist", 404, "text/plain")
    rows = [
        f'<tr><td><p class="normal">{number}.</p></td><td><p class="normal">{party.name} '
        f'({by_iso3()[party.iso3].name})</p></td><td><p class="normal">{party.listed:%d.%m.%Y}</p></td></tr>'
        for number, party in enumerate(world.listed(SOURCE, midnight(day), request.share), 1)
    ]
    goods = "".join(
        f"<tr><td><p>ex {c[:4]} {c[4:]} 00</p></td><td><p>made-up goods</p></td></tr>" for c in world.codes
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">'
        f"<head><title>02014R0833 — EN — {day:%d.%m.%Y}</title></head><body>"
        f'<p class="reference">02014R0833 — EN — {day:%d.%m.%Y} — stand-in</p>'
        '<p class="title-annex-1">ANNEX IV</p><p>List of natural or legal persons, entities or bodies '
        "referred to in Articles 2(7), 2a(7) and 2b(1)</p>"
        f'<table class="borderOj"><tbody>{"".join(rows)}</tbody></table>'
        '<p class="title-annex-1">ANNEX VII</p>'
        f'<table class="borderOj"><tbody>{goods}</tbody></table></body></html>'
    )
    return file_answer(body.encode(), "application/xhtml+xml;charset=UTF-8", midnight(day) + LAG)


def _versions(world: World, request: Request) -> Response:
    """Any query is answered with the CELEX numbers and dates of the texts, as SPARQL JSON results."""
    form = parse_qs(request.body.decode())
    if not request.query.get("query") and not form.get("query"):
        return Response(b"Virtuoso 37000 Error: no query", 400, "text/plain")
    number = "http://www.w3.org/2001/XMLSchema#"
    bindings = [
        {
            "celex": {
                "type": "typed-literal",
                "datatype": f"{number}string",
                "value": f"02014R0833-{day:%Y%m%d}",
            },
            "date": {"type": "typed-literal", "datatype": f"{number}date", "value": day.isoformat()},
        }
        for day in versions(world, request.now)
    ]
    content = {
        "head": {"link": [], "vars": ["celex", "date"]},
        "results": {"ordered": True, "bindings": bindings},
    }
    found = json_answer(content)
    return Response(found.body, 200, "application/sparql-results+json")
