"""The rows of a delimited text counted from its bytes, and whether its quotation marks are sound.

Quotation marks open and close in turn. Where each that opens follows a separator or a line end, and each that
closes precedes one, the text keeps RFC 4180 and every parser reads the same rows. Where a mark within a cell
is not doubled, the turn is lost and the next mark is out of place: without this a parser takes all rows up to
that mark for one cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from riskmodel.sources.files.csv_header import Layout

_BLOCK = 4 << 20
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_TAIL = 1 << 16
_RUNS = re.compile(rb"[0-9]+|[A-Za-z\x80-\xff]+")


@dataclass(frozen=True)
class Scan:
    """What the bytes say.

    `rows` are the data rows. `sound`: the quotes keep RFC 4180. `inner`: line ends within quotes. `returns`:
    carriage returns alone, outside quotes. `ended`: whether the last line has its end.
    """

    rows: int
    sound: bool
    inner: int
    returns: int
    ended: bool


def scan(path: Path, layout: Layout) -> Scan:
    """Count the rows of a text in UTF-8."""
    quotes = outside = inner = returns = 0
    sound, before = True, _NEWLINE
    with path.open("rb") as file:
        for block, after in _blocks(file):
            bytes_ = np.frombuffer(block, np.uint8)
            marks = block.count(b'"') if b'"' in block else 0
            places = np.flatnonzero(bytes_ == _QUOTE) if marks else np.empty(0, np.int64)
            if marks and sound:
                sound = _in_place(bytes_, places, quotes, before, after, ord(layout.separator))
            within = _within(bytes_, places, quotes, _NEWLINE) if marks or quotes % 2 else 0
            inner += within
            outside += block.count(b"\n") - within
            if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
                returns += _lone_returns(bytes_, places, quotes)
            quotes += marks
            before = block[-1]
    ended = before in (_NEWLINE, _RETURN)
    rows = outside - layout.rows + (not ended)
    return Scan(max(rows, 0), sound and quotes % 2 == 0, inner, returns, ended)


def line_starts(path: Path, skip: int, lines: int) -> tuple[int, ...]:
    r"""Byte at which each group of `lines` lines begins, after the first `skip` lines; last, the size.

    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile() as file:
    ...     _ = file.write(b"head\n1\n22\n3")
    ...     file.flush()
    ...     line_starts(Path(file.name), 1, 2)
    (5, 10, 11)
    """
    starts, at, line, wanted = [0] if not skip else [], 0, 0, skip or lines
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            count = block.count(b"\n")
            if line + count >= wanted:
                ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _NEWLINE)
                while wanted <= line + count:
                    starts.append(at + int(ends[wanted - line - 1]) + 1)
                    wanted += lines
            line, at = line + count, at + len(block)
    if not starts or starts[-1] < at:
        starts.append(at)
    return tuple(starts)


def _blocks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Blocks without the byte-order mark, and the byte after each; none ends in `"` or a return."""
    start = file.read(3)
    block = (b"" if start == b"\xef\xbb\xbf" else start) + file.read(_BLOCK)
    while block:
        while block[-1] in (_QUOTE, _RETURN) and (more := file.read(1)):
            block += more
        coming = file.read(_BLOCK)
        yield block, coming[0] if coming else _NEWLINE
        block = coming


def _in_place(
    block: NDArray[np.uint8], places: NDArray[np.int64], quotes: int, before: int, after: int, separator: int
) -> bool:
    """Whether every mark that opens follows, and every one that closes precedes, an end or another mark."""
    ends = np.zeros(256, bool)
    ends[[separator, _NEWLINE, _RETURN, _QUOTE]] = True
    first = quotes % 2  # 0: the first mark of the block opens
    opening, closing = places[first::2], places[1 - first :: 2]
    left = np.where(opening > 0, block[np.maximum(opening - 1, 0)], before)
    last = len(block) - 1
    right = np.where(closing < last, block[np.minimum(closing + 1, last)], after)
    return bool(ends[left].all() and ends[right].all())


def _within(block: NDArray[np.uint8], places: NDArray[np.int64], quotes: int, byte: int) -> int:
    """How often a byte is between a mark that opens and one that closes."""
    found = np.flatnonzero(block == byte)
    return int(((np.searchsorted(places, found) + quotes) % 2).sum())


def _lone_returns(block: NDArray[np.uint8], places: NDArray[np.int64], quotes: int) -> int:
    found = np.flatnonzero(block == _RETURN)
    last = len(block) - 1
    alone = found[(found == last) | (block[np.minimum(found + 1, last)] != _NEWLINE)]
    return int(((np.searchsorted(places, alone) + quotes) % 2 == 0).sum())


def swallowed_row(path: Path, layout: Layout) -> int | None:
    """The data row in whose quotes are lines that look like rows of their own; None where none does.

    Two marks that are not doubled, each at the edge of a cell, keep RFC 4180 and hide the rows between.
    """
    separator, number = layout.separator.encode(), -layout.rows
    group: list[bytes] = []
    odd = False
    with path.open("rb") as file:
        for line in file:
            if not odd:
                number, group = number + 1, []
            odd ^= line.count(b'"') % 2 == 1
            group.append(line)
            if not odd and len(group) > 1 and number > 0 and _are_rows(group, separator, len(layout.columns)):
                return number
    return None


def _are_rows(lines: list[bytes], separator: bytes, width: int) -> bool:
    """Whether the first line and the last have the width of a row and, save in two cells, the same shape.

    What is between may be anything: a row of other width there is hidden as well.
    """
    ends = (lines[0], lines[-1])
    if width < 3 or any(line.count(separator) != width - 1 for line in ends):
        return False
    one, other = ([_RUNS.sub(_kind, c.strip(b' "\r\n')) for c in line.split(separator)] for line in ends)
    return sum(a == b for a, b in zip(one, other, strict=True)) >= max(width - 2, 2)


def _kind(run: re.Match[bytes]) -> bytes:
    return b"9" if run[0][:1].isdigit() else b"a"


def last_lines(path: Path) -> list[bytes]:
    """The last two lines of a text, with their ends; fewer where they are very long."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read().splitlines(keepends=True)
    return tail[-2:] if size <= _TAIL or len(tail) > 2 else []
