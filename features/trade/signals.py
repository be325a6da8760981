"""All trade signals of one as_of date, from canonical flows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from features.reference.facts import (
    NEVER_SCORED,
    coalition,
    control_candidates,
    country_names,
    hs_edition,
)
from features.trade.condense import Condensed, condense_frame, plan_for
from features.trade.families import GoodsList, goods_in_force
from features.trade.growth import Growth, control_growth
from features.trade.known import Known, known_on_day, sort_by_leg
from features.trade.surge import WindowSums, age_in_months, window_sums
from features.trade.transit import family_table, leg_totals, substitution, with_excess
from features.trade.windows import Windows

TRADE_COLUMNS = (
    "inbound_surge",
    "inbound_excess_usd",
    "onward_surge",
    "onward_excess_usd",
    "matched_transit_usd",
    "displaced_usd",
    "substitution",
)
HS2022_START = date(2022, 1, 1)


@dataclass(frozen=True)
class TradeSignals:
    """Trade signals and what they rest on.

    Attributes
    ----------
    countries: country, the columns of `TRADE_COLUMNS` (null: unknown) and the trade coverage columns of
        the panel; one row for each transit country with trade on either leg.
    families: `transit.family_table`, for the product table and the evidence.
    cells: leg, reporter, country, hs6, family, period, value_usd, net_kg known on as_of.
    sums, growth, goods: the parts, for evidence and manifest.
    broken_codes: listed codes left out of comparisons because their HS edition changed in between.
    """

    countries: pl.DataFrame
    families: pl.DataFrame
    cells: pl.DataFrame
    sums: WindowSums
    growth: Growth
    goods: GoodsList
    broken_codes: tuple[str, ...]


def trade_signals(
    flows: pl.DataFrame,
    goods: pl.DataFrame,
    windows: Windows,
    as_of: date,
    *,
    allow_hindsight: bool = False,
) -> TradeSignals:
    """Compute the trade signals as they were knowable on `as_of`.

    Parameters
    ----------
    flows: canonical trade_flows (US$ Int64). goods: canonical goods list.

    Raises
    ------
    HindsightError: the goods list was not in force on `as_of`.
    """
    in_force = goods_in_force(
        goods, as_of, first_month=windows.baseline_start, allow_hindsight=allow_hindsight
    )
    condensed = condense_frame(flows, plan_for(goods, windows, [as_of]))
    return signals_on_day(condensed, in_force, windows, as_of)


def signals_on_day(condensed: Condensed, goods: GoodsList, windows: Windows, as_of: date) -> TradeSignals:
    """As `trade_signals`, from condensed flows."""
    comparable, _ = _comparable(goods, windows, as_of)
    legs = sort_by_leg(condensed.series, comparable, coalition(as_of), hs_edition(windows.baseline_start))
    known = known_on_day(condensed, legs, as_of)
    return TradeSignals(
        cells=known.on("direct", "inbound", "onward").drop("partner"),
        **_signals(known, goods, windows, as_of),
    )


def _signals(known: Known, goods: GoodsList, windows: Windows, as_of: date) -> dict[str, Any]:
    comparable, broken = _comparable(goods, windows, as_of)
    sums = window_sums(known, windows)
    growth = control_growth(sums.families, control_candidates(as_of))
    excess = with_excess(sums.families, growth.families)
    families = family_table(excess, comparable)
    countries = _countries(excess, families, sums, growth, windows, as_of, coalition(as_of))
    return {
        "countries": countries,
        "families": families,
        "sums": sums,
        "growth": growth,
        "goods": goods,
        "broken_codes": broken,
    }


def trade_panel(
    flows: pl.DataFrame,
    goods: pl.DataFrame,
    windows: Windows,
    as_of_dates: Sequence[date],
    *,
    allow_hindsight: bool = False,
) -> pl.DataFrame:
    """Trade signals for many dates: `as_of` and the columns of `TradeSignals.countries`.

    The flows are condensed once, and sorted by leg once for each coalition and goods list in force; each
    date then works on the small rest.
    """
    dates = sorted(as_of_dates)
    condensed = condense_frame(flows, plan_for(goods, windows, dates))
    edition = hs_edition(windows.baseline_start)
    legs: dict[Any, pl.DataFrame] = {}
    frames = []
    for as_of in dates:
        in_force = goods_in_force(
            goods, as_of, first_month=windows.baseline_start, allow_hindsight=allow_hindsight
        )
        comparable, _ = _comparable(in_force, windows, as_of)
        wanted = (coalition(as_of), tuple(comparable["hs6"]))
        if wanted not in legs:
            legs[wanted] = sort_by_leg(condensed.series, comparable, wanted[0], edition)
        signals = _signals(known_on_day(condensed, legs[wanted], as_of), in_force, windows, as_of)
        frames.append(signals["countries"].select(pl.lit(as_of).alias("as_of"), pl.all()))
    return pl.concat(frames)


def _comparable(goods: GoodsList, windows: Windows, as_of: date) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if not windows.baseline_start < HS2022_START <= as_of:
        return goods.frame, ()
    broken = goods.frame.filter("hs_break", "listed")["hs6"].to_list()
    return goods.frame.filter(~pl.col("hs_break")), tuple(broken)


def _countries(
    excess: pl.DataFrame,
    families: pl.DataFrame,
    sums: WindowSums,
    growth: Growth,
    windows: Windows,
    as_of: date,
    members: Collection[str],
) -> pl.DataFrame:
    transit = pl.col("country").is_in(list(country_names())) & ~pl.col("country").is_in(
        [*sorted(members), *sorted(NEVER_SCORED)]
    )
    amounts = families.group_by("country").agg(
        pl.col("matched_usd").sum().alias("matched_transit_usd"), pl.col("displaced_usd").sum()
    )
    table = (
        amounts.filter(transit)
        .join(leg_totals(excess, "inbound"), on="country", how="left")
        .join(leg_totals(excess, "onward"), on="country", how="left")
        .join(substitution(sums.families), on="country", how="left")
        .join(_onward_coverage(sums, windows, as_of), on="country", how="left")
    )
    inbound_coverage, inbound_age = _inbound_coverage(excess, sums, windows, as_of)
    known_inbound = (
        inbound_coverage > 0 and inbound_age is not None and inbound_age <= windows.oldest_usable_months
    )
    known_direct = known_inbound and not excess.filter(pl.col("leg") == "direct").is_empty()
    known_onward = (pl.col("onward_coverage") > 0) & (
        pl.col("onward_age_months") <= windows.oldest_usable_months
    )
    onward = known_onward.fill_null(False)

    def where(known: bool | pl.Expr, column: str, empty: float | None = 0) -> pl.Expr:
        condition = pl.lit(known) if isinstance(known, bool) else known
        return pl.when(condition).then(
            pl.col(column).fill_null(empty) if empty is not None else pl.col(column)
        )

    return table.select(
        "country",
        where(known_inbound, "inbound_surge").alias("inbound_surge"),
        where(known_inbound, "inbound_excess_usd").alias("inbound_excess_usd"),
        where(onward, "onward_surge").alias("onward_surge"),
        where(onward, "onward_excess_usd").alias("onward_excess_usd"),
        where(onward & pl.lit(known_inbound), "matched_transit_usd").alias("matched_transit_usd"),
        where(known_direct, "displaced_usd").alias("displaced_usd"),
        where(known_direct, "substitution", None).alias("substitution"),
        pl.lit(inbound_age, dtype=pl.Int64).alias("inbound_age_months"),
        pl.lit(inbound_coverage, dtype=pl.Float64).alias("inbound_coverage"),
        "onward_age_months",
        pl.col("onward_coverage").fill_null(0.0),
        pl.lit(inbound_coverage if known_direct else 0.0, dtype=pl.Float64).alias("direct_coverage"),
        pl.lit("controls" if growth.controls else "none").alias("counterfactual"),
    ).sort("country")


def _inbound_coverage(
    excess: pl.DataFrame, sums: WindowSums, windows: Windows, as_of: date
) -> tuple[float, int | None]:
    coverage = sums.coverage.filter(pl.col("leg") != "onward").unique("reporter", keep="any").sort("reporter")
    if coverage.is_empty():
        return 0.0, None
    # By trade, not by head; a dollar each, so that a table of zeros has a coverage.
    weight = coverage["monthly_usd"] + 1
    share = float((coverage["months"] * weight).sum()) / (windows.recent_months * float(weight.sum()))
    return min(share, 1.0), age_in_months(coverage["end"].max(), as_of)  # type: ignore[arg-type]


def _onward_coverage(sums: WindowSums, windows: Windows, as_of: date) -> pl.DataFrame:
    newest = pl.col("end").dt.year().cast(pl.Int64) * 12 + pl.col("end").dt.month().cast(pl.Int64)
    return sums.coverage.filter(pl.col("leg") == "onward").select(
        pl.col("reporter").alias("country"),
        (as_of.year * 12 + as_of.month - newest).alias("onward_age_months"),
        (pl.col("months") / windows.recent_months).clip(0, 1).alias("onward_coverage"),
    )
