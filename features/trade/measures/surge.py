"""Recent and baseline sums of each leg over matched months.

A month counts only where the same reporter published it and the same calendar month of at least one
baseline year: a reporter that joins or stops moves neither the sum nor the ratio, only the coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.months import month_number
from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.windows import Windows

KEY = ("leg", "country", "family")
CODE = ("leg", "country", "family", "hs6")
LEGS = ("inbound", "onward", "direct")
USABLE_SHARE = 0.5


@dataclass(frozen=True)
class WindowSums:
    """Sums of one as_of date.

    Attributes
    ----------
    families: leg, country, family, recent_usd S, baseline_usd B (both Int64; a pair without trade in
        matched months has no row, which is a true zero where the leg is covered).
    codes: leg, country, family, hs6, recent_usd, baseline_usd, to share a family's amount out to its codes.
    coverage: leg, reporter, months (matched months), end (newest usable month), monthly_usd (a sender's
        mean month on both of its legs, Float64). A country that reports exports is on the onward leg.
    months: reporter, period, calendar_month, n_years: the matched months.
    """

    families: pl.DataFrame
    codes: pl.DataFrame
    coverage: pl.DataFrame
    months: pl.DataFrame


def window_ends(cells: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Newest usable month of each reporter: reporter, end.

    Senders (reporters with inbound or direct cells) share one end: the newest month whose reporters make
    up at least half of their trade in the table. Everybody else ends with their own newest month of any
    export, so that a country which reports, but sends Russia no listed goods, has a true zero.
    """
    sent = cells.filter(pl.col("leg") != "onward").group_by("reporter").agg(pl.col("value_usd").sum())
    return _ends(sent, reported)


