"""What a measure of trade may be given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from features.reference.facts import control_candidates
from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.windows import Windows
from features.trade.measures.growth import Growth
from features.trade.measures.surge import WindowSums


@dataclass(frozen=True)
class MeasureInputs:
    """Everything that trade signals of one day are made of. A measure takes what its parameters name.

    Attributes
    ----------
    known: flows as of the day. goods: comparable codes with families. growth: to the control countries.
    excess: `transit.with_excess`. families: `transit.family_table`.
    surprises: `surprises.table.surprise_table`; its means alone where only the model's signals are wanted.
    """

    known: FlowsAsOf
    windows: Windows
    as_of: date
    goods: pl.DataFrame
    sums: WindowSums
    growth: Growth
    excess: pl.DataFrame
    families: pl.DataFrame
    surprises: pl.DataFrame

    @property
    def family_sums(self) -> pl.DataFrame:
        """`WindowSums.families`."""
        return self.sums.families

    @property
    def controls(self) -> tuple[str, ...]:
        """Candidates for control countries on the day."""
        return control_candidates(self.as_of)

    @property
    def newest_month(self) -> date:
        """The newest month that the coalition reported; the day itself without any."""
        newest = self.sums.coverage.filter(pl.col("leg") != "onward")["end"].max()
        return newest if isinstance(newest, date) else self.as_of
