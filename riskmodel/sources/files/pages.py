"""HTML pages to what can be read of them: tables under their annex, and lines of text under it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_ANNEX = re.compile(r"^ANNEX\s+([IVXLC]+[A-Za-z]?)\b")
_BLOCKS = frozenset({"p", "div", "li", "br", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "table"})
_SILENT = frozenset({"script", "style", "head"})


@dataclass
class PageTable:
    """One table: the number of the annex above it (`IV`), and its rows; paragraphs of a cell are lines."""

    annex: str
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class TablePage:
    """Tables, and lines outside tables as (annex, line), in the page's order."""

    tables: list[PageTable] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)


def read_page(html: str) -> TablePage:
    """Read a page; marks of consolidation (`►M37 ... ◄`, `▼M37`) are left out. Never raises."""
    reader = _TableReader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return reader.page


class _TableReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = TablePage()
        self._annex = ""
        self._open: list[PageTable] = []
        self._cells: list[list[str] | None] = []
        self._text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.end_line()
        if tag == "table":
            self._open.append(PageTable(self._annex))
            self._cells.append(None)
        elif tag == "tr" and self._open:
            self._open[-1].rows.append([])
            self._cells[-1] = None
        elif tag in ("td", "th") and self._open:
            if not self._open[-1].rows:
                self._open[-1].rows.append([])
            self._close_cell()
            self._cells[-1] = []

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.end_line()
        if tag in ("td", "th", "tr") and self._open:
            self._close_cell()
        elif tag == "table" and self._open:
            self._close_cell()
            table = self._open.pop()
            self._cells.pop()
            if any(table.rows):
                self.page.tables.append(table)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def end_line(self) -> None:
        """What was gathered since the last block is one line, of a cell or of the page."""
        line = " ".join(re.sub(r"[►▼](?:B|[A-Z]\d+)(?:\s*—+)?|◄", " ", "".join(self._text)).split())
        self._text.clear()
        if not line:
            return
        cell = next((cell for cell in reversed(self._cells) if cell is not None), None)
        if cell is not None:
            cell.append(line)
            return
        if found := _ANNEX.match(line):
            self._annex = found[1]
        self.page.lines.append((self._annex, line))

    def _close_cell(self) -> None:
        cell = self._cells[-1]
        if cell is not None:
            self._open[-1].rows[-1].append("\n".join(cell))
            self._cells[-1] = None
