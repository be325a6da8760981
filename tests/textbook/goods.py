"""Months, products, senders and prices that every textbook table shares."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AS_OF = date(2023, 11, 30)
MONTHS = tuple(date(year, month, 1) for year in range(2019, 2024) for month in range(1, 13))[
    :58
]  # to 2023-10
SENDERS = ("DEU", "FRA", "GBR", "ITA", "JPN", "KOR", "NLD", "USA")

LISTED = (
    ("847150", 260),  # product and its usual price, US$ per kg
    ("848210", 14),
    ("850440", 38),
    ("851762", 210),
    ("852691", 480),
    ("853221", 320),
    ("853224", 150),
    ("853669", 55),
    ("854231", 900),
    ("854232", 1200),
    ("854239", 700),
    ("903020", 260),
)
UNLISTED = (
    ("847130", 190),  # of the same headings
    ("847170", 240),
    ("848291", 9),
    ("850450", 25),
    ("851718", 90),
    ("852692", 180),
    ("853210", 40),
    ("853225", 60),
    ("853610", 32),
    ("853650", 45),
    ("854290", 350),
    ("903010", 300),
)
ELSEWHERE = (("300490", 95), ("640399", 30), ("940360", 4))  # medicines, shoes, furniture
CODES = tuple(code for code, _ in (*LISTED, *UNLISTED, *ELSEWHERE))
PRICES: Floats = np.array([price for _, price in (*LISTED, *UNLISTED, *ELSEWHERE)], dtype=np.float64)
N_LISTED = len(LISTED)
IS_LISTED = np.arange(len(CODES)) < N_LISTED

# World demand by month: a dip in 2020, dearer goods in 2021 and 2022, then a little less. Mean of 2019-21: 1.
_YEARS = (2019.0, 2020.0, 2020.6, 2021.5, 2022.5, 2024.0)
_LEVELS = (0.98, 0.97, 0.93, 1.06, 1.14, 1.10)
WORLD_DEMAND: Floats = np.interp([day.year + (day.month - 0.5) / 12 for day in MONTHS], _YEARS, _LEVELS)


def month(year: int, number: int) -> int:
    """Place of a month in `MONTHS`."""
    return MONTHS.index(date(year, number, 1))


def ramp(start: int, over: int, end: int | None = None) -> Floats:
    """0 before month `start`, then up to 1 within `over` months; 0 again from month `end`."""
    path = np.clip((np.arange(len(MONTHS)) - start + 1) / over, 0.0, 1.0)
    if end is not None:
        path[end:] = 0.0
    return path
