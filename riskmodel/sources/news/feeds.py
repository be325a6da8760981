"""Atom and RSS feeds (RSS 2.0, and 1.0 in RDF): each entry an article.

Read by events from the parser below `xml.etree`, because that one can be stopped at the first word of a
document type: nothing is declared, expanded or fetched. feedparser 6.0 passes over a document type, and takes
XML that is cut off, or no feed at all, for a feed with fewer entries. Sources: RFC 4287 (Atom),
rssboard.org (RSS 2.0).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import urljoin
from xml.parsers import expat

import polars as pl

from data_contracts.plain_text import one_line
from features.articles.text.html import tidy_lines, visible
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.find import Source, ends_in, sha256_of
from riskmodel.sources.files.table import FILE, ROW, Table, is_json
from riskmodel.sources.files.unpack import first_bytes, unpacked_file
from riskmodel.sources.news.feed_names import (
    BASE,
    ELEMENTS,
    LANGUAGE,
    MARKED_UP,
    ROOTS,
    WANTED,
    Names,
    other_xml,
)
from riskmodel.sources.news.feed_repair import names_a_type_only, repaired

FEED_SUFFIXES = (".xml", ".rss", ".atom", ".rdf")
FEED = "<feed>"  # is among the columns, so that no other file can pass for one
_BLOCK = 1 << 16
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|rdf:RDF)\b")
COLUMNS = tuple(ELEMENTS)
_HTML_KINDS = ("", "html", "text/html", "xhtml", "application/xhtml+xml")
_TEXT_KINDS = (*_HTML_KINDS, "text", "text/plain", "escaped")
_ENDED = re.compile(r"</(?:p|div|a|span|b|i|em|strong|ul|ol|li|h[1-6]|br)\s*>", re.IGNORECASE)
_BREAKS_OFF = tuple(
    expat.errors.codes[text]
    for text in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN,
                 expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION)
)  # fmt: skip
_INVALID = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_EMPTY = "entry_without_title_and_text"


def is_feed(source: Source) -> bool:
    """Whether the file is named as feeds are and holds no JSON, or begins as XML does."""
    head = first_bytes(source, 1 << 10)
    return (ends_in(source.name, FEED_SUFFIXES) and not is_json(head)) or bool(_BEGINNING.match(head))


def load_feed(source: Source) -> Table:
    """Read the entries of one feed; `source_row` counts them from 1.

    Columns are those of `COLUMNS` that some entry has: a feed without any date may be dated by the caller.
    Entries without title and text are dropped and counted. HTML is reduced to its visible text. Raises
    InputUnreadable for what is no feed, is not well-formed, is larger than its limit, or declares a document
    type, which no feed needs and which could define or fetch text of its own.
    """
    with unpacked_file(source) as path:
        largest = source.limits.feed_bytes
        if path.stat().st_size > largest:
            raise source.refuse(
                f"is larger than {largest:,} bytes, which a feed should not be; split it into several feeds"
            )
        reader = _read(source, path)
    rows = [{**entry, ROW: number, FILE: source.name} for number, entry in enumerate(reader.entries, start=1)]
    rows = [row for row in rows if row.get("title") or row.get("text")]
    columns = tuple(name for name in COLUMNS if any(row.get(name) for row in rows))
    schema = {**dict.fromkeys((*columns, FILE), pl.String()), ROW: pl.Int64()}
    dropped = Counter({_EMPTY: len(reader.entries) - len(rows)})
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    return Table(
        source,
        frame,
        (*columns, FEED),
        sha256_of(source.origin),
        source.origin.stat().st_size,
        dict(+dropped),
    )


def _read(source: Source, path: Path) -> _Reader:
    """The entries; of a feed that is not well-formed, once its usual faults are repaired."""
    reader = _Reader()
    try:
        with path.open("rb") as file:
            _parse(source, iter(lambda: file.read(_BLOCK), b""), reader)
        return reader
    except InputUnreadable:
        text = path.read_bytes()
        again = repaired(text)
        if again == text or (reader.declares and not names_a_type_only(text)):
            raise
    reader = _Reader()
    _parse(source, iter([again]), reader)
    return reader


def _parse(source: Source, blocks: Iterator[bytes], reader: _Reader) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except _Refused as error:
        raise source.refuse(str(error)) from None
    except expat.ExpatError as error:
        raise source.refuse(_fault(error, parser.CurrentByteIndex)) from error
    except (ValueError, LookupError) as error:
        raise source.refuse("is XML in an encoding that is not read; save it as UTF-8") from error


def _fault(error: expat.ExpatError, place: int) -> str:
    if error.code in _BREAKS_OFF:
        return f"breaks off at line {error.lineno}; fetch it again"
    fault = one_line(expat.ErrorString(error.code), 120)
    where = f"is no well-formed XML at line {error.lineno} (byte {place})"
    also = ", or its text is in another encoding than it says" if error.code == _INVALID else ""
    return f"{where}: {fault}{also}; fetch it again"


class _Refused(Exception):
    """A feed that is not read; the sentence continues after the file's name."""


