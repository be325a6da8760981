"""Parameters of a world, drawn from the sourced ranges of `ranges.csv`, and its streams of chance."""

from __future__ import annotations

import csv
import zlib
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WAR = date(2022, 3, 1)


@cache
def ranges() -> tuple[tuple[str, float, float, str], ...]:
    """Name, lowest, highest and way of drawing (whole, even, log) of every parameter, in file order."""
    text = files(__package__).joinpath("ranges.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((row["name"], float(row["low"]), float(row["high"]), row["draw"]) for row in rows)


class Parameters:
    """The parameters of one world: `p["name"]` for numbers, `p.whole("name")` for counts.

    >>> 40 <= Parameters(0).whole("n_scored") <= 110
    True
    """

    def __init__(self, seed: int) -> None:
        rng = stream(seed, "parameters")
        self.seed = seed
        self.values = {name: _draw(rng, low, high, draw) for name, low, high, draw in ranges()}

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def whole(self, name: str) -> int:
        """A count."""
        return int(self.values[name])

    def rng(self, *names: str) -> np.random.Generator:
        """The stream of a named component of this world."""
        return stream(self.seed, *names)


def stream(seed: int, *names: str) -> np.random.Generator:
    """A generator that depends on the seed and the names only, the same in every process."""
    keys = [zlib.crc32(f"markets/{name}".encode()) for name in names]
    return np.random.default_rng([seed, *keys])


def months_between(first: date, count: int) -> list[date]:
    """The first days of `count` months.

    >>> months_between(date(2019, 12, 1), 2)
    [datetime.date(2019, 12, 1), datetime.date(2020, 1, 1)]
    """
    start = first.year * 12 + first.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(start, start + count)]


def months_to(first: date, day: date) -> int:
    """Whole months from the month of `first` to the month of `day`."""
    return (day.year - first.year) * 12 + day.month - first.month


def persistent(rng: np.random.Generator, shape: tuple[int, ...], rho: float, sigma: float) -> Array:
    """AR(1) shocks along the last axis, with standard deviation `sigma` in the long run."""
    noise = rng.normal(0.0, sigma, shape)
    noise[..., 1:] *= np.sqrt(1 - rho**2)
    for t in range(1, shape[-1]):
        noise[..., t] += rho * noise[..., t - 1]
    return noise


def consignments(rng: np.random.Generator, mean: Array, lot: Array, shape: float) -> Array:
    """Consignments that come by chance: mean `mean` (rows x months), empty months where it is below `lot`.

    A compound Poisson draw: the number of consignments, then their joint size (gamma, of `shape` each). They
    are larger where trade is larger, so that large pairs are lumpy too.
    """
    level = mean.mean(axis=-1, keepdims=True)
    size = lot * np.sqrt(np.maximum(level / lot, 0.02))
    count = rng.poisson(np.minimum(mean / size, 1e7))
    return np.asarray(rng.standard_gamma(shape * count) / shape * size)


def _draw(rng: np.random.Generator, low: float, high: float, draw: str) -> float:
    u = float(rng.random())
    if draw == "whole":
        return float(low + int(u * (high - low + 1)))
    if draw == "log":
        return float(low * (high / low) ** u)
    return float(low + u * (high - low))
