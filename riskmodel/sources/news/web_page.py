"""Web pages saved as files: each an article, with the day that the page itself gives."""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser

import polars as pl

from features.articles.text.html import read_page, tidy_lines
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.files.unpack import blocks

PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
PAGE = "<page>"  # is among the columns, so that no other file can pass for one
COLUMNS = ("published_at", "source", "language", "title", "text", "url")
# Names of the day of publication, of the site and of the address in a page's head, the best first. Sources:
# the Open Graph protocol, schema.org, Dublin Core, Parse.ly, Sailthru.
_DATES = (
    "article:published_time", "og:published_time", "datepublished", "article.published", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created",
    "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "publication-date",
    "published_date", "date",
)  # fmt: skip
_SITES = ("og:site_name", "application-name")
_ADDRESSES = ("og:url",)
_IN_SCRIPT = re.compile(r'"datePublished"\s*:\s*"([^"\\]{4,60})"')
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)


def load_page(source: Source) -> Table:
    """The article of one page; `published_at` is there only where the page says a day.

    Raises InputUnreadable where the page is larger than a page is, or cannot be read.
    """
    body = b"".join(blocks(source))
    if len(body) > source.limits.page_bytes:
        raise source.refuse(f"is larger than {source.limits.page_bytes:,} bytes, which no page is; remove it")
    html = decoded(body)
    try:
        page = read_page(html)
    except ValueError:
        raise source.refuse("is a web page that cannot be read; save it again") from None
    row = {**_said_in_head(html), "title": page.title or None, "text": tidy_lines(page.text) or None}
    columns = tuple(name for name in COLUMNS if row.get(name))
    schema = {**dict.fromkeys((*columns, FILE), pl.String()), ROW: pl.Int64()}
    frame = pl.DataFrame([{**{c: row[c] for c in columns}, FILE: source.name, ROW: 1}], schema=schema)
    return Table(source, frame, (*columns, PAGE), sha256_of(source.origin), source.origin.stat().st_size)


def decoded(body: bytes, said: str = "") -> str:
    """The text of a page in the encoding that was `said`, or that it says itself; else UTF-8."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    charset = _CHARSET.search(said + " " + body[:2048].decode("latin-1"))
    try:
        return body.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _said_in_head(html: str) -> dict[str, str | None]:
    head = _Head()
    with suppress(AssertionError):  # of a broken declaration; what came before it counts
        head.feed(html[: 1 << 19])
    script = _IN_SCRIPT.search(html)
    return {
        "published_at": head.first(_DATES) or (script[1] if script else None) or head.time,
        "source": head.first(_SITES),
        "language": head.language,
        "url": head.address or head.first(_ADDRESSES),
    }


class _Head(HTMLParser):
    """What a page says of itself: `meta`, the address, the language, the first moment marked as published."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.named: dict[str, str] = {}
        self.address: str | None = None
        self.language: str | None = None
        self.time: str | None = None

    def first(self, names: tuple[str, ...]) -> str | None:
        """The first of the names that says something."""
        return next((self.named[name] for name in names if self.named.get(name)), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in attrs}
        if tag == "meta":
            name = given.get("property") or given.get("name") or given.get("itemprop") or ""
            self.named.setdefault(name.lower(), given.get("content", ""))
        elif tag == "html":
            self.language = given.get("lang") or given.get("xml:lang") or None
        elif tag == "link" and given.get("rel", "").lower() == "canonical":
            self.address = self.address or given.get("href") or None
        elif tag == "time" and ("pubdate" in given or given.get("itemprop", "").lower() == "datepublished"):
            self.time = self.time or given.get("datetime") or None
