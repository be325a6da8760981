"""Dropping rows, each under the first reason that holds."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def sift(frame: pl.DataFrame, reasons: Mapping[str, pl.Expr]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the rows for which no reason holds, and how many were dropped under each. Null does not hold."""
    named = [pl.when(holds.fill_null(False)).then(pl.lit(reason)) for reason, holds in reasons.items()]
    first = frame.select(pl.coalesce(named)).to_series()
    counts = first.drop_nulls().value_counts()
    return frame.filter(first.is_null()), dict(counts.sort(counts.columns[0]).iter_rows())
