"""Comtrade reference tables under `files/v1/app/reference/`: JSON files that begin with a byte order mark."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from .areas import WORLD, Area, areas
from .comtrade_rows import FLOW_NAMES
from .exchange import Request, Response, file_answer, not_found
from .world import World

Row = dict[str, object]
ISSUED = datetime(2024, 1, 15, tzinfo=UTC)
EXPIRED = (
    (841, "USA and Puerto Rico (...1980)", "US", "USA"),
    (711, "So. African Customs Union (...1999)", "", "ZA1"),
)
TABLES = ("Reporters", "partnerAreas", "HS", "tradeRegimes", "country_area_code_iso", "country_groups")


def answer(world: World, request: Request) -> Response:
    """One of the reference tables, or their list."""
    name = request.path.rsplit("/", 1)[-1].removesuffix(".json")
    made = MAKERS.get(name)
    if made is None:
        return not_found()
    rows = made(world)
    rows = rows[: int(len(rows) * request.share)]
    content = json.dumps({"more": False, "results": rows}, ensure_ascii=False)
    return file_answer(b"\xef\xbb\xbf" + content.encode(), "application/json", ISSUED)


def _list(world: World) -> list[Row]:
    base = "https://comtradeapi.un.org/files/v1/app/reference/"
    return [
        {"category": name, "variable": name, "description": name, "fileuri": f"{base}{name}.json"}
        for name in TABLES
    ]


def _area(area: Area, role: str) -> Row:
    code, name = area.comtrade, area.name
    row: Row = {
        "id": code,
        "text": name,
        f"{role}Code": code,
        f"{role}Desc": name,
        f"{role.lower()}Note": name,
    }
    iso = {f"{role}CodeIsoAlpha2": area.iso2, f"{role}CodeIsoAlpha3": area.iso3}
    return row | iso | {"entryEffectiveDate": "1900-01-01T00:00:00", "isGroup": code == 0}


def _expired(role: str) -> list[Row]:
    return [
        {"id": code, "text": name, f"{role}Code": code, f"{role}Desc": name, f"{role}Note": name}
        | ({f"{role}CodeIsoAlpha2": iso2} if iso2 else {})
        | {f"{role}CodeIsoAlpha3": iso3, "entryEffectiveDate": "1962-01-01T00:00:00"}
        | {"isGroup": False, "entryExpiredDate": "1980-12-31T00:00:00"}
        for code, name, iso2, iso3 in EXPIRED
    ]


def _codes(world: World) -> list[Row]:
    known = {"TOTAL"} | {code[:size] for code in world.codes for size in (2, 4, 6)}
    return [
        {
            "id": code,
            "text": f"{code} - made-up goods",
            "parent": "#" if code == "TOTAL" else code[:-2] or "TOTAL",
            "isLeaf": "1" if len(code) == 6 else "0",
            "aggrlevel": 0 if code == "TOTAL" else len(code),
            "standardUnitAbbr": "kg",
        }
        for code in sorted(known, key=lambda code: (code != "TOTAL", code))
    ]


def _reporters(world: World) -> list[Row]:
    return [_area(area, "reporter") for area in areas() if area.iso3 in world.reporters] + _expired(
        "reporter"
    )


def _partners(world: World) -> list[Row]:
    return [_area(area, "Partner") for area in (WORLD, *areas()) if area.iso3 in (*world.partners, "W00")]


def _regimes(world: World) -> list[Row]:
    return [{"id": code, "text": name} for code, name in FLOW_NAMES.items()]


def _iso(world: World) -> list[Row]:
    return [{"code": area.comtrade, "iso3": area.iso3, "iso2": area.iso2} for area in areas()]


def _groups(world: World) -> list[Row]:
    return [{"group": "EU", "code": area.comtrade} for area in areas() if area.eu]


MAKERS: dict[str, Callable[[World], list[Row]]] = {
    "ListofReferences": _list,
    "Reporters": _reporters,
    "partnerAreas": _partners,
    "HS": _codes,
    "tradeRegimes": _regimes,
    "country_area_code_iso": _iso,
    "country_groups": _groups,
}
