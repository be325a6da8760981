"""The product table: one row for each country and HS6 with trade on either leg."""

from __future__ import annotations

import polars as pl

from features.trade.signals import TradeSignals

AMOUNTS = ("inbound_excess_usd", "onward_excess_usd", "displaced_usd", "matched_transit_usd")


def product_table(signals: TradeSignals) -> pl.DataFrame:
    """Amounts and score for each country and listed HS6.

    Amounts are computed on families and shared out to the family's codes in proportion to their recent
    trade (baseline trade where the recent window is empty), whole dollars, the remainder to the largest.

    Returns
    -------
    country, hs6, family, tier, score (Float64, 0 to 1, higher is riskier), inbound_recent_usd, the
    columns of `AMOUNTS` (Int64; null where the legs it needs were not reported), sorted by country, hs6.
    """
    shares = _shares(signals.sums.codes)
    families = signals.families.rename({"matched_usd": "matched_transit_usd"})
    known = signals.countries.select(
        "country",
        pl.col("inbound_excess_usd").is_not_null().alias("inbound_known"),
        pl.col("onward_excess_usd").is_not_null().alias("onward_known"),
        pl.col("displaced_usd").is_not_null().alias("displaced_known"),
    )
    table = shares.join(families, on=["country", "family"]).join(known, on="country")
    shared = [_share(table, column) for column in AMOUNTS]
    amounts = table.select(
        "country",
        "hs6",
        "family",
        "tier",
        "inbound_code_usd",
        *shared,
        "inbound_known",
        "onward_known",
        "displaced_known",
    ).with_columns(
        pl.when("inbound_known").then(pl.col("inbound_excess_usd").fill_null(0)),
        pl.when("onward_known").then(pl.col("onward_excess_usd").fill_null(0)),
        pl.when("displaced_known").then("displaced_usd").alias("displaced_usd"),
        pl.when(pl.col("inbound_known") & pl.col("onward_known"))
        .then("matched_transit_usd")
        .alias("matched_transit_usd"),
    )
    return (
        with_score(amounts)
        .select("country", "hs6", "family", "tier", "score", "inbound_code_usd", *AMOUNTS)
        .rename({"inbound_code_usd": "inbound_recent_usd"})
        .sort("country", "hs6")
    )


def with_score(table: pl.DataFrame) -> pl.DataFrame:
    """Add `score`: the mean percentile, within the country, of what speaks for transit of the code.

    Evidence, each as a percentile rank: recent inbound value, inbound excess, displaced amount, the other
    transit countries' excess in the same code, onward excess and matched transit. Evidence that was
    not reported is left out of the mean.
    """
    others = (
        pl.col("inbound_excess_usd").sum().over("hs6") - pl.col("inbound_excess_usd").fill_null(0)
    ).alias("others_excess_usd")
    evidence = ["inbound_code_usd", "others_excess_usd", *AMOUNTS]
    ranked = table.with_columns(others).with_columns(
        (pl.col(name).rank("average").over("country") / pl.col(name).count().over("country")).alias(
            f"rank_{name}"
        )
        for name in evidence
    )
    return ranked.with_columns(
        pl.mean_horizontal([f"rank_{name}" for name in evidence]).fill_null(0.0).alias("score")
    )


def _shares(codes: pl.DataFrame) -> pl.DataFrame:
    legs = codes.filter(pl.col("leg") != "direct")
    wide = legs.group_by("country", "family", "hs6").agg(
        pl.col("recent_usd").sum(),
        pl.col("baseline_usd").sum(),
        pl.col("recent_usd").filter(pl.col("leg") == "inbound").sum().alias("inbound_code_usd"),
    )
    family = ["country", "family"]
    recent_total = pl.col("recent_usd").sum().over(family)
    weight = pl.when(recent_total > 0).then("recent_usd").otherwise("baseline_usd")
    return wide.with_columns(weight.alias("weight")).with_columns(
        pl.col("weight").sum().over(family).alias("weight_total")
    )


def _share(table: pl.DataFrame, column: str) -> pl.Expr:
    family = ["country", "family"]
    part = (
        (pl.col(column).cast(pl.Float64) * pl.col("weight") / pl.col("weight_total")).floor().cast(pl.Int64)
    )
    rest = pl.col(column) - part.sum().over(family)
    largest = pl.int_range(pl.len()).over(family, order_by=[-pl.col("weight"), pl.col("hs6")]) == 0
    return (part + pl.when(largest).then(rest).otherwise(0)).alias(column)
