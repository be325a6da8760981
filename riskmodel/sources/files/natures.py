"""What a file is that is no table, by its first bytes: named, so that the way out is plain."""

from __future__ import annotations

import re

_WORKBOOK = "save its sheet as CSV"
_UNPACK = "unpack it and give what is inside"
_POINTER = b"version https://git-lfs"
_NATURES: tuple[tuple[bytes, str, str], ...] = (
    (
        _POINTER,
        "is a pointer of Git LFS, not the file",
        "fetch the file itself (git lfs pull)",
    ),
    (b"\x1f\x8b\x08", "is packed more than once", _UNPACK),
    (b"PK\x05\x06", "is an empty zip archive", "fetch it again"),
    (b"BZh", "is packed with bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", "is packed with xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "is packed with Zstandard (zst)", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "is a RAR archive", _UNPACK),
    (b"\x1f\x9d", "is packed with compress (.Z)", _UNPACK),
    (b"\x04\x22\x4d\x18", "is packed with LZ4", _UNPACK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old workbook of Excel (.xls)", _WORKBOOK),
    (b"%PDF-", "is a PDF document", "ask its source for a table or for XML"),
    (b"SQLite format 3\x00", "is an SQLite database", "write its table as CSV"),
    (b"RDX2\n", "is packed data of R (.rda)", "write its table as CSV with write.csv"),
    (b"RDX3\n", "is packed data of R (.rda)", "write its table as CSV with write.csv"),
    (b"<stata_dta>", "is a file of Stata", "write its table as CSV with export delimited"),
    (b"$FL2", "is a file of SPSS", "write its table as CSV"),
    (b"X\n\x00\x00\x00", "is an R object (.rds)", "write its table as CSV with write.csv"),
    *((bytes([128, n]), "is a pickle of Python", "write its table as CSV or Parquet") for n in (2, 3, 4, 5)),
    (b"\x93NUMPY", "is an array of NumPy", "write its table as CSV or Parquet"),
    (b"{\\rtf", "is an RTF document", "save its text as .txt"),
    (b"\x89PNG", "is a picture", "ask its source for a table"),
)
_DUCK_AT, _DUCK = 8, b"DUCK"
_MAIL = re.compile(
    rb"(?:From \S+@\S+ |(?:Return-Path|Received|Message-ID|MIME-Version|Delivered-To|From): )[^,;\t\n]*\n"
)
_TAR_AT, _TAR = 257, b"ustar"
_XML_ROOT = re.compile(rb"<\s*([A-Za-z_][\w:.-]*)")
_HTML = re.compile(
    rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_NOT_AN_ELEMENT = re.compile(rb"<!--.*?-->|<[?!][^>]*>", re.DOTALL)
_FEED_ROOTS = (b"rss", b"feed", b"rdf:RDF")


def nature_of(head: bytes) -> str | None:
    """What the first bytes say a file is, and how to fix it; None for text, and for what is read.

    >>> nature_of(b"BZh91AY&SY")
    'is packed with bzip2; unpack it and give what is inside'
    """
    for magic, what, fix in _NATURES:
        if head.startswith(magic):
            return f"{what}; {fix}"
    if head[_DUCK_AT : _DUCK_AT + len(_DUCK)] == _DUCK:
        return "is a database of DuckDB; write its table as CSV or Parquet"
    if _MAIL.match(head):
        return "is a mail; save its text as .txt, or its table as CSV"
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return f"is a tar archive; {_UNPACK}"
    return None


def is_pointer(head: bytes) -> bool:
    """Whether a file only says where its content is kept, as Git LFS has it."""
    return head.startswith(_POINTER)


def root_of(head: bytes) -> str:
    """The name of the first element of XML or of a web page, without its prefix; empty for anything else.

    >>> [root_of(head) for head in (b"<?xml?><!-- x --><rdf:RDF a='y'>", b"a,b", b"<!doctype html>")]
    ['RDF', '', 'html']
    """
    found = _root(head)
    return found.rpartition(b":")[2].decode("ascii", "replace")


def _root(head: bytes) -> bytes:
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare.startswith(b"<"):
        return b""
    if _HTML.match(bare):
        return b"html"
    found = _XML_ROOT.search(_NOT_AN_ELEMENT.sub(b"", bare[: 1 << 14]))
    return found[1] if found else b""


def markup_of(head: bytes) -> str | None:
    """What XML or a web page is that was given as a table; None for anything else."""
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare.startswith(b"<"):
        return None
    root = _root(head)
    if root.lower() == b"html":
        return "is a web page without a table; ask its source for a table, as CSV or JSON"
    if root in _FEED_ROOTS:
        return "is a feed of articles: give it as --articles, or check it with riskmodel validate articles"
    name = root.decode("ascii", "replace")[:60]
    return f"is XML (its first element is {name!r}), not a table: ask its source for CSV or JSON"
