"""Goods physically diverted: the label that only simulated worlds and injections know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from riskmodel.outcomes.labels import horizon

DIVERTED_FLOOR_USD = 1_000_000


def diverted_ahead(diverted: pl.DataFrame, as_of: date, countries: Sequence[str]) -> pl.Series:
    """US$ (Int64) that left each country for Russia in the six months after `as_of`, in the given order.

    `diverted`: columns of `worlds.world.DIVERTED`. A country without a row diverted nothing: 0.
    """
    first, last = horizon(as_of)
    sums = (
        diverted.filter(pl.col("period").is_between(first, last))
        .group_by("country")
        .agg(pl.col("value_usd").sum())
    )
    found = dict(sums.iter_rows())
    return pl.Series("diverted_usd", [found.get(c, 0) for c in countries], dtype=pl.Int64)


def diverts(diverted_usd: pl.Expr) -> pl.Expr:
    """Whether more than US$1 million was diverted: the label that training learns.

    >>> pl.select(diverts(pl.lit(pl.Series([1_000_000, 1_000_001])))).to_series().to_list()
    [False, True]
    """
    return (diverted_usd > DIVERTED_FLOOR_USD).alias("diverts")
