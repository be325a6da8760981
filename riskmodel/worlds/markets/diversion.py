"""Diverted goods on their way: consignments that arrive, wait, leave, and what papers say of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.worlds.markets.blocks import Block, block
from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Index, Parameters
from riskmodel.worlds.markets.routes import CHAIN, GHOST, Routes
from riskmodel.worlds.markets.russia import Supply

CHAIN_MONTHS = 1  # between two transit countries
ORIGINS = 3  # sources of one good in one transit country, at most
PRICE_NOISE = 0.1


@dataclass(frozen=True)
class Diversion:
    """What passes through transit countries, US$, scored x listed goods x months.

    Attributes: arrived (at the value of the first seller; in the last country of a chain at what it paid),
    left (for Russia or for the next transit country, whole US$), declared (part of `left` that the country
    writes down as exports of that good to Russia), blocks (rows of all reporters), to_russia (rows of
    scored countries to Russia, and nothing else).
    """

    arrived: Array
    left: npt.NDArray[np.int64]
    declared: npt.NDArray[np.int64]
    blocks: list[Block]
    to_russia: list[Block]


@dataclass
class _Ledger:
    """Sums while the routes are gone through."""

    arrived: Array
    left: npt.NDArray[np.int64]
    declared: npt.NDArray[np.int64]
    wrong: npt.NDArray[np.int64]
    bought: Array  # from the coalition, physically
    papers: Array  # from the coalition, on papers only

    @classmethod
    def empty(cls, shape: tuple[int, int, int]) -> _Ledger:
        money, whole = (lambda: np.zeros(shape)), (lambda: np.zeros(shape, dtype=np.int64))
        return cls(money(), whole(), whole(), whole(), money(), money())


def diversion(p: Parameters, c: MarketCast, r: Routes, s: Supply) -> Diversion:
    """Turn the solved routes into consignments and rows."""
    rng = p.rng("diversion")
    months, listed = len(c.months), s.carried.shape[1]
    ledger = _Ledger.empty((c.n_scored, listed, months))
    lot = p["lot_usd"] * np.exp(rng.normal(0.3, 0.9, s.carried.shape[:2]))
    lots = _in_lots(rng, s.carried, lot)
    price = np.exp(np.clip(rng.normal(0, PRICE_NOISE, lots.shape), -2 * PRICE_NOISE, 2 * PRICE_NOISE))
    blocks: list[Block] = []
    for at, kind in enumerate(r.kind):
        if kind == GHOST:
            ledger.papers[r.first[at]] += lots[at, :, :months]
        elif kind == CHAIN:
            blocks += _pass_chain(p, c, r, at, lots[at], price[at], ledger)
        else:
            _pass_one(c, r, at, int(r.first[at]), lots[at], price[at], ledger)
    blocks += _inbound(p, rng, c, r, ledger)
    out = _outbound(c, ledger)
    return Diversion(ledger.arrived, ledger.left, ledger.declared, blocks + out, out)


def _in_lots(rng: np.random.Generator, flow: Array, lot: Array) -> Array:
    """Cut flows (routes x goods x months) into consignments: nothing leaves before enough came together."""
    gathered = np.cumsum(flow, axis=2) / lot[:, :, None]
    sent = np.diff(np.floor(gathered), axis=2, prepend=0.0) * lot[:, :, None]
    return np.asarray(sent * np.exp(rng.normal(0, 0.15, sent.shape)))


def _earlier(c: MarketCast, lots: Array, months: int) -> Array:
    """The same goods `months` before, but not before March 2022."""
    moved = lots[:, months : months + len(c.months)].copy()
    moved[:, c.war] += moved[:, : c.war].sum(axis=1)
    moved[:, : c.war] = 0.0
    return moved


def _pass_one(
    c: MarketCast,
    r: Routes,
    at: int,
    country: int,
    lots: Array,
    price: Array,
    ledger: _Ledger,
    paid: float = 0.0,
) -> None:
    """Goods come in from the coalition (or from another country, at its log mark-up `paid`) and leave."""
    months = len(c.months)
    if paid == 0.0:
        came = _earlier(c, lots, int(r.lag[at]))
        ledger.bought[country] += came
        ledger.arrived[country] += came
    left = np.rint(lots[:, :months] * price[:, :months] * np.exp(paid + r.markup[country])).astype(np.int64)
    shown = np.floor(left * r.declares[at]).astype(np.int64)
    other = np.where(c.goods.same_heading >= 0, r.wrong_code[at], 0.0)[:, None]
    wrong = np.floor(shown * other).astype(np.int64)
    ledger.left[country] += left
    ledger.declared[country] += shown - wrong
    ledger.wrong[country] += wrong


def _pass_chain(
    p: Parameters, c: MarketCast, r: Routes, at: int, lots: Array, price: Array, ledger: _Ledger
) -> list[Block]:
    """Goods come into the first country, go to the last one as ordinary exports, and from there to Russia."""
    first, last = int(r.first[at]), int(r.last[at])
    came = _earlier(c, lots, int(r.lag[at]) + CHAIN_MONTHS)
    ledger.bought[first] += came
    ledger.arrived[first] += came
    between = _earlier(c, lots * price, CHAIN_MONTHS) * np.exp(r.markup[first])
    ledger.left[first] += np.rint(between).astype(np.int64)
    ledger.arrived[last] += between
    _pass_one(c, r, at, last, lots, price, ledger, paid=float(r.markup[first]))
    goods = np.arange(len(lots))
    return [
        block("X", first, last, goods, between),
        block("M", last, first, goods, between * p["cif"] * r.recorded[last]),
    ]


def _inbound(
    p: Parameters, rng: np.random.Generator, c: MarketCast, r: Routes, ledger: _Ledger
) -> list[Block]:
    """Split what the coalition sells over a few origins for each country and good; papers likewise."""
    country, good = np.nonzero((ledger.bought + ledger.papers).sum(axis=2))
    if not len(country):
        return []
    weight = np.log(c.nearness[country] * c.origins) + rng.gumbel(0, 0.6, (len(country), len(c.origins)))
    origin = np.argsort(-weight, axis=1)[:, :ORIGINS]
    share = rng.dirichlet(np.full(ORIGINS, 1.2), len(country))[:, :, None]
    share = share * np.exp(rng.normal(0, 0.4, (len(country), ORIGINS, len(c.months))))
    share /= share.sum(axis=1, keepdims=True)
    place, goods = np.repeat(country, ORIGINS), np.repeat(good, ORIGINS)
    seller = c.n_scored + origin.ravel()
    sold = _flat(share * (ledger.bought + ledger.papers)[country, good][:, None])
    came = _flat(share * ledger.bought[country, good][:, None])
    noise = np.exp(rng.normal(0, p["mirror_noise"], came.shape)) * r.recorded[place][:, None]
    return [
        block("X", seller, place, goods, sold),
        block("M", place, seller, goods, came * p["cif"] * noise),
    ]


def _flat(values: Array) -> Array:
    return values.reshape(-1, values.shape[-1])


def _outbound(c: MarketCast, ledger: _Ledger) -> list[Block]:
    """Rows of declared exports to Russia, some under another code of the heading."""
    country, good = np.nonzero(ledger.declared.sum(axis=2))
    rows = [_exact(c, country, good, ledger.declared[country, good])]
    country, good = np.nonzero(ledger.wrong.sum(axis=2))
    rows.append(_exact(c, country, c.goods.same_heading[good], ledger.wrong[country, good]))
    return rows


def _exact(c: MarketCast, country: Index, good: Index, value: npt.NDArray[np.int64]) -> Block:
    return Block("X", country.astype(np.int64), np.full(len(country), c.russia), good.astype(np.int64), value)
