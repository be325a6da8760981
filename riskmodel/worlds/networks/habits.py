"""How countries publish: delay, yearly batches, gaps, silence, late editions, revisions, weights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator

from features.reference.facts import DEFAULT_LAG_DAYS, reporter_lags
from riskmodel.worlds.networks.draws import stream
from riskmodel.worlds.networks.shipments import RUSSIA
from riskmodel.worlds.networks.stage import NetworkStage

LAST_OF_RUSSIA = (2022, 1)
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class NetworkHabits:
    """Habits of reporters (arrays by reporter).

    Attributes
    ----------
    known: days since 1970 on which a month is published, reporters by months; -1: never.
    edition: month from which HS2022 is used. revised: chance that a figure is revised later. floor: US$
    below which nothing is published. weighs: chance that a weight is given. reexports, world: publishes
    re-exports, a world total. hides: month from which exports to Russia are not published.
    cif: import to export value. moved: chance that an import is booked under another partner.
    """

    reporters: tuple[str, ...]
    known: np.ndarray
    edition: np.ndarray
    revised: np.ndarray
    floor: np.ndarray
    weighs: np.ndarray
    reexports: np.ndarray
    world: np.ndarray
    hides: np.ndarray
    cif: np.ndarray
    moved: np.ndarray


def habits(stage: NetworkStage) -> NetworkHabits:
    """Draw the habits of the coalition members that report, of all scored countries, and of Russia."""
    rng = stream(stage.seed, "habits")
    members = stage.exporters[: stage.reporting]
    reporters = (*members, *stage.scored, RUSSIA)
    n, m = len(reporters), len(members)
    member = np.arange(n) < m
    known = np.full((n, stage.length), -1)
    lags = dict(reporter_lags().iter_rows())
    for place, name in enumerate(reporters):
        known[place] = (
            _member(rng, stage, lags.get(name, 45)) if member[place] else _scored(rng, stage, lags.get(name))
        )
    known[-1] = _member(rng, stage, 45)
    known[-1, np.arange(stage.length) > stage.month(*LAST_OF_RUSSIA)] = -1
    late = rng.choice([0, 6, 12, 24], n, p=[0.65, 0.1, 0.15, 0.1])
    return NetworkHabits(
        reporters=reporters,
        known=known,
        edition=stage.month(2022, 1) + np.where(member, 0, late),
        revised=np.where(member, rng.uniform(0.005, 0.05, n), rng.uniform(0.0, 0.12, n)),
        floor=np.where(member, rng.choice([0, 1000], n), rng.choice([0, 500, 2000, 10000], n)),
        weighs=np.where(rng.random(n) < 0.15, 0.0, rng.uniform(0.7, 1.0, n)),
        reexports=~member & (rng.random(n) < 0.3),
        world=~member & (rng.random(n) < 0.85),
        hides=np.where(~member & (rng.random(n) < 0.08), stage.war + rng.integers(0, 15, n), stage.length),
        cif=np.where(member, 1.0, np.clip(stage.p["cif"] + rng.normal(0, 0.01, n), 1.03, 1.12)),
        moved=np.where(member, 0.0, rng.uniform(0.0, 0.08, n)),
    )


def _ends(stage: NetworkStage) -> np.ndarray:
    """Last days of the months, in days since 1970."""
    following = [*stage.months[1:], (stage.months[-1] + timedelta(days=32)).replace(day=1)]
    return np.array([(day - EPOCH).days - 1 for day in following])


def _member(rng: Generator, stage: NetworkStage, lag: int) -> np.ndarray:
    return _ends(stage) + lag + rng.integers(0, 6, stage.length)


def _scored(rng: Generator, stage: NetworkStage, lag: int | None) -> np.ndarray:
    p, draw = stage.p, rng.random(4)
    known = (
        _ends(stage) + (lag or int(rng.integers(28, DEFAULT_LAG_DAYS))) + rng.integers(0, 12, stage.length)
    )
    if draw[0] < p["never_reports"]:
        return np.full(stage.length, -1)
    if draw[1] < p["late_reporter"]:
        known = _late(rng, stage, known)
    if draw[2] < p["stops_reporting"]:
        first = stage.war if rng.random() < 0.5 else 18
        known[int(rng.integers(first, stage.length)) :] = -1
    gaps = rng.uniform(0.2, 0.6) if draw[3] < 0.1 else rng.choice([0.0, 0.0, 0.03])
    known[rng.random(stage.length) < gaps] = -1
    return known


def _late(rng: Generator, stage: NetworkStage, known: np.ndarray) -> np.ndarray:
    """Half a year more, or a whole year at once in a month of the next year."""
    if rng.random() < 0.6:
        return known + rng.integers(40, 240) + rng.integers(0, 25, stage.length)
    month = int(rng.integers(4, 11))
    days = {
        m.year: (date(m.year + 1, month, int(rng.integers(1, 28))) - EPOCH).days for m in stage.months[::12]
    }
    last = max(days)
    later = {y: days.get(y, days[last] + 366 * (y - last)) for y in range(stage.months[0].year, 2026)}
    return np.array([later[m.year] for m in stage.months])
