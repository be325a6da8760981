"""HTML to its title and visible text, a line for each block."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

BLOCKS = frozenset({"p", "div", "br", "li", "h1", "h2", "h3", "h4", "tr", "article", "section", "title"})
SILENT = frozenset({"script", "style", "noscript", "template", "nav", "footer", "form", "svg"})
_LONGEST_TAG = 10_000
_MARKED_SECTION = re.compile(rf"<!\[[^<>]{{0,{_LONGEST_TAG}}}>")
_OPEN = re.compile(rf"<(?=!\[)|<(?!!--|[^<>]{{0,{_LONGEST_TAG}}}>)")


@dataclass(frozen=True)
class Page:
    """Title (blanks folded) and visible text of a page."""

    title: str
    text: str


def read_page(html: str) -> Page:
    """Read a page or a piece of one. Raises ValueError for declarations that the parser gives up on."""
    page = _Page()
    try:
        page.feed(_ended(html))
        page.close()
    except AssertionError as error:
        raise ValueError("broken declaration") from error
    return Page(" ".join("".join(page.title).split()), "".join(page.text))


def _ended(html: str) -> str:
    """HTML in which every tag, comment and declaration ends; what does not is text.

    The parser looks for the end of each again and again, which takes hours on a megabyte of `<a <a <a`.
    """
    last = html.rfind("-->") + 1
    closed = html[:last] + html[last:].replace("<!--", "&lt;!--")
    return _OPEN.sub("&lt;", _MARKED_SECTION.sub("", closed))


def tidy_lines(text: str) -> str:
    """Text without blank lines and needless blanks."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))


class _Page(HTMLParser):
    """Collects the title and the visible text of a page, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.text: list[str] = []
        self._silent = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        self._in_title = tag == "title"
        if tag in BLOCKS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in SILENT))
        self._in_title = False
        if tag in BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._silent:
            self.text.append(data)
