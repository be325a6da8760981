"""What has to be known of a table before anything is planted in it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import NEVER_SCORED, coalition
from riskmodel.errors import WrongUsage
from riskmodel.worlds.planting.codes import declared_codes
from riskmodel.worlds.planting.months import booking_calendar, first_day


@dataclass(frozen=True)
class TableView:
    """A trade table and how its reporters report.

    Attributes
    ----------
    trade: `TRADE_FLOWS`. calendar: see `booking_calendar`. first, last: month numbers the table covers.
    members: coalition members at its end. candidates: countries with trade in it that may be scored, sorted.
    supplied: first and last month number that any supplier reports.
    codes: see `declared_codes`. supply: reporter, hs6, value_usd: what each member exports of a good, sorted.
    """

    trade: pl.DataFrame
    calendar: pl.DataFrame
    first: int
    last: int
    supplied: tuple[int, int]
    members: frozenset[str]
    candidates: tuple[str, ...]
    codes: pl.DataFrame
    supply: pl.DataFrame

    @property
    def has_inbound(self) -> bool:
        """Whether any coalition member reports exports."""
        reporters = self.calendar.filter(flow="X")["reporter"].unique()
        return bool(reporters.is_in(sorted(self.members)).any())


def view_of(trade: pl.DataFrame, goods: Iterable[str]) -> TableView:
    """Look a table over.

    `trade` needs the columns of `TRADE_FLOWS`; further columns are left out. `goods` are the HS6 codes that
    may be planted. Raises WrongUsage where the table is empty or holds none of the goods.
    """
    trade = trade.select(pl.col(name).cast(dtype) for name, dtype in TRADE_FLOWS.items())
    if trade.is_empty():
        raise WrongUsage("The trade table has no row; give one with trade in it.")
    calendar = booking_calendar(trade)
    first, last = _least(calendar["month"]), _most(calendar["month"])
    members = coalition(first_day(last))
    codes = declared_codes(goods, trade["hs_edition"].unique())
    exports = trade.lazy().filter(pl.col("flow") == "X")
    of_members = pl.col("reporter").is_in(sorted(members))
    inbound = exports.filter(of_members)
    if inbound.head(1).collect().is_empty():
        inbound = exports  # only third countries': what they sell says what is traded
    supply = (
        inbound.join(
            codes.lazy(), left_on=["hs6", "hs_edition"], right_on=["declared", "hs_edition"], suffix="_good"
        )
        .group_by("reporter", pl.col("hs6_good").alias("hs6"))
        .agg(pl.col("value_usd").sum())
        .filter(pl.col("value_usd") > 0)
        .sort("reporter", "hs6")
        .collect()
    )
    if supply.is_empty():
        raise WrongUsage(
            "The trade table holds exports of none of the goods; give a goods list that fits it."
        )
    suppliers = calendar.filter(flow="X").join(supply.select("reporter").unique(), on="reporter", how="semi")
    supplied = (_least(suppliers["month"]), _most(suppliers["month"]))
    return TableView(
        trade, calendar, first, last, supplied, members, _candidates(exports, members), codes, supply
    )


def _least(months: pl.Series) -> int:
    return int(months.sort()[0])


def _most(months: pl.Series) -> int:
    return int(months.sort()[-1])


def _candidates(exports: pl.LazyFrame, members: frozenset[str]) -> tuple[str, ...]:
    """Partners of members' exports, and reporters of exports, that may be scored."""
    partners = exports.filter(pl.col("reporter").is_in(sorted(members))).select(country="partner")
    reporters = exports.select(country="reporter")
    found = pl.concat([partners, reporters]).unique().collect()["country"].drop_nulls()
    return tuple(sorted(set(found) - members - NEVER_SCORED))


def stream(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each component, so that one draw does not move another."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
