"""Goods that the coalition says it sent, against what the country says it received."""

from __future__ import annotations

import polars as pl

from features.reference.facts import MIRROR_CIF
from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.windows import Windows
from features.trade.measures.surge import WindowSums
from features.trade.measures.transit import COUNTRY_FLOOR_USD

PAIR = ["sender", "country"]


def asymmetry(sent: pl.Expr, arrived: pl.Expr, cif: float = MIRROR_CIF) -> pl.Expr:
    """(X - M/cif) / (X + M/cif): 1 when nothing arrives, 0 when all does; null when nothing was sent or came.

    Source: the published asymmetry of Lithuanian dual-use goods to Kazakhstan (84 sent, 11 received).

    >>> pl.select(asymmetry(pl.lit(84), pl.lit(11)).round(3)).item()
    0.784
    """
    fob = arrived / cif
    return pl.when(sent + fob > 0).then((sent - fob) / (sent + fob))


def mirror_signals(known: FlowsAsOf, sums: WindowSums, windows: Windows) -> pl.DataFrame:
    """country, mirror_gap (Float64, -2 to 2), ghost_usd (Int64).

    Formula: mirror_gap = asymmetry of the recent window minus asymmetry of its baseline; ghost_usd =
    max(0, sum over families of max(0, X - M/1.08) in the recent window minus the same of its baseline).
    A month counts for a sender and a country only where both published it, and the same month of a
    baseline year. Minimum: US$1m sent in the recent window, any trade in the baseline; else null.
    """
    months = _matched(known, sums, windows)
    trade = _trade(known)
    recent = _sum(trade.join(months, on=[*PAIR, "period"]), pl.lit(1), pl.lit(1))
    in_baseline = pl.col("period").is_between(windows.baseline_start, windows.baseline_end)
    per_month = months.group_by(*PAIR, "calendar_month").agg(
        pl.len().cast(pl.Int64).alias("n_recent"), pl.col("n_years").first()
    )
    past = (
        trade.filter(in_baseline)
        .with_columns(pl.col("period").dt.month().alias("calendar_month"))
        .join(per_month, on=[*PAIR, "calendar_month"])
    )
    base = _sum(past, pl.col("n_recent"), pl.col("n_years"))
    both = recent.join(base, on=["country", "family"], how="full", coalesce=True, suffix="_base").fill_null(0)
    totals = both.group_by("country").agg(
        pl.col("sent", "arrived", "sent_base", "arrived_base").sum(),
        _ghost("sent", "arrived").sum().alias("ghost"),
        _ghost("sent_base", "arrived_base").sum().alias("ghost_base"),
    )
    gap = asymmetry(pl.col("sent"), pl.col("arrived"))
    before = asymmetry(pl.col("sent_base"), pl.col("arrived_base"))
    enough = (pl.col("sent") >= COUNTRY_FLOOR_USD) & before.is_not_null()
    ghost = (pl.col("ghost") - pl.col("ghost_base")).clip(lower_bound=0)
    return totals.select(
        "country",
        pl.when(enough).then(gap - before).alias("mirror_gap"),
        pl.when(enough).then(ghost).alias("ghost_usd"),
    ).sort("country")


def _ghost(sent: str, arrived: str) -> pl.Expr:
    # Whole dollars: 1/1.08 is 25/27.
    return (pl.col(sent) - pl.col(arrived) * 25 // 27).clip(lower_bound=0)


def _matched(known: FlowsAsOf, sums: WindowSums, windows: Windows) -> pl.DataFrame:
    """sender, country, period, calendar_month, n_years: recent months both published, with a baseline."""
    senders = sums.coverage.filter(pl.col("leg") == "inbound").select("reporter", "end")
    countries = known.legs.filter(pl.col("leg") == "arrival").select("country").unique()
    receiving = known.receiving.rename({"reporter": "country"}).join(countries, on="country", how="semi")
    both = (
        known.reported.join(senders, on="reporter")
        .rename({"reporter": "sender"})
        .join(receiving, on="period")
        .filter(pl.col("period") <= pl.col("end"))
        .with_columns(pl.col("period").dt.month().alias("calendar_month"))
    )
    in_baseline = pl.col("period").is_between(windows.baseline_start, windows.baseline_end)
    years = (
        both.filter(in_baseline)
        .group_by(*PAIR, "calendar_month")
        .agg(pl.len().cast(pl.Int64).alias("n_years"))
    )
    newest = both.group_by("country").agg(pl.col("period").max().alias("newest"))
    start = pl.col("newest").dt.offset_by(f"-{windows.recent_months - 1}mo")
    return (
        both.filter(~in_baseline)
        .join(newest, on="country")
        .filter(pl.col("period") >= start)
        .join(years, on=[*PAIR, "calendar_month"])
        .select(*PAIR, "period", "calendar_month", "n_years")
    )


def _trade(known: FlowsAsOf) -> pl.DataFrame:
    """sender, country, family, period, sent, arrived (US$)."""
    key = [*PAIR, "family", "period"]
    sent = known.on("inbound").rename({"reporter": "sender", "value_usd": "sent"})
    arrived = known.on("arrival").rename({"partner": "sender", "value_usd": "arrived"})
    receivers = arrived.select("country").unique()
    return pl.concat(
        [
            sent.join(receivers, on="country", how="semi").select(
                *key, "sent", pl.lit(0, dtype=pl.Int64).alias("arrived")
            ),
            arrived.select(*key, pl.lit(0, dtype=pl.Int64).alias("sent"), "arrived").select(
                *key, "sent", "arrived"
            ),
        ]
    )


def _sum(rows: pl.DataFrame, times: pl.Expr, years: pl.Expr) -> pl.DataFrame:
    """country, family, sent, arrived: sums, scaled to whole dollars for each sender and calendar month."""
    scaled = rows.with_columns(times.cast(pl.Int64).alias("times"), years.cast(pl.Int64).alias("years"))
    group = [*PAIR, "family", "calendar_month", "times", "years"]
    summed = scaled.group_by(group).agg(pl.col("sent", "arrived").sum())
    years_back = pl.col("years")
    whole = [
        ((2 * pl.col(name) * pl.col("times") + years_back) // (2 * years_back)).alias(name)
        for name in ("sent", "arrived")
    ]
    return summed.with_columns(whole).group_by("country", "family").agg(pl.col("sent", "arrived").sum())
