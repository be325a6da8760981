"""Made-up trade: which cells a country has, and the figure of each in a month as a source shows it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from .world import World

FLOWS = ("X", "M", "X", "M", "RX", "RM")


@dataclass(frozen=True)
class Cell:
    """A reporter's trade of one product with one partner; `size` is its monthly figure in dollars."""

    reporter: str
    partner: str
    flow: str
    code: str
    size: int


def cells(world: World, reporter: str) -> list[Cell]:
    """The cells of a reporter, sorted; the first products always go to Russia, out (X) and again out (RX)."""
    return cast(
        "list[Cell]", world.remember(("cells", reporter, world.cells), lambda: _cells(world, reporter))
    )


def _cells(world: World, reporter: str) -> list[Cell]:
    stream = world.draw("cells", reporter)
    partners = [partner for partner in world.partners if partner != reporter]
    keys = {("RUS", flow, code) for flow in ("X", "RX") for code in world.codes[:3] if "RUS" in partners}
    # at most half of what there could be, so that small worlds end too
    wanted = min(world.cells, max(len(partners) * len(world.codes) * 2, len(keys)))
    while len(keys) < wanted:
        keys.add((stream.choice(partners), stream.choice(FLOWS), stream.choice(world.codes)))
    return [Cell(reporter, *key, stream.randrange(10_000, 2_000_000)) for key in sorted(keys)]


def figure(world: World, source: str, cell: Cell, period: str, now: datetime) -> int | None:
    """Dollars of a cell in a month YYYYMM as the source shows it now; None where there is no trade.

    Re-exports (RX) are a part of exports (X) only in name here: the two are drawn apart.
    """
    key = f"{world.seed} {cell.reporter} {cell.partner} {cell.flow} {cell.code} {period}"
    chance = zlib.crc32(key.encode())
    if chance % 100 < 15:
        return None
    level = 0.5 + (chance >> 8) % 1000 / 1000
    return round(cell.size * level * world.factor(source, period, now, cell.reporter))


def month_figures(
    world: World, source: str, reporter: str, period: str, now: datetime
) -> list[tuple[Cell, int]]:
    """The cells with trade in a month, with their dollars; empty before the first month of the world."""
    if period < world.first:
        return []
    found = ((cell, figure(world, source, cell, period, now)) for cell in cells(world, reporter))
    return [(cell, dollars) for cell, dollars in found if dollars is not None]
