"""Bytes to UTF-8 text on disk: unpacked within limits, encoding checked, never whole in memory."""

from __future__ import annotations

import codecs
import gzip
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from riskmodel.sources.files.find import Source
from riskmodel.sources.files.streams import (
    OLD_OFFICE_MAGIC,
    SEVEN_MAGIC,
    ZIP_MAGIC,
    opened_stream,
    packing_of,
)

BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTAINERS = (
    (ZIP_MAGIC, "is a zip archive or a spreadsheet; unpack it, or save the sheet as CSV"),
    (SEVEN_MAGIC, "is a 7z archive inside another file; unpack it by hand"),
    (OLD_OFFICE_MAGIC, "is an old workbook (.xls) or another old Office file; save the sheet as CSV"),
    (b"SQLite format 3", "is an SQLite database; export the table as CSV"),
    (b"\x89HDF", "is an HDF5 file (or a MATLAB one); export the table as CSV"),
    (b"%PDF", "is a PDF; save its table as CSV or its text as .txt"),
    (b"RDX", "is an R workspace; write the table as CSV in R (write.csv)"),
    (b"Obj\x01", "is an Avro file; export it as CSV or Parquet"),
    (b"ORC", "is an ORC file; export it as CSV or Parquet"),
)


def is_packed(source: Source) -> bool:
    """Whether the bytes of the file are not those on disk: packed, or in an archive."""
    if source.member is not None:
        return True
    with source.path.open("rb") as file:
        return packing_of(file.read(6)) is not None


def first_bytes(source: Source, size: int = 1 << 18) -> bytes:
    """Return up to `size` unpacked bytes from the start of the file, UTF-16 as UTF-8, one mark at most."""
    head = b""
    for block in blocks(source):
        head += block
        if len(head) >= size:
            break
    head = head[:size]
    wide = _wide(head)
    if wide:
        head = codecs.getincrementaldecoder(wide)("replace").decode(head).encode("utf-8", "replace")
    return _one_mark(head)


def refuse_container(source: Source, head: bytes) -> None:
    """Raise InputUnreadable, naming what the file is, for containers that are no table and no text."""
    for magic, sentence in _CONTAINERS:
        if head.startswith(magic):
            raise source.refuse(sentence)


@contextmanager
def utf8_file(source: Source, *, latin1: bool = False) -> Iterator[Path]:
    """Give the path of the file's text as unpacked UTF-8: the file itself where it is that already.

    UTF-16 is decoded, a byte-order mark too many left out. Raises InputUnreadable with the byte offset where
    the text is neither. With `latin1`, for formats that are known to be written so, such text is decoded as
    Windows-1252 instead.
    """
    head = next(iter(blocks(source, 1 << 10)), b"")
    charset = _wide(head)
    fault = None if charset else _first_fault(source)
    if fault is not None and not latin1:
        raise source.refuse(
            f"is not UTF-8 text: byte {fault} (counted from 0) cannot be decoded; save it again as UTF-8"
        )
    if fault is not None:
        charset = "cp1252"
    if charset is None and not is_packed(source) and not head.startswith(BOM + BOM):
        yield source.path
        return
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text"
        with text.open("wb") as out:
            for block in _decoded(source, charset):
                out.write(block)
        yield text


def _decoded(source: Source, charset: str | None) -> Iterator[bytes]:
    """The text as UTF-8, block by block, without marks at its start."""
    errors = "replace" if charset == "cp1252" else "strict"
    decoder = codecs.getincrementaldecoder(charset)(errors) if charset else None
    start = True
    try:
        for block in blocks(source):
            out = decoder.decode(block).encode() if decoder else block
            while start and out.startswith(BOM):
                out = out[len(BOM) :]
            start = start and not out
            yield out
        if decoder:
            yield decoder.decode(b"", True).encode()
    except UnicodeError as error:
        raise source.refuse(
            "begins as UTF-16 text and cannot be decoded as such; save it again as UTF-8"
        ) from error


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 by its mark, or by the zero bytes of a header in plain letters."""
    marked = next((name for mark, name in _WIDE if head.startswith(mark)), None)
    if marked or len(head) < 8:
        return marked
    even, odd = head[0:64:2], head[1:64:2]
    if not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if not any(even) and all(odd) else None


def _one_mark(head: bytes) -> bytes:
    while head.startswith(BOM + BOM):
        head = head[len(BOM) :]
    return head


@contextmanager
def unpacked_file(source: Source) -> Iterator[Path]:
    """Give the path of the unpacked bytes: the file itself where it is not packed."""
    if not is_packed(source):
        yield source.path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "bytes"
        with plain.open("wb") as out:
            for block in blocks(source):
                out.write(block)
        yield plain


def _first_fault(source: Source) -> int | None:
    """Return the offset of the first unpacked byte that is not UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    for block in blocks(source):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return done - pending + error.start
        done += len(block)
    pending = len(decoder.getstate()[0])
    return done - pending if pending else None


def blocks(source: Source, size: int = _BLOCK) -> Iterator[bytes]:
    """Yield the unpacked bytes of a plain or packed file, or of a member of an archive.

    Raises InputUnreadable for broken packing, and past the limits of the source.
    """
    allowed = source.limits.unpacked(source.path.stat().st_size)
    total = 0
    packing: str | None = "packed file"
    try:
        with ExitStack() as stack:
            file, packing = opened_stream(source.path, source.member, stack)
            while block := file.read(size):
                total += len(block)
                if packing and total > allowed:
                    raise source.refuse(
                        f"unpacks to more than {allowed:,} bytes, which a data file should not; "
                        "unpack it by hand if you trust it"
                    )
                yield block
    except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise source.refuse(f"is a truncated or corrupt {packing}; fetch it again") from error
    except (RuntimeError, NotImplementedError) as error:
        if source.member is None:
            raise
        raise source.refuse("is packed with a password or in an unusual way; unpack it by hand") from error
    except OSError as error:
        if packing is None:
            raise
        raise source.refuse(f"is a truncated or corrupt {packing}; fetch it again") from error
    if packing and total == 0:
        raise source.refuse("is empty once unpacked; fetch or export it again")
