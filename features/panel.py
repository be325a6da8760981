"""The signals panel: one row for each country and as_of date.

Columns: `as_of` Date, `country` String, every signal of the catalogue (money as Int64, the rest as
Float64; null means unknown), and the coverage columns below, from which the grade is made.
"""

from __future__ import annotations

import polars as pl

from features.catalogue import SIGNALS

COVERAGE: dict[str, pl.DataType] = {
    "inbound_age_months": pl.Int64(),  # months from the newest usable coalition month to as_of
    "inbound_coverage": pl.Float64(),  # share of baseline trade whose reporters reported the recent window
    "onward_age_months": pl.Int64(),
    "onward_coverage": pl.Float64(),
    "direct_coverage": pl.Float64(),
    "counterfactual": pl.String(),  # `controls` or `none`
    "n_stories": pl.Int64(),  # diversion stories known at as_of, last 24 months; null without articles
}


def panel_schema() -> dict[str, pl.DataType]:
    """Columns and types of the panel, in order."""
    signals: dict[str, pl.DataType] = {
        signal.name: pl.Int64() if signal.unit == "US$" else pl.Float64() for signal in SIGNALS
    }
    return {"as_of": pl.Date(), "country": pl.String(), **signals, **COVERAGE}
