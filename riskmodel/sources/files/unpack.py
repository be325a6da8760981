"""Bytes to UTF-8 text on disk: gzip unpacked within limits, encoding checked, never whole in memory."""

from __future__ import annotations

import codecs
import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from riskmodel.settings import read_settings
from riskmodel.sources.files.find import Source

GZIP_MAGIC = b"\x1f\x8b"
_BLOCK = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Limits:
    """How far a packed file may grow: bytes in all, and times its packed size once past `small` bytes."""

    unpacked_bytes: int
    ratio: int
    small: int = 64 << 20


def _of_settings() -> Limits:
    settings = read_settings()
    return Limits(settings.unpacked_gigabytes << 30, settings.unpacked_ratio)


LIMITS = _of_settings()


def is_gzip(source: Source) -> bool:
    """Whether the file starts as gzip does, whatever its name says."""
    with source.path.open("rb") as file:
        return file.read(2) == GZIP_MAGIC


def first_bytes(source: Source, size: int = 1 << 18) -> bytes:
    """Return up to `size` unpacked bytes from the start of the file."""
    head = b""
    for block in _blocks(source, LIMITS):
        head += block
        if len(head) >= size:
            break
    return head[:size]


@contextmanager
def utf8_file(source: Source, *, latin1: bool = False, limits: Limits = LIMITS) -> Iterator[Path]:
    """Give the path of the file's text as unpacked UTF-8: the file itself where it is that already.

    Raises InputUnreadable with the byte offset where the text is not UTF-8. With `latin1`, for formats that
    are known to be written so, such text is decoded as Windows-1252 instead.
    """
    fault = _first_fault(source, limits)
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
            for block in _blocks(source, limits):
                # Single-byte decoding cannot split a character between blocks.
                out.write(block if fault is None else block.decode("cp1252", "replace").encode())
        yield text


@contextmanager
def unpacked_file(source: Source, limits: Limits = LIMITS) -> Iterator[Path]:
    """Give the path of the unpacked bytes: the file itself where it is not gzip."""
    if not is_gzip(source):
        yield source.path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "bytes"
        with plain.open("wb") as out:
            for block in _blocks(source, limits):
                out.write(block)
        yield plain


def _first_fault(source: Source, limits: Limits) -> int | None:
    """Return the offset of the first unpacked byte that is not UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    for block in _blocks(source, limits):
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


def _blocks(source: Source, limits: Limits) -> Iterator[bytes]:
    packed = source.path.stat().st_size
    gzipped = is_gzip(source)
    allowed = min(limits.unpacked_bytes, max(limits.small, limits.ratio * packed))
    total = 0
    try:
        with _open(source, gzipped) as file:
            while block := file.read(_BLOCK):
                total += len(block)
                if gzipped and total > allowed:
                    raise source.refuse(
                        f"unpacks to more than {allowed:,} bytes, which a data file should not; "
                        "unpack it by hand if you trust it"
                    )
                yield block
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise source.refuse("is a truncated or corrupt gzip file; fetch it again") from error
    if gzipped and total == 0:
        raise source.refuse("is empty once unpacked; fetch or export it again")


def _open(source: Source, gzipped: bool) -> gzip.GzipFile | BufferedReader:
    return gzip.open(source.path, "rb") if gzipped else source.path.open("rb")
