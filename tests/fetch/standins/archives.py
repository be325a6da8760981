"""Archives with the same bytes for the same content: zip, and 7z written with the standard library alone."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib


def zip_of(members: dict[str, bytes], prefix: str = "") -> bytes:
    """A zip with these members in their order, each name after the prefix."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(prefix + name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def seven_zip_of(name: str, content: bytes) -> bytes:
    """A 7z archive with one member, LZMA2-compressed, plain headers.

    Layout after the published description (7zFormat.txt of the LZMA SDK): a start header with its own
    checksum, the packed stream, then the header with pack, coder, substream and file properties.
    """
    dictionary = 1 << 20
    packed = lzma.compress(
        content, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}]
    )
    size_property = 16  # (2 | 0) << (16 // 2 + 11) = 1 MiB
    pack = b"\x06" + _number(0) + _number(1) + b"\x09" + _number(len(packed)) + b"\x00"
    folder = _number(1) + bytes([0x21, 0x21]) + _number(1) + bytes([size_property])
    unpack = b"\x07\x0b" + _number(1) + b"\x00" + folder + b"\x0c" + _number(len(content)) + b"\x00"
    digests = b"\x08\x0a\x01" + struct.pack("<I", zlib.crc32(content)) + b"\x00"
    names = b"\x00" + name.encode("utf-16-le") + b"\x00\x00"
    attributes = b"\x01\x00" + struct.pack("<I", 0x20)
    files = b"\x05" + _number(1) + b"\x11" + _number(len(names)) + names
    files += b"\x15" + _number(len(attributes)) + attributes + b"\x00"
    header = b"\x01\x04" + pack + unpack + digests + b"\x00" + files + b"\x00"
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def _number(value: int) -> bytes:
    """A 7z number: the leading one bits of the first byte say how many bytes follow."""
    for extra in range(9):
        if value < 1 << (7 * (extra + 1)) or extra == 8:
            low = value & ((1 << (8 * extra)) - 1)
            mark = (0xFF00 >> extra) & 0xFF
            high = value >> (8 * extra) if extra < 8 else 0
            return bytes([mark | high]) + low.to_bytes(extra, "little")
    raise ValueError(value)
