"""Packed streams: gzip, bzip2, xz and Zstandard, known by their first bytes whatever a name says."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
SEVEN_MAGIC = b"7z\xbc\xaf\x27\x1c"
OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PACKED_ENDINGS = (".gz", ".bz2", ".xz", ".zst")
BROKEN_PACKING = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, OSError)
_PACKINGS = (
    (GZIP_MAGIC, "gzip file"),
    (b"BZh", "bzip2 file"),
    (b"\xfd7zXZ\x00", "xz file"),
    (b"\x28\xb5\x2f\xfd", "zstd file"),
)


def packing_of(head: bytes) -> str | None:
    """What a stream that begins so is packed as, in words, or None."""
    return next((name for magic, name in _PACKINGS if head.startswith(magic)), None)


def opened_stream(path: Path, member: str | None, stack: ExitStack) -> tuple[BinaryIO, str | None]:
    """The unpacked bytes of a file or of a member of a zip archive, and what it was packed as.

    Raises what `BROKEN_PACKING` names, also while the bytes are read, RuntimeError for passwords and
    NotImplementedError for packing that Python does not know.
    """
    raw = _raw(path, member, stack)
    head = raw.read(6)
    packing = packing_of(head)
    raw.seek(0)
    if packing is None:
        return raw, None if member is None else "zip archive"
    return _unpacker(packing)(raw, stack), packing


def _raw(path: Path, member: str | None, stack: ExitStack) -> BinaryIO:
    if member is None:
        return stack.enter_context(path.open("rb"))
    archive = stack.enter_context(zipfile.ZipFile(path))
    return cast(BinaryIO, stack.enter_context(archive.open(member)))


def _unpacker(packing: str) -> Callable[[BinaryIO, ExitStack], BinaryIO]:
    return {"gzip file": _gzip, "bzip2 file": _bzip2, "xz file": _xz, "zstd file": _zstd}[packing]


def _gzip(raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    return cast(BinaryIO, stack.enter_context(gzip.open(raw, "rb")))


def _bzip2(raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    return cast(BinaryIO, stack.enter_context(bz2.open(raw, "rb")))


def _xz(raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    return cast(BinaryIO, stack.enter_context(lzma.open(raw, "rb")))


def _zstd(raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    import pyarrow as pa

    file = stack.enter_context(pa.PythonFile(raw, mode="r"))
    return cast(BinaryIO, stack.enter_context(pa.CompressedInputStream(file, "zstd")))
