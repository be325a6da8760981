"""What a view holds and lacks: a row for each source, part, period and status, with the number of pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

SCHEMA = {
    "source": pl.String(),
    "part": pl.String(),
    "period": pl.String(),
    "status": pl.String(),
    "pieces": pl.Int64(),
    "detail": pl.String(),
}
SHORT = ("got", "absent", "failed", "cut", "unknown", "later")
STATUSES = ("got", "absent at source", "failed", "cut", "not reconstructable", "not public yet")
_NAMED = 12


@dataclass(frozen=True)
class Piece:
    """One publication, or part of one, and what is held of it."""

    source: str
    part: str
    period: str
    status: str
    detail: str = ""


def coverage_table(pieces: Iterable[Piece]) -> pl.DataFrame:
    """Count pieces; `detail` names the first of those that are not held."""
    grouped: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for piece in pieces:
        grouped[piece.source, piece.part, piece.period, piece.status].append(piece.detail)
    rows = [
        (*key, len(details), "" if key[3] == "got" else _first(details))
        for key, details in sorted(grouped.items())
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _first(details: list[str]) -> str:
    named = sorted({detail for detail in details if detail})
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more


def notes_of(table: pl.DataFrame, as_of: str) -> list[str]:
    """One sentence for each source of which something is missing that was public on the day."""
    notes = []
    for (source,), rows in table.group_by("source", maintain_order=True):
        counts = dict(rows.group_by("status").agg(pl.col("pieces").sum()).sort("status").iter_rows())
        got = counts.pop("got", 0)
        for status in ("not public yet", "absent at source"):
            counts.pop(status, None)
        gone = counts.get("not reconstructable", 0)
        if gone:
            notes.append(
                f"{source}: {gone} of {got + sum(counts.values())} pieces cannot be reconstructed as of "
                f"{as_of}: what was public then was not fetched then, and was replaced since or is not dated "
                "by its source. They are left out; today's figures do not take their place."
            )
        # What came after the day, or is absent so far, must not be noted: a later fetch would change the run.
        others = [f"{counts[status]} {status}" for status in ("failed", "cut") if counts.get(status)]
        if others:
            notes.append(f"{source}: {', '.join(others)}, as of {as_of}.")
    return notes


def by_year(table: pl.DataFrame) -> pl.DataFrame:
    """Source and part by year: one column for each status, for printing."""
    year = pl.col("period").str.head(4).alias("year")
    grouped = table.group_by("source", "part", year).agg(
        *(
            pl.when(pl.col("status") == status).then(pl.col("pieces")).otherwise(0).sum().alias(status)
            for status in STATUSES
        )
    )
    return grouped.sort("source", "part", "year")
