"""The header of a delimited text, maybe behind `sep=;`, blank lines and titles; and what separates cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from data_contracts.plain_text import one_line
from riskmodel.sources.files.find import Source

SEPARATORS = ",;\t|"
_RARE = "\x01^~"  # of Hive and of mainframes; only where the header has none of the usual
_CELL_LIMIT = 1 << 28
_EUROSTAT = re.compile(r"[\\/](?:TIME_PERIOD|time) *\t")
_LINE_END = re.compile(r"\r*\n|\r")
_SEP = re.compile(r"\"?sep=(.)\"?", re.IGNORECASE)
_SEARCHED = 40  # lines among which the header is
_NO_NAME = re.compile(r"[-+]?[\d.,\s]+%?|\d{4}-\d\d(-\d\d)?|")


@dataclass(frozen=True)
class Layout:
    """Column names, what separates cells, and what comes before the first row.

    `lines` are the physical lines up to the end of the header, `rows` the rows they hold, `titles` those of
    them with text above the header.
    """

    columns: tuple[str, ...]
    separator: str
    lines: int = 1
    rows: int = 1
    titles: int = 0


def layout_of(source: Source, head: bytes) -> Layout:
    """The layout of a text that begins so.

    The header is the first line that is not blank, unless what follows is a table of other width: then it is
    the first line of names as wide as that table. Raises InputUnreadable without a header, or with one that
    names a column twice.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = _LINE_END.split(text[: 1 << 17])
    first = next((i for i, line in enumerate(lines) if line.strip(' \t,;|"')), len(lines))
    fixed = _SEP.fullmatch(lines[first].strip()) if first < len(lines) else None
    if fixed:
        first = next((i for i in range(first + 1, len(lines)) if lines[i].strip(' \t,;|"')), len(lines))
    separator = fixed[1] if fixed else _separator(lines[first]) if first < len(lines) else ","
    start, separator = _below_titles(lines, first, separator, bool(fixed))
    rest = "\n".join(lines[start : start + _SEARCHED])
    reader = csv_rows(io.StringIO(rest, newline=""), separator, strict=False)
    columns = [name.strip() for name in next(reader, [])]
    height = max(getattr(reader, "line_num", 1), 1)
    while columns and not columns[-1]:
        columns.pop()
    _refuse_bad(source, columns)
    above = sum(1 for line in lines[first:start] if line.strip(' \t,;|"'))
    return Layout(tuple(columns), separator, start + height, start + 1, above)


def csv_rows(
    lines: io.StringIO | io.TextIOWrapper, separator: str, strict: bool = True
) -> Iterator[list[str]]:
    """Rows by the rules of RFC 4180; csv.Error where they are broken and the reading is strict."""
    csv.field_size_limit(_CELL_LIMIT)
    return csv.reader(lines, delimiter=separator, strict=strict)


def _separator(line: str) -> str:
    # Eurostat joins the dimensions by commas in the first of its columns, which tabs divide.
    if _EUROSTAT.search(line):
        return "\t"
    usual = max(SEPARATORS, key=line.count)
    rare = max(_RARE, key=line.count)
    return rare if not line.count(usual) and line.count(rare) > 1 else usual


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip() for cell in next(csv_rows(io.StringIO(line), separator, strict=False), [])]


def _below_titles(lines: list[str], first: int, separator: str, fixed: bool) -> tuple[int, str]:
    """The line of the header, and its separator."""
    if first >= len(lines):
        return first, separator
    filled = sum(1 for cell in _cells(lines[first], separator) if cell)
    near = [i for i in range(first + 1, min(first + _SEARCHED, len(lines))) if lines[i].strip(' \t,;|"')]
    for at in near:
        own = separator if fixed else _separator(lines[at])
        names = _cells(lines[at], own)
        while names and not names[-1]:
            names.pop()
        below = next((i for i in near if i > at), None)
        width = len(names)
        if below is None or width < 3 or width <= 2 * filled or not _are_names(names):
            continue
        if width <= len(_cells(lines[below], own)) <= width + 1:
            return at, own
    return first, separator


def _are_names(cells: list[str]) -> bool:
    return len(set(cells)) == len(cells) and all(len(c) <= 120 and not _NO_NAME.fullmatch(c) for c in cells)


def _refuse_bad(source: Source, header: list[str]) -> None:
    if not header:
        raise source.refuse("has no header in its first line; put the column names there")
    if "-0-" in header:
        raise source.refuse(
            "has no header line; it looks like an OFAC list (SDN.CSV and the like), which also holds no dates"
        )
    if len(header) == 1 and max(header[0].count(sign) for sign in SEPARATORS) > 1:
        raise source.refuse(
            "has each of its lines between quotation marks, so that it is one column; remove the marks at "
            "both ends of each line, or export it again"
        )
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise source.refuse(
            f"names column {one_line(repeated[0], 120)!r} twice in its header; rename or remove one"
        )
