"""WARC archives: pages become articles, everything else is counted, broken archives are refused."""

import gzip
import zlib
from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.news.articles import read_articles

PAGE = (
    "<html><head><title>Chips &amp; routes</title><style>p{}</style></head><body><nav>Menu</nav>"
    "<p>Goods went on.</p><script>alert('x')</script><p>Größe 5 &lt; 6</p></body></html>"
)


def record(kind: str, block: bytes, uri: str = "<http://www.example.org/a>") -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2023-05-26T08:00:00Z\r\nWARC-Target-URI: {uri}\r\n"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def response(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers]
    return record("response", "\r\n".join(lines).encode() + b"\r\n\r\n" + body)


BODIES = {
    "plain": response(PAGE.encode()),
    "charset": response(PAGE.encode("latin-1"), kind="text/html; charset=ISO-8859-1"),
    "gzip": response(gzip.compress(PAGE.encode()), "Content-Encoding: gzip"),
    "chunked": response(
        b"5\r\n" + PAGE.encode()[:5] + b"\r\n" + f"{len(PAGE.encode()) - 5:x}".encode() + b"\r\n"
        + PAGE.encode()[5:] + b"\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", BODIES)
@pytest.mark.parametrize("packed", [False, True])
def test_page_becomes_an_article(tmp_path: Path, how: str, packed: bool) -> None:
    records = [record("warcinfo", b"software: x"), BODIES[how], record("request", b"GET /")]
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(b"".join(gzip.compress(r) if packed else r for r in records))
    batch = read_articles([path])
    row = batch.frame.row(0, named=True)
    assert (row["title"], row["text"]) == ("Chips & routes", "Goods went on.\nGröße 5 < 6")
    assert (row["url"], row["source"], row["source_row"]) == ("http://www.example.org/a", "example.org", 2)
    assert str(row["published_at"])[:10] == "2023-05-26"
    assert batch.dropped == {"not_a_response": 2}
    assert batch.rows_read == 3
    assert batch.files[0].reader == "warc"


def test_what_is_no_page_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(
        response(b"x", kind="image/png")
        + response(b"x", status="404 Not Found")
        + record("revisit", b"HTTP/1.1 200 OK\r\n\r\n")
        + response(b"not gzip", "Content-Encoding: gzip")
        + response(b"<p>a<![if broken", "Content-Encoding: br")
        + response(b"<p>kept<![broken[x]]></p>")
    )
    batch = read_articles([path])
    assert batch.rows_read == 6 == batch.frame.height + sum(batch.dropped.values())
    assert batch.dropped["not_a_page"] == 2
    assert batch.dropped["revisit_without_body"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BODIES["plain"][:-40], "breaks off inside a record"),
        (BODIES["plain"] + BODIES["plain"][:-40], "breaks off inside a record"),
        (b"<html></html>", "is no WARC archive at byte 0"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "without length"),
    ],
)
def test_broken_archives_are_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(content)
    with pytest.raises(InputUnreadable, match=rf"a\.warc .*{sentence}"):
        read_articles([path])


def test_cut_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(BODIES["plain"])[:-12])
    with pytest.raises(InputUnreadable, match="truncated or corrupt gzip"):
        read_articles([path])


def one(tmp_path: Path, content: bytes) -> dict:
    path = tmp_path / "a.warc"
    path.write_bytes(content)
    batch = read_articles([path])
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch.frame.row(0, named=True) if batch.frame.height else dict(batch.dropped)


HTML = PAGE.encode()
ODD = {
    "line feeds only": record("response", b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n" + HTML),
    "no content type": record("response", b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + HTML),
    "no headers at all": record("response", b"HTTP/1.1 200 OK\r\n\r\n<!DOCTYPE html>" + HTML),
    "HTTP/2": record("response", b"HTTP/2 200\r\ncontent-type: TEXT/HTML\r\n\r\n" + HTML),
    "x-gzip": response(gzip.compress(HTML), "Content-Encoding: x-gzip"),
    "deflate": response(zlib.compress(HTML), "Content-Encoding: deflate"),
    "bare deflate": response(zlib.compress(HTML)[2:-4], "Content-Encoding: deflate"),
    "meta charset": response(b'<meta charset="windows-1252">' + PAGE.encode("cp1252")),
    "unknown charset": response(HTML, kind="text/html; charset=x-none"),
}


@pytest.mark.parametrize("how", ODD)
def test_odd_responses_are_read(tmp_path: Path, how: str) -> None:
    assert one(tmp_path, ODD[how])["text"] == "Goods went on.\nGröße 5 < 6"


def typed(kind: str, content: str, block: bytes) -> bytes:
    return record(kind, block).replace(b"WARC-Type", f"Content-Type: {content}\r\nWARC-Type".encode(), 1)


def test_resources_and_extracted_text_are_pages(tmp_path: Path) -> None:
    assert one(tmp_path, typed("resource", "text/html", HTML))["title"] == "Chips & routes"
    assert (
        one(tmp_path, typed("conversion", "text/plain", "Größe 5\n\n<b>".encode()))["text"] == "Größe 5\n<b>"
    )
    assert one(tmp_path, typed("resource", "image/png", b"x")) == {"not_a_response": 1}


def test_a_length_that_lies_costs_its_record_only(tmp_path: Path) -> None:
    short = BODIES["plain"].replace(b"Content-Length: ", b"Content-Length: 4\r\nX: ", 1)
    path = tmp_path / "a.warc"
    path.write_bytes(BODIES["plain"] + short + BODIES["plain"])
    batch = read_articles([path])
    assert batch.frame.height == 2
    assert batch.dropped == {"length_of_record_is_wrong": 1, "not_a_page": 1}


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ("9" * 40, "breaks off inside a record"),
        ("9" * 18, "breaks off inside a record"),
        ("\u00b2", "has a record without length"),
        ("-1", "has a record without length"),
    ],
)
def test_lengths_that_no_file_has(tmp_path: Path, length: str, words: str) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: " + length.encode() + b"\r\n\r\nx\r\n\r\n"
    )
    with pytest.raises(InputUnreadable, match=words):
        read_articles([path])
