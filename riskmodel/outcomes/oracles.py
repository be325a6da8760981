"""How far any score could get on simulated worlds: rankings by those who know more than a scorer can.

Four rankings, each by expected transit over what the event needs (US$1 million, or twice the baseline): one
reads all figures of the past six months at once, as they will stand when nothing is late any more; one also
what was never declared; one knows the truth table on the date, who diverts how much and how fast it grows;
the last also what will begin, be cracked down on or end. What the third cannot rank is out of reach, for it
has not begun or is chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from data_contracts.months import month_number, start_of_month
from features.trade.flows.windows import Windows
from riskmodel.outcomes.labels import (
    HORIZON_MONTHS,
    TRANSIT_FLOOR_USD,
    TRANSIT_RATIO,
    Legs,
    transit_labels,
)
from riskmodel.worlds.corridors.world import CorridorWorld

ORACLES: dict[str, str] = {
    "published_past": "all published figures of the past six months, none late",
    "whole_past": "and what was never declared",
    "truth_now": "the truth table on the date",
    "truth_ahead": "and what begins, is cracked down on or ends later",
}
# Why a country has an event, or none, in the six months ahead.
CAUSES: dict[str, str] = {
    "running": "planted diversion that runs on the date",
    "begins": "planted diversion that begins within the six months",
    "ordinary": "no planted diversion in the six months: ordinary trade, or the last of it",
}


def oracle_columns(
    world: CorridorWorld, legs: Legs, undeclared: pl.DataFrame, dates: Sequence[date], windows: Windows
) -> pl.DataFrame:
    """as_of, country, the columns of `ORACLES` (Float64, higher is riskier) and `cause` (of `CAUSES`).

    One row for each date and country on either leg of the final tables.
    """
    countries = sorted(legs.trade["country"].unique().to_list())
    parts = [_on_day(world, legs, undeclared, day, countries, windows) for day in dates]
    return pl.concat(parts)


def _on_day(
    world: CorridorWorld,
    legs: Legs,
    undeclared: pl.DataFrame,
    day: date,
    countries: list[str],
    windows: Windows,
) -> pl.DataFrame:
    ahead = transit_labels(legs, day, countries, windows, undeclared)
    before = start_of_month(day, -HORIZON_MONTHS)
    whole, published = (
        transit_labels(legs, before, countries, windows, hidden)["transit_usd"].fill_null(0)
        for hidden in (undeclared, undeclared.clear())
    )
    needed = pl.max_horizontal(
        pl.lit(float(TRANSIT_FLOOR_USD)), TRANSIT_RATIO * pl.col("baseline_usd").fill_null(0).cast(pl.Float64)
    )
    planted = _planted(world, day)
    ordinary = (pl.col("whole") - pl.col("moved_before")).clip(lower_bound=0)
    return (
        ahead.select("as_of", "country", "baseline_usd")
        .with_columns(whole.alias("whole"), published.alias("published"))
        .join(planted, on="country", how="left", maintain_order="left")
        .with_columns(pl.col("moved_before", "expected", "moved_ahead").fill_null(0.0))
        .select(
            "as_of",
            "country",
            (pl.col("published") / needed).alias("published_past"),
            (pl.col("whole") / needed).alias("whole_past"),
            ((pl.col("expected") + ordinary) / needed).alias("truth_now"),
            ((pl.col("moved_ahead") + ordinary) / needed).alias("truth_ahead"),
            pl.col("cause").fill_null("ordinary"),
        )
    )


def _planted(world: CorridorWorld, day: date) -> pl.DataFrame:
    """country, moved_before, moved_ahead, expected (US$ of six months), cause: of planted diversion.

    Both countries of a chain have the whole of it; ghost trade goes through no country.
    """
    now = month_number(day)
    episodes = world.truth.filter(pl.col("kind") == "diversion")
    moved = world.truth_monthly.group_by("episode_id", "period").agg(pl.col("onward_usd").sum())
    rows = []
    for row in episodes.iter_rows(named=True):
        mine = moved.filter(pl.col("episode_id") == row["episode_id"])
        usd = {month_number(period): value for _, period, value in mine.iter_rows()}
        before, ahead = (
            float(sum(usd.get(now + n, 0) for n in span)) for span in (range(-5, 1), range(1, 7))
        )
        start = month_number(row["start"])
        ends = None if row["stop"] is None else month_number(row["stop"])
        running = start <= now and (ends is None or ends > now)
        begins = now < start <= now + HORIZON_MONTHS
        cause = "running" if running else "begins" if begins else "ordinary"
        expected = _expected(row, usd, now) if running else 0.0
        for country in filter(None, (row["country"], row["via"])):
            rows.append((country, before, ahead, expected, cause))
    schema = ["country", "moved_before", "moved_ahead", "expected", "cause"]
    table = pl.DataFrame(rows, schema=schema, orient="row", infer_schema_length=None)
    order = pl.col("cause").replace_strict({name: i for i, name in enumerate(CAUSES)}, return_dtype=pl.Int64)
    return (
        table.sort("country", order)
        .group_by("country", maintain_order=True)
        .agg(pl.col("moved_before", "moved_ahead", "expected").sum(), pl.col("cause").first())
    )


def _expected(row: Mapping[str, Any], usd: Mapping[int, int], now: int) -> float:
    """US$ of the next six months, were nothing to change but the ramp that is under way."""
    if row["crackdown"] is not None and month_number(row["crackdown"]) <= now:
        return HORIZON_MONTHS * float(usd.get(now, 0) + usd.get(now - 1, 0)) / 2
    since = now - month_number(row["start"]) + 1
    levels = [min(1.0, (since + n) / row["ramp_months"]) for n in range(1, HORIZON_MONTHS + 1)]
    return float(row["peak_usd_per_month"] * row["pass_through"] * sum(levels))
