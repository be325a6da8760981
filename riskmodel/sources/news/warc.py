"""WARC archives: the HTML pages in them as articles.

Records are split here: warcio 1.8 ends the file at a record whose length is wrong, says nothing of one that
is cut off or has no length, and gives bodies that cannot be decoded as if they were text.
"""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import polars as pl

from features.articles.text.html import read_page, tidy_lines
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.files.unpack import unpacked_file
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.web_page import decoded

WARC_SUFFIXES = (".warc", ".wet")
COLUMNS = ("url", "published_at", "title", "text")
WARC = "<warc>"  # is among the columns, so that no other file can pass for one
_DIGITS = 18  # of a length; a longer one lies, and the file breaks off
_LOOKS_LIKE_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Record:
    """One record: its headers (names in lower case) and its block of bytes."""

    headers: dict[str, str]
    block: bytes


def warc_parts(source: Source) -> Iterator[Table]:
    """Read the pages of a WARC file, plain or one gzip member a record; at least one table.

    Pages are HTML responses, HTML resources, and plain text made from pages (the WET files of Common Crawl).
    `published_at` is the date of capture, the earliest moment at which the page was certainly public. Other
    records are counted: requests and metadata, revisits without body, bodies that cannot be decoded. Raises
    InputUnreadable where the file is no WARC or breaks off inside a record.
    """
    sha256, size = sha256_of(source.origin), source.origin.stat().st_size
    schema = {**dict.fromkeys((*COLUMNS, FILE), pl.String()), ROW: pl.Int64()}
    with unpacked_file(source) as path, path.open("rb") as file:
        numbered = enumerate(_records(source, file), start=1)
        first = True
        while (chunk := list(islice(numbered, source.limits.warc_records))) or first:
            first = False
            rows: list[dict[str, str | int | None]] = []
            dropped = Counter[str]()
            for number, record in chunk:
                page = record if isinstance(record, str) else _page(record, source.limits)
                if isinstance(page, str):
                    dropped[page] += 1
                else:
                    rows.append({**page, ROW: number, FILE: source.name})
            frame = pl.DataFrame(rows, schema=schema)
            yield Table(source, frame, (*COLUMNS, WARC), sha256, size, dict(dropped))


def _records(source: Source, file: BinaryIO) -> Iterator[Record | str]:
    """Yield the records; where a length lied, the reason in its place and then the next record."""
    seen = lost = False
    end = os.fstat(file.fileno()).st_size
    while line := file.readline(1 << 16):
        if not line.strip():
            continue
        if not line.startswith(b"WARC/"):
            if not seen:
                raise source.refuse(f"is no WARC archive at byte {file.tell() - len(line)}; fetch it again")
            if not lost:
                yield "length_of_record_is_wrong"
            lost = True
            continue
        seen, lost = True, False
        headers = _headers(file)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            raise source.refuse(f"has a record without length before byte {file.tell()}; fetch it again")
        size = int(length[:_DIGITS])
        if size > end - file.tell():
            raise source.refuse("breaks off inside a record; fetch it again")
        block = file.read(min(size, source.limits.page_bytes))
        file.seek(size - len(block), 1)
        yield Record(headers, block)


def _headers(file: BinaryIO) -> dict[str, str]:
    headers = {}
    while (line := file.readline(1 << 16)).strip():
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


def _page(record: Record, limits: ReadingLimits) -> dict[str, str | None] | str:
    """Return the article of a record, or the reason why it has none."""
    kind = record.headers.get("warc-type", "")
    if kind == "response":
        return _response(record, limits)
    content = record.headers.get("content-type", "").lower()
    if kind == "conversion" and content.startswith("text/plain"):
        return _article(record, None, record.block.decode("utf-8", "replace"))
    if kind in ("resource", "conversion") and "html" in content:
        return _html(record, record.block, content)
    return "revisit_without_body" if kind == "revisit" else "not_a_response"


def _response(record: Record, limits: ReadingLimits) -> dict[str, str | None] | str:
    head, blank, body = record.block.partition(b"\r\n\r\n")
    if not blank or b"\n\n" in head:
        head, _, body = record.block.partition(b"\n\n")
    lines = head.decode("latin-1").splitlines() or [""]
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
    if not re.match(r"HTTP/\S+ 200", lines[0]):
        return "not_a_page"
    try:
        body = _decoded(body, headers, limits)
    except (ValueError, EOFError, OSError, zlib.error):
        return "body_cannot_be_decoded"
    kind = headers.get("content-type", "").lower()
    if "html" not in kind and (kind or not _LOOKS_LIKE_HTML.match(body[:512])):
        return "not_a_page"
    return _html(record, body, kind)


def _html(record: Record, body: bytes, kind: str) -> dict[str, str | None] | str:
    text = decoded(body, kind)
    try:
        page = read_page(text)
    except ValueError:
        return "body_cannot_be_decoded"
    return _article(record, page.title or None, page.text)


def _article(record: Record, title: str | None, text: str) -> dict[str, str | None]:
    return {
        "url": record.headers.get("warc-target-uri", "").strip("<>") or None,
        "published_at": record.headers.get("warc-date"),
        "title": title,
        "text": tidy_lines(text) or None,
    }


def _decoded(body: bytes, headers: dict[str, str], limits: ReadingLimits) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = _dechunked(body)
    encoding = headers.get("content-encoding", "").lower()
    if encoding in ("gzip", "x-gzip"):
        return _inflated(body, 31, limits)
    if encoding == "deflate":  # with the wrapper that the standard asks for, or without, as some servers do
        try:
            return _inflated(body, 15, limits)
        except zlib.error:
            return _inflated(body, -15, limits)
    if encoding not in ("", "identity"):
        raise ValueError(encoding)
    return body


def _inflated(body: bytes, window: int, limits: ReadingLimits) -> bytes:
    out = zlib.decompressobj(window).decompress(body, limits.page_bytes)
    if len(out) > limits.unpacked_ratio * max(len(body), 1 << 16):
        raise ValueError("grows too much")
    return out


def _dechunked(body: bytes) -> bytes:
    """Return the joined chunks; a body that is cut short gives what is there, one without chunks itself."""
    parts, rest = [], body
    while match := re.match(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n", rest):
        size = int(match[1], 16)
        if size == 0:
            break
        parts.append(rest[match.end() : match.end() + size])
        rest = rest[match.end() + size + 2 :]
    return b"".join(parts) if parts else body
