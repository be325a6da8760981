"""The product table: one row for each country and HS6 with trade on either leg."""

from __future__ import annotations

import math

import polars as pl

from features.exact import DIGITS, in_order
from features.trade.signals import TradeSignals

SMALL_USD = 10_000
FULL = math.log1p(1_000_000_000 / SMALL_USD)
WEIGHTS = {
    "inbound_code_usd": 1.0,
    "inbound_excess_usd": 1.0,
    "others_excess_usd": 1.0,
    "direct_fall_usd": 0.5,
    "onward_excess_usd": 4.0,
    "matched_transit_usd": 2.0,
}
# Mean strength among codes whose onward leg was reported, in five simulated worlds: what an unreported leg
# counts as, so that a country gains nothing by not reporting and loses nothing either.
UNREPORTED = {"onward_excess_usd": 0.04, "matched_transit_usd": 0.02}
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
        "direct_fall_usd",
        *shared,
        "inbound_known",
        "onward_known",
        "displaced_known",
    ).with_columns(
        pl.when("inbound_known").then("inbound_code_usd"),
        pl.when("inbound_known").then(pl.col("inbound_excess_usd").fill_null(0)),
        pl.when("onward_known").then(pl.col("onward_excess_usd").fill_null(0)),
        pl.when("displaced_known").then("displaced_usd").alias("displaced_usd"),
        pl.when("displaced_known").then(pl.col("direct_fall_usd").fill_null(0)),
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
    """Add `score` (Float64, 0 to 1): the weighted mean strength of what speaks for transit of a code.

    The strength of an amount is ln(1 + v / US$10,000) / ln(1 + US$1bn / US$10,000), at most 1. Evidence:
    the code's recent inbound value and its excess; the excess of the same code in the other transit
    countries (goods that Russia seeks rise along several routes at once); the fall of the direct leg, at
    half weight since it is the same for all countries; and onward excess and matched transit, at four times
    and twice the weight, since they show goods leaving for Russia. What was not reported is never taken as
    zero: without an onward leg those two have the strength of an average code, the others are left out.
    """
    evidence = table.with_columns(others_excess_usd())
    strength = {
        name: (
            (pl.col(name).clip(lower_bound=0) / SMALL_USD).log1p().clip(upper_bound=FULL) / FULL
        ).fill_null(pl.lit(UNREPORTED.get(name), dtype=pl.Float64))
        for name in WEIGHTS
    }
    weighted = in_order([weight * strength[name].fill_null(0.0) for name, weight in WEIGHTS.items()])
    known = in_order(
        [weight * strength[name].is_not_null().cast(pl.Float64) for name, weight in WEIGHTS.items()]
    )
    return evidence.with_columns((weighted / known).round_sig_figs(DIGITS).alias("score"))


def others_excess_usd() -> pl.Expr:
    """`others_excess_usd` (Int64): the inbound excess of a code in the other countries of one date's table.

    An excess that is unknown adds nothing to the others; the country itself still has theirs.
    """
    excess = pl.col("inbound_excess_usd")
    return (excess.sum().over("hs6") - excess.fill_null(0)).alias("others_excess_usd")


def _shares(codes: pl.DataFrame) -> pl.DataFrame:
    legs = codes.filter(pl.col("leg") != "direct")
    wide = legs.group_by("country", "family", "hs6").agg(
        pl.col("recent_usd").sum(),
        pl.col("baseline_usd").sum(),
        pl.col("recent_usd").filter(pl.col("leg") == "inbound").sum().alias("inbound_code_usd"),
    )
    family = ["country", "family"]
    recent_total = pl.col("recent_usd").sum().over(family)
    baseline_total = pl.col("baseline_usd").sum().over(family)
    # A family whose every row is 0 dollars is shared evenly.
    weight = (
        pl.when(recent_total > 0)
        .then("recent_usd")
        .when(baseline_total > 0)
        .then("baseline_usd")
        .otherwise(1)
    )
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