def _ends(sent: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    total = int(sent["value_usd"].sum())
    by_month = reported.join(sent, on="reporter").group_by("period").agg(pl.col("value_usd").sum())
    newest = by_month.filter(pl.col("value_usd") >= USABLE_SHARE * total)["period"].max()
    own = reported.join(sent, on="reporter", how="anti")
    own_end = own.group_by("reporter").agg(pl.col("period").max().alias("end"))
    shared = sent.select("reporter", pl.lit(newest, dtype=pl.Date).alias("end"))
    return pl.concat([shared, own_end]).sort("reporter")


def matched_months(reported: pl.DataFrame, ends: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """Recent months that have a baseline: reporter, period, calendar_month, n_years."""
    months = reported.with_columns(pl.col("period").dt.month().alias("calendar_month"))
    in_baseline = pl.col("period").is_between(windows.baseline_start, windows.baseline_end)
    years = months.filter(in_baseline).group_by("reporter", "calendar_month").agg(pl.len().alias("n_years"))
    start = pl.col("end").dt.offset_by(f"-{windows.recent_months - 1}mo")
    return (
        months.join(ends, on="reporter")
        .filter(pl.col("period").is_between(start, pl.col("end")))
        .filter(~in_baseline)
        .join(years, on=["reporter", "calendar_month"])
        .select("reporter", "period", "calendar_month", "n_years")
        .sort("reporter", "period")
    )


def window_sums(known: FlowsAsOf, windows: Windows) -> WindowSums:
    """Sum the three legs over their recent window and their baseline."""
    legs = known.legs.filter(pl.col("leg").is_in(LEGS))
    sent = (
        known.rows.group_by("series_id")
        .agg(pl.col("value_usd").sum())
        .join(legs.filter(pl.col("leg") != "onward"), on="series_id")
        .group_by("reporter")
        .agg(pl.col("value_usd").sum())
    )
    ends = _ends(sent, known.reported)
    months = matched_months(known.reported, ends, windows)
    codes = code_sums(known, legs, months)
    coverage = _coverage(legs, sent, known.reported, ends, months)
    return WindowSums(family_sums(codes), codes, coverage, months)


def shorter_window(known: FlowsAsOf, sums: WindowSums, windows: Windows) -> WindowSums:
    """`window_sums` of another length of window, with the ends and weights of `sums`."""
    ends = sums.coverage.select("reporter", "end").unique("reporter", keep="any")
    months = matched_months(known.reported, ends, windows)
    counts = months.group_by("reporter").agg(pl.len().cast(pl.Int64).alias("months"))
    coverage = (
        sums.coverage.drop("months")
        .join(counts, on="reporter", how="left", maintain_order="left")
        .with_columns(pl.col("months").fill_null(0))
        .select("leg", "reporter", "months", "end", "monthly_usd")
    )
    codes = code_sums(known, known.legs.filter(pl.col("leg").is_in(LEGS)), months)
    return WindowSums(family_sums(codes), codes, coverage, months)


def family_sums(codes: pl.DataFrame) -> pl.DataFrame:
    """Sums by family from sums by code."""
    return codes.group_by(KEY).agg(pl.col("recent_usd", "baseline_usd").sum()).sort(KEY)


def code_sums(known: FlowsAsOf, legs: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """Sums by code over matched months: leg, country, family, hs6, recent_usd, baseline_usd.

    `S` is the sum over matched recent months. `B` is, for each matched month, the mean of the same
    calendar month over the baseline years that the reporter published, rounded to whole dollars for
    each reporter, country, code and month, then summed: integers, so the order of rows cannot matter.

    Parameters
    ----------
    legs: those of `known.legs` to sum. months: the matched months of each reporter.
    """
    reporters = pl.Enum(legs["reporter"].unique().sort())
    series = legs.select("series_id", pl.col("reporter").cast(reporters))
    at = months.filter(pl.col("reporter").is_in(reporters.categories.to_list())).with_columns(
        pl.col("reporter").cast(reporters)
    )
    start = months["period"].min() or date.max
    recent = (
        known.rows.filter(pl.col("period") >= start)
        .join(series, on="series_id")
        .join(at, on=["reporter", "period"], how="semi")
        .group_by("series_id")
        .agg(pl.col("value_usd").sum().alias("recent_usd"))
    )
    per_month = at.group_by("reporter", "calendar_month").agg(
        pl.col("n_years").first().cast(pl.Int64), pl.len().cast(pl.Int64).alias("n_recent")
    )
    weighted = pl.col("value_usd") * pl.col("n_recent")
    baseline = (
        known.baseline.sums.join(series, on="series_id")
        .join(per_month, on=["reporter", "calendar_month"])
        .with_columns(((2 * weighted + pl.col("n_years")) // (2 * pl.col("n_years"))).alias("baseline_usd"))
        .group_by("series_id")
        .agg(pl.col("baseline_usd").sum())
    )
    return (
        recent.join(baseline, on="series_id", how="full", coalesce=True)
        .join(legs, on="series_id")
        .group_by(CODE)
        .agg(pl.col("recent_usd", "baseline_usd").sum())
        .sort(CODE)
    )


def _coverage(
    legs: pl.DataFrame, sent: pl.DataFrame, reported: pl.DataFrame, ends: pl.DataFrame, months: pl.DataFrame
) -> pl.DataFrame:
    senders = legs.filter(pl.col("leg") != "onward").select("leg", "reporter").unique()
    senders = senders.join(sent, on="reporter", how="semi")
    own = ends.join(sent, on="reporter", how="anti").select(pl.lit("onward").alias("leg"), "reporter")
    counts = months.group_by("reporter").agg(pl.len().cast(pl.Int64).alias("months"))
    spread = reported.group_by("reporter").agg(pl.len().alias("n_reported"))
    return (
        pl.concat([senders, own])
        .join(ends, on="reporter", how="left")
        .join(counts, on="reporter", how="left")
        .join(sent, on="reporter", how="left")
        .join(spread, on="reporter", how="left")
        .with_columns(pl.col("months", "value_usd").fill_null(0))
        .with_columns((pl.col("value_usd") / pl.col("n_reported")).alias("monthly_usd"))
        .select("leg", "reporter", "months", "end", "monthly_usd")
        .sort("leg", "reporter")
    )


def age_in_months(end: date | None, as_of: date) -> int | None:
    """Months from the newest usable month to as_of; null when there is no such month."""
    return None if end is None else month_number(as_of) - month_number(end)
