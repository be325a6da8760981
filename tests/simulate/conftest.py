"""One tiny world, simulated once, for every test that only reads it."""

from datetime import date
from typing import Any

import pytest

from riskmodel.simulate.params import Decoys, WorldParams
from riskmodel.simulate.plan import Plan, draw_plan
from riskmodel.simulate.world import World, simulate_world


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
def world() -> World:
    return simulate_world(tiny())


@pytest.fixture(scope="session")
def plan() -> Plan:
    return draw_plan(tiny())


@pytest.fixture(scope="session")
def plain_plan() -> Plan:
    """Diversion alone: no decoys, no revisions, everything reported."""
    return draw_plan(tiny(decoys=Decoys.none(), revised_share=0.0, delayed_share=0.0))
