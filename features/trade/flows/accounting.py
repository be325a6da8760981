"""What became of each accepted trade row: used, or left out under one named reason."""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import RUSSIA, coalition
from features.trade.flows.as_of import FlowsByLeg
from features.trade.flows.editions import one_edition
from features.trade.flows.families import GoodsList
from features.trade.flows.vintages import documented_day

COMPARED = ("arrival", "placebo")


def leg_counts(by_leg: FlowsByLeg, latest: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Rows public on `as_of` by leg: leg, rows (all vintages), latest (one for each series and period).

    Parameters
    ----------
    latest: `FlowsAsOf.rows` of the same day.
    """
    legs = by_leg.legs.select("series_id", "leg")
    rows = by_leg.rows.filter(pl.col("known_at") <= as_of).group_by("series_id").len("rows")
    newest = latest.group_by("series_id").len("latest")
    counts = legs.join(rows, on="series_id").join(newest, on="series_id")
    return counts.group_by("leg").agg(pl.col("rows", "latest").sum().cast(pl.Int64)).sort("leg")


def account(
    flows: pl.LazyFrame, goods: GoodsList, broken: tuple[str, ...], counts: pl.DataFrame, as_of: date
) -> dict[str, int]:
    """Count rows by what became of them, by one streamed query; the counts add up to the rows of `flows`.

    Keys, each row under the first that holds: `other_hs_edition` (the month is given in another one too),
    `not_known_at_as_of`, `not_an_export` (re-exports, and imports
    of other goods or from elsewhere), `not_on_a_leg`, `not_on_goods_list`, `hs_edition_break`,
    `older_vintage`, `used_for_comparison` (arrivals for the mirror, unlisted neighbours for the placebo),
    `used` (the three legs).

    Parameters
    ----------
    counts: `leg_counts`.
    """
    stages = ["known", "export", "on_leg", "listed", "comparable"]
    listed = pl.col("hs6").is_in(goods.frame["hs6"].to_list())
    export = pl.col("flow") == "X"
    on_leg = export & _on_leg(as_of)
    flags = [export, on_leg, on_leg & listed, on_leg & listed & ~pl.col("hs6").is_in(list(broken))]
    sums = [flag.sum().cast(pl.Int64).alias(name) for flag, name in zip(flags, stages[1:], strict=True)]
    used_rows = one_edition(flows)
    by_day = (
        used_rows.group_by("reporter", "period", "known_at")
        .agg(pl.len().cast(pl.Int64).alias("known"), *sums)
        .collect(engine="streaming")
    )
    public = pl.col("known_at").fill_null(documented_day()) <= as_of
    known = by_day.filter(public).select(pl.col(stages).sum()).row(0, named=True)
    rows, latest = (dict(counts.select("leg", name).iter_rows()) for name in ("rows", "latest"))
    compared = sum(latest.get(leg, 0) for leg in COMPARED)
    used = sum(latest.values()) - compared
    every = int(flows.select(pl.len()).collect(engine="streaming").item())
    counted = {
        "other_hs_edition": every - int(by_day["known"].sum()),
        "not_known_at_as_of": int(by_day["known"].sum()) - known["known"],
        "not_an_export": known["known"] - known["export"] - rows.get("arrival", 0),
        "not_on_a_leg": known["export"] - known["on_leg"],
        "not_on_goods_list": known["on_leg"] - known["listed"] - rows.get("placebo", 0),
        "hs_edition_break": known["listed"] - known["comparable"],
        "older_vintage": sum(rows.values()) - sum(latest.values()),
        "used_for_comparison": compared,
    }
    return {**{reason: count for reason, count in counted.items() if count}, "used": used}


def _on_leg(as_of: date) -> pl.Expr:
    """Whether an export row goes from the coalition to Russia or a transit country, or from one to Russia."""
    members = sorted(coalition(as_of))
    outside = [*members, *sorted(NEVER_SCORED)]
    sent, to_russia = pl.col("reporter").is_in(members), pl.col("partner") == RUSSIA
    to_transit = ~pl.col("partner").is_in(outside)
    return (sent & (to_russia | to_transit)) | (~pl.col("reporter").is_in(outside) & to_russia)
