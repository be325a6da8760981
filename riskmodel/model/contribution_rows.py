"""What each signal adds to the log-odds, as a table: the one form for every kind of model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray


def contribution_rows(
    rows: pl.DataFrame, terms: NDArray[np.float64], seen: Sequence[str], signals: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """A table for each of `signals`: _row, _place, as_of, country, signal, value, contribution.

    `rows`: the panel with `_row`. `terms`: contributions of the signals `seen`, shape (rows, seen); one that
    was not seen contributes 0.
    """
    for place, signal in enumerate(signals):
        part = terms[:, seen.index(signal)] if signal in seen else np.zeros(rows.height)
        yield rows.select(
            "_row",
            pl.lit(place).alias("_place"),
            "as_of",
            "country",
            pl.lit(signal).alias("signal"),
            pl.col(signal).cast(pl.Float64).alias("value"),
            pl.Series("contribution", part, dtype=pl.Float64),
        )
