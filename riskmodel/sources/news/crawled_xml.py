"""Articles as trafilatura writes them in XML, plain (`doc`) and TEI: one article a file."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import polars as pl

from features.articles.text.html import tidy_lines
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.files.unpack import blocks
from riskmodel.sources.news.feed_names import other_xml

ROOTS = ("doc", "TEI")
CRAWLED = "<trafilatura>"  # is among the columns, so that no other file can pass for one
_DECLARES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)\b", re.IGNORECASE)
_BLOCKS = frozenset(
    {"p", "head", "list", "item", "quote", "table", "row", "cell", "lb", "div", "ab", "code", "fw"}
)
_NOT_THE_ARTICLE = frozenset({"comments"})
_OF_DOC = {
    "published_at": "date", "source": "sitename", "language": "language", "title": "title", "url": "source",
}  # fmt: skip


def load_crawled(source: Source) -> Table:
    """Read one article. Raises InputUnreadable for what is not well-formed or declares a document type."""
    text = b"".join(blocks(source))
    if _DECLARES.search(text):
        raise source.refuse("declares a document type, which no article needs; remove the declaration")
    try:
        root = ET.fromstring(text)  # noqa: S314  (no document type)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise source.refuse(f"is no well-formed XML ({error}); fetch it again") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    row = _of_tei(root) if root.tag == "TEI" else {c: root.get(name) for c, name in _OF_DOC.items()}
    body = root.find("text/body" if root.tag == "TEI" else "main")
    if root.tag == "doc" and body is None:
        raise source.refuse(other_xml("doc"))
    row["text"] = tidy_lines("".join(_shown(root if body is None else body)))
    columns = tuple(name for name, value in row.items() if value)
    schema = {**dict.fromkeys((*columns, FILE), pl.String()), ROW: pl.Int64()}
    frame = pl.DataFrame([{**{c: row[c] for c in columns}, FILE: source.name, ROW: 1}], schema=schema)
    return Table(source, frame, (*columns, CRAWLED), sha256_of(source.origin), source.origin.stat().st_size)


def _of_tei(root: ET.Element) -> dict[str, str | None]:
    dates = [one.get("when") or one.text for one in root.findall("teiHeader/fileDesc/sourceDesc//date")]
    dates += [one.get("when") or one.text for one in root.findall("teiHeader//publicationStmt//date")]
    pointer = root.find("teiHeader//ptr[@target]")
    return {
        "published_at": next((day for day in dates if day), None),
        "source": root.findtext("teiHeader//publisher"),
        "language": None,
        "title": root.findtext("teiHeader//title"),
        "url": None if pointer is None else pointer.get("target"),
    }


def _shown(element: ET.Element) -> list[str]:
    """The text of an element and of those within it, blocks on lines of their own."""
    if element.tag in _NOT_THE_ARTICLE:
        return []
    edge = "\n" if element.tag in _BLOCKS else ""
    parts = [edge, element.text or ""]
    for child in element:
        parts += [*_shown(child), child.tail or ""]
    return [*parts, edge]
