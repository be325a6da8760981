"""Planted flows: what the episodes move, month by month and code by code, in whole dollars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.corridors.cast import CorridorCast
from riskmodel.worlds.corridors.months import n_months
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.roles import CorridorEpisode
from riskmodel.worlds.corridors.streams import stream

SMALLEST_USD = 1_000


@dataclass(frozen=True)
class PlantedFlows:
    """One episode in dollars; W coalition, P goods, T months; Int64.

    inbound: (W, P, T), exports of each coalition country to `episode.country`, diverted part only;
    booked: (W, P, T), what of it that country books as imports, before CIF.
    between: (P, T), from `country` to `via`; zeros without a chain.
    onward: (P, T), what reaches Russia from the last country; declared: (P, T), what it reports of it.
    """

    episode: CorridorEpisode
    inbound: np.ndarray
    booked: np.ndarray
    between: np.ndarray
    onward: np.ndarray
    declared: np.ndarray


def plant(
    params: WorldParams, cast: CorridorCast, controls: np.ndarray, episode: CorridorEpisode
) -> PlantedFlows:
    """Dollars of one episode. A code is diverted only once it is under control."""
    draw = stream(params.seed, "planted", episode.episode_id)
    months, goods, reporters = n_months(params), cast.goods.height, len(cast.coalition)
    lumps = draw.lognormal(-0.5 * 0.35**2, 0.35, (goods, months))
    shares = draw.dirichlet(np.full(reporters, 0.6), goods).T[:, :, None]
    monthly = shares * draw.lognormal(-0.125, 0.5, (reporters, goods, months))
    controlled = np.arange(months)[None] >= controls[:, None]
    value = episode.usd_per_year / 12 * episode.weights[:, None] * episode.profile(months)[None] * lumps
    inbound = _in_lots(params, episode, "inbound", monthly * (value * controlled)[None])

    moved = inbound.sum(axis=0)
    factor = episode.pass_through * episode.markup
    between = np.zeros_like(moved)
    if episode.via is not None:
        between = _in_lots(params, episode, "between", _lagged(params, moved) * factor)
        onward = _in_lots(params, episode, "onward", _lagged(params, between) * 0.95)
    else:
        onward = _in_lots(params, episode, "onward", _lagged(params, moved) * factor)
    declared = _whole_dollars(onward * episode.onward_kept)
    booked = _whole_dollars(inbound * episode.arrival)
    return PlantedFlows(episode, inbound, booked, between, onward, declared)


def _lagged(params: WorldParams, values: np.ndarray) -> np.ndarray:
    total = np.zeros(values.shape)
    for lag, weight in enumerate(params.lag_weights):
        total[:, lag:] += weight * values[:, : values.shape[1] - lag]
    return total


def _in_lots(params: WorldParams, episode: CorridorEpisode, leg: str, expected: np.ndarray) -> np.ndarray:
    """Whole dollars in consignments: a month without one is empty, the others make up for it.

    Diverted goods travel in lots as all goods do: EU exports of 19 priority codes, March to November 2022 on
    2021, filled 2.9 times as many reporter-code-months for KGZ at 5.2 times the value (ARM 2.1 at 3.3).
    """
    draw = stream(params.seed, "planted-lots", episode.episode_id, leg)
    filled = -np.expm1(-expected / params.lot_usd)
    empty = draw.random(expected.shape) >= filled
    value = np.divide(expected, filled, out=np.zeros_like(expected), where=filled > 0)
    return _whole_dollars(np.where(empty, 0.0, value))


def _whole_dollars(values: np.ndarray) -> np.ndarray:
    rounded = np.rint(values).astype(np.int64)
    return np.where(rounded < SMALLEST_USD, 0, rounded)
