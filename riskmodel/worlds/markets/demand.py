"""Demand of third countries for coalition goods, and which pairs of country, origin and product trade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Index, Mask, Parameters, consignments, persistent
from riskmodel.worlds.markets.shocks import Shocks

FEWEST_PAIRS, MOST_PAIRS = 8, 95
MOST_FOR_OTHERS = 4.0
LIFTED = 1.15
ALL_PAIRS = 2000  # of a world, so that wide worlds are not larger than the rest


@dataclass(frozen=True)
class ThirdMarkets:
    """Imports of third countries from the coalition, before any diversion.

    Attributes: buyer, origin, good (places of each pair that trades), bought (pairs x months, US$ at the
    origin's border), expected (scored x products x months, US$ a month that pairs would trade on average).
    """

    buyer: Index
    origin: Index
    good: Index
    bought: Array
    expected: Array


def third_markets(p: Parameters, c: MarketCast, shock: Shocks) -> ThirdMarkets:
    """Gravity by partner, income by country, persistent shocks by market, consignments by pair."""
    rng = p.rng("demand")
    taste = np.exp(rng.normal(0, 1.0, (c.n_scored, len(c.goods.codes)))) * c.goods.size
    level = c.size[:, None] * taste / taste.sum(axis=1, keepdims=True)
    expected = level[:, :, None] * _income(p, c)[:, None, :] * shock.demand
    expected = _recoded(c, expected, shock.recoded)
    buyer, origin, good, share = _pairs(rng, c, level)
    rho, market = p["persistence"], p["market_noise"]
    months = len(c.months)
    noise = persistent(rng, (c.n_scored, len(c.goods.codes), months), rho, market)[buyer, good]
    noise = (
        noise + persistent(rng, (len(c.origins), len(c.goods.codes), months), rho, market * 0.7)[origin, good]
    )
    noise = noise + persistent(rng, (len(buyer), months), rho, p["pair_noise"])
    alive = _alive(p, rng, shock.demand[buyer, good])
    mean = share[:, None] * expected[buyer, good] * np.exp(noise - noise.var() / 2) * alive
    lot = p["lot_usd"] * np.exp(rng.normal(0, 0.8, len(buyer)))
    return ThirdMarkets(buyer, origin, good, consignments(rng, mean, lot[:, None], p["lot_shape"]), expected)


def _alive(p: Parameters, rng: np.random.Generator, demand: Array) -> Mask:
    """Pairs begin and end (Besedes and Prusa 2006); many new ones begin when a shock lifts demand."""
    pairs, months = demand.shape
    lifted = demand > LIFTED
    begins = np.where(
        lifted.any(axis=1) & (rng.random(pairs) < 0.7), lifted.argmax(axis=1), rng.integers(0, months, pairs)
    )
    begins = np.where(rng.random(pairs) < p["pair_entry"], begins, 0)
    ends = np.where(rng.random(pairs) < p["pair_exit"], rng.integers(0, months, pairs), months)
    t = np.arange(months)
    return np.asarray((t >= begins[:, None]) & ((t < ends[:, None]) | (ends <= begins)[:, None]))


def _income(p: Parameters, c: MarketCast) -> Array:
    """Growth, season, the 2020 slump and recovery, and income shocks: scored x months, near 1."""
    rng = p.rng("income")
    t = np.arange(len(c.months))
    growth = rng.normal(0.03, p["trend_spread"], (c.n_scored, 1)) * t / 12
    season = p["season"] * np.sin(2 * np.pi * (t / 12 + rng.random((c.n_scored, 1))))
    slump = np.array([-0.25 if m.year == 2020 and 3 < m.month < 9 else 0.0 for m in c.months])
    income = persistent(rng, (c.n_scored, len(t)), min(0.97, p["persistence"] + 0.1), p["market_noise"] * 0.8)
    return np.asarray(np.exp(growth + season + slump * rng.uniform(0.3, 1.5, (c.n_scored, 1)) + income))


def _recoded(c: MarketCast, expected: Array, share: Array) -> Array:
    """Move trade from the unlisted code of a heading to its listed code."""
    out = expected.copy()
    for good, other in enumerate(c.goods.same_heading):
        if other >= 0:
            moved = share[:, good] * out[:, other]
            out[:, good] += moved
            out[:, other] -= moved
    return out


def _pairs(rng: np.random.Generator, c: MarketCast, level: Array) -> tuple[Index, Index, Index, Array]:
    """The pairs that trade, larger ones first, and the share of a country's demand that each serves."""
    quality = np.exp(rng.normal(0, 0.9, (len(c.origins), len(c.goods.codes))))
    weight = c.nearness[:, :, None] * c.origins[None, :, None] * quality[None]
    weight /= weight.sum(axis=1, keepdims=True)
    value = weight * level[:, None, :]
    rank = np.argsort(np.argsort(c.size)) / max(1, c.n_scored - 1)
    quota = FEWEST_PAIRS + (MOST_PAIRS - FEWEST_PAIRS) * rank**1.6
    quota = np.maximum(FEWEST_PAIRS, quota * min(1.0, ALL_PAIRS / quota.sum())).astype(int)
    chosen = []
    appeal = 0.7 * np.log(value) + rng.gumbel(0, 1.0, value.shape)  # thin pairs trade, too
    for s in range(c.n_scored):
        flat = np.sort(np.argsort(-appeal[s], axis=None, kind="stable")[: quota[s]])
        origin, good = np.unravel_index(flat, appeal[s].shape)
        chosen.append(np.stack([np.full(len(flat), s), origin, good]))
    buyer, origin, good = np.concatenate(chosen, axis=1).astype(np.int64)
    # The pairs that trade serve what the others would have.
    kept = np.bincount(buyer, value[buyer, origin, good], c.n_scored)
    more = np.clip(level.sum(axis=1) / kept, 1.0, MOST_FOR_OTHERS)
    return buyer, origin, good, weight[buyer, origin, good] * more[buyer]
