"""Partners that no table knows: a leg that would lose its largest partner that way stops the batch."""

from __future__ import annotations

import polars as pl

from data_contracts.codes.countries import WORLD, country_codes
from data_contracts.plain_text import shown_value
from riskmodel.errors import InputUnreadable
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country_of

_LEG = ["reporter", "flow"]


class LegPartners:
    """What each partner of each reporter and flow adds up to, over the parts of a table."""

    def __init__(self) -> None:
        self._sums: list[pl.DataFrame] = []
        self._known = pl.Series([*country_codes(), WORLD], dtype=pl.String).implode()
        self._strange = False

    def see(self, frame: pl.DataFrame) -> None:
        """Add the rows of a part (canonical columns)."""
        partners = frame["partner"].unique().drop_nulls()
        self._strange = self._strange or not partners.is_in(self._known).all()
        value = pl.col("value_usd").cast(pl.Int64, strict=False).sum()
        self._sums.append(frame.group_by(*_LEG, "partner").agg(value.cast(pl.Float64), rows=pl.len()))

    def sums(self) -> tuple[pl.DataFrame, bool]:
        """What was added so far, one row for each partner of a leg, and whether any partner is unknown."""
        return pl.concat(self._sums), self._strange

    def take(self, sums: pl.DataFrame, strange: bool) -> None:
        """Add the `sums` of other parts."""
        self._sums.append(sums)
        self._strange = self._strange or strange

    def refuse_lost(self) -> None:
        """Raise InputUnreadable where the largest partner of a leg is unknown; names the largest."""
        if not self._strange:
            return
        sums = pl.concat(self._sums).group_by(*_LEG, "partner").agg(pl.col("value_usd", "rows").sum())
        sums = sums.filter(pl.col("reporter").is_in(self._known) & (pl.col("partner") != WORLD))
        unknown = ~pl.col("partner").is_in(self._known)
        # A group of countries is known to be none, and lost by intent.
        partners = sums.filter(~unknown | (country_of(sums["partner"], "m49", "comext") != NOT_A_COUNTRY))
        if partners.filter(~unknown).is_empty():
            return  # every row is refused, and the contract says why
        known = pl.col("value_usd").filter(~unknown).max().over(_LEG).fill_null(0)
        lost = partners.filter(unknown & (pl.col("value_usd") > known))
        if lost.height:
            worst = lost.sort("value_usd", *_LEG, "partner", descending=[True, False, False, False])
            row = worst.row(0, named=True)
            more = f" ({lost.height - 1} more legs lose theirs)" if lost.height > 1 else ""
            raise InputUnreadable(
                f"{shown_value(row['partner'])}, the largest partner of {shown_value(row['reporter'])} in "
                f"flow {shown_value(row['flow'])} ({row['rows']} rows, {row['value_usd']:,.0f} dollars), is "
                f"no country that is known by this name or code{more}; write its ISO 3166 alpha-3 code"
            )
