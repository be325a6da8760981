"""Everything about a world that is drawn before a row is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.corridors.cast import CorridorCast, draw_cast
from riskmodel.worlds.corridors.decoys import DecoyNote, Expected, apply_decoys, expected_flows
from riskmodel.worlds.corridors.gravity import Baseline, draw_baseline
from riskmodel.worlds.corridors.months import n_months
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.planted import PlantedFlows, plant
from riskmodel.worlds.corridors.reporting import CorridorHabits, draw_habits
from riskmodel.worlds.corridors.roles import Roles, draw_roles
from riskmodel.worlds.corridors.streams import stream


@dataclass(frozen=True)
class CorridorPlan:
    """Countries, roles, expected and planted dollars, reporting habits.

    direct_left: (P, T), share of direct exports to Russia that controls leave. habits: by country, and RUS.
    """

    params: WorldParams
    cast: CorridorCast
    roles: Roles
    baseline: Baseline
    expected: Expected
    direct_left: np.ndarray
    planted: tuple[PlantedFlows, ...]
    notes: tuple[DecoyNote, ...]
    habits: dict[str, CorridorHabits]


def draw_plan(params: WorldParams) -> CorridorPlan:
    """Draw countries, roles, expected flows, planted dollars and reporting habits."""
    cast = draw_cast(params)
    baseline = draw_baseline(params, cast)
    roles = draw_roles(params, cast, baseline.inbound_listed_per_year(cast))
    expected = expected_flows(baseline)
    notes = apply_decoys(params, cast, roles, expected)
    return CorridorPlan(
        params=params,
        cast=cast,
        roles=roles,
        baseline=baseline,
        expected=expected,
        direct_left=_direct_left(params, cast, roles.controls),
        planted=tuple(plant(params, cast, roles.controls, e) for e in (*roles.episodes, *roles.ghosts)),
        notes=tuple(notes),
        habits=draw_habits(params, cast),
    )


def _direct_left(params: WorldParams, cast: CorridorCast, controls: np.ndarray) -> np.ndarray:
    """Controls end most direct exports within four months of a code's control, less so of unlisted codes."""
    draw = stream(params.seed, "direct")
    goods = cast.goods.height
    listed, unlisted = draw.uniform(*params.direct_fall, goods), draw.uniform(*params.unlisted_fall, goods)
    fall = np.where(np.array(cast.listed), listed, unlisted)
    over = draw.integers(1, 5, goods)
    done = np.clip((np.arange(n_months(params)) - controls[:, None] + 1) / over[:, None], 0, 1)
    return 1 - fall[:, None] * done
