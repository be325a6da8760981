"""BACI: the page of downloads and one zip per edition; the version in the name is the vintage."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import cast

from .archives import zip_of
from .areas import areas, by_iso3
from .exchange import Request, Response, file_answer, lines, not_found
from .trade import month_figures
from .world import World, midnight, months

FOLDER = "/DATA_DOWNLOAD/baci/data/"
PAGE = "/CEPII/en/bdd_modele/bdd_modele_item.asp"
NAME = re.compile(r"BACI_(HS22|HS17)_V(\d{6}[a-z]?)\.zip$")
EDITIONS = {
    "202401b": date(2024, 4, 9),
    "202501": date(2025, 1, 22),
    "202601": date(2026, 1, 22),
}


def answer(world: World, request: Request) -> Response:
    """Answer as `https://www.cepii.fr` does."""
    out = {version: day for version, day in EDITIONS.items() if midnight(day) <= request.now}
    if request.path == PAGE:
        return _page(out)
    asked = NAME.match(request.path.removeprefix(FOLDER))
    if not request.path.startswith(FOLDER) or not asked or asked[2] not in out:
        return not_found()
    edition, version = asked.groups()
    day = out[version]
    key = ("baci", edition, version, request.member_prefix)
    packed = world.remember(key, lambda: _zip(world, edition, version, midnight(day), request.member_prefix))
    written = midnight(day) + timedelta(hours=9)
    return file_answer(cast(bytes, packed), "application/x-zip-compressed", written)


def _page(out: dict[str, date]) -> Response:
    """Newest edition first; older ones are the archives, and stay to be had."""
    links = [
        f'<li><a href="{FOLDER}BACI_{edition}_V{version}.zip">BACI {edition}</a> ({day:%d %B %Y})</li>'
        for version, day in sorted(out.items(), key=lambda pair: pair[1], reverse=True)
        for edition in ("HS22", "HS17")
    ]
    body = f"<!DOCTYPE html><html><body><ul>{''.join(links)}</ul></body></html>"
    return Response(body.encode(), 200, "text/html; charset=utf-8")


def _zip(world: World, edition: str, version: str, now: datetime, prefix: str) -> bytes:
    """Years up to two before the edition, and the two code tables."""
    last = int(version[:4]) - 2
    years = range(int(world.first[:4]), last + 1)
    members = {f"BACI_{edition}_Y{y}_V{version}.csv": _year(world, y, now) for y in years}
    products = ["code,description", *(f'{code},"made-up goods {code}"' for code in sorted(world.codes))]
    countries = ["country_code,country_name,country_iso2,country_iso3"]
    countries += [f'{a.comtrade},"{a.name}",{a.iso2},{a.iso3}' for a in areas()]
    members[f"product_codes_{edition}_V{version}.csv"] = lines(products)
    members[f"country_codes_V{version}.csv"] = lines(countries)
    return zip_of(members, prefix)


def _year(world: World, year: int, now: datetime) -> bytes:
    """Columns t, i, j, k, v (thousand dollars) and q (tonnes, missing in one row of fifty)."""
    sums: dict[tuple[int, int, str], int] = defaultdict(int)
    for reporter in world.reporters:
        for month in months(f"{year}01", f"{year}12"):
            for cell, dollars in month_figures(world, "baci", reporter, month, now):
                if cell.flow == "X":
                    home, other = by_iso3()[reporter].comtrade, by_iso3()[cell.partner].comtrade
                    sums[home, other, cell.code] += dollars
    rows = ["t,i,j,k,v,q"]
    for number, ((home, other, code), dollars) in enumerate(sorted(sums.items())):
        tonnes = "           NA" if number % 50 == 49 else f"{dollars / 10_000:.3f}"
        rows.append(f"{year},{home},{other},{code},{dollars / 1000:.3f},{tonnes}")
    return lines(rows)
