"""GDELT 2: the list of files and the 15-minute zips of the Global Knowledge Graph."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import cast

from .archives import zip_of
from .exchange import Request, Response, file_answer, lines, not_found
from .world import World, midnight

HOST = "http://data.gdeltproject.org"
NAME = re.compile(r"/gdeltv2/(\d{14})(\.translation)?\.gkg\.csv\.zip$")
RECORDS = 3


def answer(world: World, request: Request) -> Response:
    """Answer as `http://data.gdeltproject.org` and its mirror (same paths below a folder of its name) do."""
    path = request.path.removeprefix("/data.gdeltproject.org")
    lists = {"masterfilelist": "", "masterfilelist-translation": ".translation"}
    lists |= {"lastupdate": "", "lastupdate-translation": ".translation"}
    name = path.removeprefix("/gdeltv2/").removesuffix(".txt")
    if path == f"/gdeltv2/{name}.txt" and name in lists:
        return _list(world, request, lists[name], name.startswith("lastupdate"))
    asked = NAME.match(path)
    if not asked or asked[1] not in slots(world, request.now):
        return not_found()
    slot, translated = asked[1], asked[2] or ""
    written = datetime.strptime(slot, "%Y%m%d%H%M%S").replace(tzinfo=UTC) + timedelta(minutes=2)
    body = _zip(world, slot, translated, request.member_prefix)
    return file_answer(body, "application/zip", written)


def slots(world: World, now: datetime) -> list[str]:
    """Slots YYYYMMDDHHMMSS whose file is there now: 96 a day, without the missing and those still to come."""
    found = []
    for day in sorted(world.gdelt_days):
        for number in range(96):
            moment = midnight(day) + timedelta(minutes=15 * number)
            slot = moment.strftime("%Y%m%d%H%M%S")
            late = slot in world.gdelt_late and now < midnight(world.gdelt_late[slot])
            if moment + timedelta(minutes=2) <= now and slot not in world.gdelt_missing and not late:
                found.append(slot)
    return found


def _list(world: World, request: Request, translated: str, newest: bool) -> Response:
    """Lines `bytes md5 url` for export, mentions and gkg; unlisted slots have a file but no line."""
    shown = [slot for slot in slots(world, request.now) if slot not in world.gdelt_unlisted]
    shown = shown[-1:] if newest else shown[: int(len(shown) * request.share)]
    rows = []
    for slot in shown:
        for kind in ("export.CSV", "mentions.CSV", "gkg.csv"):
            packed = _zip(world, slot, translated, "") if kind == "gkg.csv" else kind.encode()
            digest = hashlib.md5(packed, usedforsecurity=False).hexdigest()
            rows.append(f"{len(packed)} {digest} {HOST}/gdeltv2/{slot}{translated}.{kind}.zip")
    last = datetime.strptime(shown[-1], "%Y%m%d%H%M%S") if shown else request.now
    return file_answer(lines(rows), "text/plain", last.replace(tzinfo=UTC) + timedelta(minutes=2))


def _zip(world: World, slot: str, translated: str, prefix: str) -> bytes:
    name = f"{slot}{translated}.gkg.csv"
    key = ("gdelt", name, prefix)
    return cast(bytes, world.remember(key, lambda: zip_of({name: _records(world, slot)}, prefix)))


def _records(world: World, slot: str) -> bytes:
    """Records of 27 fields divided by tabs, no header; places carry FIPS codes."""
    stream = world.draw("gdelt", slot)
    rows = []
    for number in range(RECORDS):
        fips = stream.choice(("RS", "KG", "KZ", "AM", "TU", "AE", "CH"))
        fields = [""] * 27
        fields[0:5] = [f"{slot}-{number}", slot, "1", "news.example", f"https://news.example/{slot}/{number}"]
        fields[7], fields[8] = "SANCTIONS;TRADE;", f"SANCTIONS,{10 + number};TRADE,{40 + number};"
        fields[9] = f"1#Made-up place#{fips}#{fips}#0#0#{fips};"
        fields[10] = f"1#Made-up place#{fips}#{fips}##0#0#{fips}#{20 + number};"
        fields[15] = "-1.5,2.0,3.5,5.5,20.0,0.0,200"
        fields[17] = "wc:200"
        fields[26] = f"<PAGE_TITLE>Made-up article {slot} {number}</PAGE_TITLE>"
        rows.append("\t".join(fields))
    return lines(rows)
