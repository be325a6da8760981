"""The families of world makers, by name. A family is imported only when a world of it is made."""

from __future__ import annotations

from importlib import import_module

from riskmodel.errors import WrongUsage
from riskmodel.worlds.world import World

MAKERS: dict[str, str] = {
    "corridors": "riskmodel.worlds.corridors",
    "firms": "riskmodel.worlds.firms",
    "markets": "riskmodel.worlds.markets",
    "networks": "riskmodel.worlds.networks",
}


def make_world(maker: str, seed: int) -> World:
    """The world of a family and a seed; the same two give the same world.

    Raises WrongUsage where there is no such family.
    """
    if maker not in MAKERS:
        raise WrongUsage(f"There is no world maker {maker!r}; choose one of {', '.join(MAKERS)}.")
    world: World = import_module(MAKERS[maker]).make_world(seed)
    return world
