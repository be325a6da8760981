"""Random streams and the parameters of one world, drawn from the ranges in `ranges.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from zlib import crc32

import numpy as np
from numpy.random import Generator


def stream(seed: int, name: str) -> Generator:
    """The random stream of one component: the same for equal seed and name, in any process.

    >>> float(stream(3, "a").random()) == float(stream(3, "a").random())
    True
    """
    return np.random.default_rng([seed, crc32(f"networks/{name}".encode())])


@cache
def ranges() -> tuple[tuple[str, float, float, str], ...]:
    """The rows of `ranges.csv`: name, low, high, law (`uniform`, `log` or `integer`, high excluded)."""
    text = files(__package__).joinpath("ranges.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((row["name"], float(row["low"]), float(row["high"]), row["law"]) for row in rows)


def parameters(seed: int) -> Mapping[str, float]:
    """One value for each name in `ranges.csv`, each from a stream of its own."""
    return {name: _drawn(stream(seed, f"range/{name}"), low, high, law) for name, low, high, law in ranges()}


def _drawn(rng: Generator, low: float, high: float, law: str) -> float:
    if law == "integer":
        return float(rng.integers(int(low), int(high)))
    if law == "log":
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(rng.uniform(low, high))


def ar1(rng: Generator, rows: int, months: int, memory: float, spread: float) -> np.ndarray:
    """Log shocks, rows by months, with stationary standard deviation `spread`."""
    shocks = rng.normal(0.0, spread, (rows, months))
    for month in range(1, months):
        shocks[:, month] = memory * shocks[:, month - 1] + np.sqrt(1 - memory**2) * shocks[:, month]
    return shocks


def calendar(rng: Generator, rows: int, month_of_year: np.ndarray, amplitude: float) -> np.ndarray:
    """Factors, rows by months: the end of a fiscal year, a holiday month, and small seasonal differences.

    Fiscal years end in December, March, June or September; what is left of a budget is spent in that month.
    """
    table = np.exp(rng.normal(0.0, amplitude / 3, (rows, 12)))
    fiscal = rng.choice([11, 2, 5, 8], rows, p=[0.55, 0.2, 0.15, 0.1])
    holiday = rng.choice([0, 1, 7, 4], rows, p=[0.4, 0.2, 0.3, 0.1])
    table[np.arange(rows), fiscal] *= 1 + amplitude * rng.uniform(0.5, 1.5, rows)
    table[np.arange(rows), holiday] *= 1 - amplitude * rng.uniform(0.3, 1.0, rows)
    return (table / table.mean(axis=1, keepdims=True))[:, month_of_year]
