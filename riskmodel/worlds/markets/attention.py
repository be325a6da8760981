"""What outsiders can notice of each country: visible flows, leaks of diverted goods, general attention."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.markets.blocks import FLOWS
from riskmodel.worlds.markets.parameters import Array, Parameters
from riskmodel.worlds.markets.world_building import MarketEconomy

WINDOW = 6  # months over which flows are compared
FULL_ATTENTION = 15  # months after March 2022


@dataclass(frozen=True)
class Notice:
    """What may be noticed, scored countries x months.

    Attributes: visible (log growth of imports of listed goods from the coalition and of exports of them to
    Russia, weighed by size, `sight_delay` months late), leak (log 1 + US$ m a year that is diverted, some
    months late), papers (the same of goods that never arrive), eased (log cost of enforcement), interest
    (months only: 0.05 before the war to 1), weight (countries only: how much is written of each).
    """

    visible: Array
    leak: Array
    papers: Array
    eased: Array
    interest: Array
    weight: Array


def notice(p: Parameters, e: MarketEconomy) -> Notice:
    """Derive what may be noticed from what happens; decoys that move visible flows are noticed too."""
    c, rng = e.cast, p.rng("attention")
    months = len(c.months)
    delay = p.whole("sight_delay")
    size = np.log(c.size)
    weight = np.exp(0.5 * (size - size.mean()) + rng.normal(0, 0.6, c.n_scored))
    ghosts = np.zeros((c.n_scored, months))
    is_ghost = e.routes.of("ghost")
    np.add.at(ghosts, e.routes.first[is_ghost], e.supply.carried[is_ghost][:, :, :months].sum(axis=1))
    since = np.arange(months) - c.war
    leak_delay = int(rng.integers(1, 7))
    return Notice(
        visible=_late(_growth(e), delay),
        leak=_late(np.log1p(_recent(e.diversion.left.sum(axis=1)) * 12 / 1e6), leak_delay),
        papers=_late(np.log1p(_recent(ghosts) * 12 / 1e6), delay),
        eased=_late(e.supply.cost[:, :months], 1),
        interest=np.where(since < 0, 0.05, 0.2 + 0.8 * np.clip(since / FULL_ATTENTION, 0, 1)),
        weight=np.asarray(weight / weight.mean()),
    )


def _growth(e: MarketEconomy) -> Array:
    c, rows = e.cast, e.rows
    listed = c.goods.listed[rows.good]
    export = rows.flow == FLOWS.index("X")
    member = (rows.reporter >= c.n_scored) & (rows.reporter < c.n_scored + c.n_coalition)
    comes = export & listed & member & (rows.partner < c.n_scored)
    goes = export & listed & (rows.reporter < c.n_scored) & (rows.partner == c.russia)
    flow = np.zeros((c.n_scored, len(c.months)))
    np.add.at(flow, (rows.partner[comes], rows.month[comes]), rows.value[comes])
    np.add.at(flow, (rows.reporter[goes], rows.month[goes]), rows.value[goes])
    before = flow[:, c.war - 12 : c.war].mean(axis=1, keepdims=True)
    recent = _recent(flow)
    growth = np.clip(np.log((recent + 3e4) / (before + 3e4)), 0, 3)
    return np.asarray(growth * np.clip(np.log1p(recent / 1e5) / 3, 0, 1.5))


def _recent(flow: Array) -> Array:
    total = np.cumsum(flow, axis=1, dtype=np.float64)
    total[:, WINDOW:] -= np.cumsum(flow, axis=1, dtype=np.float64)[:, :-WINDOW]
    return total / WINDOW


def _late(values: Array, months: int) -> Array:
    out = np.zeros_like(values)
    out[:, months:] = values[:, : values.shape[1] - months]
    return out
