"""What was known when: publication dates and the latest vintage of each row."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.reference.facts import DEFAULT_LAG_DAYS, reporter_lags

KEY = ("reporter", "partner", "flow", "hs6", "period")


def with_publication_day(flows: pl.LazyFrame) -> pl.LazyFrame:
    """Fill a null `known_at` with the period's last day plus the reporter's documented lag."""
    documented = pl.col("period").dt.month_end() + pl.duration(days=1) * pl.col("lag_days").fill_null(
        DEFAULT_LAG_DAYS
    )
    return (
        flows.join(reporter_lags().lazy(), on="reporter", how="left")
        .with_columns(pl.col("known_at").fill_null(documented))
        .drop("lag_days")
    )


def known_on(flows: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Rows public on `as_of`, each key in its latest vintage; publication days must be filled.

    A vintage in another HS edition is another row: `hs6` differs or the edition is folded by family later.
    """
    return (
        flows.filter(pl.col("known_at") <= as_of)
        .sort("known_at", "value_usd", maintain_order=True)
        .unique(KEY, keep="last", maintain_order=True)
    )
