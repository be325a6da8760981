"""Rows drawn from a known logistic truth, for tests that need no simulated world."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from features.catalogue import SIGNALS
from features.panel import panel_schema
from riskmodel.outcomes.rows import FRAME


def synthetic_panel(n_countries: int = 120, n_dates: int = 6, seed: int = 0) -> pl.DataFrame:
    """Panel of `panel_schema()` plus `target` (Int64) and `block` (Int64), every leg reported."""
    rng = np.random.default_rng(seed)
    n = n_countries * n_dates
    block = np.repeat(np.arange(n_countries), n_dates)
    bad = np.repeat(rng.random(n_countries) < 0.2, n_dates)
    strength = np.where(bad, rng.gamma(2.0, 1.0, n), 0.0)
    inbound_surge = rng.normal(0, 0.4, n) + 0.6 * strength
    money = np.where(
        bad, np.exp(rng.normal(15, 1.5, n)), np.exp(rng.normal(9, 2.5, n)) * (rng.random(n) < 0.5)
    )
    onward = money * rng.uniform(0.2, 1.0, n)
    logit = -3.5 + 1.2 * inbound_surge + 0.45 * np.log1p(onward / 10_000)
    columns = {
        "as_of": [date(2022 + i % n_dates // 12, 1 + i % n_dates % 12, 28) for i in range(n)],
        "country": [f"C{b:02d}"[:4] for b in block],
        "inbound_surge": inbound_surge,
        "inbound_excess_usd": money.astype(np.int64),
        "onward_surge": inbound_surge + rng.normal(0, 0.3, n),
        "onward_excess_usd": onward.astype(np.int64),
        "matched_transit_usd": (onward * 0.8).astype(np.int64),
        "displaced_usd": (money * rng.uniform(0, 0.7, n)).astype(np.int64),
        "article_rate": np.where(bad, rng.gamma(1.5, 0.5, n), rng.gamma(0.3, 0.3, n)),
        "article_easing": np.where(rng.random(n) < 0.8, 0.0, rng.random(n)),
        "listing_history": np.where(bad, rng.gamma(1.0, 1.0, n), 0.0),
        "inbound_age_months": np.full(n, 1),
        "inbound_coverage": np.ones(n),
        "onward_age_months": np.full(n, 2),
        "onward_coverage": np.ones(n),
        "direct_coverage": np.ones(n),
        "counterfactual": ["controls"] * n,
        "n_stories": rng.integers(0, 5, n),
    }
    drawn = {
        "inbound": inbound_surge,
        "onward": np.log1p(onward / 10_000) / 2,
        "matched": np.log1p(onward / 10_000) / 3,
    }
    for signal in SIGNALS:
        if signal.unit == "surprise":
            of_leg = drawn.get(signal.name.split("_")[0], 0.5 * strength)
            columns[signal.name] = np.clip(0.3 + 0.5 * of_leg + rng.normal(0, 0.3, n), 0.0, 4.0)
    for signal in SIGNALS:
        columns.setdefault(signal.name, rng.uniform(-0.5, 0.5, n) + 0.1 * strength)
    panel = pl.DataFrame(columns, schema=panel_schema())
    target = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    return panel.with_columns(pl.Series("target", target), pl.Series("block", block))


def frame_of(panel: pl.DataFrame, world: str = "real") -> pl.DataFrame:
    """A labelled frame (`frames.FRAME`) from a synthetic panel."""
    return panel.with_columns(
        pl.col("target") == 1,
        pl.lit(None, dtype=pl.String).alias("why_null"),
        (pl.col("matched_transit_usd") > 3_000_000).alias("past_event"),
        (pl.col("matched_transit_usd") <= 3_000_000).alias("onset"),
        pl.col("onward_excess_usd").alias("past_onward_usd"),
        pl.lit(world).alias("world"),
        (pl.lit("C") + pl.col("block").cast(pl.String)).alias("country"),
    ).select(list(FRAME))
