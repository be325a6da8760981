"""Stored answers opened for reading: unpacked where the transfer packed them, and never beyond a limit."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

_GZIP = b"\x1f\x8b"
SMALL = 16 << 20
MOST_TIMES = 200


class NotWhole(Exception):
    """The answer is cut, damaged, or unpacks to more than it may; the text says which."""


@contextmanager
def opened(path: Path, most: int) -> Iterator[IO[bytes]]:
    """The bytes of an answer, unpacked where the transfer packed them, within limits."""
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    if not packed:
        with path.open("rb") as file:
            yield file
        return
    allowed = min(most, max(SMALL, MOST_TIMES * path.stat().st_size))
    with gzip.open(path, "rb") as unpacked:
        yield io.BufferedReader(_Bounded(unpacked, allowed))


class _Bounded(io.RawIOBase):
    """A stream that ends in an error once more was read than is allowed."""

    def __init__(self, inner: Any, allowed: int) -> None:
        super().__init__()
        self._inner, self._left = inner, allowed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._inner.read(min(len(buffer), 1 << 16))
        self._left -= len(block)
        if self._left < 0:
            raise NotWhole("it unpacks to far more than such an answer holds")
        buffer[: len(block)] = block
        return len(block)
