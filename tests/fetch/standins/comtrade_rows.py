"""Rows of the Comtrade stand-in: datasets of a reporter and period, their sums, breakdown and checksum."""

from __future__ import annotations

import zlib
from collections import defaultdict
from datetime import date, datetime
from typing import cast

from .areas import by_comtrade, by_iso3
from .trade import month_figures
from .world import World, months

Row = dict[str, object]
Sum = tuple[str, int, str, int]
PARTS = (("C01", 0, 0.7), ("C04", 0, 0.3), ("C00", 1000, 0.4), ("C00", 3200, 0.6))
FLOW_NAMES = {"X": "Export", "M": "Import", "RX": "Re-export", "RM": "Re-import"}


def lag(world: World, reporter: str, period: str) -> int:
    """Days from the end of a period to its first release, by reporter; years take 60 more."""
    return 40 + world.draw("lag", reporter).randrange(30) + (60 if len(period) == 4 else 0)


def releases(world: World, reporter: str, period: str, now: datetime) -> list[date]:
    """Release days of a dataset up to now; empty where it is not out, or the country does not report."""
    if reporter not in world.reporters or period[:6] < world.first[: len(period)]:
        return []
    out = world.seen("comtrade", period, now, reporter, lag(world, reporter, period))
    if not out or len(period) == 6:
        return out
    # a revised month revises its year too
    parts = (world.seen("comtrade", month, now, reporter) for month in months(f"{period}01", f"{period}12"))
    return sorted({*out, *(day for days in parts for day in days[1:] if day > out[0])})


def dataset(world: World, reporter: str, period: str, now: datetime) -> list[Sum]:
    """The figures of a reporter and period as published by now (flow, partner, code, dollars), sorted."""
    out = releases(world, reporter, period, now)
    if not out:
        return []
    parts = [period] if len(period) == 6 else months(f"{period}01", f"{period}12")
    marks = tuple(world.factor("comtrade", month, now, reporter) for month in parts)
    key = ("comtrade", reporter, period, marks, world.cells)
    return cast("list[Sum]", world.remember(key, lambda: _sums(world, reporter, parts, now)))


def _sums(world: World, reporter: str, parts: list[str], now: datetime) -> list[Sum]:
    sums: dict[tuple[str, int, str], int] = defaultdict(int)
    for month in parts:
        for cell, dollars in month_figures(world, "comtrade", reporter, month, now):
            for partner in (0, by_iso3()[cell.partner].comtrade):
                for code in ("TOTAL", cell.code[:2], cell.code[:4], cell.code):
                    sums[cell.flow, partner, code] += dollars
    return [(*key, dollars) for key, dollars in sorted(sums.items())]


def row_of(reporter: str, period: str, flow: str, partner: int, code: str, dollars: int) -> Row:
    """A row in classic form, with the fields of the source."""
    home, other = by_iso3()[reporter], by_comtrade()[partner]
    yearly, inward = len(period) == 4, flow in ("M", "RM")
    return {
        "typeCode": "C",
        "freqCode": "A" if yearly else "M",
        "refPeriodId": int(period + ("0101" if yearly else "01")),
        "refYear": int(period[:4]),
        "refMonth": 52 if yearly else int(period[4:]),
        "period": period,
        "reporterCode": home.comtrade,
        "reporterISO": home.iso3,
        "reporterDesc": home.name,
        "flowCode": flow,
        "flowDesc": FLOW_NAMES[flow],
        "partnerCode": partner,
        "partnerISO": other.iso3,
        "partnerDesc": other.name,
        "partner2Code": 0,
        "partner2ISO": "W00",
        "partner2Desc": "World",
        "classificationCode": "H6",
        "classificationSearchCode": "HS",
        "isOriginalClassification": True,
        "cmdCode": code,
        "cmdDesc": f"made-up goods {code}",
        "aggrLevel": 0 if code == "TOTAL" else len(code),
        "isLeaf": len(code) == 6,
        "customsCode": "C00",
        "customsDesc": "TOTAL CPC",
        "mosCode": "0",
        "motCode": 0,
        "motDesc": "TOTAL MOT",
        "qtyUnitCode": -1,
        "qtyUnitAbbr": "N/A",
        "qty": None,
        "isQtyEstimated": False,
        "altQtyUnitCode": -1,
        "altQtyUnitAbbr": "N/A",
        "altQty": None,
        "isAltQtyEstimated": False,
        "netWgt": dollars / 10,
        "isNetWgtEstimated": False,
        "grossWgt": None,
        "isGrossWgtEstimated": False,
        "cifvalue": float(dollars) if inward else None,
        "fobvalue": None if inward else float(dollars),
        "primaryValue": float(dollars),
        "legacyEstimationFlag": 0,
        "isReported": len(code) == 6 and partner != 0,
        "isAggregate": len(code) != 6 or partner == 0,
    }


def with_parts(rows: list[Row]) -> list[Row]:
    """Rows as `breakdownMode=plus` gives them: each total and its parts by customs and by transport.

    The parts add up to the total twice, so a sum over all rows is three times the trade.
    """
    found = []
    for row in rows:
        found.append(row)
        for customs, transport, part in PARTS:
            share = {
                name: round(cast(float, row[name]) * part, 3) if row[name] is not None else None
                for name in ("primaryValue", "cifvalue", "fobvalue", "netWgt")
            }
            found.append(row | share | {"customsCode": customs, "motCode": transport})
    return found


def checksum(figures: list[Sum]) -> int:
    """A signed whole number that changes when any figure does."""
    value = zlib.crc32(repr(figures).encode())
    return value - (1 << 32) if value >> 31 else value
