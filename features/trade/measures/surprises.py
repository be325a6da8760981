"""The surprises of a day as signals of the catalogue."""

from __future__ import annotations

import polars as pl

from features.catalogue import signals_of

SUFFIX = "_surprise"


def surprise_signals(surprises: pl.DataFrame) -> pl.DataFrame:
    """Columns country and `<statistic>_surprise` for each statistic of the catalogue; null where unknown.

    -log10 of a share of placebos, made once for all countries of a day by `features.trade.surprises`.
    """
    mine = [s.name for s in signals_of("trade") if s.measured_by == "surprises.surprise_signals"]
    return surprises.select("country", *(pl.col(name.removesuffix(SUFFIX)).alias(name) for name in mine))
