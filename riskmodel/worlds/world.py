"""What every world maker returns: canonical tables, and what is true in them.

A maker is a function `make_world(seed: int) -> World` in a module or package of its own. Makers differ in
mechanism, not in parameters: who decides, how noise and empty months arise, how goods are diverted, what
looks like diversion without being it, and how countries report. They share this file and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from data_contracts.tables import LISTINGS, MENTIONS, TRADE_FLOWS

DIVERTED: dict[str, pl.DataType] = {
    "country": pl.String(),  # the transit country that the goods passed through
    "hs6": pl.String(),  # what the goods are, whatever code was declared
    "period": pl.Date(),  # first day of the month in which they left the country for Russia
    "value_usd": pl.Int64(),  # whole US dollars on leaving, > 0
    "declared_usd": pl.Int64(),  # part of it that the country's own published exports to Russia show
}

ROLES: dict[str, pl.DataType] = {
    "country": pl.String(),
    "role": pl.String(),  # `diverter`, the maker's own name of a decoy, or `ordinary`
    "note": pl.String(),  # a few words for people: what happens and when; null: nothing to say
}


@dataclass(frozen=True)
class World:
    """One simulated world.

    Attributes
    ----------
    maker: name of the family, as in `riskmodel.worlds.makers.MAKERS`. seed: what it was drawn from.
    first, last: first days of the first and the last month with trade.
    trade_flows: `TRADE_FLOWS`, every vintage ever published (`known_at` says when); sorted.
    goods: the goods list of the world, `data_contracts.tables.GOODS`.
    mentions: `MENTIONS`; None where no one reads articles in this world.
    listings: `LISTINGS`, to the end of `last`; None where no list is given.
    diverted: `DIVERTED`, sorted by country, hs6, period. Goods that pass two countries count for both.
        Ghost trade (declared, but never arrived) and legal trade are not in it.
    roles: `ROLES`, one row for each country with trade that may be scored, sorted.
    """

    maker: str
    seed: int
    first: date
    last: date
    trade_flows: pl.DataFrame
    goods: pl.DataFrame
    mentions: pl.DataFrame | None
    listings: pl.DataFrame | None
    diverted: pl.DataFrame
    roles: pl.DataFrame

    def __post_init__(self) -> None:
        for name, schema in (
            ("trade_flows", TRADE_FLOWS),
            ("mentions", MENTIONS),
            ("listings", LISTINGS),
            ("diverted", DIVERTED),
            ("roles", ROLES),
        ):
            frame = getattr(self, name)
            if frame is not None and dict(frame.schema) != schema:
                raise ValueError(f"{self.maker}, seed {self.seed}: {name} has columns {dict(frame.schema)}")


class MakeWorld(Protocol):
    """A world maker: the same seed gives the same world, byte for byte."""

    def __call__(self, seed: int) -> World:
        """Make the world of a seed (a whole number, 0 or more)."""
        ...
