"""What later vintages changed: how far the first figures of a reporter can be trusted."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.trade.flows.as_of import FlowsByLeg

LEGS = ("arrival", "direct", "inbound", "onward")
REVISIONS: dict[str, pl.DataType] = {
    "leg": pl.String(),
    "reporter": pl.String(),
    "months": pl.Int64(),
    "first_usd": pl.Int64(),
    "latest_usd": pl.Int64(),
}


def revisions(by_leg: FlowsByLeg, as_of: date) -> pl.DataFrame:
    """What was revised by `as_of`: leg, reporter, months, first_usd, latest_usd (Int64), sorted.

    Counted are months of a partner and listed product whose latest value known on `as_of` differs from the
    first that was published; both sums are over those months only. A reporter without a row revised nothing.
    """
    legs = by_leg.legs.filter(pl.col("leg").is_in(LEGS)).select("series_id", "leg", "reporter")
    key = ["series_id", "period"]
    known = by_leg.rows.filter(pl.col("known_at") <= as_of)
    several = known.filter(pl.struct(key).is_duplicated()) if known.height else known
    changed = (
        several.group_by(key)
        .agg(
            pl.col("value_usd").sort_by("known_at", "value_usd").first().alias("first_usd"),
            pl.col("value_usd").sort_by("known_at", "value_usd").last().alias("latest_usd"),
        )
        .filter(pl.col("first_usd") != pl.col("latest_usd"))
    )
    return (
        changed.join(legs, on="series_id")
        .group_by("leg", "reporter")
        .agg(pl.len().alias("months"), pl.col("first_usd", "latest_usd").sum())
        .select(pl.col(name).cast(dtype) for name, dtype in REVISIONS.items())
        .sort("leg", "reporter")
    )
