"""The rows that make a driver, cut to what a page can hold: the first twelve, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.reference.facts import country_names
from riskmodel.explain.figures import money
from riskmodel.report import words

FIRST = 12
DRIVERS_SHOWN = 6
Cells = tuple[str, ...]


@dataclass(frozen=True)
class DriverRowsShown:
    """What a page shows of one driver's rows. file: the CSV of the run folder that holds all of them."""

    signal: str
    file: str
    total: int
    head: Cells
    rows: list[Cells]


def shown_rows(
    signal: str, file: str, rows: pl.DataFrame, product_names: Mapping[str, str]
) -> DriverRowsShown:
    """The first rows of one driver as text."""
    head, cells = _HEADS[file]
    first = [cells(row, product_names) for row in rows.head(FIRST).iter_rows(named=True)]
    return DriverRowsShown(signal, f"{file}.csv", rows.height, head, first)


def _goods(code: str, names: Mapping[str, str]) -> str:
    return f"{words.clean(code, 8)} {words.clean(names.get(code, ''), 60)}".strip()


def _family(row: Mapping[str, object], names: Mapping[str, str]) -> Cells:
    return (
        str(row["leg"]),
        _goods(str(row["family"]), names),
        money(_number(row["recent_usd"])),
        money(_number(row["expected_usd"])),
        f"{_number(row['lines']) or 0:,.0f} / {_number(row['lines_before']) or 0:,.1f}",
    )


def _link(row: Mapping[str, object], names: Mapping[str, str]) -> Cells:
    code = str(row["reporter"])
    return (
        words.clean(country_names().get(code, code), 40),
        _goods(str(row["family"]), names),
        f"{_number(row['lines']) or 0:,.0f}",
        "yes" if row["is_new"] else "no",
        money(_number(row["no_longer_direct_usd"])),
    )


def _story(row: Mapping[str, object], names: Mapping[str, str]) -> Cells:
    return (
        words.iso_day(row["published_on"]),
        words.clean(row["source"] or "not given", 60),
        words.clean(row["story_id"], 40),
        words.percent(_number(row["p_diversion"])),
        f"{_number(row['weight']) or 0:.2f}",
    )


def _listing(row: Mapping[str, object], names: Mapping[str, str]) -> Cells:
    return (
        words.iso_day(row["listed_on"]),
        words.clean(row["jurisdiction"], 20),
        words.clean(row["list"], 80),
        f"{_number(row['n_entities']) or 0:,.0f}",
        words.clean(row["entities"], 200) or words.UNKNOWN,
        f"{words.clean(row['source_file'], 60)}, row {row['source_row']}",
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


_HEADS = {
    "driver_families": (
        ("Leg", "Goods (HS6)", "US$ a year now", "US$ expected", "Lines now / before"),
        _family,
    ),
    "driver_links": (
        ("Sender", "Goods (HS6)", "Months with a line", "New", "No longer sent to Russia"),
        _link,
    ),
    "driver_stories": (("First reported", "Source", "Story", "About diversion", "Weight"), _story),
    "driver_listings": (
        ("Listed on", "Jurisdiction", "List", "Entities", "Who was listed", "Source row"),
        _listing,
    ),
}
