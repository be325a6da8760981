"""The routes between which Russian demand is split, with their reference costs and attraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Index, Mask, Parameters
from riskmodel.worlds.markets.players import Players

DECLARED, UNDECLARED, CHAIN, GHOST = "declared", "undeclared", "chain", "ghost"
LONGEST_LAG = 4  # months in a transit country


@dataclass(frozen=True)
class Routes:
    """Routes through third countries.

    Attributes, over routes unless said: kind, first and last (places of the transit countries; equal unless
    a chain; for a ghost the country on the papers), declares (part of what leaves the last country that is
    declared there as exports to Russia), wrong_code (part of that declared under another code of the
    heading), seen (weight of the visible flow in the cost of detection), taste (routes x listed goods, share
    of a good that the route would carry at no enforcement, before `evaded`), lag (months in the first
    country), markup (log 1 + mark-up of each scored country), recorded (part of diverted goods that the
    scored country records as imports), answer (how strongly enforcement answers in a scored country).
    """

    kind: tuple[str, ...]
    first: Index
    last: Index
    declares: Array
    wrong_code: Array
    seen: Array
    taste: Array
    lag: Index
    markup: Array
    recorded: Array
    answer: Array

    def of(self, kind: str) -> Mask:
        """Routes of a kind."""
        return np.array([k == kind for k in self.kind], dtype=bool)


def routes(p: Parameters, c: MarketCast, who: Players) -> Routes:
    """Draw the routes of a world: direct ones declared or not, chains, and papers without arrival."""
    rng = p.rng("routes")
    theta = p["route_elasticity"]
    size = np.log(c.size)
    # Networks, ports and firms are the same for all routes of a country, and larger in larger ones.
    network = rng.normal(0, 1.0, c.n_scored) + 0.45 * (size - size.mean())
    rows: list[tuple[str, int, int, float]] = []
    for s in (int(x) for x in who.openers):
        pull = float(network[s] - theta * who.route_cost[s])
        hide = float(rng.normal(-0.9 if not c.union[s] else 0.1, 0.9))  # no border in the union
        if not who.hidden[s]:
            rows += [(DECLARED, s, s, pull), (UNDECLARED, s, s, pull + hide)]
        if rng.random() < 0.5:
            rows.append((GHOST, s, s, pull + float(rng.normal(-0.3, 0.6))))
    for a, b in who.chains:
        extra = 0.08 * c.between[a, b] + float(rng.uniform(0.0, 0.08))
        pull = 0.5 * (network[a] + network[b]) - theta * (who.route_cost[b] + extra)
        rows.append((CHAIN, a, b, float(pull + 0.6 * who.hidden[a])))
    paper = [s for s, kind in sorted(who.decoys.items()) if kind == "paper_destination"]
    rows += [(GHOST, s, s, float(network[s] - theta * who.route_cost[s])) for s in paper]
    kind, first, last, pull_of = zip(*rows, strict=True)
    return Routes(
        kind=kind,
        first=np.array(first, dtype=np.int64),
        last=np.array(last, dtype=np.int64),
        declares=_declares(rng, c, kind, np.array(last)),
        wrong_code=np.where(rng.random(len(rows)) < 0.3, rng.uniform(0.1, 0.6, len(rows)), 0.0),
        seen=np.array([{DECLARED: 1.0, UNDECLARED: 0.4, CHAIN: 0.5, GHOST: 0.7}[k] for k in kind]),
        taste=_taste(p, rng, c, kind, np.array(pull_of)),
        lag=rng.integers(0, LONGEST_LAG, len(rows)),
        markup=np.log1p(rng.uniform(p["markup_low"], p["markup_high"], c.n_scored)),
        recorded=np.where(
            rng.random(c.n_scored) < 0.5, rng.uniform(0.8, 1.0, c.n_scored), rng.uniform(0.1, 0.8, c.n_scored)
        ),
        answer=np.exp(rng.normal(0, 0.7, c.n_scored)),
    )


def _declares(rng: np.random.Generator, c: MarketCast, kind: tuple[str, ...], last: Index) -> Array:
    """Declared routes declare nearly all, chains what the last country does, the others nothing."""
    habit = rng.beta(1.2, 1.0, c.n_scored)
    of_kind = {DECLARED: np.ones(c.n_scored), CHAIN: habit, UNDECLARED: 0 * habit, GHOST: 0 * habit}
    return np.array([of_kind[k][s] for k, s in zip(kind, last, strict=True)])


def _taste(
    p: Parameters, rng: np.random.Generator, c: MarketCast, kind: tuple[str, ...], pull: Array
) -> Array:
    """Shares of goods over routes: each country specialises; ghosts take `ghost_share` of the whole."""
    listed = int(c.goods.listed.sum())
    carried = rng.random((len(kind), listed)) < rng.uniform(0.15, 1.0, (len(kind), 1))
    carried[np.arange(len(kind)), rng.integers(0, listed, len(kind))] = True
    weight = np.exp(pull[:, None] + rng.normal(0, 1.3, (len(kind), listed))) * carried
    ghost = np.array([k == GHOST for k in kind])
    for part, share in ((~ghost, 1.0), (ghost, p["ghost_share"] / (1.001 - p["ghost_share"]))):
        if part.any():
            weight[part] *= share / max(weight[part].sum(axis=0).mean(), 1e-12)
    return np.asarray(weight)
