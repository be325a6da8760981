"""Labels of countries: ISO codes, the area codes of Comtrade and those of M49 that Comtrade does not know."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Area:
    """A country; `comtrade` and `m49` differ for USA, FRA, ITA, CHE, NOR, IND, TWN."""

    iso3: str
    iso2: str
    comtrade: int
    m49: int
    eu: bool
    name: str


WORLD = Area("W00", "W0", 0, 0, False, "World")


@cache
def areas() -> tuple[Area, ...]:
    """Every country of the stand-ins, by ISO code."""
    with (Path(__file__).parent / "areas.csv").open(newline="", encoding="utf-8") as lines:
        found = [
            Area(
                row["iso3"], row["iso2"], int(row["comtrade"]), int(row["m49"]), row["eu"] == "1", row["name"]
            )
            for row in csv.DictReader(lines)
        ]
    return tuple(sorted(found, key=lambda area: area.iso3))


@cache
def by_iso3() -> dict[str, Area]:
    """Countries by their ISO code of three letters."""
    return {area.iso3: area for area in areas()}


@cache
def by_comtrade() -> dict[int, Area]:
    """Countries by the code that Comtrade uses; 0 is the world."""
    return {area.comtrade: area for area in (WORLD, *areas())}
