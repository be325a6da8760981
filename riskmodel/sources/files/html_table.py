"""The table of a web page, which offices also name .xls: its largest table, under its first row."""

from __future__ import annotations

import re

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.pages import read_page
from riskmodel.sources.files.unpack import blocks

_PAGE = re.compile(rb"<html\b|<!doctype\s+html|<table\b", re.IGNORECASE)
_FEWEST = 2


def is_page(head: bytes) -> bool:
    """Whether a file begins as a web page does."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and bool(
        _PAGE.search(head[: 1 << 14])
    )


def read_html_cells(source: Source) -> pl.DataFrame | None:
    """Cells of the page's largest table, all String or null; None where it has no table of two columns.

    Rows shorter than the header end in nulls. Raises InputUnreadable for a longer row, and for a page that is
    larger than a page is.
    """
    data = b"".join(blocks(source))
    if len(data) > source.limits.page_bytes:
        raise source.refuse(f"is a web page of more than {source.limits.page_bytes:,} bytes; ask for CSV")
    tables = [t for t in read_page(_decoded(data)).tables if t.rows and len(t.rows[0]) >= _FEWEST]
    if not tables:
        return None
    rows = max(tables, key=lambda table: len(table.rows)).rows
    names: list[str] = []
    for place, cell in enumerate(rows[0], start=1):
        name = one_line(cell, 120) or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    cells = []
    for number, row in enumerate(rows[1:], start=1):
        if any(row[len(names) :]):
            raise source.refuse(f"has more cells than the {len(names)} of its first row in data row {number}")
        cells.append([cell or None for cell in row[: len(names)]] + [None] * (len(names) - len(row)))
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String()), orient="row")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
