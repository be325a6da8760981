"""CEPII BACI: reconciled yearly trade; the version in the name is the vintage."""

from __future__ import annotations

import calendar
import os

from riskmodel.errors import WrongUsage
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request, setting
from riskmodel.fetch.taking import Taker


def version() -> str:
    """Edition and release, such as HS22_V202601; a setting, since a new one comes every January."""
    text = os.environ.get(setting("baci", "version")) or "HS22_V202601"
    if (
        len(text) != 12
        or not text.startswith("HS")
        or text[4:6] != "_V"
        or not (text[2:4] + text[6:]).isdigit()
    ):
        raise WrongUsage(f"{setting('baci', 'version')} is not like HS22_V202601.")
    return text


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """One large file."""
    return [
        Estimate(source.name, f"BACI_{version()}.zip", 1, 301_000_000, "for back-tests, not for the ranking")
    ]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take the version once; a version never changes."""
    named = version()
    if taker.newest(named) is not None:
        return
    year, month = int(named[6:10]), int(named[10:12])
    # Released within its month: the last day is never too early.
    released = f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"
    taker.take(
        Request(
            taker.source.name,
            named,
            taker.source.at(f"DATA_DOWNLOAD/baci/data/BACI_{named}.zip"),
            Expectation(
                "zip", member=f"_{named[5:]}.csv", inside="_Y2", most_bytes=4 << 30, most_unpacked=64 << 30
            ),
            name=f"BACI_{named}.zip",
            published_at=released,
            published_field="version",
        )
    )
