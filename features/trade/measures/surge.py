"""Recent and baseline sums of each leg over matched months.

A month counts only where the same reporter published it and the same calendar month of at least one
baseline year: a reporter that joins or stops moves neither the sum nor the ratio, only the coverage.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from data_contracts.months import month_number, month_start
from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.numbers import (
    DIRECT,
    INBOUND,
    LEG_NAMES,
    ONWARD,
    Bools,
    Ints,
    NumberedRows,
    sums_by,
)
from features.trade.flows.windows import Windows
from features.trade.measures.months import MatchedMonths, matched_months

LEGS = (INBOUND, ONWARD, DIRECT)
USABLE_SHARE = 0.5


@dataclass(frozen=True)
class CodeSums:
    """Recent and baseline sums by code of a country, shape (codes,) of `NumberedRows.codes`.

    Attributes
    ----------
    recent, baseline: US$. traded: codes with a row in matched months.
    """

    numbers: NumberedRows
    recent: Ints
    baseline: Ints
    traded: Bools

    @cached_property
    def codes(self) -> pl.DataFrame:
        """leg, country, family, hs6, recent_usd, baseline_usd; sorted."""
        return _with_sums(self.numbers.codes, self.traded, self.recent, self.baseline)

    @cached_property
    def families(self) -> pl.DataFrame:
        """leg, country, family, recent_usd, baseline_usd; sorted."""
        family, n = self.numbers.family, self.numbers.families.height
        traded = np.bincount(family, weights=self.traded, minlength=n) > 0
        recent, baseline = (sums_by(family, sums, n) for sums in (self.recent, self.baseline))
        return _with_sums(self.numbers.families, traded, recent, baseline)


@dataclass(frozen=True)
class WindowSums:
    """Sums of one as_of date.

    Attributes
    ----------
    by_code: sums of the three legs.
    coverage: leg, reporter, months (matched months), end (newest usable month), monthly_usd (a sender's
        mean month on both of its legs, Float64). A country that reports exports is on the onward leg.
    matched: the matched months. ends: newest usable month of each reporter, shape (R,); -1 without one.
    """

    by_code: CodeSums
    coverage: pl.DataFrame
    matched: MatchedMonths
    ends: Ints

    @property
    def families(self) -> pl.DataFrame:
        """leg, country, family, recent_usd S, baseline_usd B (both Int64).

        A pair without trade in matched months has no row, which is a true zero where the leg is covered.
        """
        return self.by_code.families

    @property
    def codes(self) -> pl.DataFrame:
        """leg, country, family, hs6 and both sums, to share a family's amount out to its codes."""
        return self.by_code.codes

    @property
    def months(self) -> pl.DataFrame:
        """reporter, period, calendar_month, n_years: the matched months."""
        return self.matched.table


