"""GDELT GKG 2.1: every quarter of an hour of some days, each as got, absent at the source, or failed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request, number, setting
from riskmodel.fetch.taking import Taker
from riskmodel.store.ledger import Entry
from riskmodel.store.opened import opened

SLOTS_A_DAY = 96
_LINE = re.compile(rb"^(\d+) ([0-9A-Fa-f]{32}) \S*/(\d{14})\.gkg\.csv\.zip\s*$", re.IGNORECASE)


def slots(days: tuple[str, ...], every: int = 1) -> list[str]:
    """All slots of some days as YYYYMMDDHHMMSS; `every` takes one in so many.

    >>> len(slots(("20240101",))), slots(("20240101",), 4)[:2]
    (96, ['20240101000000', '20240101010000'])
    """
    return [f"{day}{n // 4:02d}{n % 4 * 15:02d}00" for day in days for n in range(0, SLOTS_A_DAY, every)]


def _every() -> int:
    return max(1, int(number(setting("gdelt", "every"), 1)))


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """The list of files, and a file for each slot."""
    n = len(slots(asked.days, _every()))
    note = "give days with --since and --until; RISKMODEL_GDELT_EVERY=4 takes one slot an hour"
    return [
        Estimate(source.name, "list of files", 1, 150_000_000),
        Estimate(source.name, f"{len(asked.days)} days of slots", n, n * 10_500_000, note),
    ]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take every slot that is not held; those missing from the list are asked for all the same."""
    wanted = slots(asked.days, _every())
    held = {e.dataset for e in taker.entries if e.source == "gdelt" and e.outcome in ("accepted", "seen")}
    missing = [slot for slot in wanted if f"gkg/{slot}" not in held]
    if not missing:
        return
    listed = _listed(taker, set(missing))
    for slot in missing:
        taker.take(_request(taker.source, slot, listed.get(slot)))


def _listed(taker: Taker, wanted: set[str]) -> Mapping[str, tuple[int, str]]:
    """Slot -> bytes and MD5, from the list of files."""
    request = Request(
        taker.source.name,
        "masterfilelist.txt",
        taker.source.at("gdeltv2/masterfilelist.txt"),
        Expectation("text", must_have_rows=True, least_share=0.8, most_bytes=2 << 30),
        name="masterfilelist.txt",
    )
    entry: Entry | None = taker.take(request).entry
    if entry is None:
        raise FetchIncomplete(f"{taker.source.title}: the list of files did not come.")
    found = {}
    with opened(taker.store.object(entry.sha256), 4 << 30) as file:
        for line in file:
            if (match := _LINE.match(line)) and (slot := match[3].decode()) in wanted:
                found[slot] = (int(match[1]), match[2].decode())
    return found


def _request(source: PublicSource, slot: str, listed: tuple[int, str] | None) -> Request:
    size, md5 = listed or (None, "")
    name = f"{slot}.gkg.csv.zip"
    return Request(
        source.name,
        f"gkg/{slot}",
        source.at(f"gdeltv2/{name}"),
        Expectation(
            "zip", member=".gkg.csv", size=size, digest=f"md5:{md5}" if md5 else "", most_bytes=1 << 28
        ),
        period=slot[:8],
        name=name,
        published_at=f"{slot[:4]}-{slot[4:6]}-{slot[6:8]}T{slot[8:10]}:{slot[10:12]}:00",
        published_field="slot",
    )
