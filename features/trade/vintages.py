"""What was known when: publication dates and the latest vintage of each row."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.reference.facts import DEFAULT_LAG_DAYS, reporter_lags

KEY = ("reporter", "partner", "flow", "hs6", "period")


def documented_day() -> pl.Expr:
    """The period's last day plus the reporter's documented lag: when a row without `known_at` was public."""
    lags = dict(reporter_lags().iter_rows())
    days = pl.col("reporter").replace_strict(lags, default=DEFAULT_LAG_DAYS, return_dtype=pl.Int64)
    return pl.col("period").dt.month_end() + pl.duration(days=days)


def with_publication_day(flows: pl.LazyFrame) -> pl.LazyFrame:
    """Fill a null `known_at` with the documented day of publication."""
    return flows.with_columns(pl.col("known_at").fill_null(documented_day()))


def known_on(flows: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Rows public on `as_of`, each key in its latest vintage; publication days must be filled.

    A vintage in another HS edition is another row: `hs6` differs or the edition is folded by family later.
    """
    return (
        flows.filter(pl.col("known_at") <= as_of)
        .sort("known_at", "value_usd", maintain_order=True)
        .unique(KEY, keep="last", maintain_order=True)
    )
