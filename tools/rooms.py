"""The rooms of the packages, the floors they lie on and the arrows between them: `python -m tools.rooms`.

A room is a folder or a lone module of `riskmodel`, or a whole package below it. An arrow is a room that
imports another. A room lies one floor above the highest room that it imports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import grimp

PACKAGES = ("riskmodel", "features", "data_contracts")


@dataclass(frozen=True)
class FloorPlan:
    """Rooms of each floor, the lowest first, sorted arrows (from, to), rooms of a circle if any."""

    floors: tuple[tuple[str, ...], ...]
    arrows: tuple[tuple[str, str], ...]
    circle: tuple[str, ...]


def room_of(module: str) -> str:
    """The room of a module.

    >>> room_of("riskmodel.report.html"), room_of("riskmodel.cli"), room_of("features.trade.signals")
    ('report', 'cli', 'features')
    """
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "riskmodel" and rest else package


def plan_of(imports: Iterable[tuple[str, str]]) -> FloorPlan:
    """Floors and arrows of pairs (importing module, imported module).

    >>> plan_of([("riskmodel.report", "riskmodel.errors"), ("riskmodel.errors", "features.a")]).floors
    (('features',), ('errors',), ('report',))
    >>> plan_of([("riskmodel.report", "riskmodel.errors"), ("riskmodel.errors", "riskmodel.report")]).circle
    ('errors', 'report')
    """
    pairs = {(room_of(above), room_of(below)) for above, below in imports}
    arrows = tuple(sorted((above, below) for above, below in pairs if above != below))
    below: dict[str, set[str]] = {room: set() for pair in pairs for room in pair}
    for room, other in arrows:
        below[room].add(other)
    try:
        order = tuple(TopologicalSorter(below).static_order())
    except CycleError as error:
        return FloorPlan((), arrows, tuple(sorted(set(error.args[1]))))
    floor: dict[str, int] = {}
    for room in order:
        floor[room] = 1 + max((floor[other] for other in below[room]), default=0)
    floors = range(1, max(floor.values(), default=0) + 1)
    return FloorPlan(
        tuple(tuple(sorted(r for r in floor if floor[r] == level)) for level in floors), arrows, ()
    )


def imports_of_packages() -> list[tuple[str, str]]:
    """Every import among the packages; a module that imports nothing is paired with itself."""
    graph = grimp.build_graph(PACKAGES[0], *PACKAGES[1:], cache_dir=None)
    modules = sorted(graph.modules - {"riskmodel"})
    return [(m, other) for m in modules for other in sorted(graph.find_modules_directly_imported_by(m) | {m})]


def main() -> None:
    """Print the plan, the highest floor first; a circle ends with exit code 1."""
    plan = plan_of(imports_of_packages())
    for level, rooms in reversed(list(enumerate(plan.floors, 1))):
        print(f"floor {level:2}: {', '.join(rooms)}")
    print(f"{sum(map(len, plan.floors))} rooms, {len(plan.floors)} floors, {len(plan.arrows)} arrows")
    if plan.circle:
        raise SystemExit(f"a circle: {', '.join(plan.circle)}")
    print("no circle")


if __name__ == "__main__":
    main()
