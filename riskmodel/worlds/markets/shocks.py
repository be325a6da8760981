"""Shocks to third markets: what a decoy does to imports, onward exports and trade with Russia."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Mask, Parameters
from riskmodel.worlds.markets.players import Players

YEAR = 12


@dataclass(frozen=True)
class Shocks:
    """What shocks do, scored countries x products x months.

    Attributes: demand (multiplies imports from the coalition), onward (share of imports from the coalition
    that is exported again to countries other than Russia), legal (multiplies legal exports to Russia),
    recoded (share of the unlisted code of the same heading that is declared as the listed good, scored x
    listed x months), notes (by country).
    """

    demand: Array
    onward: Array
    legal: Array
    recoded: Array
    notes: dict[int, str]


@dataclass
class _ShockedMarket:
    """The market of one country while its shock is drawn."""

    rng: np.random.Generator
    cast: MarketCast
    demand: Array
    onward: Array
    legal: Array
    recoded: Array

    def start(self, earliest: int = -14, latest: int = 20) -> int:
        """A month relative to March 2022, within the world."""
        return int(np.clip(self.cast.war + self.rng.integers(earliest, latest), 8, len(self.cast.months) - 6))

    def when(self, month: int) -> str:
        return f"{self.cast.months[month]:%Y-%m}"

    def some(self, low: float, high: float) -> Mask:
        return np.asarray(self.rng.random(self.demand.shape[0]) < self.rng.uniform(low, high))


def shocks(p: Parameters, c: MarketCast, who: Players) -> Shocks:
    """Draw the shock of every country that has one."""
    shape = (c.n_scored, len(c.goods.codes), len(c.months))
    listed = int(c.goods.listed.sum())
    out = Shocks(np.ones(shape), np.zeros(shape), np.ones(shape), np.zeros((shape[0], listed, shape[2])), {})
    kinds = {**who.decoys, **who.second}
    for s in sorted(kinds):
        rng = p.rng("shock", str(s))
        market = _ShockedMarket(rng, c, out.demand[s], out.onward[s], out.legal[s], out.recoded[s])
        out.notes[s] = _KINDS[kinds[s]](market)
    rng = p.rng("shock", "producers")
    for s in who.producers:  # they buy some more parts to make what they sell
        out.demand[s, ~c.goods.listed] *= _ramp(shape[2], c.war + 2, 12, rng.uniform(1.0, 1.4))
    return out


def _ramp(months: int, start: int, length: int, level: float) -> Array:
    """1 before `start`, rising to `level` over `length` months."""
    return np.asarray(1 + (level - 1) * np.clip((np.arange(months) - start + 1) / length, 0, 1))


def _income_boom(m: _ShockedMarket) -> str:
    """A commodity boom raises imports of nearly everything from everywhere."""
    start, level = m.start(), m.rng.uniform(1.3, 3.0)
    goods = m.some(0.7, 1.0)
    m.demand[goods] *= _ramp(m.demand.shape[1], start, int(m.rng.integers(4, 16)), level)
    return f"income boom from {m.when(start)}: imports x{level:.1f}"


def _devaluation_rush(m: _ShockedMarket) -> str:
    """Buyers run ahead of a devaluation, then buy less (Alessandria, Kaboski and Midrigan 2010)."""
    start, rush = m.start(), int(m.rng.integers(2, 5))
    m.demand[:, start - rush : start] *= m.rng.uniform(1.5, 3.5)
    slump = int(m.rng.integers(5, 15))
    m.demand[:, start : start + slump] *= m.rng.uniform(0.35, 0.75)
    m.legal[:, start : start + slump] *= m.rng.uniform(1.1, 1.6)  # cheaper exports
    return f"rush before a devaluation in {m.when(start)}"


def _tax_stockpile(m: _ShockedMarket) -> str:
    """A tax announced for some goods: stocks are filled before, and used up after."""
    start, goods = m.start(), np.flatnonzero(m.some(0.2, 0.7))
    months = int(m.rng.integers(2, 6))
    m.demand[goods, start - months : start] *= m.rng.uniform(2.0, 6.0)
    m.demand[goods, start : start + int(m.rng.integers(3, 9))] *= m.rng.uniform(0.15, 0.6)
    return f"stocks filled before a tax in {m.when(start)}"


def _tariff_recode(m: _ShockedMarket) -> str:
    """A tariff change makes another code of the heading cheaper (Fisman and Wei 2004)."""
    start = m.start()
    goods = np.flatnonzero(m.rng.random(m.recoded.shape[0]) < 0.8)
    m.recoded[goods, start:] = m.rng.uniform(0.3, 0.9, (len(goods), 1))
    return f"declared under other codes of the heading after a tariff change in {m.when(start)}"


def _entrepot_growth(m: _ShockedMarket) -> str:
    """An entrepot grows and sends on to everywhere, not to Russia."""
    start, level = m.start(), m.rng.uniform(1.4, 4.0)
    goods = m.some(0.5, 1.0)
    growth = _ramp(m.demand.shape[1], start, int(m.rng.integers(6, 24)), level)
    m.demand[goods] *= growth
    m.onward[goods] = m.rng.uniform(0.5, 0.9)
    return f"entrepot, from {m.when(start)} re-exports to everywhere x{level:.1f}"


def _nearshoring(m: _ShockedMarket) -> str:
    """Assembly moves in: parts come, finished goods leave for the coalition (Freund et al. 2023)."""
    start, level = m.start(-20, 18), m.rng.uniform(1.6, 5.0)
    goods = m.some(0.2, 0.6)
    m.demand[goods] *= _ramp(m.demand.shape[1], start, int(m.rng.integers(6, 20)), level)
    m.onward[m.some(0.3, 0.6)] = m.rng.uniform(0.4, 1.2)
    return f"assembly for export from {m.when(start)}: parts x{level:.1f}"


def _investment_project(m: _ShockedMarket) -> str:
    """A network or a plant is built: a few goods for some months."""
    start, months = m.start(), int(m.rng.integers(4, 15))
    goods = m.rng.choice(m.demand.shape[0], size=int(m.rng.integers(2, 9)), replace=False)
    m.demand[goods, start : start + months] *= m.rng.uniform(4.0, 25.0, (len(goods), 1))
    return f"investment project from {m.when(start)} for {months} months"


def _relocated_firms(m: _ShockedMarket) -> str:
    """Firms and staff move in from Russia and equip themselves."""
    start, level = m.cast.war + int(m.rng.integers(0, 4)), m.rng.uniform(1.4, 2.8)
    rise = _ramp(m.demand.shape[1], start, int(m.rng.integers(2, 6)), level)
    fade = 1 - 0.5 * np.clip((np.arange(len(rise)) - start - 8) / 18, 0, 1)
    m.demand[m.some(0.4, 0.9)] *= 1 + (rise - 1) * fade
    return f"firms move in from {m.when(start)}: imports x{level:.1f}"


def _direct_purchases(m: _ShockedMarket) -> str:
    """Goods once bought from distributors in Russia are bought from their makers."""
    start, level = m.cast.war + int(m.rng.integers(0, 6)), m.rng.uniform(1.4, 3.5)
    m.demand[m.some(0.4, 0.9)] *= _ramp(m.demand.shape[1], start, int(m.rng.integers(2, 9)), level)
    return f"buys from makers instead of distributors in Russia from {m.when(start)}: x{level:.1f}"


def _legal_neighbour(m: _ShockedMarket) -> str:
    """Trade in goods that are not listed grows with Russia, some of it bought from the coalition."""
    start, level = m.cast.war + int(m.rng.integers(0, 10)), m.rng.uniform(2.0, 8.0)
    goods = ~m.cast.goods.listed & m.some(0.5, 1.0)
    m.legal[goods] *= _ramp(m.demand.shape[1], start, int(m.rng.integers(3, 12)), level)
    m.demand[goods] *= _ramp(m.demand.shape[1], start, 6, m.rng.uniform(1.0, 2.2))
    return f"legal exports of unlisted goods to Russia from {m.when(start)}: x{level:.1f}"


def _paper_destination(m: _ShockedMarket) -> str:
    """Named on papers of goods that stay in Russia on the way (Chupilkin, Javorcik and Plekhanov 2025)."""
    return "named as destination of goods that never arrive"


_KINDS: dict[str, Callable[[_ShockedMarket], str]] = {
    "income_boom": _income_boom,
    "devaluation_rush": _devaluation_rush,
    "tax_stockpile": _tax_stockpile,
    "tariff_recode": _tariff_recode,
    "entrepot_growth": _entrepot_growth,
    "nearshoring": _nearshoring,
    "investment_project": _investment_project,
    "relocated_firms": _relocated_firms,
    "direct_purchases": _direct_purchases,
    "legal_neighbour": _legal_neighbour,
    "paper_destination": _paper_destination,
}
