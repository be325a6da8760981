"""Tables that are known by the words above them, since no one line of theirs names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import polars as pl

from riskmodel.sources.files.csv_header import csv_rows
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.natures import markup_of, nature_of
from riskmodel.sources.files.table import BLANK, Table, is_json, numbered
from riskmodel.sources.files.typed import is_typed
from riskmodel.sources.files.unpack import first_bytes, utf8_file
from riskmodel.sources.formats import Format

NOTE = "title_or_note"
_HEAD = 1 << 13  # bytes in which the titles of a sheet are
_NUMBER = re.compile(r"[-+(]?\d[\d\s.,\u00a0\u202f]*(?:[eE][-+]?\d+)?%?\)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


def titled_table(source: Source, formats: Sequence[Format]) -> tuple[Format, Table] | None:
    """The format whose titles a text has, and its table; None where it has those of none.

    Raises InputUnreadable for text that is not UTF-8.
    """
    known = [form for form in formats if form.titled is not None]
    if not known:
        return None
    head = first_bytes(source)
    if is_typed(source, head) or nature_of(head) or markup_of(head) or is_json(head):
        return None
    begin = head[:_HEAD].decode("utf-8", "replace")
    form = next((form for form in known if form.titled and form.titled(source.name, begin)), None)
    if form is None or form.sheet is None:
        return None
    with utf8_file(source) as path:
        cells, notes = form.sheet(path.read_text(encoding="utf-8-sig"))
    table = numbered(source, cells, BLANK, sha256_of(source.origin), above={NOTE: notes})
    return form, table


def sheet_rows(text: str) -> list[list[str]]:
    """The lines of a sheet that is saved as text, cells without blanks around them."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count) if any(sign in first for sign in ",;\t") else ","
    try:
        return [
            [cell.strip() for cell in row]
            for row in csv_rows(io.StringIO(text, newline=""), separator, False)
        ]
    except csv.Error:
        return [line.split(separator) for line in text.splitlines()]


def rows_of_numbers(text: str) -> tuple[pl.DataFrame, int]:
    """The lines of a sheet that hold a number, not years alone, behind their first cell; how many do not."""
    rows = [row for row in sheet_rows(text) if any(row)]
    with_numbers = [
        row for row in rows if any(_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in row[1:])
    ]
    return pl.DataFrame({"row": [row[0] or "-" for row in with_numbers]}, schema={"row": pl.String()}), (
        len(rows) - len(with_numbers)
    )
