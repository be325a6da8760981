"""What one world of the family is drawn with: parameters from stated ranges, and the months."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np

MAKER = "firms"
CONTROLS = date(2022, 3, 1)  # first month in which controls bite
RUSSIA_SILENT = date(2022, 2, 1)  # Russia publishes nothing about this month and later ones


def generator(seed: int, *names: str) -> np.random.Generator:
    """A generator for one component of one world; the same names give the same numbers in any process."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in (MAKER, *names))])


@cache
def ranges() -> tuple[tuple[str, float, float, str], ...]:
    """Name, low, high and scale (`lin`, `log`, `whole`) of each parameter, from `ranges.csv`."""
    text = files(__package__).joinpath("ranges.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((row["name"], float(row["low"]), float(row["high"]), row["scale"]) for row in rows)


@dataclass(frozen=True)
class FirmSettings:
    """Parameters of one world.

    Attributes
    ----------
    seed: what everything is drawn from. first, last: first days of the first and the last month.
    values: parameter to number, see `ranges.csv`.
    with_mentions, with_listings: whether the world has such a table.
    """

    seed: int
    first: date
    last: date
    values: dict[str, float]
    with_mentions: bool
    with_listings: bool

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def whole(self, name: str) -> int:
        """A parameter that is a whole number."""
        return int(self.values[name])

    @property
    def n_months(self) -> int:
        """Months from first to last."""
        return self.month_of(self.last) + 1

    @property
    def controls(self) -> int:
        """Place of the month in which controls begin to bite."""
        return self.month_of(CONTROLS)

    def month_of(self, day: date) -> int:
        """Months from `first` to the month of a day; negative before it."""
        return (day.year - self.first.year) * 12 + day.month - self.first.month

    def months(self) -> np.ndarray:
        """First days of all months, `datetime64[D]`, and of 36 more, for what is published later."""
        start = np.datetime64(self.first, "M")
        return (start + np.arange(self.n_months + 36)).astype("datetime64[D]")

    def rng(self, *names: str) -> np.random.Generator:
        """The generator of a component."""
        return generator(self.seed, *names)


def draw_settings(seed: int) -> FirmSettings:
    """Draw the parameters of a world; `seed` is 0 or more."""
    if seed < 0:
        raise ValueError(f"A seed is a whole number, 0 or more; it is {seed}.")
    rng = generator(seed, "settings")
    values = {name: _one(rng, low, high, scale) for name, low, high, scale in ranges()}
    if rng.random() < 1 / 6:
        values["diverter_share"] = 0.20
    return FirmSettings(
        seed=seed,
        first=date(int(rng.choice([2019, 2020])), 1, 1),
        last=date(2024, int(rng.integers(4, 9)), 1),
        values=values,
        with_mentions=bool(rng.random() > 1 / 3),
        with_listings=bool(rng.random() > 1 / 3),
    )


def _one(rng: np.random.Generator, low: float, high: float, scale: str) -> float:
    if scale == "whole":
        return float(rng.integers(int(low), int(high) + 1))
    if scale == "log":
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(rng.uniform(low, high))
