"""One tiny world, simulated once, for every test that only reads it."""

from datetime import date
from typing import Any

import pytest

from riskmodel.worlds.corridors.params import CorridorDecoys, WorldParams
from riskmodel.worlds.corridors.plan import CorridorPlan, draw_plan
from riskmodel.worlds.corridors.world import CorridorWorld, simulate_world


def tiny(seed: int = 5, **changes: Any) -> WorldParams:
    """Enough countries for every role, few reporters, four years."""
    small: dict[str, Any] = {
        "n_transit": 30,
        "n_control": 2,
        "n_coalition": 3,
        "last": date(2023, 12, 1),
        "ordinary_stories": 3.0,
    }
    return WorldParams.small(seed, **{**small, **changes})


@pytest.fixture(scope="session")
def world() -> CorridorWorld:
    return simulate_world(tiny())


@pytest.fixture(scope="session")
def plan() -> CorridorPlan:
    return draw_plan(tiny())


@pytest.fixture(scope="session")
def plain_plan() -> CorridorPlan:
    """Diversion alone: no decoys, no revisions, everything reported."""
    return draw_plan(tiny(decoys=CorridorDecoys.none(), revised_share=0.0, delayed_share=0.0))
