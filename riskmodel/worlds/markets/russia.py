"""Russian demand split over routes by month: inertia, entry, and enforcement that answers what is seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Parameters, persistent
from riskmodel.worlds.markets.players import Players
from riskmodel.worlds.markets.routes import CHAIN, GHOST, LONGEST_LAG, Routes

LEAST_YEAR, MOST_YEAR = 4e5, 4.5e8  # US$ a year leaving a diverter, where it carries anything
LEAST_IN_ALL = 2e5  # US$: less than this in the whole world is not worth opening a route
LAST_OPENING = 24  # months after March 2022
MOST_ON_PAPER = 12.0  # times the usual imports of the country on the papers
STARTING = 0.15  # share of its later attraction with which a route starts


@dataclass(frozen=True)
class Supply:
    """What Russia buys of listed goods, in US$ a month at the border of the first seller.

    Arrays over listed goods and months, the months going on `LONGEST_LAG` + 2 beyond the world.
    direct: from coalition members. substitutes: producers x goods x months. carried: routes x goods x
    months, before consignments. cost: log cost of enforcement, scored x months. opened: first month of each
    scored country's routes, or -1. notes: words about crackdowns and closures by country.
    """

    direct: Array
    substitutes: Array
    carried: Array
    cost: Array
    opened: Array
    notes: dict[int, list[str]]


@dataclass
class _RussiaState:
    """What changes from month to month."""

    shares: Array  # goods x options
    cost: Array
    open: Array
    opened: Array
    closed: Array
    seen: list[Array] = field(default_factory=list)
    notes: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Market:
    """Attraction of options: direct, going without, producers, routes. Goods x options."""

    before: Array
    after: Array
    learning: float
    producers: int


def supply(p: Parameters, c: MarketCast, who: Players, r: Routes, imports: Array) -> Supply:
    """Solve the split for all months; `imports` (scored x months) is what third countries themselves use."""
    rng = p.rng("russia")
    months = len(c.months) + LONGEST_LAG + 2
    market = _market(p, rng, c, who, r)
    demand = _demand(p, rng, c, months)
    state = _start(c, market)
    normal = imports[:, : c.war].mean(axis=1) + 3e4
    haste = np.exp(rng.normal(0, 0.6, c.n_scored)) * p["opening_speed"]
    quantity = np.zeros((*market.before.shape, months))
    cost = np.zeros((c.n_scored, months))
    for t in range(months):
        pull, squeeze = _pull(p, c, r, market, state, t)
        state.shares += _speed(p, market) * (pull / pull.sum(axis=1, keepdims=True) - state.shares)
        volume = demand[:, t] * np.exp(-p["demand_elasticity"] * squeeze)
        quantity[:, :, t] = state.shares * volume[:, None]
        _open(p, rng, c, who, haste, state, squeeze, t)
        _enforce(p, rng, c, r, state, quantity[:, 2 + market.producers :, t], normal, t)
        cost[:, t] = state.cost
    routes = quantity[:, 2 + market.producers :].transpose(1, 0, 2)
    noise = persistent(rng, (len(r.kind), 1, months), p["persistence"], 0.35)
    noise = noise + persistent(rng, routes.shape, 0.5, p["pair_noise"])
    noise = noise + rng.normal(0, 0.2, (len(r.kind), 1, months))
    makers = quantity[:, 2 : 2 + market.producers].transpose(1, 0, 2)
    makers = makers * np.exp(persistent(rng, makers.shape, p["persistence"], p["pair_noise"]))
    carried = _sized(c, r, routes * np.exp(noise), normal)
    return Supply(quantity[:, 0], makers, carried, cost, state.opened, state.notes)


def _market(p: Parameters, rng: np.random.Generator, c: MarketCast, who: Players, r: Routes) -> _Market:
    """Attraction such that direct trade falls by the drawn share, and routes serve the drawn share."""
    listed, makers = int(c.goods.listed.sum()), len(who.producers)
    legal = np.clip(p["legal_share"] * np.exp(rng.normal(0, 0.6, listed)), 0.01, 0.8)
    without = rng.uniform(0.1, 0.4, listed)
    split = rng.dirichlet(np.full(makers, 0.8), listed)
    direct = (1 - legal) * (1 - without)
    base = np.column_stack([direct, without, split * (legal * (1 - without))[:, None]])
    lost = rng.uniform(p["direct_fall_low"], p["direct_fall_high"], listed)
    kept = np.minimum(direct * (1 - lost), 0.9)
    others = base[:, 1:].sum(axis=1)
    evaded = np.clip(p["evaded_share"] * np.exp(rng.normal(-0.3, 0.8, listed)), 0.0, 0.6)
    after = base.copy()
    after[:, 0] = kept / (1 - kept) * others
    routes = (evaded / (1 - evaded) * others)[:, None] * r.taste.T
    zero = np.zeros_like(routes)
    return _Market(np.hstack([base, zero]), np.hstack([after, routes]), float(rng.uniform(0.1, 0.9)), makers)


def _demand(p: Parameters, rng: np.random.Generator, c: MarketCast, months: int) -> Array:
    """Demand at unchanged cost, US$ a month: goods x months; war raises some of it."""
    listed = int(c.goods.listed.sum())
    size = c.goods.size[:listed] * np.exp(rng.normal(0, 0.5, listed))
    t = np.arange(months)
    war = np.clip((t - c.war) / 12, 0, 1) * rng.normal(0.05, 0.2, (listed, 1))
    trend = rng.normal(0.02, 0.04) * t / 12
    shock = persistent(rng, (listed, months), p["persistence"], p["market_noise"])
    return np.asarray((p["russian_demand"] * size / size.sum())[:, None] * np.exp(war + trend + shock))


def _start(c: MarketCast, market: _Market) -> _RussiaState:
    n = c.n_scored
    shares = market.before / market.before.sum(axis=1, keepdims=True)
    return _RussiaState(shares, np.zeros(n), np.zeros(n), np.full(n, -1.0), np.zeros(n))


def _speed(p: Parameters, market: _Market) -> Array:
    """A ban bites at once, habits do not; what is missing meanwhile is not bought."""
    speed = np.full(market.before.shape[1], p["inertia"])
    speed[0] = 0.75
    return speed


def _pull(
    p: Parameters, c: MarketCast, r: Routes, market: _Market, state: _RussiaState, t: int
) -> tuple[Array, Array]:
    """Attraction of every option this month, and how much dearer each good has become (log)."""
    controlled = (t >= c.goods.control[: market.before.shape[0]])[:, None]
    since = np.clip(t - c.goods.control[: market.before.shape[0]], 0, 24) / 24
    pull = np.where(controlled, market.after, market.before)
    first = 2 + market.producers
    pull[:, 2:first] *= 1 + market.learning * since[:, None]  # makers learn what Russia needs
    theta = p["route_elasticity"]
    dear = r.seen * 0.5 * (state.cost[r.first] + state.cost[r.last])
    gate = np.minimum(state.open[r.first], state.open[r.last])
    ghost = r.of(GHOST) & (t >= c.war)
    gate = np.where(ghost, np.maximum(gate, np.clip((t - c.war) / 8, 0, 1)), gate)
    pull[:, first:] *= gate * np.exp(-theta * dear)
    squeeze = np.log(market.before.sum(axis=1) / pull.sum(axis=1)) / theta
    return pull, np.asarray(np.maximum(squeeze, -0.3))


def _open(
    p: Parameters,
    rng: np.random.Generator,
    c: MarketCast,
    who: Players,
    haste: Array,
    state: _RussiaState,
    squeeze: Array,
    t: int,
) -> None:
    """Routes open by chance, the likelier the dearer goods are in Russia; some close for good."""
    since = t - c.war
    luck, end = rng.random(c.n_scored), rng.random(c.n_scored)
    growing = state.open > 0
    state.open[growing] = np.minimum(1.0, state.open[growing] + 0.12)
    if since < 0:
        return
    premium = float(np.clip(squeeze.mean() * p["route_elasticity"], 0, 2))
    hazard = 0.2 * haste * premium * (1 + state.cost[who.openers].mean())
    for s in (int(x) for x in who.openers):
        if state.opened[s] < 0 and since <= LAST_OPENING and luck[s] < hazard[s]:
            state.opened[s], state.open[s] = t, STARTING
        elif state.open[s] > 0 and t - state.opened[s] > 6 and not state.closed[s] and end[s] < 0.008:
            state.closed[s] = 1.0
            _note(c, state, s, t, "business ends")
    state.open[state.closed > 0] *= 0.4


def _enforce(
    p: Parameters,
    rng: np.random.Generator,
    c: MarketCast,
    r: Routes,
    state: _RussiaState,
    flows: Array,
    normal: Array,
    t: int,
) -> None:
    """What became visible `sight_delay` months ago raises the cost of routes; bans come by chance."""
    value = flows.sum(axis=0)
    enters = np.bincount(r.first, value, c.n_scored) + np.bincount(
        r.last, np.where(r.of(CHAIN), value, 0.0), c.n_scored
    )
    leaves = np.bincount(r.last, value * r.declares, c.n_scored)
    state.seen.append(np.log1p((enters + leaves) / normal))
    luck, noise = rng.random(c.n_scored), np.exp(rng.normal(-0.18, 0.6, c.n_scored))
    state.cost *= p["enforcement_memory"]
    late = t - p.whole("sight_delay")
    if late < c.war:
        return
    attention = 0.25 + 0.75 * min(1.0, (t - c.war) / 18)
    state.cost += p["enforcement"] / 6 * attention * r.answer * noise * state.seen[late]
    banned = (luck < p["crackdown_hazard"] * state.cost) & (state.open > 0)
    state.cost[banned] += rng.uniform(0.5, 2.0)
    for s in np.flatnonzero(banned):
        _note(c, state, int(s), t, "crackdown")


def _note(c: MarketCast, state: _RussiaState, s: int, t: int, what: str) -> None:
    if t < len(c.months):
        state.notes.setdefault(s, []).append(f"{what} {c.months[t]:%Y-%m}")


def _sized(c: MarketCast, r: Routes, carried: Array, normal: Array) -> Array:
    """Keep yearly values plausible: fixed costs below, capacity above, and papers that somebody believes."""
    out = carried.copy()
    real = ~r.of(GHOST)
    for at in np.flatnonzero(~real):
        believed = MOST_ON_PAPER * normal[r.first[at]]
        out[at] *= min(1.0, believed / max(float(out[at].sum(axis=0).max()), 1.0))
    for s in np.unique(np.concatenate([r.first[real], r.last[real]])):
        through = real & ((r.first == s) | (r.last == s))
        monthly = out[through].sum(axis=(0, 1)) * np.exp(r.markup[s])
        active = monthly[monthly > 0]
        if monthly[: len(c.months)].sum() < LEAST_IN_ALL:
            out[through] = 0.0
        else:
            best = np.convolve(monthly, np.ones(12), "valid").max()
            out[through] *= min(1.0, MOST_YEAR / best) * max(1.0, LEAST_YEAR / (active.mean() * 12))
    return out
