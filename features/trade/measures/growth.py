"""The counterfactual: how coalition exports of a family grew to countries far from Russia."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

SHRINK_USD = 1_000_000
LEAST_CONTROLS = 5
BOUNDS = (0.25, 4.0)


@dataclass(frozen=True)
class Growth:
    """Growth factors of one as_of date.

    Attributes
    ----------
    families: family, growth (Float64 ratio, 1.0 is no change).
    overall: growth of all families together; also used for families that no control imports.
    controls: the countries used, sorted; empty when the table has too few, and then every factor is 1.
    """

    families: pl.DataFrame
    overall: float
    controls: tuple[str, ...]


def control_growth(sums: pl.DataFrame, candidates: Collection[str]) -> Growth:
    """Growth of coalition exports to control countries, by family.

    Formula: g_k = (S_k + e G) / (B_k + e) with e = US$1m and G the median over controls of
    (S + e) / (B + e), so that thin families lean on the whole; bounded to 0.25 to 4. In each family the
    controls with the largest rise and the largest fall are left out: one diverter among the controls must
    not hide others, and leaving out risers alone would read normal growth as a surge. Where fewer than three
    controls import a family, only the riser is left out.

    Parameters
    ----------
    sums: `WindowSums.families`. candidates: countries that the rule allows.
    """
    inbound = sums.lazy().filter((pl.col("leg") == "inbound") & pl.col("country").is_in(sorted(candidates)))
    by_country = inbound.group_by("country").agg(pl.col("recent_usd", "baseline_usd").sum())
    traded = by_country.filter(pl.col("baseline_usd") > 0).sort("country").collect()
    if traded.height < LEAST_CONTROLS:
        families = sums.select("family").unique().sort("family").with_columns(pl.lit(1.0).alias("growth"))
        return Growth(families, 1.0, ())
    ratio = (pl.col("recent_usd") + SHRINK_USD) / (pl.col("baseline_usd") + SHRINK_USD)
    overall = float(traded.select(ratio.median()).item())
    used = inbound.join(traded.lazy().select("country"), on="country")
    rise = pl.col("recent_usd") - overall * pl.col("baseline_usd")
    trimmed = (
        used.with_columns(rise.alias("rise"))
        .sort("family", "rise", "country")
        .with_columns(
            pl.int_range(pl.len()).over("family").alias("place"), pl.len().over("family").alias("n")
        )
        .filter(
            (pl.col("place") < pl.col("n").cast(pl.Int64) - 1) & ((pl.col("place") > 0) | (pl.col("n") < 3))
        )
    )
    by_family = trimmed.group_by("family").agg(pl.col("recent_usd", "baseline_usd").sum())
    growth = (pl.col("recent_usd") + SHRINK_USD * overall) / (pl.col("baseline_usd") + SHRINK_USD)
    families = (
        sums.lazy()
        .select("family")
        .unique()
        .join(by_family, on="family", how="left")
        .with_columns(growth.fill_null(overall).clip(*BOUNDS).alias("growth"))
        .select("family", "growth")
        .sort("family")
        .collect()
    )
    return Growth(families, min(max(overall, BOUNDS[0]), BOUNDS[1]), tuple(traded["country"]))
