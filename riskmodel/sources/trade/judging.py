"""Reading and judging a piece of a trade file as a partition function: by whom, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from data_contracts.checking.counts import Tally
from data_contracts.checking.judged_values import Verdicts
from data_contracts.checking.large.check import JudgedPart, judge_part, row_verdicts
from data_contracts.checking.large.duplicates import SortedPrints
from data_contracts.contract import Context, Contract
from data_contracts.tables import TRADE_FLOWS
from riskmodel.engines.parcel import Parcel
from riskmodel.engines.work import Work
from riskmodel.operations.scratch import Scratch
from riskmodel.sources.files.cells import stack
from riskmodel.sources.files.csv_cells import rows_between
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.plain import PlainFile
from riskmodel.sources.files.table import ABOVE, BLANK, FILE, ROW, Table, numbered
from riskmodel.sources.files.table_parts import load_parts
from riskmodel.sources.files.typed import parquet_rows
from riskmodel.sources.formats import dialect_among, read_tables
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade import canonical
from riskmodel.sources.trade.parts import EveryRow
from riskmodel.sources.trade.pieces import PARQUET_ROWS, WHOLE, Piece

_FILES = "file_"


@dataclass(frozen=True)
class Asked:
    """What all pieces of a table have in common."""

    hs_edition: str | None
    today: date
    limits: ReadingLimits


@dataclass(frozen=True)
class PieceReading:
    """A piece that was read and judged.

    Attributes
    ----------
    part: its judged rows; None where the piece cannot be read without the rest of its file.
    rows: data rows of the file in it. schema: types of its canonical columns, of which one may be text.
    dropped, ignored_columns: as of `Reading`. without: rows without an edition.
    partners: sums of each partner, and whether one is unknown (`LegPartners.sums`).
    """

    part: JudgedPart | None
    rows: int = 0
    schema: tuple[str, ...] = ()
    dropped: tuple[Mapping[str, int], ...] = ()
    ignored_columns: tuple[str, ...] = ()
    without: int = 0
    partners: tuple[pl.DataFrame, bool] | None = None


class _InDoubt(Exception):
    """A piece asks what the rest of its file says."""


def judge_piece(piece: Piece, asked: Asked) -> PieceReading:
    """Read the rows of a piece as `TradeParts` does, and judge each by the contract.

    Raises WrongUsage where the file is not there, InputUnreadable where it cannot be read.
    """
    source = piece.source(asked.limits)
    plain = PlainFile(canonical.FORMAT.cells(frozenset()), lambda: _again(piece, source))
    frames, dropped, ignored, rows = [], [], {}, 0
    try:
        for table in _tables(piece, source):
            table = plain(table)
            reading = read_tables(canonical.FORMAT, [table])
            frames.append(reading.frame.select(*TRADE_FLOWS, FILE, ROW))
            dropped += [dict(table.dropped), dict(reading.dropped)]
            ignored.update(dict.fromkeys(reading.ignored_columns))
            rows += table.rows
    except (_InDoubt, pl.exceptions.PolarsError):
        return PieceReading(None)
    if piece.kind != WHOLE and (not plain.alone or rows != piece.rows + piece.titles):
        return PieceReading(None)
    every = EveryRow(asked.hs_edition)
    frame = every.see(stack(frames))
    contract, scratch = _contract(), Scratch()
    judged = judge_part(contract, frame, Context(today=asked.today), _verdicts(), scratch.folder / "part")
    return PieceReading(
        part=judged,
        rows=rows,
        schema=tuple(str(dtype) for dtype in frame.dtypes),
        dropped=tuple(dropped),
        ignored_columns=tuple(ignored),
        without=every.without,
        partners=every.partners.sums(),
    )


@cache
def _contract() -> Contract:
    from data_contracts.registry import CONTRACTS

    return CONTRACTS["trade_flows"]


@cache
def _verdicts() -> Verdicts:
    """What was judged of one piece is known in the next of the same process."""
    return row_verdicts(_contract())


def _again(piece: Piece, source: Source) -> Iterator[Table]:
    if piece.kind == WHOLE:
        return _tables(piece, source)
    raise _InDoubt


def _tables(piece: Piece, source: Source) -> Iterator[Table]:
    if piece.kind == WHOLE:
        yield from load_parts(source, lambda columns: dialect_among(columns, [canonical.FORMAT]))
        return
    above = {ABOVE: piece.titles}
    if piece.kind == PARQUET_ROWS:
        frame = parquet_rows(source, piece.first - 1, piece.rows)
    else:
        frame = rows_between(source.path, piece.columns, piece.separator, piece.begin, piece.end)
    yield numbered(source, frame, BLANK, piece.sha256, piece.first, above)


def _words(piece: Piece) -> str:
    if piece.kind == WHOLE:
        return piece.name
    return f"{piece.name}, rows {piece.first:,} to {piece.first + piece.rows - 1:,}"


def _give(piece: Piece) -> Parcel:
    return {"piece": asdict(piece)}


def _take(parcel: Parcel) -> tuple[Any, ...]:
    given = dict(parcel["piece"])
    given["columns"] = tuple(given["columns"])
    given["partitions"] = tuple((name, value) for name, value in given["partitions"])
    return (Piece(**given),)


def _share(asked: Asked) -> Parcel:
    return {
        "hs_edition": asked.hs_edition,
        "today": asked.today.isoformat(),
        "limits": asdict(asked.limits),
    }


def _take_shared(parcel: Parcel) -> tuple[Any, ...]:
    limits = ReadingLimits(**parcel["limits"])
    return (Asked(parcel["hs_edition"], date.fromisoformat(parcel["today"]), limits),)


def _to_parcel(found: PieceReading) -> Parcel:
    part = found.part
    if part is None or part.prints is None or found.partners is None:
        return {}
    return {
        **{f"{_FILES}{kind}": content for kind, content in part.files.items()},
        "height": part.height,
        "tally": part.tally.to_dict(),
        "prints": part.prints.prints,
        "places": part.prints.places,
        "ends": part.prints.ends,
        "probe": part.probe,
        "rows": found.rows,
        "schema": list(found.schema),
        "dropped": [dict(counts) for counts in found.dropped],
        "ignored_columns": list(found.ignored_columns),
        "without": found.without,
        "partners": found.partners[0],
        "strange": found.partners[1],
    }


def _from_parcel(parcel: Parcel) -> PieceReading:
    if not parcel:
        return PieceReading(None)
    files = {name.removeprefix(_FILES): parcel[name] for name in parcel if name.startswith(_FILES)}
    prints = SortedPrints(parcel["prints"], parcel["places"], parcel["ends"])
    tally = Tally.from_dict(_contract(), parcel["tally"])
    return PieceReading(
        part=JudgedPart(parcel["height"], tally, files, prints, parcel["probe"]),
        rows=parcel["rows"],
        schema=tuple(parcel["schema"]),
        dropped=tuple(parcel["dropped"]),
        ignored_columns=tuple(parcel["ignored_columns"]),
        without=parcel["without"],
        partners=(parcel["partners"], parcel["strange"]),
    )


JUDGING = Work(
    name="riskmodel.sources.trade.judging:JUDGING",
    title="checking trade",
    function=judge_piece,
    describe=_words,
    give=_give,
    take=_take,
    to_parcel=_to_parcel,
    from_parcel=_from_parcel,
    share=_share,
    take_shared=_take_shared,
)
