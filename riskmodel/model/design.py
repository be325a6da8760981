"""From the signals panel to the matrix a head sees, and which head a row gets.

A head is a model for one pattern of reporting. `full` sees every signal; `coalition_only` sees those that
do not need the country's own reports, so that a country that stops reporting changes head and grade but is
not scored as if its onward trade were zero. Each has variants for runs without articles or listings: what
trade alone says is worth more where nothing else is given.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue import BY_NAME, MODEL_SIGNALS, Group

Matrix = NDArray[np.float64]

LOG_USD_SCALE = 10_000.0

OPTIONAL_GROUPS: tuple[Group, ...] = ("articles", "listings")


def _head_signals() -> dict[str, tuple[str, ...]]:
    heads = {}
    for base in ("full", "coalition_only"):
        for lacking in ((), ("articles",), ("listings",), OPTIONAL_GROUPS):
            heads[head_name(base, lacking)] = tuple(
                name
                for name in MODEL_SIGNALS
                if BY_NAME[name].group not in lacking
                and (base == "full" or "onward" not in BY_NAME[name].needs)
            )
    return heads


def head_name(base: str, lacking: Sequence[str]) -> str:
    """Name of a head.

    >>> head_name("full", ()), head_name("coalition_only", ("articles", "listings"))
    ('full', 'coalition_only without articles and listings')
    """
    return f"{base} without {' and '.join(lacking)}" if lacking else base


# Most is known to the first, least to the last; a row whose own head a model lacks takes the next that fits.
HEADS: dict[str, tuple[str, ...]] = _head_signals()
LAST_HEAD = list(HEADS)[-1]

# A row without any of these has no inbound leg (abstains); without any of those it has no onward leg.
# Signals that need more than the leg itself (placebo_gap) are not asked.
INBOUND_SIGNALS = ("inbound_surge", "inbound_excess_usd")
ONWARD_SIGNALS = ("onward_surge", "onward_excess_usd")


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


def fits_head(name: str) -> pl.Expr:
    """Whether a row knows enough for a head: its inbound leg, and each further group that the head uses."""
    signals = HEADS[name]
    known = _any_known(INBOUND_SIGNALS)
    if any(signal in signals for signal in ONWARD_SIGNALS):
        known = known & _any_known(ONWARD_SIGNALS)
    for group in OPTIONAL_GROUPS:
        mine = [signal for signal in signals if BY_NAME[signal].group == group]
        if mine:
            known = known & _any_known(mine)
    return known


def _any_known(signals: Sequence[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).is_not_null() for name in signals)


def head_expr(available: Collection[str] = tuple(HEADS)) -> pl.Expr:
    """Head of each row: the first of `HEADS` that is available and fits; null without an inbound leg."""
    chosen = pl.coalesce(pl.when(fits_head(name)).then(pl.lit(name)) for name in HEADS if name in available)
    return chosen.alias("head")
