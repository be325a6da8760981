"""The surprises of a day as signals of the catalogue."""

from __future__ import annotations

import polars as pl

from features.catalogue import signals_of


def surprise_signals(surprises: pl.DataFrame) -> pl.DataFrame:
    """Country and each surprise of the catalogue (-log10 of a share of placebos; null where unknown).

    The numbers are made once for all countries of a day by `features.trade.surprises`.
    """
    mine = [s.name for s in signals_of("trade") if s.measured_by == "surprises.surprise_signals"]
    return surprises.select("country", *mine)
