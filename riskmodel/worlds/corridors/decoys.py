"""Decoys in the flows: what looks like diversion and is not. One function for each switch of `Decoys`.

Each changes the expected flows of its own countries only, and says in the truth table what it did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.corridors.cast import CorridorCast
from riskmodel.worlds.corridors.gravity import Baseline
from riskmodel.worlds.corridors.months import n_months, position
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.roles import Roles, whole
from riskmodel.worlds.corridors.streams import stream


@dataclass(frozen=True)
class DecoyNote:
    """What one decoy did: kind (name of its switch), country (`ALL` for the price boom), codes, months, peak.

    `peak`: the multiple that values reach (None where none applies). start, stop: array positions.
    """

    kind: str
    country: str
    codes: tuple[str, ...]
    start: int
    stop: int | None
    peak: float | None


@dataclass
class Expected:
    """Expected monthly US dollars, changed in place by the decoys.

    inbound, onward, world: (C, P, T) for receivers; price: (P, T), which values already contain.
    """

    inbound: np.ndarray
    onward: np.ndarray
    world: np.ndarray
    price: np.ndarray


def expected_flows(baseline: Baseline) -> Expected:
    """Baseline times trend, season, price and drift."""
    moving = (baseline.quantity * baseline.price)[None] * baseline.drift[:, None, :]
    return Expected(
        inbound=baseline.inbound[:, :, None] * moving,
        onward=baseline.onward[:, :, None] * moving * baseline.pull[:, None, :],
        world=baseline.world[:, :, None] * moving,
        price=baseline.price.copy(),
    )


def apply_decoys(params: WorldParams, cast: CorridorCast, roles: Roles, flows: Expected) -> list[DecoyNote]:
    """Apply every flow decoy that is on; returns what was done, in a fixed order."""
    notes: list[DecoyNote] = []
    for name, decoy in FLOW_DECOYS.items():
        if getattr(params.decoys, name):
            notes.extend(decoy(params, cast, roles, flows))
    return notes


def legal_hubs(params: WorldParams, cast: CorridorCast, roles: Roles, flows: Expected) -> list[DecoyNote]:
    """Entrepots: high imports and high exports to Russia in every month, stable before and after 2022."""
    notes = []
    for country in roles.hubs:
        draw = stream(params.seed, "legal_hubs", country)
        c, level, onward = cast.receivers.index(country), draw.uniform(3, 8), draw.uniform(0.05, 0.2)
        flows.inbound[c] *= level
        flows.onward[c] = onward * flows.inbound[c]
        flows.world[c] = 0.8 * flows.inbound[c]
        notes.append(DecoyNote("legal_hubs", country, (), 0, None, round(level, 2)))
    return notes


def industrial_growth(
    params: WorldParams, cast: CorridorCast, roles: Roles, flows: Expected
) -> list[DecoyNote]:
    """An economy that really grows: imports of listed and unlisted goods rise and stay, nothing goes on."""
    notes = []
    for country in roles.industry:
        draw = stream(params.seed, "industrial_growth", country)
        start, peak, ramp = _late_start(draw, params), draw.uniform(1.4, 4.0), whole(draw, (9, 24))
        c = cast.receivers.index(country)
        rise = 1 + (peak - 1) * _ramp(params, start, ramp)
        flows.inbound[c] *= rise
        flows.world[c] *= rise
        notes.append(DecoyNote("industrial_growth", country, (), start, None, round(peak, 2)))
    return notes


def relocation(params: WorldParams, cast: CorridorCast, roles: Roles, flows: Expected) -> list[DecoyNote]:
    """A firm moves its plant out of Russia: the direct leg falls, imports of its few codes rise, and what
    is made there goes to the rest of the world.
    """
    notes = []
    for country in roles.relocation:
        draw = stream(params.seed, "relocation", country)
        start, peak = _late_start(draw, params), draw.uniform(2.0, 6.0)
        codes = _some_listed(draw, cast, 3)
        c = cast.receivers.index(country)
        rise = 1 + (peak - 1) * _ramp(params, start, 6)
        flows.inbound[c, codes] *= rise
        flows.world[c, codes] += 0.8 * flows.inbound[c, codes]
        notes.append(DecoyNote("relocation", country, _names(cast, codes), start, None, round(peak, 2)))
    return notes


def big_project(params: WorldParams, cast: CorridorCast, roles: Roles, flows: Expected) -> list[DecoyNote]:
    """One project, such as a power plant: one code comes in for half a year, many times the usual value."""
    notes = []
    for country in roles.projects:
        draw = stream(params.seed, "big_project", country)
        start, length, peak = _late_start(draw, params), whole(draw, (4, 8)), draw.uniform(8, 30)
        codes = _some_listed(draw, cast, 1)
        flows.inbound[cast.receivers.index(country), codes, start : start + length] *= peak
        notes.append(
            DecoyNote("big_project", country, _names(cast, codes), start, start + length, round(peak, 2))
        )
    return notes


def price_boom(params: WorldParams, cast: CorridorCast, roles: Roles, flows: Expected) -> list[DecoyNote]:
    """Dearer goods, not more: a third of the codes cost up to twice as much for over a year, everywhere."""
    draw = stream(params.seed, "price_boom")
    goods = cast.goods.height
    codes = np.sort(draw.permutation(goods)[: max(1, goods // 3)])
    start, length = position(params, params.last.replace(year=2021, month=6)), whole(draw, (15, 21))
    peaks = draw.uniform(1.2, 2.0, codes.size)
    shape = _ramp(params, start, 6) - _ramp(params, start + length, 6)
    boom = 1 + (peaks[:, None] - 1) * shape
    for values in (flows.inbound, flows.onward, flows.world):
        values[:, codes] *= boom
    flows.price[codes] *= boom
    names = _names(cast, codes)
    return [DecoyNote("price_boom", "ALL", names, start, start + length, round(float(peaks.max()), 2))]


def own_goods(params: WorldParams, cast: CorridorCast, roles: Roles, flows: Expected) -> list[DecoyNote]:
    """Goods the country makes itself and hardly imports: its exports of them to Russia grow."""
    notes = []
    for country in roles.own_goods:
        draw = stream(params.seed, "own_goods", country)
        start, peak = _late_start(draw, params), draw.uniform(3, 10)
        codes = _some_listed(draw, cast, 3)
        c = cast.receivers.index(country)
        made = flows.inbound[c, codes] * draw.uniform(0.2, 0.6)
        flows.inbound[c, codes] *= 0.03
        flows.world[c, codes] += 5 * made
        flows.onward[c, codes] += made / peak * (1 + (peak - 1) * _ramp(params, start, 9))
        notes.append(DecoyNote("own_goods", country, _names(cast, codes), start, None, round(peak, 2)))
    return notes


Decoy = Callable[[WorldParams, CorridorCast, Roles, Expected], list[DecoyNote]]
FLOW_DECOYS: dict[str, Decoy] = {
    "legal_hubs": legal_hubs,
    "industrial_growth": industrial_growth,
    "relocation": relocation,
    "big_project": big_project,
    "own_goods": own_goods,
    "price_boom": price_boom,
}


def _late_start(draw: np.random.Generator, params: WorldParams) -> int:
    """A month from 2021-09 to half a year before the end: around the invasion, as real changes are."""
    first = position(params, params.last.replace(year=2021, month=9))
    return whole(draw, (first, n_months(params) - 6))


def _ramp(params: WorldParams, start: int, months: int) -> np.ndarray:
    return np.clip((np.arange(n_months(params)) - start + 1) / months, 0, 1)


def _some_listed(draw: np.random.Generator, cast: CorridorCast, most: int) -> np.ndarray:
    listed = np.flatnonzero(cast.listed)
    return np.sort(draw.permutation(listed)[: whole(draw, (1, most))])


def _names(cast: CorridorCast, codes: np.ndarray) -> tuple[str, ...]:
    return tuple(cast.goods["hs6"].gather(codes).to_list())
