"""Who reports what, and when it becomes known: release dates, gaps, editions of the HS."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date

import numpy as np

from riskmodel.worlds.corridors.cast import CorridorCast
from riskmodel.worlds.corridors.months import INVASION, month_ends, n_months, position
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.streams import stream

NEW_EDITION = date(2022, 1, 1)


@dataclass(frozen=True)
class CorridorHabits:
    """How one country reports.

    release: datetime64[D], shape (T,), the day a month's trade is published; NaT where it never is.
    adopts: array position of its first HS2022 month. imports: also reports imports. kind: `full`,
    `sparse`, `stopped` or `missing`; late: releases come months after the others'.
    weighs: reports weight at all. confidential: positions of the goods whose code it hides.
    """

    country: str
    release: np.ndarray
    adopts: int
    imports: bool
    kind: str
    late: bool
    weighs: bool
    confidential: tuple[int, ...] = ()

    @property
    def reports(self) -> bool:
        return not bool(np.isnat(self.release).all())


def draw_habits(params: WorldParams, cast: CorridorCast) -> dict[str, CorridorHabits]:
    """Reporting habits of Russia and all coalition and transit countries; controls report nothing."""
    habits = {c: _coalition_habits(params, c) for c in cast.coalition}
    kinds = _transit_kinds(params, cast)
    for country in cast.transit:
        habits[country] = _transit_habits(params, country, kinds[country])
    habits["RUS"] = _russian_habits(params)
    if params.decoys.confidentiality:
        for country in (*cast.coalition, *cast.transit):
            hidden = _hidden_goods(params, cast, country)
            habits[country] = dataclasses.replace(habits[country], confidential=hidden)
    return habits


def _russian_habits(params: WorldParams) -> CorridorHabits:
    """Russia reported its imports until the end of 2021 and nothing since."""
    draw = stream(params.seed, "habits", "RUS")
    release = _releases(draw, params, params.transit_lag_days)
    stops = position(params, NEW_EDITION)
    release = np.where(np.arange(release.size) >= stops, np.datetime64("NaT"), release)
    adopts = stops if params.decoys.edition_switch else 0
    return CorridorHabits("RUS", release, adopts, True, "stopped", False, True)


def _hidden_goods(params: WorldParams, cast: CorridorCast, country: str) -> tuple[int, ...]:
    """Confidentiality: some countries book one of their codes under 999999 instead."""
    draw = stream(params.seed, "confidentiality", country)
    good = int(draw.integers(cast.goods.height))
    return (good,) if draw.random() < params.confidential_share else ()


def _coalition_habits(params: WorldParams, country: str) -> CorridorHabits:
    draw = stream(params.seed, "habits", country)
    release = _releases(draw, params, params.coalition_lag_days)
    return CorridorHabits(
        country, release, _adoption(draw, params, late=False), False, "full", False, draw.random() < 0.95
    )


def _transit_kinds(params: WorldParams, cast: CorridorCast) -> dict[str, str]:
    """Shares are drawn as counts, so that a small world has its missing and sparse reporters too."""
    order = stream(params.seed, "reporting-kinds").permutation(len(cast.transit))
    n = len(cast.transit)
    counts = [round(n * share) for share in (params.missing_share, params.sparse_share, params.stopped_share)]
    kinds = ["missing"] * counts[0] + ["sparse"] * counts[1] + ["stopped"] * counts[2]
    kinds = [*kinds, *["full"] * n][:n]
    if not params.decoys.missing_reporters:
        kinds = ["full"] * n
    return {cast.transit[place]: kind for place, kind in zip(order, kinds, strict=True)}


def _transit_habits(params: WorldParams, country: str, kind: str) -> CorridorHabits:
    draw = stream(params.seed, "habits", country)
    release = _releases(draw, params, params.transit_lag_days)
    late_by = np.timedelta64(int(draw.uniform(*params.late_days)), "D")
    late = bool(draw.random() < params.late_share) and params.decoys.late_reporters
    if late:
        release = release + late_by
    gap = draw.uniform(*params.sparse_gap)
    silent = draw.random(n_months(params)) < gap
    stops = position(params, INVASION) + int(draw.integers(0, 12))
    adopts = _adoption(draw, params, late=True)
    imports = bool(draw.random() < params.mirror_share)
    weighs = bool(draw.random() < 0.9)
    if kind == "sparse":
        release = np.where(silent, np.datetime64("NaT"), release)
    elif kind == "stopped":
        release = np.where(np.arange(release.size) >= stops, np.datetime64("NaT"), release)
    elif kind == "missing":
        release = np.full(release.shape, np.datetime64("NaT"), release.dtype)
    return CorridorHabits(country, release, adopts, imports, kind, late, weighs)


def _releases(draw: np.random.Generator, params: WorldParams, lag_days: tuple[float, float]) -> np.ndarray:
    lag = int(draw.uniform(*lag_days)) + draw.integers(0, 8, n_months(params))
    return month_ends(params) + lag.astype("timedelta64[D]")


def _adoption(draw: np.random.Generator, params: WorldParams, late: bool) -> int:
    """HS2022 from January 2022, in a third of the transit countries half a year to two years later."""
    delay = int(draw.choice([6, 12, 24])) if draw.random() < (0.33 if late else 0.05) else 0
    if not params.decoys.edition_switch:
        return 0
    return position(params, NEW_EDITION) + delay