@dataclass
class _Field:
    """An element of an entry that is kept: its text so far, what kind it is, and how deep it lies."""

    name: str
    kind: str
    depth: int
    text: list[str] = field(default_factory=list)
    silent: int = 0
    tags: dict[int, str] = field(default_factory=dict)  # mark-up by its place among the texts

    def tag(self, text: str) -> None:
        """Keep mark-up of titles and texts, to be read as any HTML is."""
        if self.name in MARKED_UP:
            self.tags[len(self.text)] = text
        self.text.append("")

    def value(self) -> str | None:
        """The text; HTML of titles and texts is reduced to what is visible."""
        text = "".join(self.text)
        if self.tags:
            text = "".join(self.tags.get(place, escape(one)) for place, one in enumerate(self.text))
        if self.name in MARKED_UP and self.kind not in _TEXT_KINDS and not self.kind.startswith("text/"):
            return None  # a picture, or bytes as letters
        # What is said to be plain text and ends tags is HTML all the same.
        if self.name in MARKED_UP and (self.tags or self.kind in _HTML_KINDS or _ENDED.search(text)):
            text = visible(text)
        return (" ".join(text.split()) if self.name not in ELEMENTS["text"] else tidy_lines(text)) or None


class _Reader:
    """Takes the parser's events; `entries` holds the columns of each entry."""

    def __init__(self) -> None:
        self.entries: list[dict[str, str | None]] = []
        self.declares = False
        self._depth = 0
        self._atom = False
        self._names = Names()
        self._feed_language: str | None = None
        self._feed_base: str | None = None
        self._base: str | None = None
        self._entry: dict[str, str] | None = None
        self._entry_depth = 0
        self._field: _Field | None = None

    def doctype(self, *_: object) -> None:
        """Stop before anything is declared."""
        self.declares = True
        raise _Refused(
            "declares a document type, which a feed does not need and which may define text of its own; "
            "remove the declaration"
        )

    def start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        self._depth += 1
        name = self._names.short(qualified)
        if self._depth == 1:
            self._root(qualified, attributes)
        elif self._field is not None:
            self._nested(self._field, qualified, attributes)
        elif self._entry is None:
            self._of_feed(qualified, attributes)
        elif self._depth == self._entry_depth + 1 and name in WANTED:
            self._begin(name, attributes, self._entry)

    def end(self, qualified: str) -> None:
        """End an element."""
        if self._field is not None and self._depth == self._field.depth:
            self._keep(self._field)
            self._field = None
        elif self._field is not None:
            self._field.silent -= self._field.silent > 0
            self._field.tag(f"</{qualified.rpartition(' ')[2]}>")
        elif self._entry is not None and self._depth == self._entry_depth:
            self.entries.append(self._columns(self._entry))
            self._entry = None
        self._depth -= 1

    def data(self, text: str) -> None:
        """Take a piece of text."""
        if self._field is not None and not self._field.silent:
            self._field.text.append(text)

    def _root(self, qualified: str, attributes: Mapping[str, str]) -> None:
        root = one_line(qualified.rpartition(" ")[2], 40)
        if root.lower() not in {name.lower() for name in ROOTS}:
            raise _Refused(other_xml(root))
        self._names.take_root(qualified)
        self._atom = root.lower() == "feed"
        self._feed_language = attributes.get(LANGUAGE)
        self._feed_base = attributes.get(BASE)

    def _of_feed(self, qualified: str, attributes: Mapping[str, str]) -> None:
        entry = self._names.is_entry(qualified)
        name = self._names.short(qualified)
        if entry:
            self._entry, self._entry_depth = {}, self._depth
            self._base = attributes.get(BASE)
            if attributes.get(LANGUAGE):
                self._entry["dc:language"] = attributes[LANGUAGE]
        elif name in ("language", "dc:language"):
            self._field = _Field("feed language", "", self._depth)
        elif name == "link" and attributes.get("rel", "alternate") == "alternate":
            self._feed_base = self._feed_base or attributes.get("href")
            self._field = _Field("feed link", "", self._depth)

    def _begin(self, name: str, attributes: Mapping[str, str], entry: dict[str, str]) -> None:
        if name == "link" and attributes.get("href"):
            if attributes.get("rel", "alternate") == "alternate":
                entry.setdefault("link", attributes["href"])
            return
        kind = attributes.get("type", "text" if self._atom else "").lower().strip()
        kind = "base64" if attributes.get("mode") == "base64" else kind.split(";")[0]
        self._field = _Field(name, kind, self._depth)

    def _nested(self, field: _Field, qualified: str, attributes: Mapping[str, str]) -> None:
        """Mark-up within a field, as XHTML has it; of the feed that an entry is from, only the title."""
        local = qualified.rpartition(" ")[2]
        field.silent += field.silent > 0 or (field.name == "source" and local != "title")
        given = "".join(f' {name.rpartition(" ")[2]}="{escape(text)}"' for name, text in attributes.items())
        field.tag(f"<{local}{given}>")

    def _keep(self, field: _Field) -> None:
        value = field.value()
        if field.name == "feed language":
            self._feed_language = self._feed_language or value
        elif field.name == "feed link":
            self._feed_base = self._feed_base or value
        elif self._entry is not None and value:
            self._entry.setdefault(field.name, value)

    def _columns(self, entry: Mapping[str, str]) -> dict[str, str | None]:
        columns = {
            column: next((entry[name] for name in names if name in entry), None)
            for column, names in ELEMENTS.items()
        }
        columns["language"] = columns["language"] or self._feed_language
        if columns["url"] is None and entry.get("guid", "").startswith(("http://", "https://")):
            columns["url"] = entry["guid"]
        if (url := columns["url"]) and not re.match("[A-Za-z][A-Za-z0-9+.-]*:", url):
            columns["url"] = _joined(self._feed_base, self._base, url)
        return columns


def _joined(feed: str | None, entry: str | None, url: str) -> str:
    """An address that is relative to that of its entry, else of its feed; as it is where neither is known."""
    try:
        base = urljoin(feed or "", entry or "")
        return urljoin(base, url) if base.startswith(("http://", "https://")) else url
    except ValueError:
        return url
