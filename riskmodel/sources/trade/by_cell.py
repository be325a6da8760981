"""Formats whose rows depend on one another: the steps of reading them, whole or a part at a time.

Rows that depend on one another share a few columns (a reporter, a partner, a month): those with the same
values of them are dealt with together and apart from all others. What is left to know of the whole table is
small, and noted as `Known` and `Tally`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from riskmodel.sources.files.table import ROW
from riskmodel.sources.formats import Reading, Tally, added

KNOWN = {name: pl.String() for name in ("what", "a", "b", "c")}
Known = pl.DataFrame  # distinct rows of `KNOWN`: what the fate of rows depends on wherever they are
Signs = frozenset[str]


def nothing_known(_: pl.DataFrame) -> Known:
    """For formats of which no row depends on rows of other cells."""
    return pl.DataFrame(schema=KNOWN)


def no_signs(_: pl.DataFrame) -> Signs:
    """As `nothing_known`."""
    return frozenset()


def no_verdict(_: Tally) -> None:
    """For formats that refuse no table as a whole."""


@dataclass(frozen=True)
class ByCell:
    """The steps of reading a format.

    Attributes
    ----------
    cells: the cells that the reader looks at, row by row, with what is dropped row by row.
    together: rows of `cells` that agree in these expressions are settled together.
    settle: canonical rows of cells; every row that one of them depends on is among them. `source_row` is the
        first of the rows that were put together. With `Known`, what `look` found in all rows; None where the
        cells are all there are, or where nothing needs it.
    look: what `settle` must know of all rows. signs: marks of cells, and needs_look: whether, of all marks
        of a table, some say that it must be looked through.
    verdict: raises InputUnreadable for tables that cannot be used, by the counts of all their rows.
    """

    cells: Callable[[pl.DataFrame], Reading]
    together: tuple[pl.Expr, ...]
    settle: Callable[[pl.DataFrame, Known | None], Reading]
    look: Callable[[pl.DataFrame], Known] = nothing_known
    signs: Callable[[pl.DataFrame], Signs] = no_signs
    needs_look: Callable[[Signs], bool] = bool
    verdict: Callable[[Tally], None] = no_verdict

    def read(self, frame: pl.DataFrame) -> Reading:
        """Canonical rows of a whole table, each at the place of its first row."""
        places = pl.int_range(frame.height, dtype=pl.Int64, eager=True).alias(ROW)
        cells = self.cells(frame.with_columns(places) if ROW in frame.columns else frame)
        settled = self.settle(cells.frame, None)
        self.verdict(cells.tally.plus(settled.tally))
        rows = settled.frame
        if ROW in frame.columns:
            rows = rows.sort(ROW, maintain_order=True)
            rows = rows.with_columns(frame[ROW].gather(rows[ROW]).alias(ROW))
        return replace(cells, frame=rows, dropped=added(cells.dropped, settled.dropped))


def known(what: str, rows: pl.DataFrame, *columns: str) -> Known:
    """Distinct values of up to three columns as `Known`."""
    names = ("a", "b", "c")
    given = [pl.col(column).cast(pl.String).alias(name) for column, name in zip(columns, names, strict=False)]
    absent = [pl.lit(None, pl.String).alias(name) for name in names[len(columns) :]]
    distinct = rows.select(columns).unique(maintain_order=True)
    return distinct.select(pl.lit(what).alias("what"), *given, *absent)
