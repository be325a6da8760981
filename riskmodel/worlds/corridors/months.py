"""Months of a world as array positions."""

from __future__ import annotations

from datetime import date

import numpy as np

from data_contracts.months import month_number, start_of_month
from riskmodel.worlds.corridors.params import WorldParams

INVASION = date(2022, 3, 1)
LAST_PHASE = date(2024, 1, 1)


def n_months(params: WorldParams) -> int:
    """Months from first to last, both included."""
    return month_number(params.last) - month_number(params.first) + 1


def position(params: WorldParams, day: date) -> int:
    """Array position of the month of `day`; may lie outside the world."""
    return month_number(day) - month_number(params.first)


def month_at(params: WorldParams, index: int) -> date:
    """First day of the month at an array position."""
    return start_of_month(params.first, index)


def month_starts(params: WorldParams) -> np.ndarray:
    """First days of all months, datetime64[D], shape (T,)."""
    start = np.datetime64(params.first, "M")
    return (start + np.arange(n_months(params))).astype("datetime64[D]")


def month_ends(params: WorldParams) -> np.ndarray:
    """Last days of all months, datetime64[D], shape (T,)."""
    start = np.datetime64(params.first, "M")
    return (start + np.arange(1, n_months(params) + 1)).astype("datetime64[D]") - 1
