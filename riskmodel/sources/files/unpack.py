"""Bytes to UTF-8 text on disk: gzip unpacked within limits, encoding checked, never whole in memory."""

from __future__ import annotations

import codecs
import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from riskmodel.sources.files.find import Source

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
_BLOCK = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_gzip(source: Source) -> bool:
    """Whether the file starts as gzip does, whatever its name says."""
    with source.path.open("rb") as file:
        return file.read(2) == GZIP_MAGIC


def first_bytes(source: Source, size: int = 1 << 18) -> bytes:
    """Return up to `size` unpacked bytes from the start of the file."""
    head = b""
    for block in blocks(source):
        head += block
        if len(head) >= size:
            break
    return head[:size]


@contextmanager
def utf8_file(source: Source, *, latin1: bool = False) -> Iterator[Path]:
    """Give the path of the file's text as unpacked UTF-8: the file itself where it is that already.

    Raises InputUnreadable with the byte offset where the text is not UTF-8. With `latin1`, for formats that
    are known to be written so, such text is decoded as Windows-1252 instead.
    """
    fault = _first_fault(source)
    if fault is not None and not latin1:
        raise source.refuse(
            f"is not UTF-8 text: byte {fault} (counted from 0) cannot be decoded; save it again as UTF-8"
        )
    if fault is None and not is_gzip(source):
        yield source.path
        return
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text"
        with text.open("wb") as out:
            for block in blocks(source):
                # Single-byte decoding cannot split a character between blocks.
                out.write(block if fault is None else block.decode("cp1252", "replace").encode())
        yield text


@contextmanager
def unpacked_file(source: Source) -> Iterator[Path]:
    """Give the path of the unpacked bytes: the file itself where it is not gzip."""
    if not is_gzip(source):
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
        if done == 0 and block[:2] in _UTF16:
            raise source.refuse("is UTF-16 text; save it again as UTF-8")
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return done - pending + error.start
        done += len(block)
    pending = len(decoder.getstate()[0])
    return done - pending if pending else None


def blocks(source: Source, size: int = _BLOCK, *, zipped: bool = False) -> Iterator[bytes]:
    """Yield the unpacked bytes of a plain file, a gzip file or, with `zipped`, a zip of one file.

    Raises InputUnreadable for broken packing, and past the limits of the source.
    """
    allowed = source.limits.unpacked(source.path.stat().st_size)
    total, packed = 0, False
    try:
        with ExitStack() as stack:
            file, packed = _opened(source, stack, zipped)
            while block := file.read(size):
                total += len(block)
                if packed and total > allowed:
                    raise source.refuse(
                        f"unpacks to more than {allowed:,} bytes, which a data file should not; "
                        "unpack it by hand if you trust it"
                    )
                yield block
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        kind = "archive" if zipped else "gzip file"
        raise source.refuse(f"is a truncated or corrupt {kind}; fetch it again") from error
    if packed and total == 0:
        raise source.refuse("is empty once unpacked; fetch or export it again")


def _opened(source: Source, stack: ExitStack, zipped: bool) -> tuple[BinaryIO, bool]:
    """The file that gives the unpacked bytes, and whether they were packed."""
    with source.path.open("rb") as raw:
        head = raw.read(4)
    if zipped and head == ZIP_MAGIC:
        archive = stack.enter_context(zipfile.ZipFile(source.path))
        return stack.enter_context(_member(source, archive)), True
    if head[:2] == GZIP_MAGIC:
        return cast(BinaryIO, stack.enter_context(gzip.open(source.path, "rb"))), True
    return stack.enter_context(source.path.open("rb")), False


def _member(source: Source, archive: zipfile.ZipFile) -> BinaryIO:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) != 1:
        raise source.refuse(f"is a zip archive of {len(members)} files; GDELT packs one: unpack it by hand")
    try:
        return cast(BinaryIO, archive.open(members[0]))
    except (RuntimeError, NotImplementedError) as error:
        raise source.refuse("is packed with a password or in an unusual way; unpack it by hand") from error
