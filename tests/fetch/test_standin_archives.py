"""Archives of the stand-ins are what other programmes call zip and 7z."""

from __future__ import annotations

import io
import lzma
import zlib

import pytest
from standins.archives import seven_zip_of


def test_seven_zip_holds_what_went_in() -> None:
    body = seven_zip_of("a.dat", b"REPORTER\n" * 999)
    packed, size, digest = (int.from_bytes(body[a:b], "little") for a, b in ((12, 20), (20, 28), (28, 32)))
    assert body[:6] == b"7z\xbc\xaf\x27\x1c"
    assert zlib.crc32(body[12:32]) == int.from_bytes(body[8:12], "little")
    assert len(body) == 32 + packed + size
    assert zlib.crc32(body[32 + packed :]) == digest
    lzma2 = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    assert lzma.decompress(body[32 : 32 + packed], lzma.FORMAT_RAW, filters=lzma2) == b"REPORTER\n" * 999


def test_seven_zip_opens_elsewhere() -> None:
    body = seven_zip_of("a.dat", b"REPORTER\n" * 999)
    py7zr = pytest.importorskip("py7zr")
    with py7zr.SevenZipFile(io.BytesIO(body)) as archive:
        assert archive.getnames() == ["a.dat"]
