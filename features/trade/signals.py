"""All trade signals of one as_of date, from canonical flows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.reference.facts import coalition, control_candidates, hs_edition
from features.trade.flows.accounting import leg_counts
from features.trade.flows.as_of import BaselineSums, FlowsAsOf, FlowsByLeg, flows_as_of, sort_by_leg
from features.trade.flows.condense import Condense, Condensed, condense_flows, plan_for
from features.trade.flows.families import GoodsList, changes_of_list, goods_in_force
from features.trade.flows.revisions import revisions
from features.trade.flows.windows import Windows
from features.trade.measures.countries import country_parts, country_table, country_tables
from features.trade.measures.growth import Growth, control_growth
from features.trade.measures.inputs import MeasureInputs
from features.trade.measures.surge import WindowSums, window_sums
from features.trade.measures.transit import family_table, with_excess
from features.trade.surprises.breaks import break_table
from features.trade.surprises.cells import LegRows, leg_rows
from features.trade.surprises.table import surprise_table

HS2022_START = date(2022, 1, 1)


@dataclass(frozen=True)
class TradeSignals:
    """Trade signals and what they rest on.

    Attributes
    ----------
    countries: country, the trade signals of the catalogue (null: unknown) and the trade coverage columns of
        the panel; one row for each transit country with trade on either leg.
    families: `transit.family_table`, for the product table and the evidence.
    surprises: `surprises.table.surprise_table`, with the counts behind each surprise.
    lines: what the surprises are counted from, for `surprises.behind`.
    breaks: `surprises.breaks.break_table`, for people.
    cells: leg, reporter, country, hs6, family, period, value_usd, net_kg known on as_of.
    reported: reporter, period: months for which any export row was known.
    counts: `accounting.leg_counts`. revisions: `revisions.revisions`.
    sums, growth, goods: the parts, for evidence and manifest.
    broken_codes: listed codes left out of comparisons because their HS edition changed in between.
    """

    countries: pl.DataFrame
    families: pl.DataFrame
    surprises: pl.DataFrame
    lines: LegRows
    breaks: pl.DataFrame
    cells: pl.DataFrame
    reported: pl.DataFrame
    counts: pl.DataFrame
    revisions: pl.DataFrame
    sums: WindowSums
    growth: Growth
    goods: GoodsList
    broken_codes: tuple[str, ...]


def trade_signals(
    flows: pl.DataFrame | pl.LazyFrame,
    goods: pl.DataFrame,
    windows: Windows,
    as_of: date,
    *,
    allow_hindsight: bool = False,
    condense: Condense = condense_flows,
) -> TradeSignals:
    """Compute the trade signals as they were knowable on `as_of`.

    Parameters
    ----------
    flows: canonical trade_flows (US$ Int64); of a query no more than the condensed rows are held.
    goods: canonical goods list. condense: who condenses the flows.

    Raises
    ------
    HindsightError: the goods list was not in force on `as_of`.
    """
    in_force = goods_in_force(
        goods, as_of, first_month=windows.baseline_start, allow_hindsight=allow_hindsight
    )
    condensed = condense(flows, plan_for(goods, windows, [as_of]))
    return signals_on_day(condensed, in_force, windows, as_of)


def signals_on_day(condensed: Condensed, goods: GoodsList, windows: Windows, as_of: date) -> TradeSignals:
    """As `trade_signals`, from condensed flows."""
    comparable, broken = _comparable(goods, windows, as_of)
    by_leg = sort_by_leg(condensed, comparable, coalition(as_of), hs_edition(windows.baseline_start))
    known = flows_as_of(condensed, by_leg, windows, as_of)
    lines = leg_rows(condensed, comparable, coalition(as_of), hs_edition(windows.baseline_start))
    inputs = _inputs(known, lines, comparable, windows, as_of)
    return TradeSignals(
        countries=country_table(inputs),
        families=inputs.families,
        surprises=inputs.surprises,
        lines=lines,
        breaks=break_table(lines, windows, as_of),
        cells=known.on("direct", "inbound", "onward").drop("partner"),
        reported=known.reported,
        counts=leg_counts(by_leg, known.rows, as_of),
        revisions=revisions(by_leg, as_of),
        sums=inputs.sums,
        growth=inputs.growth,
        goods=goods,
        broken_codes=broken,
    )


def _inputs(
    known: FlowsAsOf,
    lines: LegRows,
    comparable: pl.DataFrame,
    windows: Windows,
    as_of: date,
    *,
    with_counts: bool = True,
) -> MeasureInputs:
    sums = window_sums(known, windows)
    growth = control_growth(sums.families, control_candidates(as_of))
    excess = with_excess(sums.families, growth.families)
    families = family_table(excess, comparable)
    surprises = surprise_table(lines, windows, as_of, with_counts=with_counts)
    return MeasureInputs(known, windows, as_of, comparable, sums, growth, excess, families, surprises)


def trade_panel(
    flows: pl.DataFrame | pl.LazyFrame,
    goods: pl.DataFrame,
    windows: Windows,
    as_of_dates: Sequence[date],
    *,
    allow_hindsight: bool = False,
    further: bool = False,
) -> pl.DataFrame:
    """Trade signals for many dates: `as_of` and the columns of `TradeSignals.countries`.

    The signals outside the model are null unless `further` asks for them: they cost more than the others.

    The flows are condensed once, and sorted by leg once for each coalition and goods list in force; a date
    takes the baseline of the date before where nothing of it was published in between.
    """
    dates = sorted(set(as_of_dates))
    condensed = condense_flows(flows, plan_for(goods, windows, dates))
    return panel_of_condensed(
        dates, condensed, goods, windows, allow_hindsight=allow_hindsight, further=further
    )


def panel_of_condensed(
    dates: Sequence[date],
    condensed: Condensed,
    goods: pl.DataFrame,
    windows: Windows,
    *,
    allow_hindsight: bool = False,
    further: bool = False,
) -> pl.DataFrame:
    """As `trade_panel`, from flows that were condensed for these dates, in order, and perhaps for more."""
    edition = hs_edition(windows.baseline_start)
    changes = changes_of_list(goods)
    lists: dict[int, GoodsList] = {}
    by_leg: dict[tuple[frozenset[str], tuple[str, ...]], FlowsByLeg] = {}
    lines: dict[tuple[frozenset[str], tuple[str, ...]], LegRows] = {}
    baselines: dict[tuple[frozenset[str], tuple[str, ...]], BaselineSums] = {}
    days = []
    for as_of in dates:
        period = bisect_right(changes, as_of.toordinal())
        if period not in lists:
            lists[period] = goods_in_force(
                goods, as_of, first_month=windows.baseline_start, allow_hindsight=allow_hindsight
            )
        comparable, _ = _comparable(lists[period], windows, as_of)
        wanted = (coalition(as_of), tuple(comparable["hs6"]))
        if wanted not in by_leg:
            by_leg[wanted] = sort_by_leg(condensed, comparable, wanted[0], edition)
            lines[wanted] = leg_rows(condensed, comparable, wanted[0], edition)
        known = flows_as_of(condensed, by_leg[wanted], windows, as_of, baselines.get(wanted))
        baselines[wanted] = known.baseline
        inputs = _inputs(known, lines[wanted], comparable, windows, as_of, with_counts=False)
        days.append(country_parts(inputs, further=further))
    return country_tables(days, windows)


def _comparable(goods: GoodsList, windows: Windows, as_of: date) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if not windows.baseline_start < HS2022_START <= as_of:
        return goods.frame, ()
    broken = goods.frame.filter("hs_break", "listed")["hs6"].to_list()
    return goods.frame.filter(~pl.col("hs_break")), tuple(broken)
