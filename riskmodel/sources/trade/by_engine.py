"""Trade tables that are read and judged by an engine, piece by piece; the result is that of reading here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from data_contracts.checking.large.check import JudgedPart, PartsValidation, validate_judged
from data_contracts.contract import Context
from riskmodel.engines.engine import Engine
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import InputFile
from riskmodel.sources.trade import canonical
from riskmodel.sources.trade.judging import JUDGING, Asked, PieceReading
from riskmodel.sources.trade.parts import EveryRow, TradeParts
from riskmodel.sources.trade.pieces import Piece, cut


def check_by_engine(
    table: TradeParts, engine: Engine, context: Context, folder: Path
) -> PartsValidation | None:
    """Read and check a table by an engine, as `validate_parts` on its frames; the counts are then complete.

    None where it has to be read here: it is small, its files cannot be cut, or a piece depends on others.
    Files go to `folder`, which must be empty. Raises InputUnreadable where the table as a whole cannot be
    used, WrongUsage where workers do not see it, WorkerLost.
    """
    from data_contracts.registry import CONTRACTS

    limits = table.sources[0].limits
    if sum(source.origin.stat().st_size for source in table.sources) < limits.engine_bytes:
        return None
    try:
        pieces = cut(table)
    except InputUnreadable:
        return None
    if pieces is None or len(pieces) < 2:
        return None
    readings = _Readings(table, pieces)
    asked = Asked(table.hs_edition, context.today, limits)
    try:
        return validate_judged(CONTRACTS[table.kind], readings.judged(engine, asked), context, folder)
    except _NotInPieces:
        return None


class _NotInPieces(Exception):
    """The table has to be read as a whole."""


class _Readings:
    """The pieces of a table as they come back, in order."""

    def __init__(self, table: TradeParts, pieces: Sequence[Piece]) -> None:
        self._table, self._pieces = table, pieces
        self._every = EveryRow(table.hs_edition)
        self._even = _Even(table.sources[0].limits.trade_rows)
        self._found: list[PieceReading] = []

    def judged(self, engine: Engine, asked: Asked) -> Iterator[JudgedPart]:
        """The judged parts. Raises InputUnreadable after the last, where the table cannot be used."""
        results: Any = engine.map(JUDGING, ((piece,) for piece in self._pieces), (asked,))
        with closing(results):
            for _ in self._pieces:
                found = _next(results)
                if found.part is None or found.partners is None:
                    raise _NotInPieces
                self._even.see(found.part.height, found.schema)
                self._every.rows += found.part.height
                self._every.without += found.without
                self._every.partners.take(*found.partners)
                yield found.part
                self._note(found)
            next(results, None)  # so that the pass over the parts is ended
        self._every.refuse(self._pieces[0].name)
        ignored = [name for found in self._found for name in found.ignored_columns]
        dropped = [counts for found in self._found for counts in found.dropped]
        self._table.taken(self._files(), dropped, ignored)

    def _note(self, found: PieceReading) -> None:
        """Keep the counts of a piece, not its rows."""
        self._found.append(
            PieceReading(None, found.rows, dropped=found.dropped, ignored_columns=found.ignored_columns)
        )

    def _files(self) -> list[InputFile]:
        both = zip(self._pieces, self._found, strict=True)
        files = []
        for _, group in groupby(both, lambda one: one[0].path):
            own = list(group)
            piece = own[0][0]
            rows = sum(found.rows for _, found in own)
            files.append(InputFile(piece.name, piece.sha256, piece.bytes, canonical.NAME, rows))
        return files


def _next(results: Iterator[PieceReading]) -> PieceReading:
    try:
        return next(results)
    except InputUnreadable:  # reading here says so too, or sets the file aside
        raise _NotInPieces from None


class _Even:
    """Follows how `TradeParts` puts small frames together, which matters where their types differ."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0
        self._schema: tuple[str, ...] | None = None

    def see(self, height: int, schema: tuple[str, ...]) -> None:
        """The next frame. Raises _NotInPieces where it would be put under another of other types."""
        for start in range(0, max(height, 1), self._most):
            rows = min(self._most, height - start)
            if self._schema is not None and self._held + rows > self._most:
                self._held, self._schema = 0, None
            if self._schema not in (None, schema):
                raise _NotInPieces
            self._held, self._schema = self._held + rows, schema
