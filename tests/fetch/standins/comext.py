"""Eurostat bulk files: the listing whose times are the vintage, and monthly archives `full_v2_YYYYMM.7z`."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import cast

from .archives import seven_zip_of
from .areas import areas, by_iso3
from .exchange import Request, Response, file_answer, json_answer, lines, not_found, redirect
from .trade import month_figures
from .world import World, midnight, months

FILES = "/eurostat/api/dissemination/files"
FOLDER = "comext/COMEXT_DATA/PRODUCTS"
NAME = re.compile(rf"{FOLDER}/full_v2_(\d{{4}})(\d\d)\.7z$")
HEAD = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,PRODUCT_BEC5,"
    "PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
LAG = 46


def answer(world: World, request: Request) -> Response:
    """Answer as `https://ec.europa.eu` does below `/eurostat/api/dissemination/files`."""
    asked = request.query.get("file", "").lstrip("/")
    if request.path == FILES and asked:
        known = asked in _catalogue(world, request.now)
        return redirect(f"{FILES}/download/{asked}") if known else _missing(asked)
    if request.path == FILES and "dir" in request.query:
        return _listing(world, request)
    if request.path.startswith(f"{FILES}/download/"):
        return _archive(world, request, request.path.removeprefix(f"{FILES}/download/"))
    return not_found()


def _missing(name: str) -> Response:
    return json_answer({"error": [{"status": 404, "id": 100, "label": f"File not found: {name}"}]}, 404)


def modified(world: World, period: str, now: datetime) -> datetime | None:
    """When the archive of a month was last written, as of now; None where it is not out."""
    out = world.seen("comext", period, now, lag=LAG)
    return midnight(out[-1]) + timedelta(hours=11) if out else None


def _catalogue(world: World, now: datetime) -> dict[str, tuple[str, datetime]]:
    """File name -> period and time, for what is out: months, and the years as month 52."""
    last = now.strftime("%Y%m")
    periods = [month for month in months(world.first, last) if world.seen("comext", month, now, lag=LAG)]
    full = sorted({month[:4] for month in periods if f"{month[:4]}12" in periods})
    found = {}
    for period in [*periods, *(f"{year}52" for year in full)]:
        inside = (
            periods if not period.endswith("52") else [month for month in periods if month[:4] == period[:4]]
        )
        times = [modified(world, month, now) for month in (inside if period.endswith("52") else [period])]
        written = max(time for time in times if time)
        found[f"{FOLDER}/full_v2_{period}.7z"] = (period, written)
    return found


def _listing(world: World, request: Request) -> Response:
    """`format=csv`: name, bytes, type, time. The annual archives (YYYY52) are among the monthly ones."""
    folder = request.query["dir"].strip("/")
    rows = ["NAME,SIZE,TYPE,LAST_MODIFIED"]
    newest = midnight(request.now.date())
    shown = sorted(_catalogue(world, request.now).items())
    for name, (period, written) in shown[: int(len(shown) * request.share)]:
        if f"{name}/".startswith(f"{folder}/"):
            size = len(_packed(world, period, request.now, ""))
            rows.append(f"{request.member_prefix}{name},{size},7z,{written.isoformat(timespec='seconds')}")
    listing = file_answer(lines(rows), "text/csv; charset=utf-8", newest)
    return Response(listing.body, 200, listing.kind)


def _archive(world: World, request: Request, name: str) -> Response:
    found = _catalogue(world, request.now).get(name)
    if found is None or not NAME.match(name):
        return _missing(name)
    period, written = found
    packed = _packed(world, period, request.now, request.member_prefix)
    return file_answer(packed, "application/x-7z-compressed", written, name.rsplit("/", 1)[-1])


def _packed(world: World, period: str, now: datetime, prefix: str) -> bytes:
    inside = months(world.first, now.strftime("%Y%m")) if period.endswith("52") else [period]
    marks = tuple((m, world.factor("comext", m, now)) for m in inside if m[:4] == period[:4])
    key = ("comext", period, prefix, marks)
    made = world.remember(
        key, lambda: seven_zip_of(f"{prefix}full_{period}.dat", content(world, period, now))
    )
    return cast(bytes, made)


def content(world: World, period: str, now: datetime) -> bytes:
    """The text of an archive: EU reporters' rows with CN8 codes, chapter sums and a secret code."""
    rows: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for area in areas():
        if not area.eu:
            continue
        for month in months(f"{period[:4]}01", f"{period[:4]}12") if period.endswith("52") else [period]:
            for cell, dollars in month_figures(world, "comext", area.iso3, month, now):
                partner, flow = by_iso3()[cell.partner].iso2, "2" if cell.flow in ("X", "RX") else "1"
                # GR and GB are GR and GB in Comext since 2021; Kosovo and Serbia keep XK and XS
                partner = {"RS": "XS"}.get(partner, partner)
                for code in (f"{cell.code}00", cell.code[:2]):
                    rows[area.iso2, partner, code, flow] += dollars
        rows[area.iso2, "QV", "99SSSSSS", "2"] += 1000
    written = [HEAD]
    for (reporter, partner, code, flow), dollars in sorted(rows.items()):
        kind = "I" if partner in {area.iso2 for area in areas() if area.eu} else "E"
        head = f"{reporter},{partner},{kind},{code},,,,,,,{flow},1,,{period}"
        written.append(f"{head},{dollars},{dollars},{dollars // 10},")
    return lines(written)
