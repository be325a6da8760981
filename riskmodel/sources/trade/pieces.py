"""Trade files cut into pieces that any worker can read alone: rows of a Parquet file, bytes of a text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from riskmodel.errors import WrongUsage
from riskmodel.sources.files.csv_cells import cut_text
from riskmodel.sources.files.csv_header import layout_of
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.natures import markup_of, nature_of
from riskmodel.sources.files.table import is_json
from riskmodel.sources.files.typed import is_typed, parquet_shape
from riskmodel.sources.files.unpack import first_bytes, is_packed, utf8_file
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade import canonical
from riskmodel.sources.trade.parts import TradeParts

WHOLE, PARQUET_ROWS, TEXT_ROWS = "whole", "rows of Parquet", "rows of text"
_EDGE = 1 << 16


@dataclass(frozen=True)
class Piece:
    """Some rows of a file, in a few hundred bytes.

    Attributes
    ----------
    path: of the file, absolute, the same for all workers. name: as of `Source`.
    sha256, bytes: of the file. edges: sha256 of its first and last bytes, which a worker compares.
    kind: `WHOLE`, or how the rows are cut out. first: number of its first data row, from 1. rows: how many.
    begin, end: its bytes in a text. columns, separator: of a text. titles: lines above the header, of the
        first piece. partitions: as of `Source`.
    """

    path: str
    name: str
    sha256: str
    bytes: int
    edges: str
    kind: str
    first: int = 1
    rows: int = 0
    begin: int = 0
    end: int = 0
    columns: tuple[str, ...] = ()
    separator: str = ""
    titles: int = 0
    partitions: tuple[tuple[str, str | None], ...] = ()

    def source(self, limits: ReadingLimits) -> Source:
        """The file, as it is found here. Raises WrongUsage where it is not, or is another."""
        path = Path(self.path)
        try:
            same = path.stat().st_size == self.bytes and edges_of(path) == self.edges
        except OSError as error:
            raise WrongUsage(
                f"A worker cannot read {self.path[-160:]} ({error.strerror}); with --engine trade files must "
                "lie in a folder that all workers see under the same path."
            ) from None
        if not same:
            raise WrongUsage(
                f"A worker finds another file at {self.path[-160:]} than this machine; all must see the same."
            )
        return Source(path, self.name, limits, partitions=self.partitions)


def edges_of(path: Path) -> str:
    """sha256 of the first and last bytes of a file."""
    with path.open("rb") as file:
        edge = file.read(_EDGE)
        file.seek(max(0, path.stat().st_size - _EDGE))
        return hashlib.sha256(edge + file.read()).hexdigest()


def cut(table: TradeParts) -> list[Piece] | None:
    """The pieces of all files, in order; None where one of them must be read with the rest of the table.

    Canonical Parquet and delimited text is cut, where it lies as such on the disk. Raises InputUnreadable.
    """
    pieces: list[Piece] = []
    for source in table.sources:
        found = _pieces(source, table)
        if not found:
            return None
        pieces += found
    return pieces


def _pieces(source: Source, table: TradeParts) -> list[Piece] | None:
    if source.member is not None or source.archive is not None or is_packed(source):
        return None
    head = first_bytes(source)
    if is_typed(source, head):
        return _of_parquet(source, head, table)
    if nature_of(head) or markup_of(head) or is_json(head) or table.is_titled(source):
        return None
    return _of_text(source, head, table)


def _of_parquet(source: Source, head: bytes, table: TradeParts) -> list[Piece] | None:
    shape = parquet_shape(source, head)
    if shape is None or not shape.rows or not _is_canonical(shape.columns, source, table):
        return None
    if _is_small(source):
        return [_piece(source, WHOLE)]
    most = source.limits.trade_rows
    return [
        _piece(source, PARQUET_ROWS, first=start + 1, rows=min(most, shape.rows - start))
        for start in range(0, shape.rows, most)
    ]


def _of_text(source: Source, head: bytes, table: TradeParts) -> list[Piece] | None:
    columns = layout_of(source, head).columns
    if not _is_canonical(columns, source, table):
        return None
    if _is_small(source):
        return [_piece(source, WHOLE)]
    most = source.limits.trade_rows
    with utf8_file(source) as path:
        found = cut_text(source, head, path, most) if path == source.path else None
    if found is None:
        return None
    return [
        _piece(
            source, TEXT_ROWS, first=number * most + 1, rows=min(most, found.rows - number * most),
            begin=begin, end=end, columns=found.columns, separator=found.separator,
            titles=0 if number else found.titles,
        )
        for number, (begin, end) in enumerate(zip(found.starts, found.starts[1:], strict=False))
    ]  # fmt: skip


def _is_canonical(columns: tuple[str, ...], source: Source, table: TradeParts) -> bool:
    known = frozenset(columns) | {name for name, _ in source.partitions}
    return table.format_of(known) is canonical.FORMAT


def _is_small(source: Source) -> bool:
    return source.path.stat().st_size <= source.limits.whole_bytes


def _piece(source: Source, kind: str, **range_: object) -> Piece:
    return Piece(
        path=str(source.path.absolute()),
        name=source.name,
        sha256=sha256_of(source.path),
        bytes=source.path.stat().st_size,
        edges=edges_of(source.path),
        kind=kind,
        partitions=source.partitions,
        **range_,  # type: ignore[arg-type]
    )
