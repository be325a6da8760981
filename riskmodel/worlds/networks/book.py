"""What is ordered, from whom, and by which way: projects, customs habits, and the book of orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from riskmodel.worlds.networks.brokers import Brokers
from riskmodel.worlds.networks.legal import Economies
from riskmodel.worlds.networks.stage import NetworkStage

LEAST_YEARLY, MOST_YEARLY = 400_000.0, 300_000_000.0


@dataclass(frozen=True)
class Customs:
    """How diverted goods pass the books of each scored country (arrays by place of the country).

    `declares`: chance that a consignment to Russia shows in export statistics; `renames`: chance that it
    is declared as a lookalike; `undervalues`: declared to real value; `records`: chance that what comes in
    shows in import statistics (goods in transit and in free zones do not).
    """

    declares: np.ndarray
    renames: np.ndarray
    undervalues: np.ndarray
    records: np.ndarray
    hub: np.ndarray  # pull of the country as a place to pass through


@dataclass(frozen=True)
class Book:
    """Orders, as arrays by order. `route` is padded with -1 behind the last country."""

    broker: np.ndarray
    month: np.ndarray
    project: np.ndarray
    usd: np.ndarray
    route: np.ndarray
    hops: np.ndarray


def projects(rng: Generator, stage: NetworkStage, size: Economies) -> tuple[np.ndarray, np.ndarray]:
    """Bills of materials (projects by listed goods, rows sum to 1), and weight of projects by month."""
    count, n = int(stage.p["projects"]), stage.n_listed
    lost = size.direct[:n] * (1 - stage.left[:n])
    want = (lost / lost.mean()) ** stage.p["demand_weight_of_loss"] * np.exp(rng.normal(0, 0.9, n))
    keys = np.log(want) + rng.gumbel(size=(count, n))
    rank = (-keys).argsort(axis=1).argsort(axis=1)
    held = rank < rng.integers(3, 16, count)[:, None]
    bills = held * want * np.exp(rng.normal(0, 0.6, (count, n)))
    begin = rng.integers(stage.war - 3, stage.length, count)
    early = max(3, count // 3)
    begin[:early] = rng.integers(stage.war - 3, stage.war + 6, early)
    span = 2 + rng.geometric(1 / stage.p["campaign_months"], count)
    time = np.arange(stage.length)
    on = (time >= begin[:, None]) & (time < (begin + span)[:, None])
    # Buying hastens towards the deadline.
    haste = 1 + np.clip((time - begin[:, None]) / span[:, None], 0, 1)
    return bills / bills.sum(axis=1, keepdims=True), on * haste * rng.lognormal(0, 0.8, count)[:, None] + 1e-9


def draw_customs(rng: Generator, n: int) -> Customs:
    """Draw the customs habits of `n` countries."""
    no_border = rng.random(n) < 0.25  # no declarations inside a customs union
    zone = rng.random(n) < 0.35
    return Customs(
        declares=np.where(no_border, rng.uniform(0, 0.1, n), rng.uniform(0.3, 0.97, n)),
        renames=0.7 * rng.beta(1.1, 4, n),
        undervalues=np.where(rng.random(n) < 0.4, rng.uniform(0.3, 0.95, n), 1.0),
        records=np.where(zone, rng.uniform(0, 0.4, n), rng.uniform(0.5, 1.0, n)),
        hub=rng.lognormal(0, 1.0, n) * np.where(zone, 3.0, 1.0),
    )


def order_book(
    rng: Generator,
    stage: NetworkStage,
    size: Economies,
    brokers: Brokers,
    level: np.ndarray,
    active: np.ndarray,
    customs: Customs,
) -> Book:
    """Draw the orders of all brokers and months: how many, for which project, how large, by which way."""
    rate = rng.uniform(0.4, 4.0, len(brokers.home))
    broker, month = np.nonzero(counts := rng.poisson(rate[:, None] * level))
    repeat = counts[broker, month]
    broker, month = np.repeat(broker, repeat), np.repeat(month, repeat)
    share = np.cumsum(active / active.sum(axis=0), axis=0)[:, month]
    project = np.minimum((share < rng.random(len(month))).sum(axis=0), len(active) - 1)
    usd = rng.lognormal(0, 0.9, len(month)) * rng.lognormal(0, 0.8, len(brokers.home))[broker]
    usd *= _scale(rng, stage, size, brokers.home[broker], month, usd)
    route, hops = _routes(rng, stage, brokers, broker, month, customs)
    return Book(broker, month, project, usd, route, hops)


def _scale(
    rng: Generator, stage: NetworkStage, size: Economies, home: np.ndarray, month: np.ndarray, usd: np.ndarray
) -> np.ndarray:
    """US$ of one unit of order size: each country gets a drawn yearly business over its months."""
    p, n = stage.p, len(stage.scored)
    yearly = p["median_annual_usd"] * 10 ** rng.normal(0, p["spread_annual_log10"], n)
    alike = size.imports * 10 ** rng.normal(p["size_ratio_log10"], 0.5, n)
    yearly = np.clip(yearly ** (1 - p["tie_to_size"]) * alike ** p["tie_to_size"], LEAST_YEARLY, MOST_YEARLY)
    first, last = np.full(n, stage.length), np.full(n, 0)
    np.minimum.at(first, home, month)
    np.maximum.at(last, home, month)
    total = np.bincount(home, usd, n)
    return (yearly * np.maximum(last - first + 1, 6) / 12 / np.maximum(total, 1e-9))[home]


def _routes(
    rng: Generator,
    stage: NetworkStage,
    brokers: Brokers,
    broker: np.ndarray,
    month: np.ndarray,
    customs: Customs,
) -> tuple[np.ndarray, np.ndarray]:
    """One to three countries; the last is the broker's. Earlier ones are reached by the word and near."""
    home, two, three = brokers.home[broker], stage.p["two_hops"], stage.p["three_hops"]
    draw = rng.random(len(home))
    wanted = 1 + (draw < two + three).astype(int) + (draw < three)
    started = np.array([brokers.start[brokers.home == c].min() for c in range(len(stage.scored))])
    centre = np.array([brokers.spot[brokers.home == c].mean(axis=0) for c in range(len(stage.scored))])
    apart = np.linalg.norm(centre[:, None] - centre[None], axis=2)
    pull = np.log(customs.hub)[None] - apart / 0.3
    keys = pull[home] + rng.gumbel(size=(len(home), len(stage.scored)))
    keys[started[None] > month[:, None]] = -np.inf
    keys[np.arange(len(home)), home] = -np.inf
    best = (-keys).argsort(axis=1, kind="stable")[:, :2]
    usable = np.isfinite(np.take_along_axis(keys, best, axis=1))
    hops = np.minimum(wanted, 1 + usable.sum(axis=1))
    route = np.full((len(home), 3), -1)
    for count in (1, 2, 3):
        these = np.flatnonzero(hops == count)
        for stop in range(count - 1):
            route[these, stop] = best[these, stop]
        route[these, count - 1] = home[these]
    return route, hops
