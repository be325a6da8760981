"""The main tables of a run as one workbook, for those who live in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl

SHEETS = ("scores_country", "scores_product", "drivers", "evidence", "columns")
MOST_ROWS = 5_000
MOST_WIDTH = 60
PRODUCTS_EACH = 25


def write_workbook(tables: Mapping[str, pl.DataFrame], path: Path, note: str) -> None:
    """Write `SHEETS` of `tables`; the same tables give the same bytes.

    Texts are written as texts, never as formulas. A sheet holds at most 5,000 rows, of products the 25
    highest of each country; the CSV files hold all. `note` is the first line of every sheet.
    """
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**plain, "nan_inf_to_errors": True}) as book:
        book.set_properties({"created": datetime(2000, 1, 1), "comments": note})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "note": book.add_format({"italic": True}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for name in SHEETS:
            if name in tables:
                _sheet(book, name, _part(name, tables[name]), formats, note)


def _part(name: str, table: pl.DataFrame) -> pl.DataFrame:
    if name == "scores_product":
        table = table.group_by("country", maintain_order=True).head(PRODUCTS_EACH)
    return table.head(MOST_ROWS)


def _sheet(book: object, name: str, table: pl.DataFrame, formats: Mapping[str, object], note: str) -> None:
    sheet = book.add_worksheet(name)  # type: ignore[attr-defined]
    sheet.write_string(0, 0, note, formats["note"])
    for place, column in enumerate(table.columns):
        sheet.write_string(1, place, column, formats["head"])
        values = table[column].to_list()
        widest = max((len(str(value)) for value in values[:200] if value is not None), default=0)
        sheet.set_column(place, place, min(max(widest, len(column)) + 2, MOST_WIDTH))
        for row, value in enumerate(values, start=2):
            if isinstance(value, date):
                sheet.write_datetime(
                    row, place, datetime(value.year, value.month, value.day), formats["date"]
                )
            elif isinstance(value, str):
                sheet.write_string(row, place, value)
            elif value is not None:
                sheet.write(row, place, value)
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, max(table.height + 1, 1), max(table.width - 1, 0))
