"""When a row was public that does not say so itself."""

from __future__ import annotations

import polars as pl

from features.reference.facts import DEFAULT_LAG_DAYS, reporter_lags


def documented_day() -> pl.Expr:
    """The period's last day plus the reporter's documented lag: when a row without `known_at` was public."""
    lags = dict(reporter_lags().iter_rows())
    days = pl.col("reporter").replace_strict(lags, default=DEFAULT_LAG_DAYS, return_dtype=pl.Int64)
    return pl.col("period").dt.month_end() + pl.duration(days=days)
