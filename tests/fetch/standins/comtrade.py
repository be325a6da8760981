"""UN Comtrade API v1: data with a key, preview without, availability, notes, releases, references."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta

from . import references
from .areas import by_comtrade, by_iso3
from .comtrade_rows import Row, checksum, dataset, releases, row_of, with_parts
from .exchange import Request, Response, json_answer, not_found
from .world import World, midnight, months

PATH = re.compile(r"/(data|public)/v1/(\w+)(?:/(\w)/(\w)/(\w+))?$")
LONGEST = 4096
FILTERS = {
    "partnerCode": "partnerCode",
    "partner2Code": "partner2Code",
    "cmdCode": "cmdCode",
    "flowCode": "flowCode",
    "customsCode": "customsCode",
    "motCode": "motCode",
}


def answer(world: World, request: Request) -> Response:
    """Answer as `https://comtradeapi.un.org` does; base path is the root."""
    if request.path.startswith("/files/v1/app/reference/"):
        return references.answer(world, request)
    if len(f"https://comtradeapi.un.org{request.target}") > LONGEST:
        return Response(b"Request URL Too Long", 414, "text/plain")
    asked = PATH.match(request.path)
    if not asked:
        return not_found("Resource not found")
    door, what, kind, frequency, classification = asked.groups()
    refused = _keyed(world, request) if door == "data" else _paced(world, "")
    if refused:
        return refused
    ways = {"getda": _availability, "getmetadata": _notes}
    if what == "getComtradeReleases" and door == "public":
        return _envelope(_releases(world, request))
    if what == "getLiveUpdate" and door == "data":
        return _envelope(_releases(world, request)[:50])
    if kind != "C" or frequency not in ("A", "M"):
        return _envelope([]) if kind == "S" else not_found("Resource not found")
    if what.lower() in ways:
        return ways[what.lower()](world, request, frequency)
    if (door, what) not in (("data", "get"), ("public", "preview")):
        return not_found("Resource not found")
    if classification == "H6":
        return json_answer({"statusCode": 500, "message": "Internal server error"}, 500)
    return _data(world, request, frequency, "preview" if door == "public" else "data")


def _keyed(world: World, request: Request) -> Response | None:
    key = request.header("Ocp-Apim-Subscription-Key") or request.query.get("subscription-key", "")
    if key not in world.keys:
        how = "invalid" if key else "missing"
        return json_answer(
            {"statusCode": 401, "message": f"Access denied due to {how} subscription key."}, 401
        )
    counted = ("comtrade calls", key, request.now.date())
    with world.lock:
        used = int(str(world.kept.get(counted, 0)))
        if used >= world.quota:
            return quota_used_up(request)
        late = _paced(world, key)
        if late is None:
            world.kept[counted] = used + 1
        return late


def quota_used_up(request: Request) -> Response:
    """403 with the time left until midnight UTC."""
    left = midnight(request.now.date() + timedelta(days=1)) - request.now
    clock = time.strftime("%H:%M:%S", time.gmtime(int(left.total_seconds())))
    words = f"Out of call volume quota. Quota will be replenished in {clock}."
    return json_answer({"statusCode": 403, "message": words}, 403)


def _paced(world: World, key: str) -> Response | None:
    with world.lock:
        last = float(str(world.kept.get(("comtrade last", key), -1e9)))
        wait = world.pace - (time.monotonic() - last)
        if wait > 0:
            return too_fast(round(wait + 0.5))
        world.kept["comtrade last", key] = time.monotonic()
    return None


def too_fast(seconds: int | None) -> Response:
    """429, with the time to wait or without."""
    hint = f" Try again in {seconds} seconds." if seconds is not None else ""
    late = json_answer({"statusCode": 429, "message": f"Rate limit is exceeded.{hint}"}, 429)
    return late.having(Retry_After=str(seconds)) if seconds is not None else late


def _envelope(rows: list[Row], count: int | None = None) -> Response:
    content = {
        "elapsedTime": "0.05 secs",
        "count": len(rows) if count is None else count,
        "data": rows,
        "error": "",
    }
    return json_answer(content, x_ratelimit_limit="1", x_ratelimit_operation_limit="60")


def _listed(request: Request, name: str) -> list[str] | None:
    """Values of a parameter; None where it is missing or empty, which means all."""
    text = request.query.get(name, "")
    return [value.strip() for value in text.split(",") if value.strip()] or None


def _reporters(world: World, request: Request) -> list[str]:
    """ISO codes of the reporters asked for: an unknown area code gives none, without an error."""
    wanted = _listed(request, "reporterCode")
    known = [iso3 for iso3 in world.reporters if iso3 in by_iso3()]
    if wanted is None:
        return known
    asked = [by_comtrade().get(int(code)) if code.isdigit() else None for code in wanted]
    return [area.iso3 for area in asked if area and area.iso3 in known]


def _periods(world: World, request: Request, frequency: str) -> list[str]:
    known = months(world.first, request.now.strftime("%Y%m"))
    if frequency == "A":
        known = sorted({month[:4] for month in known})
    wanted = _listed(request, "period")
    return known if wanted is None else [period for period in wanted if period in known]


def _data(world: World, request: Request, frequency: str, door: str) -> Response:
    most = world.preview_periods if door == "preview" else 12
    if len(_listed(request, "period") or []) > most:
        details = f"{len(_listed(request, 'period') or [])} periods asked"
        return json_answer({"error": f"Maximum number of periods is {most}", "details": details}, 400)
    wanted = {field: _listed(request, name) for name, field in FILTERS.items()}
    plus = request.query.get("breakdownMode", "plus").lower() != "classic"
    rows: list[Row] = []
    for reporter in _reporters(world, request):
        for period in _periods(world, request, frequency):
            for flow, partner, code, dollars in dataset(world, reporter, period, request.now):
                figure: Row = {"flowCode": flow, "partnerCode": partner, "cmdCode": code}
                if _fits(figure, wanted):
                    row = row_of(reporter, period, flow, partner, code, dollars)
                    rows.extend(
                        each for each in (with_parts([row]) if plus else [row]) if _fits(each, wanted)
                    )
    if request.query.get("countOnly", "").lower() == "true":
        return _envelope([], len(rows))
    rows = rows[: min(world.limits[door], int(request.query.get("maxRecords") or world.limits[door]))]
    if door == "preview":
        rows = [row | {"netWgt": 0} for row in rows]
    if request.query.get("includeDesc", "true").lower() == "false":
        rows = [
            {name: None if name.endswith(("Desc", "ISO")) else value for name, value in row.items()}
            for row in rows
        ]
    return _envelope(rows)


def _fits(row: Row, wanted: dict[str, list[str] | None]) -> bool:
    """Whether a row, or the part of one that is known so far, has the values asked for."""
    return all(v is None or field not in row or str(row[field]) in v for field, v in wanted.items())


def _stamp(day: date, key: str) -> str:
    """A naive time with seven decimals, as the release fields have it."""
    return f"{day.isoformat()}T08:{len(key) % 60:02d}:00.1234567"


def _availability(world: World, request: Request, frequency: str) -> Response:
    rows: list[Row] = []
    since, until = (request.query.get(name, "")[:10] for name in ("publishedDateFrom", "publishedDateTo"))
    for reporter in _reporters(world, request):
        for period in _periods(world, request, frequency):
            out = releases(world, reporter, period, request.now)
            if not out or (since and out[-1].isoformat() < since) or (until and out[-1].isoformat() > until):
                continue
            rows.append(_available(world, request, frequency, reporter, period))
    return _envelope(rows)


def _available(world: World, request: Request, frequency: str, reporter: str, period: str) -> Row:
    out, here = releases(world, reporter, period, request.now), dataset(world, reporter, period, request.now)
    area = by_iso3()[reporter]
    return {
        "datasetCode": int(f"2{area.comtrade:03d}{period:0<6}"),
        "typeCode": "C",
        "freqCode": frequency,
        "period": int(period),
        "reporterCode": area.comtrade,
        "reporterISO": area.iso3,
        "reporterDesc": area.name,
        "classificationCode": "H6",
        "classificationSearchCode": "HS",
        "isOriginalClassification": True,
        "totalRecords": len(here),
        "datasetChecksum": checksum(here),
        "firstReleased": _stamp(out[0], period),
        "lastReleased": _stamp(out[-1], period),
    }


def _notes(world: World, request: Request, frequency: str) -> Response:
    rows: list[Row] = []
    for reporter in _reporters(world, request):
        for period in _periods(world, request, frequency):
            out = releases(world, reporter, period, request.now)
            notes = [
                {
                    "publicationNote": "Revised Data" if turn else "New Data",
                    "publicationDate": _stamp(day, period),
                }
                for turn, day in enumerate(out)
            ]
            if notes:
                area = by_iso3()[reporter]
                head: Row = {"typeCode": "C", "freqCode": frequency, "period": int(period)}
                rows.append(head | {"reporterCode": area.comtrade, "reporterDesc": area.name, "notes": notes})
    return _envelope(rows)


def _releases(world: World, request: Request) -> list[Row]:
    """Every release of every monthly dataset, newest first."""
    found: list[tuple[str, Row]] = []
    for reporter in world.reporters:
        for period in months(world.first, request.now.strftime("%Y%m")):
            for turn, day in enumerate(releases(world, reporter, period, request.now)):
                head: Row = {"reporterCode": by_iso3()[reporter].comtrade, "typeCode": "C", "freqCode": "M"}
                note = "Revised Data" if turn else "New Data"
                row = head | {
                    "period": int(period),
                    "publicationNote": note,
                    "releaseDate": _stamp(day, period),
                }
                found.append((f"{day}{period}{reporter}", row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0], reverse=True)]
