"""HTML to its title and visible text: the one way from mark-up and entities to what a reader sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


BLOCKS = _tags(
    "p div br li ul ol dl dt dd h1 h2 h3 h4 h5 h6 tr td th table caption thead tbody tfoot blockquote pre "
    "article section header main aside figure figcaption title address details summary fieldset legend hr "
    "hgroup option"
)
SILENT = _tags(
    "script style noscript template nav footer form svg math iframe object canvas audio video map select "
    "datalist button dialog"
)
_SILENT_BLOCKS = _tags("nav footer form dialog")
# Parts of a page that are not the article, by their role; and tags that have no end.
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary"})
_VOID = _tags("area base br col embed hr img input link meta source track wbr")
_CONTENT = frozenset({"main", "article"})
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
    ended = _ended(_NO_CHARACTER.sub("\ufffd", html))
    page = _parsed(ended, SILENT)
    # Some servers wrap the whole page in one form.
    return page if page.text.strip() or "<form" not in html.lower() else _parsed(ended, SILENT - {"form"})


def _parsed(html: str, silent: frozenset[str]) -> Page:
    page = _Page(silent)
    try:
        page.feed(html)
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

    def __init__(self, silent: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.text: list[str] = []
        self._silent_tags = silent
        self._silent: str | None = None  # the tag that began a part that is not shown
        self._depth = 0  # how many of that name are open
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent is not None and tag in _CONTENT and self._silent in ("nav", "div", "ul"):
            self._silent = None  # a part without end; what follows is the article
        if self._silent is not None:
            self._depth += tag == self._silent
        elif tag in self._silent_tags or (tag not in _VOID and _is_aside(dict(attrs))):
            self._silent, self._depth = tag, 1
        # Only a page has a title of its own; icons have theirs.
        self._in_title = tag == "title" and self._silent is None
        if self._silent is None or tag == self._silent:
            self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._silent_tags:  # `<svg/>` has no content
            self._break(tag)
            return
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        silent = self._silent is not None and tag != self._silent
        if tag == self._silent:
            self._depth -= 1
            if not self._depth:
                self._silent = None
        self._in_title = False
        if not silent:  # an icon's parts end no line of the text around it
            self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in BLOCKS or tag in _SILENT_BLOCKS:
            self.text.append("\n" if tag == "br" else "\n\n")
        elif tag in SILENT and self.text and not self.text[-1].endswith((" ", "\n")):
            self.text.append(" ")  # words on either side of an icon are two

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif self._silent is None:
            self.text.append(data)


def _is_aside(attributes: dict[str, str | None]) -> bool:
    """Whether an element is hidden, or has a role that the article has not."""
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true":
        return True
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return (attributes.get("role") or "").lower() in _ROLES or "display:none" in style
