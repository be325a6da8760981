"""From the signals panel to the matrix a head sees, and which head a row gets.

A head is a model for one pattern of reporting. `full` sees every signal; `coalition_only` sees the
signals that do not need the country's own reports, so that a country that stops reporting changes
head and grade but is not scored as if its onward trade were zero.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue import BY_NAME, MODEL_SIGNALS

Matrix = NDArray[np.float64]

LOG_USD_SCALE = 10_000.0

HEADS: dict[str, tuple[str, ...]] = {
    "full": MODEL_SIGNALS,
    "coalition_only": tuple(name for name in MODEL_SIGNALS if "onward" not in BY_NAME[name].needs),
}

# A row without any of these has no inbound leg (abstains); without any of those it has no onward leg.
INBOUND_SIGNALS = tuple(name for name in MODEL_SIGNALS if BY_NAME[name].needs == ("inbound",))
ONWARD_SIGNALS = tuple(name for name in MODEL_SIGNALS if BY_NAME[name].needs == ("onward",))


def transformed(name: str) -> pl.Expr:
    """The signal as the model sees it, Float64; `log_usd` is ln(1 + US$ / 10,000). Null stays null.

    >>> pl.DataFrame({"displaced_usd": [0, None]}).select(transformed("displaced_usd")).to_series().to_list()
    [0.0, None]
    """
    value = pl.col(name).cast(pl.Float64)
    if BY_NAME[name].transform == "log_usd":
        return (value / LOG_USD_SCALE).log1p().alias(name)
    return value.alias(name)


def untransformed(name: str, value: float) -> float:
    """Back from the model's scale to the signal's unit.

    >>> round(untransformed("displaced_usd", 4.61512), -2)
    1000000.0
    """
    if BY_NAME[name].transform == "log_usd":
        return float(np.expm1(value) * LOG_USD_SCALE)
    return float(value)


def matrix(panel: pl.DataFrame, signals: tuple[str, ...]) -> Matrix:
    """Rows of the panel by `signals`, transformed; NaN where the signal is null. Shape (rows, signals)."""
    frame = panel.select(transformed(name) for name in signals)
    columns = [frame[name].fill_null(float("nan")).to_numpy() for name in signals]
    return np.column_stack(columns) if columns else np.empty((panel.height, 0))


def directions(signals: tuple[str, ...]) -> NDArray[np.int64]:
    """+1 or -1 for each signal."""
    return np.array([BY_NAME[name].direction for name in signals], dtype=np.int64)


def head_expr() -> pl.Expr:
    """Head of each row: `full`, `coalition_only`, or null where no inbound signal is known."""
    inbound = pl.any_horizontal(pl.col(name).is_not_null() for name in INBOUND_SIGNALS)
    onward = pl.any_horizontal(pl.col(name).is_not_null() for name in ONWARD_SIGNALS)
    return (
        pl.when(inbound & onward)
        .then(pl.lit("full"))
        .when(inbound)
        .then(pl.lit("coalition_only"))
        .otherwise(None)
        .alias("head")
    )
