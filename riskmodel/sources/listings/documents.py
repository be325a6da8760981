"""One file of a list, opened as what it is: a table, a table under a line with its date, XML, or a page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.pages import TablePage, read_page
from riskmodel.sources.files.table import TABLE_SUFFIXES, Table, load, numbered
from riskmodel.sources.files.unpack import blocks, first_bytes
from riskmodel.sources.listings import ofac_csv
from riskmodel.sources.listings.trees import Tree, json_tree, xml_tree
from riskmodel.sources.listings.uk import DATED_LINE

LISTING_SUFFIXES = (
    *TABLE_SUFFIXES,
    ".xml",
    ".xml.gz",
    ".html",
    ".htm",
    ".xhtml",
    ".html.gz",
    ".ods",
    ".del",
    ".pip",
)
_HEAD = 1 << 14
_PAGE = re.compile(rb"<html\b|<!doctype\s+html", re.IGNORECASE)
_DATED = re.compile(r"^\W*(?:Report Date|Last Updated|Date Generated|fileGenerationDate)\b", re.IGNORECASE)
JAPANESE_HEADER = "\u544a\u793a\u65e5\u4ed8".encode("cp932")  # the day of a notice, as Japan's lists name it
_REPEATS = re.compile(r"^\W*Date_file;Entity_logical_id;")  # the EU's older file names its number twice
_FEWEST_CELLS = 4  # of a header; a title above it has fewer


@dataclass(frozen=True)
class Document:
    """A file of a list; exactly one of `table`, `tree`, `page` and `bare` is there.

    `dated` is the line above the header of a table that says its day. `bare` are the rows of a file of OFAC
    without header, `about` says what they are about.
    """

    source: Source
    sha256: str
    bytes: int
    table: Table | None = None
    tree: Tree | None = None
    page: TablePage | None = None
    dated: str | None = None
    bare: ofac_csv.Rows | None = None
    about: str = ""

    @property
    def columns(self) -> frozenset[str]:
        """Column names of a table; none for the others."""
        return frozenset(self.table.columns) if self.table else frozenset()

    @property
    def root(self) -> str:
        """Name of the first element of an XML file; empty for the others."""
        return self.tree.root if self.tree else ""


def open_document(source: Source, roots: frozenset[str]) -> Document:
    """Open a file; JSON under one of the names in `roots` is the twin of an XML list.

    Raises InputUnreadable.
    """
    head = first_bytes(source, _HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    facts = (source, sha256_of(source.path), source.path.stat().st_size)
    if head[:1] == b"<":
        if _PAGE.search(head):
            return Document(*facts, page=read_page(_text(source)))
        return Document(*facts, tree=xml_tree(source))
    if head[:1] == b"{" and any(f'"{root}"'.encode() in head for root in roots):
        tree = json_tree(source, _text(source), roots)
        if tree is not None:
            return Document(*facts, tree=tree)
    about = ofac_csv.kind_of(head.decode("cp1252", "replace"))
    if about is not None:
        return Document(*facts, bare=ofac_csv.rows_of(_text(source)), about=about)
    first = _first_line(head)
    if (_DATED.match(first) and not _is_header(first)) or _REPEATS.match(first):
        text = _text(source)
        separator = max(",;\t", key=text[: 1 << 16].count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        table, dated = _grid(source, rows, facts[1])
        return Document(*facts, table=table, dated=dated)
    if JAPANESE_HEADER in head:
        rows = list(csv.reader(io.StringIO(_text(source, "cp932"), newline="")))
        return Document(*facts, table=_grid(source, rows, facts[1])[0])
    return Document(*facts, table=load(source))


def _first_line(head: bytes) -> str:
    return head.split(b"\n", 1)[0].decode("utf-8", "replace").strip()


def _is_header(line: str) -> bool:
    return max(line.count(c) for c in ",;\t") >= _FEWEST_CELLS


def _text(source: Source, other: str = "cp1252") -> str:
    """The whole text, as UTF-8 or, where it is none, in the `other` encoding."""
    data = b"".join(blocks(source))
    if len(data) > source.limits.feed_bytes * 4:
        raise source.refuse("is larger than a list is; split it into several files")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(other, "replace")


def _grid(source: Source, rows: Sequence[Sequence[str]], sha256: str) -> tuple[Table, str | None]:
    """Rows under the first row that is a header, and the text of the line above it that says a day."""
    start = next((i for i, r in enumerate(rows) if sum(bool(c.strip()) for c in r) >= _FEWEST_CELLS), None)
    if start is None:
        raise source.refuse("has no header of at least four columns; fetch it again")
    above = [" ".join(c.strip() for c in row if c.strip()) for row in rows[:start]]
    dated = next((line for line in above if _DATED.match(line)), None)
    found = DATED_LINE.match(dated or "") or re.match(r"^\W*fileGenerationDate\W+(\S+)", dated or "")
    names = _names(rows[start])
    cells: list[list[str | None]] = []
    for number, row in enumerate(rows[start + 1 :], start=1):
        if any(c.strip() for c in row[len(names) :]):
            raise source.refuse(f"has more fields than the {len(names)} of its header in data row {number}")
        cells.append([*(c.strip() or None for c in row[: len(names)]), *[None] * (len(names) - len(row))])
    while cells and not any(cells[-1]):
        cells.pop()
    frame = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String()), orient="row")
    return numbered(source, frame, "blank_row", sha256), found[1].strip() if found else None


def _names(header: Sequence[str]) -> list[str]:
    """Column names; one that is repeated or empty gets its place."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = one_line(cell.strip(), 120) or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names
