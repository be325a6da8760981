"""HTML to its title and visible text: the one way from mark-up and entities to what a reader sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "td",
        "th",
    }
    | {"table", "blockquote", "pre", "article", "section", "header", "main", "aside", "figcaption", "title"}
)
SILENT = frozenset({"script", "style", "noscript", "template", "nav", "footer", "form", "svg"})
_TAG = re.compile(r"</?[A-Za-z]|<!")
_ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_NO_CHARACTER = re.compile(r"&#[0-9]{8,};?")  # Python refuses to read thousands of digits
_LONGEST_TAG = 10_000
_MARKED_SECTION = re.compile(rf"<!\[[^<>]{{0,{_LONGEST_TAG}}}>")
_OPEN = re.compile(rf"<(?=!\[)|<(?!!--|[^<>]{{0,{_LONGEST_TAG}}}>)")


@dataclass(frozen=True)
class Page:
    """Title (blanks folded) and visible text of a page; blank lines between blocks, one for each `br`."""

    title: str
    text: str


def visible(text: str) -> str:
    """What a reader sees of a text that may hold HTML; a text without tags and entities stays as it is.

    >>> visible("C&ocirc;te d&#8217;Ivoire &hellip; and <b>T&uuml;rkiye</b>")
    'Côte d’Ivoire … and Türkiye'
    >>> visible("R&D of 5 < 6; AT&T")
    'R&D of 5 < 6; AT&T'
    """
    if not _TAG.search(text):
        return unescape(_NO_CHARACTER.sub("\ufffd", text)) if _ENTITY.search(text) else text
    try:
        page = read_page(text)
    except ValueError:
        return unescape(_NO_CHARACTER.sub("\ufffd", _TAG.sub(" ", text)))
    return f"{page.title}\n{page.text}" if page.title else page.text


def visible_line(text: str) -> str:
    """The same on one line, for titles; a text without tags and entities stays as it is."""
    seen = visible(text)
    return seen if seen is text else " ".join(seen.split())


def visible_lines(text: str) -> str:
    """The same without blank lines and needless blanks; a text without tags stays in its lines."""
    seen = visible(text)
    return tidy_lines(seen) if _TAG.search(text) else seen


def read_page(html: str) -> Page:
    """Read a page or a piece of one. Raises ValueError for declarations that the parser gives up on."""
    page = _Page()
    try:
        page.feed(_ended(_NO_CHARACTER.sub("\ufffd", html)))
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
            self.text.append("\n" if tag == "br" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in SILENT))
        self._in_title = False
        if tag in BLOCKS:
            self.text.append("\n" if tag == "br" else "\n\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._silent:
            self.text.append(data)
