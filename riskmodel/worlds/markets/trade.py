"""All other trade of a world: direct exports, legal trade with Russia, onward exports, and mirrors."""

from __future__ import annotations

import numpy as np

from riskmodel.worlds.markets.blocks import Block, block
from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.demand import ThirdMarkets
from riskmodel.worlds.markets.parameters import Array, Index, Parameters, consignments, persistent
from riskmodel.worlds.markets.players import Players
from riskmodel.worlds.markets.russia import Supply
from riskmodel.worlds.markets.shocks import Shocks

FULL_SIZE = 5_000  # countries x products
RUSSIA_STOPS = 2  # months before March 2022 whose imports Russia still published: until January


def coalition_to_thirds(p: Parameters, c: MarketCast, d: ThirdMarkets) -> list[Block]:
    """Exports of coalition members to third countries, and what those record as imports."""
    seller = c.n_scored + d.origin
    mirror = _mirror(p, p.rng("mirror"), d.bought)
    return [block("X", seller, d.buyer, d.good, d.bought), block("M", d.buyer, seller, d.good, mirror)]


def coalition_to_russia(p: Parameters, c: MarketCast, s: Supply) -> list[Block]:
    """Direct exports to Russia: listed goods as solved, unlisted ones with a partial retreat."""
    rng = p.rng("direct")
    months, n = len(c.months), len(c.goods.codes)
    listed = s.direct.shape[0]
    level = p["russian_demand"] / listed * c.goods.size[listed:] * rng.uniform(0.5, 1.5)
    retreat = rng.uniform(0.3, 1.0, (n - listed, 1))
    t = np.arange(months)
    other = level[:, None] * (1 - (1 - retreat) * np.clip((t - c.war + 1) / 4, 0, 1))
    other = other * np.exp(persistent(rng, other.shape, p["persistence"], p["market_noise"]))
    demand = np.vstack([s.direct[:, :months], other])
    appeal = np.log(c.origins) + rng.gumbel(0, 1.0, (n, len(c.origins)))
    sources = min(6, len(c.origins))
    origin = np.argsort(-appeal, axis=1)[:, :sources]
    share = rng.dirichlet(np.full(sources, 0.8), n)
    good = np.repeat(np.arange(n), sources)
    mean = share.reshape(-1, 1) * demand[good]
    mean = mean * np.exp(persistent(rng, mean.shape, p["persistence"], p["pair_noise"]))
    sold = consignments(rng, mean, np.full((len(good), 1), p["lot_usd"]), p["lot_shape"])
    seller = c.n_scored + origin.ravel()
    return [block("X", seller, c.russia, good, sold), _russian(p, c, seller, good, sold, "direct")]


def thirds_to_russia(p: Parameters, c: MarketCast, who: Players, shock: Shocks, s: Supply) -> list[Block]:
    """Legal exports of scored countries to Russia: own goods, and substitutes from other producers."""
    rng = p.rng("legal")
    months, n = len(c.months), len(c.goods.codes)
    near = np.exp(-0.6 * c.distance) * np.where(c.union, 2.5, 1.0)
    chance = np.clip(near[:, None] * np.where(c.goods.listed, 0.08, 0.22) * _thinning(c), 0, 0.8)
    country, good = np.nonzero(rng.random((c.n_scored, n)) < chance)
    level = c.size[country] * 0.004 * np.exp(rng.normal(0, 1.4, len(country))) * near[country]
    growth = rng.normal(0.04, 0.15, (len(country), 1)) * np.arange(months) / 12
    noise = persistent(rng, (len(country), months), p["persistence"], p["pair_noise"])
    mean = level[:, None] * np.exp(growth + noise) * shock.legal[country, good]
    own = consignments(rng, mean, np.full((len(country), 1), p["lot_usd"] * 0.3), p["lot_shape"])
    maker = np.repeat(who.producers, s.substitutes.shape[1])
    made = np.tile(np.arange(s.substitutes.shape[1]), len(who.producers))
    sold = s.substitutes[:, :, :months].reshape(-1, months)
    sold = consignments(rng, sold, np.full((len(made), 1), p["lot_usd"]), p["lot_shape"])
    seller, goods, value = (
        np.concatenate([country, maker]),
        np.concatenate([good, made]),
        np.vstack([own, sold]),
    )
    return [block("X", seller, c.russia, goods, value), _russian(p, c, seller, goods, value, "legal")]


