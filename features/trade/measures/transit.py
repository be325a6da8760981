"""Excess on each leg, and what of it matches: the core of the country and product signals."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

FAMILY_FLOOR_USD = 50_000
COUNTRY_FLOOR_USD = 1_000_000
LEAST_FAMILIES = 8


def with_excess(sums: pl.DataFrame, growth: pl.DataFrame) -> pl.DataFrame:
    """Add `expected_usd` (g*B) and `excess_usd` E = max(0, S - g*B), whole dollars.

    Families with less than US$50,000 in the recent window have no excess: small parcels are noise.
    """
    expected = (pl.col("growth") * pl.col("baseline_usd")).round(0).cast(pl.Int64)
    above = (pl.col("recent_usd") - pl.col("expected_usd")).clip(lower_bound=0)
    return (
        sums.lazy()
        .join(growth.lazy(), on="family", how="left")
        .with_columns(pl.col("growth").fill_null(1.0))
        .with_columns(expected.alias("expected_usd"))
        .with_columns(
            pl.when(pl.col("recent_usd") >= FAMILY_FLOOR_USD).then(above).otherwise(0).alias("excess_usd")
        )
        .drop("growth")
        .sort("leg", "country", "family")
        .collect()
    )


def leg_totals(excess: pl.DataFrame, leg: str, by: Sequence[str] = ("country",)) -> pl.DataFrame:
    """Country totals of one leg: country, `<leg>_surge` (log ratio), `<leg>_excess_usd` (Int64).

    Surge = ln((S + e) / (g*B + e)), e = US$1m, the country floor: trade of a few parcels cannot surge.
    With other columns in `by`, totals of each of their values.
    """
    totals = (
        excess.lazy()
        .filter(pl.col("leg") == leg)
        .group_by(by)
        .agg(pl.col("recent_usd", "expected_usd", "excess_usd").sum())
    )
    ratio = (pl.col("recent_usd") + COUNTRY_FLOOR_USD) / (pl.col("expected_usd") + COUNTRY_FLOOR_USD)
    logs = totals.select(
        *by, ratio.log().alias(f"{leg}_surge"), pl.col("excess_usd").alias(f"{leg}_excess_usd")
    )
    return logs.sort(by).collect()


def inbound_totals(excess: pl.DataFrame, by: Sequence[str] = ("country",)) -> pl.DataFrame:
    """country, inbound_surge, inbound_excess_usd: `leg_totals`."""
    return leg_totals(excess, "inbound", by)


def onward_totals(excess: pl.DataFrame, by: Sequence[str] = ("country",)) -> pl.DataFrame:
    """country, onward_surge, onward_excess_usd: `leg_totals`."""
    return leg_totals(excess, "onward", by)


def family_table(excess: pl.DataFrame, goods: pl.DataFrame) -> pl.DataFrame:
    """One row for each country and family with trade on either leg.

    Columns: country, family, tier, weight_tenths, inbound_* and onward_* (recent, baseline, excess; null
    where the country has no row on that leg), direct_fall_usd, matched_usd = w * min(E_in, E_on) and
    displaced_usd = w * min(max(0, B_direct - S_direct), E_in), whole dollars rounded down.

    Both windows end with their own leg's newest month and last a year by default, so goods that leave up
    to three months after they came are in both. Shifting arrivals by one to three months and taking each
    country's largest sum changes little and picks up chance matches (tests/bench/README.md): not done.
    """
    measures = ["recent_usd", "baseline_usd", "excess_usd"]
    key = ["country", "family"]
    inbound, onward = (
        excess.lazy().filter(pl.col("leg") == leg).select(*key, pl.col(measures).name.prefix(f"{leg}_"))
        for leg in ("inbound", "onward")
    )
    direct = (
        excess.lazy()
        .filter(pl.col("leg") == "direct")
        .select(
            "family",
            (pl.col("baseline_usd") - pl.col("recent_usd")).clip(lower_bound=0).alias("direct_fall_usd"),
        )
    )
    tiers = goods.lazy().group_by("family").agg(pl.col("tier").min(), pl.col("weight_tenths").max())
    both = inbound.join(onward, on=key, how="full", coalesce=True)
    # A missing row of a reported leg is a true zero; legs that were not reported are nulled by the caller.
    inbound_excess = pl.col("inbound_excess_usd").fill_null(0)
    matched = pl.min_horizontal(inbound_excess, pl.col("onward_excess_usd").fill_null(0))
    displaced = pl.min_horizontal(inbound_excess, pl.col("direct_fall_usd").fill_null(0))
    weight = pl.col("weight_tenths")
    return (
        both.join(direct, on="family", how="left")
        .join(tiers, on="family", how="left")
        .with_columns(
            (matched * weight // 10).alias("matched_usd"),
            (displaced * weight // 10).alias("displaced_usd"),
        )
        .sort(key)
        .collect()
    )


def matched_amounts(families: pl.DataFrame, by: Sequence[str] = ("country",)) -> pl.DataFrame:
    """country, matched_transit_usd, displaced_usd, pass_through, excess_concentration: sums over families.

    pass_through = matched transit / inbound excess: how little stays. excess_concentration = the largest
    family's share of the inbound excess: near 1 is one project rather than a route. Both are null where
    the inbound excess is below US$1m.
    """
    excess = pl.col("inbound_excess_usd").fill_null(0)
    enough = pl.when(pl.col("total") >= COUNTRY_FLOOR_USD)
    return (
        families.lazy()
        .group_by(by)
        .agg(
            pl.col("matched_usd").sum().alias("matched_transit_usd"),
            pl.col("displaced_usd").sum(),
            excess.sum().alias("total"),
            excess.max().alias("largest"),
        )
        .with_columns(
            enough.then(pl.col("matched_transit_usd") / pl.col("total")).alias("pass_through"),
            enough.then(pl.col("largest") / pl.col("total")).alias("excess_concentration"),
        )
        .drop("total", "largest")
        .collect()
    )


def substitution(family_sums: pl.DataFrame) -> pl.DataFrame:
    """Rank correlation of the direct leg's fall and the inbound leg's rise: country, substitution.

    Spearman over all families with direct or inbound trade of anybody; a family that the country does
    not import is a rise of 0 (the coalition reported it). Null with fewer than `LEAST_FAMILIES`
    families. A country that is itself sanctioned shows a negative value: the negative control.
    """
    compared = family_sums.filter(pl.col("leg") != "onward")
    families = compared.lazy().select("family").unique()
    fall = family_sums.filter(pl.col("leg") == "direct").select(
        "family", (pl.col("baseline_usd") - pl.col("recent_usd")).alias("fall")
    )
    rise = (
        family_sums.lazy()
        .filter(pl.col("leg") == "inbound")
        .select("country", "family", (pl.col("recent_usd") - pl.col("baseline_usd")).alias("rise"))
    )
    if compared["family"].n_unique() < LEAST_FAMILIES or fall.is_empty():
        return pl.DataFrame(schema={"country": pl.String, "substitution": pl.Float64})
    return (
        rise.select("country")
        .unique()
        .join(families, how="cross")
        .join(fall.lazy(), on="family", how="left")
        .join(rise, on=["country", "family"], how="left")
        .with_columns(pl.col("fall", "rise").fill_null(0))
        .sort("country", "family")
        .group_by("country", maintain_order=True)
        .agg(pl.corr(pl.col("fall").rank("average"), pl.col("rise").rank("average")).alias("substitution"))
        .with_columns(pl.col("substitution").fill_nan(None).clip(-1, 1))  # no rounding beyond a correlation
        .collect()
    )
