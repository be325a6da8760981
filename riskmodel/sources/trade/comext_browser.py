"""Sheets of Eurostat's Data Browser: one product, flow and indicator a sheet, months across."""

from __future__ import annotations

import re

import polars as pl

from riskmodel.errors import InputUnreadable
from riskmodel.sources.formats import Format
from riskmodel.sources.trade.comext_sdmx import FORMATS as SDMX_FORMATS
from riskmodel.sources.trade.comext_tables import one_cell_a_row
from riskmodel.sources.trade.titled import sheet_rows

_TITLE = re.compile(r"^\W*Data extracted on .*(?:ESTAT|Eurostat)", re.IGNORECASE)
_DATASET = re.compile(r"^\W*Dataset:", re.IGNORECASE | re.MULTILINE)
_PERIOD = re.compile(r"\d{4}(?:-\d{2})?")
_DIMENSION = re.compile(r"[A-Z_]+(?: \[[A-Z_]+\]| \([A-Za-z]+\))?")
_CODE = re.compile(r"\[([0-9A-Z_]+)\]\s*$")
_FLOWS = {"IMPORT": "1", "EXPORT": "2"}


def titled(_: str, head: str) -> bool:
    """Whether a sheet begins as those of the Data Browser do, and has reporters and partners."""
    lines = head.lstrip("\ufeff\n\r")
    return bool(_TITLE.match(lines) and _DATASET.search(lines)) and "REPORTER" in lines and "PARTNER" in lines


def sheet(text: str) -> tuple[pl.DataFrame, int]:
    """The cells of a sheet as a wide table (dimensions, then periods), and the number of other lines.

    What holds for the whole sheet (product, flow, indicator) stands above it, its code in square brackets.
    Columns without a period hold flags. The table ends at the first blank line. Raises InputUnreadable where
    the lines of periods or of dimensions are missing.
    """
    rows = sheet_rows(text)
    times = next((n for n, row in enumerate(rows) if row and row[0].upper() == "TIME"), None)
    heads = next((n for n, row in enumerate(rows) if row and row[0].upper().startswith("REPORTER")), None)
    if times is None or heads is None or heads < times:
        raise InputUnreadable("no lines of TIME and of REPORTER; download the sheet again")
    periods = {n: cell for n, cell in enumerate(rows[times]) if _PERIOD.fullmatch(cell)}
    names = [_name(cell) for cell in rows[heads][: min(periods, default=0)]]
    fixed = {_name(row[0]): _code(row) for row in rows[:times] if _is_dimension(row)}
    cells = []
    for row in rows[heads + 1 :]:
        if not any(row):
            break
        cells.append(row)
    frame = pl.DataFrame(
        {
            "product": fixed.get("product"),
            "flow": _FLOWS.get(str(fixed.get("flow", "")).upper(), fixed.get("flow")),
            "indicators": fixed.get("indicators"),
            **{name: value for name, value in fixed.items() if name not in ("product", "flow", "indicators")},
            **{name: [_cell(row, n) for row in cells] for n, name in enumerate(names)},
            **{period: [_cell(row, n) for row in cells] for n, period in periods.items()},
        },
        schema_overrides={name: pl.String() for name in (*fixed, *names, *periods.values())},
    )
    return frame, sum(1 for row in rows if any(row)) - len(cells)


def _is_dimension(row: list[str]) -> bool:
    """A line of one dimension in capitals and its one value, such as `FLOW`, `IMPORT`."""
    return bool(row) and bool(_DIMENSION.fullmatch(row[0])) and any(row[1:])


def _name(cell: str) -> str:
    """`PRODUCT [PRODUCT]`, `REPORTER (Labels)` -> the name of the dimension."""
    return re.sub(r"\s*[\[(].*$", "", cell).strip().lower()


def _code(row: list[str]) -> str | None:
    value = next((cell for cell in row[1:] if cell), "")
    found = _CODE.search(value)
    return (found[1] if found else value) or None


def _cell(row: list[str], place: int) -> str | None:
    return (row[place] if place < len(row) else "") or None


FORMAT = Format(
    "comext-browser",
    "a sheet that begins with Data extracted on, Dataset, and has lines TIME and REPORTER, PARTNER",
    lambda _: False,
    SDMX_FORMATS[0].read,
    long=one_cell_a_row,
    cells=SDMX_FORMATS[0].cells,
    by_cell=SDMX_FORMATS[0].by_cell,
    titled=titled,
    sheet=sheet,
)