def thirds_to_others(
    p: Parameters, c: MarketCast, who: Players, shock: Shocks, d: ThirdMarkets
) -> list[Block]:
    """Exports of scored countries to other countries than Russia: own goods and goods bought before.

    Those to a few named partners come first, then the rest, which only the world total shows.
    """
    rng = p.rng("onward")
    months, n = len(c.months), len(c.goods.codes)
    bought = np.zeros((c.n_scored, n, months))
    np.add.at(bought, (d.buyer, d.good), d.bought)
    resold = bought * shock.onward
    resold[:, :, 1:] = 0.5 * (resold[:, :, 1:] + resold[:, :, :-1])
    country, good = np.nonzero(
        (rng.random((c.n_scored, n)) < 0.1 * _thinning(c)) | (shock.onward.max(axis=2) > 0)
    )
    makes = np.where(np.isin(country, who.producers), 0.5, 0.015)
    level = c.size[country] * makes * np.exp(rng.normal(0, 1.3, len(country))) / np.sqrt(n)
    mean = level[:, None] * np.exp(persistent(rng, (len(country), months), p["persistence"], p["pair_noise"]))
    own = consignments(rng, mean, np.full((len(country), 1), p["lot_usd"]), p["lot_shape"])
    value = own + 1.12 * resold[country, good]
    partner = _partners(rng, c, country)
    named = value * rng.uniform(0.1, 0.6, (len(country), 1)) * (rng.random(value.shape) < 0.7)
    mirror = _mirror(p, p.rng("mirror", "onward"), named)
    scored = partner < c.n_scored
    return [
        block("X", country, partner, good, named),
        block("M", partner[scored], country[scored], good[scored], mirror[scored]),
        block("X", country, c.world, good, value - np.rint(named)),
    ]


def reexports(p: Parameters, c: MarketCast, to_russia: list[Block], others: list[Block]) -> list[Block]:
    """Re-exports (RX), already within exports, of hubs and a few others that record them apart."""
    rng = p.rng("reexports")
    records = c.hub | (rng.random(c.n_scored) < 0.15)
    share = np.where(c.hub, rng.uniform(0.3, 0.9, c.n_scored), rng.uniform(0.02, 0.4, c.n_scored))
    abroad = rng.uniform(0.5, 1.0, c.n_scored)
    out = []
    for blocks, part in ((to_russia, abroad), (others, share)):
        for one in blocks:
            mine = records[np.minimum(one.reporter, c.n_scored - 1)] & (one.reporter < c.n_scored)
            value = one.value[mine] * part[one.reporter[mine]][:, None]
            out.append(block("RX", one.reporter[mine], one.partner[mine], one.good[mine], np.floor(value)))
    return out


def _thinning(c: MarketCast) -> float:
    """Below 1 in wide worlds, so that they are not larger than the rest."""
    return min(1.0, FULL_SIZE / (c.n_scored * len(c.goods.codes)))


def _partners(rng: np.random.Generator, c: MarketCast, country: Index) -> Index:
    """One partner for each row: a neighbour or a coalition member, never the country itself."""
    close = -1.2 * np.log(c.between) + 0.5 * np.log(c.size)[None, :]
    np.fill_diagonal(close, -np.inf)
    neighbour = np.argmax(close[country] + rng.gumbel(0, 1.0, (len(country), c.n_scored)), axis=1)
    member = c.n_scored + rng.choice(len(c.origins), size=len(country), p=c.origins)
    return np.where(rng.random(len(country)) < 0.5, neighbour, member).astype(np.int64)


def _mirror(p: Parameters, rng: np.random.Generator, sold: Array) -> Array:
    """What buyers record: freight on top, part of it a month later, gaps that last and gaps that do not."""
    late = rng.uniform(0.0, 0.5, (len(sold), 1))
    came = (1 - late) * sold
    came[:, 1:] += late * sold[:, :-1]
    lasting = np.exp(rng.normal(0, p["mirror_bias"], (len(sold), 1)))
    passing = np.exp(rng.normal(0, p["mirror_noise"], sold.shape))
    return np.asarray(came * p["cif"] * lasting * passing)


def _russian(p: Parameters, c: MarketCast, seller: Index, good: Index, sold: Array, name: str) -> Block:
    """What Russia recorded as imports, until January 2022."""
    mirror = _mirror(p, p.rng("mirror", name), sold)
    mirror[:, max(0, c.war - RUSSIA_STOPS + 1) :] = 0.0
    return block("M", c.russia, seller, good, mirror)
