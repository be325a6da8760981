"""The stage of one world: months, countries, goods, and the factors that all trade shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from data_contracts.codes.hs_codes import edition_codes
from features.reference.facts import (
    NEVER_SCORED,
    coalition,
    control_candidates,
    country_names,
    priority_list,
)
from riskmodel.worlds.networks.draws import ar1, calendar, parameters, stream

# Declared code under HS2017 of codes that came with HS2022 (UNSD correlation tables).
OLD_CODES = {
    "854800": "854890",
    "852589": "852580",
    "854149": "854140",
    "854151": "854150",
    "854159": "854150",
    "880730": "880330",
}
CHIP_HEADINGS = ("8532", "8534", "8541", "8542")
ELSEWHERE = ("30", "39", "48", "61", "64", "73", "83", "84", "85", "87", "90", "94", "22", "33")


@dataclass(frozen=True)
class NetworkStage:
    """What the other parts of a world play on.

    Attributes
    ----------
    months: first days of all months. war: place of March 2022 among them.
    scored: countries that may be scored and trade; exporters: coalition members, `reporting` of which
    (the first ones) publish. goods: listed codes (the first `n_listed`), then unlisted ones.
    lookalike: for each good the place of an unlisted good it can be declared as. curbed: month in which
    coalition sales to Russia of a good are curbed; left: share of sales that goes on afterwards.
    growth: factors by scored country and month; wave: factors by good and month (life cycles and the
    component shortage); season: factors by scored country and month; unit_usd: US$ a kilogram.
    """

    seed: int
    p: Mapping[str, float]
    months: tuple[date, ...]
    war: int
    scored: tuple[str, ...]
    exporters: tuple[str, ...]
    reporting: int
    goods: tuple[str, ...]
    n_listed: int
    lookalike: np.ndarray
    curbed: np.ndarray
    left: np.ndarray
    growth: np.ndarray
    wave: np.ndarray
    season: np.ndarray
    exporter_season: np.ndarray
    unit_usd: np.ndarray

    @property
    def length(self) -> int:
        """Number of months."""
        return len(self.months)

    def month(self, year: int, number: int) -> int:
        """Place of a month; may lie outside the world."""
        return (year - self.months[0].year) * 12 + number - 1


def set_stage(seed: int) -> NetworkStage:
    """Draw the stage of a seed."""
    p = parameters(seed)
    months = _months(int(p["first_year"]), int(p["last_month"]))
    rng = stream(seed, "stage")
    exporters, scored = _countries(rng, p, months)
    goods, n_listed = _goods(rng, p)
    moy = np.array([m.month - 1 for m in months])
    war = (2022 - months[0].year) * 12 + 2
    curbed, left = _controls(rng, p, len(goods), n_listed, war)
    return NetworkStage(
        seed=seed,
        p=p,
        months=months,
        war=war,
        scored=scored,
        exporters=exporters,
        reporting=int(p["n_exporters"]),
        goods=goods,
        n_listed=n_listed,
        lookalike=_lookalikes(rng, goods, n_listed),
        curbed=curbed,
        left=left,
        growth=_growth(rng, p, len(scored), months),
        wave=_wave(rng, p, goods, months),
        season=calendar(rng, len(scored), moy, p["calendar_amplitude"]),
        exporter_season=calendar(rng, len(exporters), moy, p["calendar_amplitude"]),
        unit_usd=np.exp(rng.normal(4.0, 1.0, len(goods))),
    )


def _months(year: int, last: int) -> tuple[date, ...]:
    count = (2024 - year) * 12 + last
    return tuple(date(year + place // 12, place % 12 + 1, 1) for place in range(count))


@cache
def scorable() -> tuple[str, ...]:
    """Every country that may be scored in a world of this family, sorted."""
    ever = {
        c for year in range(2019, 2025) for month in (1, 4, 7, 10) for c in coalition(date(year, month, 1))
    }
    return tuple(sorted(set(country_names()) - ever - NEVER_SCORED))


def _countries(
    rng: np.random.Generator, p: Mapping[str, float], months: tuple[date, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    members = sorted(coalition(date(2022, 6, 1)))
    count = min(int(p["n_exporters"]) + int(p["n_silent_exporters"]), len(members))
    exporters = tuple(str(c) for c in rng.choice(members, count, replace=False))
    far = [c for c in control_candidates(months[-1]) if c in set(scorable())]
    some_far = {str(c) for c in rng.choice(far, 10, replace=False)}
    rest = [c for c in scorable() if c not in some_far]
    more = rng.choice(rest, int(p["n_scored"]) - len(some_far), replace=False)
    return exporters, tuple(sorted(some_far | {str(c) for c in more}))


@cache
def _both_editions() -> tuple[str, ...]:
    known = edition_codes()
    return tuple(sorted(c for e, c in known if e == "HS2022" and ("HS2017", c) in known))


def _goods(rng: np.random.Generator, p: Mapping[str, float]) -> tuple[tuple[str, ...], int]:
    every = sorted(priority_list()["hs6"].unique())
    listed = sorted(str(c) for c in rng.choice(every, int(p["n_listed"]), replace=False))
    barred = {*every, *OLD_CODES.values()}
    open_codes = [c for c in _both_editions() if c not in barred]
    headings = {c[:4] for c in listed}
    near = [c for c in open_codes if c[:4] in headings]
    far = [c for c in open_codes if c[:4] not in headings and c[:2] in ELSEWHERE]
    n_near = min(len(near), int(int(p["n_unlisted"]) * rng.uniform(0.35, 0.65)))
    unlisted = [*rng.choice(near, n_near, replace=False)]
    unlisted += [*rng.choice(far, int(p["n_unlisted"]) - n_near, replace=False)]
    return (*listed, *sorted(str(c) for c in unlisted)), len(listed)


def _lookalikes(rng: np.random.Generator, goods: tuple[str, ...], n_listed: int) -> np.ndarray:
    """An unlisted good of the same heading where there is one, else of the chapter, else any."""
    unlisted = np.arange(n_listed, len(goods))
    found = np.arange(len(goods))
    for place in range(n_listed):
        for digits in (4, 2, 0):
            alike = [u for u in unlisted if goods[u][:digits] == goods[place][:digits]]
            if alike:
                found[place] = rng.choice(alike)
                break
    return found


def _controls(
    rng: np.random.Generator, p: Mapping[str, float], n: int, n_listed: int, war: int
) -> tuple[np.ndarray, np.ndarray]:
    """Phased by product: most listed goods in the first two months, the others until early 2024."""
    phase = rng.choice([0, 1, 5, 9, 12, 16, 22], n, p=[0.3, 0.25, 0.1, 0.1, 0.1, 0.1, 0.05])
    left = np.clip(1 - p["direct_fall"] + rng.normal(0, 0.06, n), 0.03, 0.4)
    fall = np.clip(p["unlisted_fall"] + rng.normal(0, 0.2, n), 0.0, 0.9)
    left[n_listed:] = 1 - fall[n_listed:]
    return war + phase, left


def _growth(
    rng: np.random.Generator, p: Mapping[str, float], rows: int, months: tuple[date, ...]
) -> np.ndarray:
    """Trend, slow shocks and the spring of 2020."""
    time = np.arange(len(months)) / 12.0
    trend = rng.normal(0.04, 0.07, rows)[:, None] * time
    slump = np.array([m.year == 2020 and 3 <= m.month <= 7 for m in months])
    depth = rng.uniform(0.0, 0.6, rows)[:, None] * slump
    return np.exp(trend + ar1(rng, rows, len(months), 0.85, p["country_shock"]) - depth)


def _wave(
    rng: np.random.Generator, p: Mapping[str, float], goods: tuple[str, ...], months: tuple[date, ...]
) -> np.ndarray:
    """Life cycles (a generation rises while another goes) and the shortage of components in 2021."""
    count, length = len(goods), len(months)
    log = ar1(rng, count, length, 0.9, 0.12)
    time = np.arange(length)
    moving = rng.random(count) < 0.25
    middle = rng.uniform(0, length, count)[:, None]
    pace = rng.choice([-1, 1], count)[:, None] * rng.uniform(0.05, 0.2, count)[:, None]
    log += moving[:, None] * np.log(0.25 + 1.5 / (1 + np.exp(-pace * (time - middle))))
    chip = np.array([c[:4] in CHIP_HEADINGS for c in goods])[:, None]
    begin, end = months.index(date(2021, 2, 1)), months.index(date(2022, 7, 1))
    shape = np.clip(np.minimum(time - begin, end - time) / 5.0, 0, 1)
    log += chip * shape * (np.log1p(p["shortage_price"]) + np.log1p(p["shortage_volume"]))
    return np.exp(log)
