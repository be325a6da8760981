"""Eurostat's monthly archives of trade; the listing says which there are and when each was rewritten."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.guards import EMPTY
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request
from riskmodel.fetch.taking import Taker, utc
from riskmodel.store.archives import require_seven
from riskmodel.store.opened import opened

_FILES = "eurostat/api/dissemination/files"
_FOLDER = "comext/COMEXT_DATA/PRODUCTS"
# full_v2_202512.7z, full202512.7z; month 52 is the year, and partxixu holds the United Kingdom apart.
_MONTHLY = re.compile(r"^full(?:_v\d+)?_?(\d{4}(?:0[1-9]|1[0-2]))\.7z$")
# Columns that are read, by name: the published tables have more, and have had others.
COLUMNS = ("REPORTER", "PARTNER", "PRODUCT_NC", "FLOW", "PERIOD", "VALUE_EUR", "QUANTITY_KG")
_USUAL_BYTES = 45_000_000


@dataclass(frozen=True)
class Archive:
    """An archive as listed: name, month (YYYYMM), bytes (None where not given), time of the last change."""

    name: str
    month: str
    size: int | None
    changed: str


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """One listing, one archive a month."""
    n = len(asked.months)
    return [
        Estimate(source.name, "listing", 1, 500_000),
        Estimate(source.name, "monthly archives", n, n * _USUAL_BYTES, "later runs: rewritten months only"),
    ]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take every month whose archive is new or was rewritten since."""
    require_seven()
    listed = _listing(taker)
    for month in asked.months:
        archive = listed.get(month)
        if archive is None:
            taker.note_absent(_request(taker.source, Archive("", month, None, "")), "not in the listing")
            continue
        held = taker.newest(f"month/{month}")
        if held is None or not archive.changed or held.published_at != utc(archive.changed):
            request = _request(taker.source, archive)
            if taker.take(request).refused_by == EMPTY:
                taker.give_up(request, "the archive holds no row")


def _listing(taker: Taker) -> dict[str, Archive]:
    request = Request(
        taker.source.name,
        "listing",
        taker.source.at(_FILES),
        Expectation("csv", must_have_rows=True, most_bytes=64 << 20),
        {"format": "csv", "dir": "comext", "hierarchy": "true", "sizeFormat": "NONE", "dateFormat": "ISO"},
        name="listing.csv",
    )
    entry = taker.take(request).entry
    if entry is None:
        raise FetchIncomplete(f"{taker.source.title}: no listing, so nothing was asked for.")
    with opened(taker.store.object(entry.sha256), 1 << 28) as file:
        return archives(file.read().decode("utf-8-sig", "replace"))


def archives(text: str) -> dict[str, Archive]:
    """Monthly archives of a listing, by month; of two names for one month the one changed last.

    Columns are found by what is in them: a name, a whole number of bytes, an ISO time.
    """
    found: dict[str, Archive] = {}
    for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)):
        cells = [cell.strip() for cell in row]
        names = [cell.rpartition("/")[2] for cell in cells]
        name = next((name for name in names if _MONTHLY.match(name)), None)
        if name is None:
            continue
        month = str(_MONTHLY.sub(r"\1", name))
        size = next((int(cell) for cell in cells if cell.isascii() and cell.isdigit()), None)
        changed = next((cell for cell in cells if "-" in cell and utc(cell)), "")
        one = Archive(name, month, size, changed)
        if month not in found or (utc(one.changed), one.name) > (
            utc(found[month].changed),
            found[month].name,
        ):
            found[month] = one
    return found


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _request(source: PublicSource, archive: Archive) -> Request:
    return Request(
        source.name,
        f"month/{archive.month}",
        source.at(_FILES),
        Expectation(
            "7z",
            COLUMNS,
            size=archive.size,
            member=f"{archive.month}.dat",
            most_bytes=1 << 30,
            must_have_rows=True,
        ),
        {"file": f"{_FOLDER}/{archive.name}"},
        period=archive.month,
        name=archive.name or f"month {archive.month}",
        published_at=archive.changed,
        published_field="listing",
    )
