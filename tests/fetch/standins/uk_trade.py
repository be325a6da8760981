"""UK trade statistics as OData: `/OTS` by pages with `@odata.nextLink`, and the tables of its codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from .areas import areas, by_iso3
from .exchange import Request, Response, json_answer, not_found
from .trade import month_figures
from .world import World, months

LAG = 43
CLAUSE = re.compile(r"^\s*(\w+)\s+(eq|ge|le|gt|lt)\s+'?(\w+)'?\s*$")
COMPARE: dict[str, Callable[[int, int], bool]] = {
    "eq": lambda a, b: a == b,
    "ge": lambda a, b: a >= b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "lt": lambda a, b: a < b,
}
Row = dict[str, object]


def answer(world: World, request: Request) -> Response:
    """Answer as `https://api.uktradeinfo.com` does: whole numbers, `$filter`, `$skip`, `$top`, `$count`."""
    tables: dict[str, Callable[[], list[Row]]] = {
        "/OTS": lambda: _trade(world, request),
        "/Country": lambda: [
            {"CountryId": a.m49, "CountryName": a.name, "CountryCodeAlpha": a.iso2} for a in areas()
        ],
        "/Commodity": lambda: [
            {"CommodityId": int(f"{code}00"), "Cn8Code": f"{code}00", "Hs6Code": code} for code in world.codes
        ],
    }
    if request.path not in tables:
        return not_found()
    rows = tables[request.path]()
    try:
        rows = [row for row in rows if all(_holds(row, either) for either in _filter(request))]
    except KeyError as unknown:
        return json_answer({"error": {"code": "", "message": f"The query is not valid: {unknown}"}}, 400)
    return _page(world, request, rows)


def _page(world: World, request: Request, rows: list[Row]) -> Response:
    skip = int(request.query.get("$skip", 0))
    top = int(request.query.get("$top", len(rows)))
    size = min(world.uk_page, top)
    content: Row = {"@odata.context": f"{request.served_by}/$metadata#{request.path.lstrip('/')}"}
    if request.query.get("$count") == "true":
        content["@odata.count"] = len(rows)
    content["value"] = rows[skip : skip + size]
    left = min(len(rows) - skip, top) - size
    if left > 0:
        kept = {name: text for name, text in request.query.items() if name not in ("$skip", "$top")}
        kept |= {"$top": str(top - size)} if "$top" in request.query else {}
        text = "&".join(
            f"{name}={quote(text)}" for name, text in (kept | {"$skip": str(skip + size)}).items()
        )
        content["@odata.nextLink"] = f"{request.served_by}{request.path}?{text}"
    return json_answer(content)


def _filter(request: Request) -> list[list[re.Match[str]]]:
    """`a and (b or c)` as a list of alternatives, each of which must hold; no deeper nesting."""
    text = request.query.get("$filter", "")
    found = []
    for part in re.split(r"\s+and\s+", text) if text else []:
        either = [CLAUSE.match(clause) for clause in re.split(r"\s+or\s+", part.strip().strip("()"))]
        if not all(either):
            raise KeyError(part)
        found.append([clause for clause in either if clause])
    return found


def _holds(row: Row, either: list[re.Match[str]]) -> bool:
    return any(
        COMPARE[way](int(str(row[name])), int(text)) for name, way, text in (c.groups() for c in either)
    )


def _trade(world: World, request: Request) -> list[Row]:
    """Months that are out; FlowTypeId 1 EU imports, 2 EU exports, 3 other imports, 4 other exports."""
    rows: list[Row] = []
    for month in months(world.first, request.now.strftime("%Y%m")):
        if not world.seen("uk-trade", month, request.now, lag=LAG):
            continue
        for cell, dollars in month_figures(world, "uk-trade", "GBR", month, request.now):
            if cell.flow in ("RX", "RM"):
                continue
            other = by_iso3()[cell.partner]
            row: Row = {
                "MonthId": int(month),
                "FlowTypeId": (1 if other.eu else 3) + (cell.flow == "X"),
                "SuppressionIndex": 0,
                "CommodityId": int(f"{cell.code}00"),
                "CommoditySitcId": 0,
                "CountryId": other.m49,
                "PortId": -1,
                "Value": float(dollars),
                "NetMass": float(dollars // 10),
                "SuppUnit": 0.0,
            }
            rows.append(row)
    return rows
