"""Entry and the official rule: counts of families on the way to Russia."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources

import polars as pl

from features.reference.facts import hs_edition
from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.windows import Windows
from features.trade.measures.surge import WindowSums

NEW_MONTHS, SILENT_MONTHS = 6, 36
LEAST_SILENT_MONTHS = 24
NEW_ROUTE_USD, NEW_ROUTE_MONTHS = 25_000, 2
RULE_EURO, RULE_RATIO = 1_000_000, 2
EDITION_STARTS = {"HS2012": date(2012, 1, 1), "HS2017": date(2017, 1, 1), "HS2022": date(2022, 1, 1)}


def new_routes(known: FlowsAsOf, sums: WindowSums, windows: Windows) -> pl.DataFrame:
    """country, new_routes (Float64): families that the country began to send to Russia.

    Formula: families without any export to Russia in the 36 months before the last six, and then at least
    US$25,000 in at least two of the last six. Families bridge HS editions, so a renamed code is no entry.
    Minimum: 24 of the 36 months and two of the six reported, all in editions that the families bridge;
    else the country has no row.
    """
    ends = sums.coverage.filter((pl.col("leg") == "onward") & pl.col("end").is_not_null())
    end = ends.select(pl.col("reporter").alias("country"), "end")
    bridged = EDITION_STARTS[hs_edition(windows.baseline_start)]
    recent = pl.col("period") > pl.col("end").dt.offset_by(f"-{NEW_MONTHS}mo")
    within = (
        (pl.col("period") <= pl.col("end"))
        & (pl.col("period") > pl.col("end").dt.offset_by(f"-{NEW_MONTHS + SILENT_MONTHS}mo"))
        & (pl.col("period") >= bridged)
    )
    months = known.reported.rename({"reporter": "country"}).join(end, on="country").filter(within)
    covered = (
        months.group_by("country")
        .agg(recent.sum().alias("new"), (~recent).sum().alias("silent"))
        .filter((pl.col("new") >= NEW_ROUTE_MONTHS) & (pl.col("silent") >= LEAST_SILENT_MONTHS))
    )
    sent = (
        known.on("onward")
        .join(end, on="country")
        .filter(within)
        .group_by("country", "family", "period", recent.alias("recent"))
        .agg(pl.col("value_usd").sum())
    )
    entered = (pl.col("recent") & (pl.col("value_usd") >= NEW_ROUTE_USD)).sum() >= NEW_ROUTE_MONTHS
    before = pl.col("value_usd").filter(~pl.col("recent")).sum() == 0
    counts = (
        sent.group_by("country", "family")
        .agg((entered & before).alias("is_new"))
        .group_by("country")
        .agg(pl.col("is_new").sum().cast(pl.Float64).alias("new_routes"))
    )
    return (
        covered.select("country")
        .join(counts, on="country", how="left")
        .with_columns(pl.col("new_routes").fill_null(0.0))
        .sort("country")
    )


def eu_rule_count(families: pl.DataFrame, newest_month: date) -> pl.DataFrame:
    """country, eu_rule_count (Float64): families that meet the European Commission's rule on both legs.

    Formula: recent trade above EUR 1m and at least twice its baseline, on the inbound and on the onward
    leg. Source: the Commission's rule for economically critical goods (above EUR 1m in 2022 and at least
    +100 % on the 2019-2021 mean, through third countries). The euro is valued at the yearly mean rate.

    Parameters
    ----------
    families: `transit.family_table`. newest_month: of the recent window.
    """
    floor = RULE_EURO * usd_per_euro(newest_month)
    meets = [
        (pl.col(f"{leg}_recent_usd") > floor)
        & (pl.col(f"{leg}_recent_usd") >= RULE_RATIO * pl.col(f"{leg}_baseline_usd"))
        for leg in ("inbound", "onward")
    ]
    count = pl.all_horizontal(meet.fill_null(False) for meet in meets).sum().cast(pl.Float64)
    return families.group_by("country").agg(count.alias("eu_rule_count")).sort("country")


@cache
def usd_per_euro(on: date) -> float:
    """Yearly mean rate of the European Central Bank; the nearest year where the table has none.

    >>> usd_per_euro(date(2022, 6, 1))
    1.053
    """
    table = resources.files("features.reference") / "exchange_rates.csv"
    with resources.as_file(table) as file:
        rates = pl.read_csv(file, infer_schema=False).filter(pl.col("currency") == "EUR")
    years = {
        int(day[:4]): float(rate) for day, rate in rates.select("valid_from", "usd_per_unit").iter_rows()
    }
    return years[min(years, key=lambda year: (abs(year - on.year), year))]
