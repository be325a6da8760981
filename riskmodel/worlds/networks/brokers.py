"""Brokers: how knowledge of a working corridor spreads, fills up, burns and hops.

Contacts are links in a space of contacts (language, diaspora, old partners), drawn without geography,
and a few far ones. Word passes along a link after an exponential time, so the first passage is a shortest
path; entering a country for the first time costs more, as one contact does not suffice there. Sources:
Watts, A simple model of global cascades on random networks (2002); Centola and Macy, Complex Contagions
and the Weakness of Long Ties (2007); Morselli, Giguere and Petit, The efficiency/security trade-off in
criminal networks (2007): what is used most is seen first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from riskmodel.worlds.networks.draws import stream
from riskmodel.worlds.networks.stage import NetworkStage

ROOM = 4.0  # brokers that a country's corridor carries without crowding


@dataclass(frozen=True)
class Brokers:
    """Brokers of all scored countries. `home`: place of the country; `spot`: in the space of contacts.

    `links`: pairs by contact, Boolean; `start`: month of first business, infinite where no word comes.
    """

    home: np.ndarray
    spot: np.ndarray
    links: np.ndarray
    start: np.ndarray
    diverting: np.ndarray  # places of the countries reached, in the order in which they were


@dataclass(frozen=True)
class Exposure:
    """A broker was seen. `closed`: the authorities of the country closed the whole corridor with it."""

    broker: int
    country: int
    month: int
    kind: str  # leak, seizure or court case
    closed: bool


@dataclass(frozen=True)
class Work:
    """Business by broker and month (0: none, 1: usual), and what was seen of it."""

    level: np.ndarray
    exposures: tuple[Exposure, ...]
    starts: np.ndarray  # month of first business of each broker, hops included; infinite: never


def spread(stage: NetworkStage) -> Brokers:
    """Draw brokers and contacts, and let the word spread until the drawn share of countries is reached."""
    rng, p = stream(stage.seed, "contacts"), stage.p
    n = len(stage.scored)
    per_country = 1 + rng.poisson(rng.gamma(1.5, 1.6, n))
    home = np.repeat(np.arange(n), per_country)
    places = rng.uniform(0, 1, (n, 2))
    spot = places[home] + rng.normal(0, 0.05, (len(home), 2))
    apart = np.linalg.norm(spot[:, None] - spot[None], axis=2)
    chance = 0.6 * np.exp(-apart / (p["contact_reach"] / 3)) + p["far_contacts"] / 4
    links = np.triu(rng.random(chance.shape) < chance, 1)
    links |= links.T
    arrival = _arrival(rng, stage, home, links)
    return _cut(rng, stage, Brokers(home, spot, links, arrival, np.array([], dtype=int)))


def _arrival(rng: Generator, stage: NetworkStage, home: np.ndarray, links: np.ndarray) -> np.ndarray:
    """First passage of the word, in units of the mean time of a link; infinite where it never comes."""
    left, right = np.nonzero(np.triu(links, 1))
    wait = rng.exponential(1.0, len(left)) + 0.01
    abroad = home[left] != home[right]
    barrier = rng.exponential(stage.p["country_barrier"], len(stage.scored))
    forth = wait + abroad * barrier[home[right]]
    back = wait + abroad * barrier[home[left]]
    count = len(home)
    graph = csr_matrix((np.r_[forth, back], (np.r_[left, right], np.r_[right, left])), shape=(count, count))
    first = rng.choice(len(stage.scored), int(stage.p["seed_countries"]), replace=False)
    seeds = [int(rng.choice(np.flatnonzero(home == c))) for c in first]
    reached = dijkstra(graph, indices=seeds) + rng.exponential(0.6, len(seeds))[:, None]
    return reached.min(axis=0)


def _cut(rng: Generator, stage: NetworkStage, drawn: Brokers) -> Brokers:
    """Keep the countries reached first; elsewhere no bank takes the payment, and brokers stay idle."""
    first = np.full(len(stage.scored), np.inf)
    np.minimum.at(first, drawn.home, drawn.start)
    share = stage.p["share_diverting"]
    if rng.random() < stage.p["wide_spread_chance"]:
        share = rng.uniform(0.15, 0.20)
    wanted = max(2, round(share * len(stage.scored)))
    order = np.argsort(first, kind="stable")
    order = order[np.isfinite(first[order])][:wanted]
    begin = stage.war + rng.uniform(-1, 3)
    pace = stage.p["months_to_spread"] / max(first[order[-1]] - first[order[0]], 0.5)
    start = begin + (drawn.start - first[order[0]]) * pace
    start[~np.isin(drawn.home, order)] = np.inf
    return Brokers(drawn.home, drawn.spot, drawn.links, start, order)


def work(stage: NetworkStage, brokers: Brokers, campaign: np.ndarray) -> Work:
    """Live through the months: brokers warm up, share what a corridor carries, are seen, stop, hop.

    `campaign` is the demand for orders by month, about 1 on the mean of the months since the war.
    """
    rng, p = stream(stage.seed, "work"), stage.p
    starts, gone = brokers.start.copy(), np.full(len(brokers.home), np.inf)
    warm_up = rng.uniform(1, 6, len(brokers.home))
    careful = rng.lognormal(0, 0.7, len(brokers.home))
    shut: dict[int, float] = {}
    refusals = _refusals(rng, stage, brokers)
    level = np.zeros((len(brokers.home), stage.length))
    exposures: list[Exposure] = []
    for month in range(stage.war, stage.length):
        shut |= {c: 0.1 * shut.get(c, 1.0) for c, since in refusals.items() if since == month}
        open_now = (starts <= month) & (gone > month)
        ramp = np.where(open_now, 1 - np.exp(-(month - starts + 1) / warm_up), 0.0)
        crowd = np.bincount(brokers.home, ramp, len(stage.scored))[brokers.home]
        throttle = np.array([shut.get(int(c), 1.0) for c in brokers.home])
        level[:, month] = ramp * campaign[month] * throttle / np.maximum(1.0, crowd / ROOM)
        hazard = p["exposure_per_month"] * careful * np.minimum(level[:, month] * 2, 3.0)
        for broker in np.flatnonzero(rng.random(len(hazard)) < hazard):
            seen = _seen(rng, stage, brokers, int(broker), month)
            exposures.append(seen)
            gone[broker] = month + rng.integers(1, 5) if rng.random() < 0.8 else np.inf
            if seen.closed:
                shut[seen.country] = float(rng.choice([0.0, 0.1, 0.4]))
            _hop(rng, stage, brokers, int(broker), month, starts)
    return Work(level, tuple(exposures), starts)


def _refusals(rng: Generator, stage: NetworkStage, brokers: Brokers) -> dict[int, int]:
    """Countries whose banks refuse payments from some month on; nearly all orders go elsewhere then."""
    refusals = {}
    for country in brokers.diverting:
        first = int(max(stage.war, brokers.start[brokers.home == country].min())) + 4
        if rng.random() < stage.p["banks_stop"] and first < stage.length - 1:
            refusals[int(country)] = int(rng.integers(first, stage.length))
    return refusals


def _seen(rng: Generator, stage: NetworkStage, brokers: Brokers, broker: int, month: int) -> Exposure:
    kind = str(rng.choice(["leak", "seizure", "court case"], p=[0.45, 0.3, 0.25]))
    closed = bool(rng.random() < stage.p["crackdown_chance"])
    return Exposure(broker, int(brokers.home[broker]), month, kind, closed)


def _hop(
    rng: Generator, stage: NetworkStage, brokers: Brokers, broker: int, month: int, starts: np.ndarray
) -> None:
    """The orders of a burnt broker go to an idle contact, else to any idle broker of a working country."""
    if rng.random() > stage.p["hop_chance"]:
        return
    idle = np.isin(brokers.home, brokers.diverting) & (starts > month + 1)
    known = np.flatnonzero(idle & brokers.links[broker])
    if not len(known):
        known = np.flatnonzero(idle)
    if len(known):
        starts[rng.choice(known)] = month + rng.integers(1, 5)