def window_ends(cells: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Newest usable month of each reporter: reporter, end.

    Senders (reporters with inbound or direct cells) share one end: the newest month whose reporters make
    up at least half of their trade in the table. Everybody else ends with their own newest month of any
    export, so that a country which reports, but sends Russia no listed goods, has a true zero.
    """
    sent = cells.filter(pl.col("leg") != "onward").group_by("reporter").agg(pl.col("value_usd").sum())
    total = int(sent["value_usd"].sum())
    by_month = reported.join(sent, on="reporter").group_by("period").agg(pl.col("value_usd").sum())
    newest = by_month.filter(pl.col("value_usd") >= USABLE_SHARE * total)["period"].max()
    own = reported.join(sent, on="reporter", how="anti")
    own_end = own.group_by("reporter").agg(pl.col("period").max().alias("end"))
    shared = sent.select("reporter", pl.lit(newest, dtype=pl.Date).alias("end"))
    return pl.concat([shared, own_end]).sort("reporter")


def window_sums(flows: FlowsAsOf, windows: Windows) -> WindowSums:
    """Sum the three legs over their recent window and their baseline."""
    numbers, known = flows.numbers, flows.known
    leg = numbers.leg[known.series]
    on_legs = (leg == INBOUND) | (leg == DIRECT)
    reporter = numbers.reporter[known.series[on_legs]]
    sent = sums_by(reporter, known.value[on_legs], len(numbers.reporters))
    senders = np.bincount(reporter, minlength=len(numbers.reporters)) > 0
    ends = _ends(sent, senders, known.exports)
    matched = _matched(flows, ends, windows, windows.recent_months)
    coverage = _coverage(flows, sent, senders, ends, matched)
    return WindowSums(code_sums(flows, LEGS, matched), coverage, matched, ends)


def shorter_window(flows: FlowsAsOf, sums: WindowSums, windows: Windows, n_months: int) -> WindowSums:
    """`window_sums` of another length of window, with the ends and weights of `sums`."""
    matched = _matched(flows, sums.ends, windows, n_months)
    counts = dict(zip(matched.reporters, matched.n_months.tolist(), strict=True))
    months = pl.Series("months", [counts[name] for name in sums.coverage["reporter"]], dtype=pl.Int64)
    coverage = sums.coverage.with_columns(months)
    return WindowSums(code_sums(flows, LEGS, matched), coverage, matched, sums.ends)


def code_sums(flows: FlowsAsOf, legs: Collection[int], months: MatchedMonths) -> CodeSums:
    """Sums by code of some legs over matched months.

    `S` is the sum over matched recent months. `B` is, for each matched month, the mean of the same
    calendar month over the baseline years that the reporter published, rounded to whole dollars for
    each reporter, country, code and month, then summed: integers, so the order of rows cannot matter.
    """
    numbers, known, past = flows.numbers, flows.known, flows.baseline
    wanted = np.isin(numbers.leg, list(legs))
    any_recent: Bools = np.any(months.recent, axis=0)
    newest = any_recent[known.month]
    series, month, value = known.series[newest], known.month[newest], known.value[newest]
    counted = wanted[series] & months.recent[numbers.reporter[series], month]
    code = numbers.code[series[counted]]
    n_recent = months.n_recent[numbers.reporter[past.series], past.calendar]
    compared = wanted[past.series] & (n_recent > 0)
    n_recent, before = n_recent[compared], past.series[compared]
    n_years = months.n_years[numbers.reporter[before], past.calendar[compared]]
    weighted = past.value[compared] * n_recent
    n_codes = numbers.codes.height
    traded = np.zeros(n_codes, dtype=bool)
    traded[code] = traded[numbers.code[before]] = True
    return CodeSums(
        numbers,
        recent=sums_by(code, value[counted], n_codes),
        baseline=sums_by(numbers.code[before], (2 * weighted + n_years) // (2 * n_years), n_codes),
        traded=traded,
    )


def _with_sums(names: pl.DataFrame, traded: Bools, recent: Ints, baseline: Ints) -> pl.DataFrame:
    place = np.flatnonzero(traded)
    sums = [pl.Series("recent_usd", recent[place]), pl.Series("baseline_usd", baseline[place])]
    return names[place].with_columns(sums)


def _matched(flows: FlowsAsOf, ends: Ints, windows: Windows, n_months: int) -> MatchedMonths:
    numbers, exports = flows.numbers, flows.known.exports
    return matched_months(numbers.reporters, numbers.first_month, exports, ends, windows, n_months)


def _ends(sent: Ints, senders: Bools, reported: Bools) -> Ints:
    """As `window_ends`, shape (R,); -1 where there is no usable month."""
    by_month = sums_by(*_of_months(reported & senders[:, None], sent), reported.shape[1])
    any_sender = (reported & senders[:, None]).any(axis=0)
    usable = np.flatnonzero(any_sender & (by_month >= USABLE_SHARE * float(sent.sum())))
    own = np.where(reported, np.arange(reported.shape[1]), -1).max(axis=1, initial=-1)
    return np.where(senders, usable[-1] if usable.size else -1, own).astype(np.int64)


def _of_months(chosen: Bools, amounts: Ints) -> tuple[Ints, Ints]:
    reporter, month = np.nonzero(chosen)
    return month, amounts[reporter]


def _coverage(
    flows: FlowsAsOf,
    sent: Ints,
    senders: Bools,
    ends: Ints,
    months: MatchedMonths,
) -> pl.DataFrame:
    numbers, reported, series = flows.numbers, flows.known.exports, flows.known.series
    on_leg = np.zeros((len(LEGS), len(numbers.reporters)), dtype=bool)
    on_leg[ONWARD] = ~senders & reported.any(axis=1)
    for leg in (INBOUND, DIRECT):
        # Of known rows alone: a series that is published later must not show before.
        on_leg[leg, numbers.reporter[series[numbers.leg[series] == leg]]] = True
    order = [DIRECT, INBOUND, ONWARD]  # by name
    place, reporter = np.nonzero(on_leg[order])
    n_reported = reported.sum(axis=1)[reporter].astype(np.float64)
    newest = [None if end < 0 else month_start(numbers.first_month + end) for end in ends[reporter].tolist()]
    monthly = np.where(senders, sent, 0)[reporter] / np.where(n_reported > 0, n_reported, 1.0)
    return pl.DataFrame(
        {
            "leg": pl.Series([LEG_NAMES[order[leg]] for leg in place], dtype=pl.String),
            "reporter": pl.Series([numbers.reporters[each] for each in reporter], dtype=pl.String),
            "months": pl.Series(months.n_months[reporter], dtype=pl.Int64),
            "end": pl.Series(newest, dtype=pl.Date),
            "monthly_usd": pl.Series(monthly, dtype=pl.Float64).set(pl.Series(n_reported == 0), None),
        }
    )


def age_in_months(end: date | None, as_of: date) -> int | None:
    """Months from the newest usable month to as_of; null when there is no such month."""
    return None if end is None else month_number(as_of) - month_number(end)
