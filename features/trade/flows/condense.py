"""Condense trade flows: from any number of rows to the few that signals are made of.

A table (a frame, or a query over any number of files) is condensed by streamed queries: memory stays flat
however many rows it holds. What is kept has its day of publication: one condensed table serves every as_of
date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import RUSSIA, coalition
from features.trade.flows.editions import one_edition
from features.trade.flows.families import goods_in_force
from features.trade.flows.vintages import documented_day
from features.trade.flows.windows import Windows

AT_ONCE = 16  # parts that are held before they are put together
COLUMNS = ("reporter", "partner", "flow", "hs6", "period", "value_usd", "net_kg", "known_at")


Condense = Callable[[pl.DataFrame | pl.LazyFrame, "CondensePlan"], "Condensed"]


@dataclass(frozen=True)
class CondensePlan:
    """What to keep of the flows.

    Attributes
    ----------
    codes: listed codes and their siblings in other HS editions, sorted. headings: their HS4 headings.
    members: countries in the coalition on any of the dates; lasting: on all of them.
    first, last: baseline months, for the exports that show what a country makes itself.
    """

    codes: tuple[str, ...]
    headings: tuple[str, ...]
    members: tuple[str, ...]
    lasting: tuple[str, ...]
    first: date
    last: date


@dataclass(frozen=True)
class Condensed:
    """What is left of the flows.

    Attributes
    ----------
    series: series_id (0, 1, 2, ...), reporter, partner, flow (`X`, `M`), hs6, sorted: exports of the
        coalition and to Russia, imports from the coalition; listed codes, and (exports only) unlisted codes
        of the same headings.
    rows: series_id, period, known_at (filled), value_usd, net_kg, sorted, so that of a series and period
        the last row known on a day is its latest vintage then.
    reported: reporter, flow, period, known_at: the day the first row of that month was public.
    exports: reporter, code (a listed hs6, or its HS2 chapter), period, known_at, value_usd: baseline
        exports of all to all but Russia.
    """

    series: pl.DataFrame
    rows: pl.DataFrame
    reported: pl.DataFrame
    exports: pl.DataFrame


def plan_for(goods: pl.DataFrame, windows: Windows, dates: Sequence[date]) -> CondensePlan:
    """The plan that serves every date in `dates` (at least one)."""
    undated = goods.with_columns(pl.lit(None, dtype=pl.Date).alias("valid_to"))
    every = goods_in_force(undated, date.max, first_month=windows.baseline_start, allow_hindsight=True)
    codes = tuple(sorted(every.frame["hs6"]))
    sets = [coalition(on) for on in dates]
    return CondensePlan(
        codes=codes,
        headings=tuple(sorted({code[:4] for code in codes})),
        members=tuple(sorted(frozenset().union(*sets))),
        lasting=tuple(sorted(frozenset.intersection(*sets))),
        first=windows.baseline_start,
        last=windows.baseline_end,
    )


def condense_flows(flows: pl.DataFrame | pl.LazyFrame, plan: CondensePlan) -> Condensed:
    """Condense one table, in memory or a query over any number of files, in bounded memory.

    Three streamed queries, each of which reads only the columns it needs. Of a month that a reporter gives in
    two HS editions one is used (`editions.one_edition`).

    Parameters
    ----------
    flows: canonical trade_flows (the columns of `COLUMNS`). Null `known_at` is filled with the period's end
        plus the reporter's documented lag.
    """
    return _concluded(_left_of(one_edition(flows.lazy()), plan))


@dataclass(frozen=True)
class PartFlows:
    """What is left of some rows of a table, before anything is known of the others.

    Attributes
    ----------
    rows: those of `Condensed.rows`, with the names of their series. months: reporter, flow, period, the first
        known_at, undated rows. exports: as of `Condensed`, `known_at` not filled.
    editions: reporter, flow, period, the oldest and the newest HS edition.
    """

    rows: pl.DataFrame
    months: pl.DataFrame
    exports: pl.DataFrame
    editions: pl.DataFrame


def condense_part(flows: pl.DataFrame, plan: CondensePlan) -> PartFlows:
    """Condense some rows of a table by themselves."""
    edition = pl.col("hs_edition")
    months = flows.lazy().group_by("reporter", "flow", "period")
    editions = months.agg(edition.min().alias("oldest"), edition.max().alias("newest")).collect()
    return replace(_left_of(flows.lazy(), plan), editions=editions)


def condense_parts(parts: Iterable[PartFlows]) -> Condensed | None:
    """What `condense_flows` gives of all rows; None where a month has two editions, of which it uses one.

    Parts may be cut anywhere and come in any order.
    """
    held: list[PartFlows] = []
    for part in parts:
        held.append(part)
        if len(held) == AT_ONCE:
            held = [_folded(held)]
    whole = _folded(held)
    two = pl.col("oldest") != pl.col("newest")
    return None if whole.editions.select(two.any()).item() else _concluded(whole)


def _folded(parts: Sequence[PartFlows]) -> PartFlows:
    """Several parts as one, so that memory does not follow their number."""
    rows, months, exports, editions = (
        pl.concat([getattr(part, name) for part in parts])
        for name in ("rows", "months", "exports", "editions")
    )
    month = ["reporter", "flow", "period"]
    return PartFlows(
        rows=rows,
        months=months.group_by(month).agg(pl.col("known_at").min(), pl.col("undated").sum()),
        exports=exports.group_by("reporter", "code", "period", "known_at").agg(pl.col("value_usd").sum()),
        editions=editions.group_by(month).agg(pl.col("oldest").min(), pl.col("newest").max()),
    )


def _left_of(table: pl.LazyFrame, plan: CondensePlan) -> PartFlows:
    flow, hs6, partner = pl.col("flow"), pl.col("hs6"), pl.col("partner")
    exports, listed = flow == "X", hs6.is_in(plan.codes)
    to_russia = partner == RUSSIA
    to_transit = ~partner.is_in([*plan.lasting, *sorted(NEVER_SCORED)])
    in_headings = hs6.str.head(4).is_in(plan.headings)
    sent = exports & pl.col("reporter").is_in(plan.members) & to_transit
    # Unlisted goods to Russia too: what rises there as well is no surprise in the listed ones.
    kept = sent | (exports & to_russia) | (listed & (flow == "M") & partner.is_in(plan.members))
    months = table.group_by("reporter", "flow", "period").agg(
        pl.col("known_at").min(), pl.col("known_at").null_count().alias("undated")
    )
    in_baseline = pl.col("period").is_between(plan.first, plan.last)
    code = pl.when(listed).then(hs6).otherwise(hs6.str.head(2)).alias("code")
    elsewhere = (
        table.filter(exports & in_baseline & ~to_russia & (partner != "WLD"))
        .group_by("reporter", code, "period", "known_at")
        .agg(pl.col("value_usd").sum())
    )
    # The headings first: the cheapest test that leaves out nearly all rows.
    kept_rows = table.select(COLUMNS).filter(in_headings).filter(kept)
    return PartFlows(
        rows=kept_rows.collect(engine="streaming"),
        months=months.collect(engine="streaming"),
        exports=elsewhere.collect(engine="streaming"),
        editions=pl.DataFrame(),
    )


def _concluded(left: PartFlows) -> Condensed:
    months = left.months
    undated = pl.when(pl.col("undated") > 0)
    first = undated.then(pl.min_horizontal("known_at", documented_day())).otherwise("known_at")
    dated = left.exports.with_columns(pl.col("known_at").fill_null(documented_day()))
    key = ["reporter", "code", "period", "known_at"]
    series, rows = _series(left.rows)
    reported = months.filter(pl.col("flow").is_in(["X", "M"]))
    return Condensed(
        series=series,
        rows=rows,
        reported=reported.select("reporter", "flow", "period", first.alias("known_at")).sort(
            "reporter", "flow", "period"
        ),
        exports=dated.group_by(key).agg(pl.col("value_usd").sum()).sort(key),
    )


def _series(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = ["reporter", "partner", "flow", "hs6"]
    if rows["known_at"].null_count():
        rows = rows.with_columns(pl.col("known_at").fill_null(documented_day()))
    coded = [_as_enum(rows[name]) for name in names]
    # One whole number for four texts: numbers sort and group several times faster.
    key = pl.Series([0], dtype=pl.Int64)
    for column in coded:
        key = key * len(column.dtype.categories) + column.to_physical().cast(pl.Int64)  # type: ignore[attr-defined]
    ordered = (
        rows.drop(names)
        .with_columns(key.alias("key") if rows.height else pl.lit(0, dtype=pl.Int64).alias("key"))
        .with_columns(coded)
        .sort("key", "period", "known_at", "value_usd", "net_kg")
        .with_columns(pl.col("key").rle_id().cast(pl.Int64).alias("series_id"))
    )
    first = ordered.filter(pl.col("series_id").ne_missing(pl.col("series_id").shift(1)))
    series = first.select("series_id", *(pl.col(name).cast(pl.String) for name in names))
    return series, ordered.select("series_id", "period", "known_at", "value_usd", "net_kg")


def _as_enum(text: pl.Series) -> pl.Series:
    return text.cast(pl.Enum(text.unique().sort()))
