"""WARC archives: pages become articles, everything else is counted, broken archives are refused."""

import gzip
from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.articles import read_articles

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
