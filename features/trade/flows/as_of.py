"""What was known on a day, sorted by leg: the small table that every trade signal starts from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.months import month_number
from features.reference.facts import RUSSIA, hs_families
from features.trade.flows.condense import Condensed
from features.trade.flows.numbers import Ints, KnownRows, NumberedRows, known_rows, number_rows, sums_by
from features.trade.flows.windows import Windows

CELL = ("leg", "reporter", "country", "hs6", "family", "period")


@dataclass(frozen=True)
class BaselineSums:
    """What the baseline years add up to, in the vintages of one day.

    Attributes
    ----------
    n_rows: rows of the baseline months, in all vintages, that were public: what is known only grows, so of
        the same flows the same number is the same rows.
    series, calendar, value: sums of each series over all baseline years by calendar month (0 is January).
    line, line_calendar, lines: the same of lines: months with at least US$1,000, over all baseline years.
    """

    n_rows: int
    series: Ints
    calendar: Ints
    value: Ints
    line: Ints
    line_calendar: Ints
    lines: Ints


@dataclass(frozen=True)
class FlowsByLeg:
    """Condensed flows sorted by leg, for one coalition and one goods list.

    Attributes
    ----------
    legs: as in `FlowsAsOf`. rows: `Condensed.rows` of these series. numbers: the same as numbers.
    """

    legs: pl.DataFrame
    rows: pl.DataFrame
    numbers: NumberedRows


@dataclass(frozen=True)
class FlowsAsOf:
    """Rows known on one day, each in its latest vintage. Tables are made when they are asked for.

    Attributes
    ----------
    legs: series_id, line_id, leg, reporter, partner, country, hs6, family, sorted by series_id; the codes of
        a family between the same two countries are one line. Leg is `inbound`,
        `onward`, `direct`; `placebo` (the coalition's unlisted codes of the listed headings, to a transit
        country) or `arrival` (imports that a transit country declares from a coalition member).
    known, numbers: the rows as numbers. baseline: what the baseline years of these rows add up to.
    rows: series_id, period, value_usd, net_kg: the rows of these series, sorted.
    reported, receiving: reporter, period: months with any export row, with any import row.
    exports: reporter, code, period, value_usd: baseline exports to everybody but Russia, as first published.
    """

    as_of: date
    condensed: Condensed
    by_leg: FlowsByLeg
    known: KnownRows
    baseline: BaselineSums

    @property
    def legs(self) -> pl.DataFrame:
        return self.by_leg.legs

    @property
    def numbers(self) -> NumberedRows:
        return self.by_leg.numbers

    @cached_property
    def rows(self) -> pl.DataFrame:
        return self.by_leg.rows.drop("known_at")[self.known.place]

    @cached_property
    def reported(self) -> pl.DataFrame:
        return self._months("X")

    @cached_property
    def receiving(self) -> pl.DataFrame:
        return self._months("M")

    @cached_property
    def exports(self) -> pl.DataFrame:
        exports = self.condensed.exports.filter(pl.col("known_at") <= self.as_of)
        first = pl.col("known_at") == pl.col("known_at").min().over("reporter", "period")
        return exports.filter(first).drop("known_at")

    def on(self, *legs: str) -> pl.DataFrame:
        """The rows of some legs with their names: the columns of `CELL`, partner, value_usd, net_kg."""
        wanted = self.legs.filter(pl.col("leg").is_in(legs))
        joined = self.rows.join(wanted, on="series_id", maintain_order="left")
        return joined.select(*CELL, "partner", "value_usd", "net_kg")

    def _months(self, flow: str) -> pl.DataFrame:
        public = (pl.col("known_at") <= self.as_of) & (pl.col("flow") == flow)
        return self.condensed.reported.filter(public).select("reporter", "period")


def sort_by_leg(
    condensed: Condensed, goods: pl.DataFrame, members: Collection[str], since: str
) -> FlowsByLeg:
    """Sort condensed flows by leg; series on no leg are left out.

    Parameters
    ----------
    goods: comparable codes with their family. members: the coalition. since: HS edition of the first month.
    """
    legs = _legs(condensed.series, goods, members, since)
    rows = condensed.rows.join(legs, on="series_id", how="semi", maintain_order="left")
    return FlowsByLeg(legs, rows, number_rows(legs, rows, condensed.reported))


def _legs(series: pl.DataFrame, goods: pl.DataFrame, members: Collection[str], since: str) -> pl.DataFrame:
    inside = sorted(members)
    outside = [*inside, *sorted(NEVER_SCORED)]
    families = pl.concat([goods.select("hs6", "family"), unlisted_families(series, goods, since)])
    listed = pl.col("hs6").is_in(goods["hs6"].to_list())
    export, sent = pl.col("flow") == "X", pl.col("reporter").is_in(inside)
    transit_partner = ~pl.col("partner").is_in(outside)
    transit_reporter = ~pl.col("reporter").is_in(outside)
    russia = pl.col("partner") == RUSSIA
    leg = (
        pl.when(export & sent & russia & listed)
        .then(pl.lit("direct"))
        .when(export & sent & transit_partner)
        .then(pl.when(listed).then(pl.lit("inbound")).otherwise(pl.lit("placebo")))
        .when(export & transit_reporter & russia & listed)
        .then(pl.lit("onward"))
        .when((pl.col("flow") == "M") & transit_reporter & pl.col("partner").is_in(inside) & listed)
        .then(pl.lit("arrival"))
    )
    country = pl.when(pl.col("leg").is_in(["onward", "arrival"])).then("reporter").otherwise("partner")
    return (
        series.with_columns(leg.alias("leg"))
        .filter(pl.col("leg").is_not_null())
        .join(families, on="hs6", how="inner")
        .with_columns(country.alias("country"))
        .sort("leg", "reporter", "partner", "family", "series_id")
        .with_columns(pl.struct("leg", "reporter", "partner", "family").rle_id().alias("line_id"))
        .select("series_id", "line_id", "leg", "reporter", "partner", "country", "hs6", "family")
        .sort("series_id")
    )


def unlisted_families(series: pl.DataFrame, goods: pl.DataFrame, since: str) -> pl.DataFrame:
    """Families of the unlisted codes; codes without a clean family, or of a listed one, are left out."""
    unlisted = series.select("hs6").unique().join(goods, on="hs6", how="anti")
    return (
        unlisted.join(hs_families(since), on="hs6", how="left")
        .filter(~pl.col("hs_break").fill_null(False))
        .with_columns(pl.col("family").fill_null(pl.col("hs6")))
        .join(goods, on="family", how="anti")
        .select("hs6", "family")
    )


def flows_as_of(
    condensed: Condensed,
    by_leg: FlowsByLeg,
    windows: Windows,
    as_of: date,
    earlier: BaselineSums | None = None,
) -> FlowsAsOf:
    """Restrict condensed flows to what was public on `as_of`.

    Parameters
    ----------
    earlier: the baseline of another day, of the same flows and windows; it is taken over where no row of the
        baseline months was published in between, so that many dates need not sum them again.
    """
    known = known_rows(by_leg.numbers, as_of)
    baseline = _baseline(by_leg.numbers, known, windows, as_of, earlier)
    return FlowsAsOf(as_of, condensed, by_leg, known, baseline)


def _baseline(
    rows: NumberedRows, known: KnownRows, windows: Windows, as_of: date, earlier: BaselineSums | None
) -> BaselineSums:
    first, last = (
        month_number(month) - rows.first_month for month in (windows.baseline_start, windows.baseline_end)
    )
    n_rows = rows.public_between(first, last, as_of)
    if earlier is not None and earlier.n_rows == n_rows:
        return earlier
    past = (known.month >= first) & (known.month <= last)
    number = known.series[past] * 12 + (known.month[past] + rows.first_month) % 12
    sums = sums_by(number, known.value[past], rows.leg.size * 12)
    held = np.flatnonzero(np.bincount(number, minlength=1))
    past = (known.line_month >= first) & (known.line_month <= last)
    counts = np.bincount(known.line[past] * 12 + (known.line_month[past] + rows.first_month) % 12)
    lines = np.flatnonzero(counts)
    return BaselineSums(
        n_rows, held // 12, held % 12, sums[held], lines // 12, lines % 12, counts[lines].astype(np.int64)
    )
