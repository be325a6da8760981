"""Ordinary trade: expected monthly values from supply, demand, distance, trend and season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.corridors.cast import CorridorCast
from riskmodel.worlds.corridors.months import INVASION, n_months, position
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.streams import stream


@dataclass(frozen=True)
class Baseline:
    """Expected trade before roles, decoys and controls. W coalition, C receivers, P goods, T months.

    Attributes
    ----------
    inbound: (C, P), US dollars a month from the whole coalition, at the first month.
    supplier: (W, C, P), how it spreads over the reporters; sums to 1 over W.
    onward: (C, P), US dollars a month to Russia. world: (C, P), exports of own goods to everyone.
    direct: (W, P), US dollars a month from each coalition country to Russia.
    exports: (W, P), US dollars a month from each coalition country to all places that the world leaves out.
    neighbours: (C, C, P), US dollars a month between transit countries; most pairs do not trade.
    pull: (C, T), what the invasion does to ordinary exports to Russia.
    quantity: (P, T), world demand times season, about 1. price: (P, T), price index, 1 at the start.
    drift: (C, T), each receiver's own demand, about 1.
    """

    inbound: np.ndarray
    supplier: np.ndarray
    onward: np.ndarray
    world: np.ndarray
    direct: np.ndarray
    exports: np.ndarray
    neighbours: np.ndarray
    pull: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    drift: np.ndarray

    def inbound_listed_per_year(self, cast: CorridorCast) -> np.ndarray:
        """Ordinary yearly imports of listed goods of each transit country, shape (transit,)."""
        return 12 * self.inbound[: len(cast.transit), cast.listed].sum(axis=1)


def draw_baseline(params: WorldParams, cast: CorridorCast) -> Baseline:
    """Gravity: size of the supplier times size of the market over distance, per code, with noise."""
    draw = stream(params.seed, "gravity")
    w, c, p = len(cast.coalition), len(cast.receivers), cast.goods.height
    scale = cast.goods["scale"].to_numpy()
    listed = np.array(cast.listed)

    supply = draw.lognormal(0, 1.0, (w, 1)) * draw.lognormal(0, 1.0, (w, p))
    distance = draw.uniform(0.5, 15.0, (w, c))  # thousand km
    pull = supply[:, None, :] * (distance**-1.1)[:, :, None] * draw.lognormal(0, params.pair_sd, (w, c, p))
    supplier = pull / pull.sum(axis=0)

    inbound = _spread(draw, params.inbound_usd_per_year, scale, listed, c)
    onward = _spread(draw, params.onward_usd_per_year, scale, listed, c, mix_sd=1.8)
    ratio = onward[:, listed].sum(axis=1) / inbound[:, listed].sum(axis=1)
    onward = onward * np.minimum(1, params.onward_cap / ratio)[:, None]
    makes = draw.random((c, p)) < 0.25
    world = np.where(makes, inbound * draw.lognormal(-0.5, 1.0, (c, p)), inbound * 0.05)
    world = np.maximum(world, params.lot_usd * np.sqrt(scale))

    direct_mix = scale * draw.lognormal(0, 0.5, p)
    direct_total = params.direct_usd_per_year / 12 * direct_mix / direct_mix[listed].sum()
    direct_share = supply * draw.lognormal(0, params.pair_sd, (w, p))
    direct = direct_total * direct_share / direct_share.sum(axis=0)

    exports = (inbound[None] * supplier).sum(axis=1) * draw.lognormal(1.5, 0.5, (w, 1))
    quantity, price = _trends(params, p)
    return Baseline(
        inbound=inbound,
        supplier=supplier,
        onward=onward,
        world=world,
        direct=direct,
        exports=exports,
        neighbours=_neighbours(params, inbound, len(cast.transit)),
        pull=_pull(params, c),
        quantity=quantity,
        price=price,
        drift=_drift(params, c),
    )


def _neighbours(params: WorldParams, inbound: np.ndarray, transit: int) -> np.ndarray:
    """Each transit country sells a little of what it imports to two others."""
    draw = stream(params.seed, "neighbours")
    values = np.zeros((transit, transit, inbound.shape[1]))
    for c in range(transit):
        others = draw.permutation(transit)[:2]
        values[c, others] = inbound[c] * draw.lognormal(-5, 1.5, (2, inbound.shape[1]))
        values[c, c] = 0
    return values


def _pull(params: WorldParams, c: int) -> np.ndarray:
    draw = stream(params.seed, "russian-pull")
    peak = np.exp(draw.uniform(np.log(params.russian_pull[0]), np.log(params.russian_pull[1]), c))
    t = np.arange(n_months(params)) - position(params, INVASION) + 1
    return 1 + (peak[:, None] - 1) * np.clip(t / 12, 0, 1)


def _spread(
    draw: np.random.Generator,
    per_year: tuple[float, float],
    scale: np.ndarray,
    listed: np.ndarray,
    countries: int,
    mix_sd: float = 1.0,
) -> np.ndarray:
    """Monthly value by country and code; listed codes of a country sum to a log-uniform yearly total."""
    total = np.exp(draw.uniform(np.log(per_year[0]), np.log(per_year[1]), countries)) / 12
    mix = scale * draw.lognormal(0, mix_sd, (countries, scale.size))
    return total[:, None] * mix / mix[:, listed].sum(axis=1, keepdims=True)


def _trends(params: WorldParams, p: int) -> tuple[np.ndarray, np.ndarray]:
    draw = stream(params.seed, "trends")
    months = n_months(params)
    t = np.arange(months)
    season_size, season_peak = draw.uniform(0.03, 0.15, p), draw.uniform(0, 12, p)
    season = 1 + season_size[:, None] * np.cos(
        2 * np.pi * (t + params.first.month - season_peak[:, None]) / 12
    )
    demand = np.exp(np.cumsum(draw.normal(0.002, 0.012, (p, months)), axis=1))
    price = (1 + params.inflation) ** (t / 12) * np.ones((p, 1))
    return season * demand, price


def _drift(params: WorldParams, c: int) -> np.ndarray:
    draw = stream(params.seed, "drift")
    return np.exp(np.cumsum(draw.normal(0, params.drift_sd, (c, n_months(params))), axis=1))
