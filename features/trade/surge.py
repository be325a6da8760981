"""Recent and baseline sums of each leg over matched months.

A month counts only where the same reporter published it and the same calendar month of at least one
baseline year: a reporter that joins or stops moves neither the sum nor the ratio, only the coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from features.trade.windows import Windows, month_index

KEY = ("leg", "country", "family")


@dataclass(frozen=True)
class WindowSums:
    """Sums of one as_of date.

    Attributes
    ----------
    families: leg, country, family, recent_usd S, baseline_usd B (both Int64; a pair without trade in
        matched months has no row, which is a true zero where the leg is covered).
    codes: leg, country, family, hs6, recent_usd, baseline_usd, to share a family's amount out to its codes.
    coverage: leg, reporter, months (matched months), end (newest usable month).
    """

    families: pl.DataFrame
    codes: pl.DataFrame
    coverage: pl.DataFrame


def window_ends(cells: pl.DataFrame, reported: pl.DataFrame, share: float = 0.5) -> pl.DataFrame:
    """Newest usable month of each reporter: reporter, leg_kind, end.

    Coalition reporters share one end: the newest month whose reporters make up at least `share` of the
    coalition's trade in the table. On the onward leg each country ends with its own newest month.
    """
    weights = cells.filter(pl.col("leg") != "onward").group_by("reporter").agg(pl.col("value_usd").sum())
    total = int(weights["value_usd"].sum())
    by_month = (
        reported.join(weights, on="reporter").group_by("period").agg(pl.col("value_usd").sum()).sort("period")
    )
    usable = by_month.filter(pl.col("value_usd") >= share * total)["period"]
    end = usable.max()
    onward = cells.filter(pl.col("leg") == "onward").select("reporter").unique()
    own_end = (
        reported.join(onward, on="reporter").group_by("reporter").agg(pl.col("period").max().alias("end"))
    )
    shared = weights.select("reporter", pl.lit(end, dtype=pl.Date).alias("end"))
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


def window_sums(cells: pl.DataFrame, reported: pl.DataFrame, windows: Windows) -> WindowSums:
    """Sum every leg over its recent window and its baseline.

    `S` is the sum over matched recent months. `B` is, for each matched month, the mean of the same
    calendar month over the baseline years that the reporter published, rounded to whole dollars for
    each reporter, country, code and month, then summed: integers, so the order of rows cannot matter.
    """
    ends = window_ends(cells, reported)
    months = matched_months(reported, ends, windows)
    codes = ["leg", "country", "family", "hs6"]
    recent = (
        cells.join(months, on=["reporter", "period"])
        .group_by(codes)
        .agg(pl.col("value_usd").sum().alias("recent_usd"))
    )
    per_month = months.group_by("reporter", "calendar_month").agg(
        pl.col("n_years").first().cast(pl.Int64), pl.len().cast(pl.Int64).alias("n_recent")
    )
    sums = pl.col("value_usd") * pl.col("n_recent")
    baseline = (
        cells.filter(pl.col("period").is_between(windows.baseline_start, windows.baseline_end))
        .with_columns(pl.col("period").dt.month().alias("calendar_month"))
        .group_by([*codes, "reporter", "calendar_month"])
        .agg(pl.col("value_usd").sum())
        .join(per_month, on=["reporter", "calendar_month"])
        .with_columns(((2 * sums + pl.col("n_years")) // (2 * pl.col("n_years"))).alias("baseline_usd"))
        .group_by(codes)
        .agg(pl.col("baseline_usd").sum())
    )
    by_code = (
        recent.join(baseline, on=codes, how="full", coalesce=True)
        .with_columns(pl.col("recent_usd", "baseline_usd").fill_null(0))
        .sort(codes)
    )
    by_family = by_code.group_by(KEY).agg(pl.col("recent_usd", "baseline_usd").sum()).sort(KEY)
    counts = months.group_by("reporter").agg(pl.len().cast(pl.Int64).alias("months"))
    legs = cells.select("leg", "reporter").unique()
    coverage = (
        legs.join(ends, on="reporter", how="left")
        .join(counts, on="reporter", how="left")
        .with_columns(pl.col("months").fill_null(0))
        .sort("leg", "reporter")
    )
    return WindowSums(by_family, by_code, coverage)


def age_in_months(end: date | None, as_of: date) -> int | None:
    """Months from the newest usable month to as_of; null when there is no such month."""
    return None if end is None else month_index(as_of) - month_index(end)
