"""Known trade as numbers: lines (leg, reporter, country, family, month) that every placebo is made of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import RUSSIA, country_names
from features.trade.flows.as_of import unlisted_families
from features.trade.flows.condense import Condensed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

INBOUND, ONWARD, DIRECT = 0, 1, 2
LEGS = ("inbound", "onward", "direct")
LINE_USD = 1_000
NEVER = np.int64(2**40)


@dataclass(frozen=True)
class LegRows:
    """Every vintage of every row on a leg, for one coalition and one goods list; serves every date.

    Attributes
    ----------
    reporters, countries, families: names, sorted. Reporters are the coalition's members and the countries.
    members: reporter is in the coalition, shape (R,). listed: family is on the goods list, shape (K,).
    first_month: month number (`year * 12 + month - 1`) of month 0.
    line, leg, reporter, country, family, month: of each row, sorted by line and month; rows of one code and
        month lie together in the order of publication. `country` is 0 on the direct leg.
    same_next: the next row is a later vintage of this one. known: day (days since 1970). value: US$.
    first_known: day the first export row of a reporter's month was public, shape (R, M); `NEVER`: none.
    """

    reporters: tuple[str, ...]
    countries: tuple[str, ...]
    families: tuple[str, ...]
    members: Bools
    listed: Bools
    first_month: int
    line: Ints
    leg: Ints
    reporter: Ints
    country: Ints
    family: Ints
    month: Ints
    same_next: Bools
    known: Ints
    value: Ints
    first_known: Ints


@dataclass(frozen=True)
class Lines:
    """What was known on one day, each row in its latest vintage, summed over the codes of a family.

    Attributes
    ----------
    rows: the source of the names. reported: months with any export row known, shape (R, M).
    sent: US$ of listed goods that each reporter sent on the coalition's legs, all months, shape (R,).
    leg, reporter, country, family, month, value: one entry for each line and month, sorted; US$.
    """

    rows: LegRows
    reported: Bools
    sent: Ints
    leg: Ints
    reporter: Ints
    country: Ints
    family: Ints
    month: Ints
    value: Ints

    def of(self, leg: int) -> slice:
        """The entries of one leg."""
        first, last = np.searchsorted(self.leg, [leg, leg + 1])
        return slice(int(first), int(last))


def leg_rows(condensed: Condensed, goods: pl.DataFrame, members: Collection[str], since: str) -> LegRows:
    """Sort condensed flows by leg, as numbers; series on no leg are left out.

    Parameters
    ----------
    goods: comparable codes with their family. members: the coalition. since: HS edition of the first month.
    """
    series = _series_on_legs(condensed.series, goods, members, since)
    countries = series.filter(pl.col("leg") != DIRECT)["country"].unique().sort().to_list()
    reporters = sorted({*series["reporter"].unique().to_list(), *countries})
    families = series["family"].unique().sort().to_list()
    listed = set(goods["family"])
    numbered = series.select(
        "series_id",
        pl.col("leg").cast(pl.Int64),
        _number("reporter", reporters),
        _number("country", countries).fill_null(0),
        _number("family", families),
    )
    line = numbered.select("leg", "reporter", "country", "family").to_numpy()
    sizes = (3, max(len(reporters), 1), max(len(countries), 1), max(len(families), 1))
    numbered = numbered.with_columns(pl.Series("line", np.ravel_multi_index(line.T, sizes).astype(np.int64)))
    months = condensed.reported.filter(pl.col("flow") == "X")
    first_month = _month_number(months["period"]).min() if months.height else 0
    rows = (
        condensed.rows.join(numbered, on="series_id")
        .with_columns(_month_number(pl.col("period")).alias("month") - first_month)
        # The order of `condensed.rows` within a series and month is the order of publication.
        .sort("line", "month", "series_id", maintain_order=True)
    )
    column = {
        name: rows[name].to_numpy() for name in ("line", "leg", "reporter", "country", "family", "month")
    }
    number = rows["series_id"].to_numpy()
    same_next = np.zeros(rows.height, dtype=bool)
    same_next[:-1] = (number[1:] == number[:-1]) & (column["month"][1:] == column["month"][:-1])
    return LegRows(
        reporters=tuple(reporters),
        countries=tuple(countries),
        families=tuple(families),
        members=np.array([name in members for name in reporters], dtype=bool),
        listed=np.array([name in listed for name in families], dtype=bool),
        first_month=int(first_month),
        same_next=same_next,
        known=_day_number(rows["known_at"]),
        value=rows["value_usd"].to_numpy(),
        first_known=_first_known(months, reporters, int(first_month)),
        **column,
    )


def known_lines(rows: LegRows, as_of: date) -> Lines:
    """Restrict rows to what was public on `as_of`, in its latest vintage then."""
    day = as_of.toordinal() - date(1970, 1, 1).toordinal()
    public = rows.known <= day
    replaced = np.zeros(public.size, dtype=bool)
    replaced[:-1] = rows.same_next[:-1] & public[1:]
    kept = np.flatnonzero(public & ~replaced)
    line, month = rows.line[kept], rows.month[kept]
    starts = np.ones(kept.size, dtype=bool)
    starts[1:] = (line[1:] != line[:-1]) | (month[1:] != month[:-1])
    first = np.flatnonzero(starts)
    value = np.add.reduceat(rows.value[kept], first) if first.size else np.zeros(0, dtype=np.int64)
    at = kept[first]
    names = ("leg", "reporter", "country", "family", "month")
    column = {name: getattr(rows, name)[at] for name in names}
    sent = np.zeros(len(rows.reporters), dtype=np.int64)
    counted = (column["leg"] != ONWARD) & rows.listed[column["family"]]
    np.add.at(sent, column["reporter"][counted], value[counted])
    return Lines(rows=rows, reported=rows.first_known <= day, sent=sent, value=value, **column)


def _series_on_legs(
    series: pl.DataFrame, goods: pl.DataFrame, members: Collection[str], since: str
) -> pl.DataFrame:
    """series_id, leg, reporter, country, family of exports on the three legs, listed or not."""
    inside = sorted(members)
    scored = [name for name in country_names() if name not in members and name not in NEVER_SCORED]
    families = pl.concat([goods.select("hs6", "family"), unlisted_families(series, goods, since)])
    sent, to_russia = pl.col("reporter").is_in(inside), pl.col("partner") == RUSSIA
    leg = (
        pl.when(sent & to_russia)
        .then(DIRECT)
        .when(sent & pl.col("partner").is_in(scored))
        .then(INBOUND)
        .when(pl.col("reporter").is_in(scored) & to_russia)
        .then(ONWARD)
    )
    country = pl.when(pl.col("leg") == ONWARD).then("reporter").otherwise("partner")
    return (
        series.filter(pl.col("flow") == "X")
        .with_columns(leg.alias("leg"))
        .filter(pl.col("leg").is_not_null())
        .join(families, on="hs6", how="inner")
        .select("series_id", "leg", "reporter", country.alias("country"), "family")
    )


def _number(name: str, names: list[str]) -> pl.Expr:
    numbers = {text: i for i, text in enumerate(names)}
    return pl.col(name).replace_strict(numbers, default=None, return_dtype=pl.Int64).alias(name)


def _month_number(period: pl.Expr | pl.Series):  # type: ignore[no-untyped-def]
    return period.dt.year().cast(pl.Int64) * 12 + period.dt.month().cast(pl.Int64) - 1


def _day_number(days: pl.Series) -> Ints:
    return days.to_physical().cast(pl.Int64).to_numpy()


def _first_known(months: pl.DataFrame, reporters: list[str], first_month: int) -> Ints:
    """Day each reporter's month was first public, shape (reporters, months)."""
    own = months.select(
        _number("reporter", reporters),
        _month_number(pl.col("period")).alias("month") - first_month,
        "known_at",
    )
    length = int(own["month"].max() or 0) + 1 if own.height else 0  # type: ignore[arg-type]
    table = np.full((len(reporters), length), NEVER, dtype=np.int64)
    own = own.drop_nulls("reporter")
    table[own["reporter"].to_numpy(), own["month"].to_numpy()] = _day_number(own["known_at"])
    return table
