"""Which countries may open routes to Russia, who makes substitutes, and where the decoys' shocks fall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Index, Mask, Parameters

NEVER_OPEN = 1.1  # some that may open a route never do
DIVERTER = "diverter"
ORDINARY = "ordinary"
# Decoys and how often each is drawn. `near`: the nearer to Russia, the likelier.
DECOYS: dict[str, tuple[float, bool]] = {
    "income_boom": (1.3, False),
    "devaluation_rush": (1.0, False),
    "tax_stockpile": (1.0, False),
    "tariff_recode": (0.9, False),
    "entrepot_growth": (1.0, False),
    "nearshoring": (1.0, False),
    "investment_project": (1.2, False),
    "relocated_firms": (0.8, True),
    "direct_purchases": (0.8, True),
    "legal_neighbour": (1.2, True),
    "paper_destination": (0.8, True),
}
SUBSTITUTE = "legal_substitute"
PAPER = "paper_destination"


@dataclass(frozen=True)
class Players:
    """Parts in a world, as places among the scored countries.

    Attributes: openers (countries that may open a route, in order of attraction), hidden (openers that only
    ship on to another transit country), chains (pairs of openers, first and last), producers (makers of
    substitutes outside the coalition), decoys (kind by country, without producers), second (shock that an
    opener's own market takes besides, by country), route_cost (log cost of each scored country's route).
    """

    openers: Index
    hidden: Mask
    chains: tuple[tuple[int, int], ...]
    producers: Index
    decoys: dict[int, str]
    second: dict[int, str]
    route_cost: Array


def players(p: Parameters, c: MarketCast) -> Players:
    """Draw parts: the cheapest routes may open, decoys fall on the others."""
    rng = p.rng("players")
    share = 0.2 if p["many_diverters"] > 0.9 else p["diverter_share"]
    target = max(3, round(c.n_scored * min(NEVER_OPEN * share, 0.2)))
    tariff = np.where(c.union, 0.0, rng.uniform(0.02, 0.12, c.n_scored))
    cost = 0.18 * c.distance + tariff - 0.05 * c.hub + rng.normal(0, 0.03, c.n_scored)
    # Networks, ports and tolerance differ more than freight: far from every cheap route opens.
    openers = np.argsort(6.0 * cost + rng.gumbel(0, 1.0, c.n_scored))[:target]
    others = np.setdiff1d(np.arange(c.n_scored), openers)
    size = np.log(c.size[others])
    appeal = np.exp(0.8 * (size - size.mean()))
    producers = rng.choice(others, size=p.whole("n_producers"), replace=False, p=appeal / appeal.sum())
    chains, hidden = _chains(rng, c, openers)
    free = np.setdiff1d(others, producers)
    decoys = _decoys(rng, c, free, round(p["decoy_rate"] * c.n_scored))
    kinds = ("income_boom", "devaluation_rush", "investment_project")
    second = {int(s): str(rng.choice(kinds)) for s in openers if rng.random() < 0.2}
    return Players(openers, hidden, chains, producers, decoys, second, np.asarray(cost))


def _chains(
    rng: np.random.Generator, c: MarketCast, openers: Index
) -> tuple[tuple[tuple[int, int], ...], Mask]:
    """Pairs of openers: hubs and countries outside the union first, members and neighbours last."""
    firsts = [int(s) for s in openers if not c.union[s]]
    lasts = [int(s) for s in sorted(openers, key=lambda s: (not c.union[s], c.distance[s]))][
        : len(openers) // 2 + 1
    ]
    pairs = [(a, b) for a in firsts for b in lasts if a != b]
    hidden = np.zeros(c.n_scored, dtype=bool)
    if not pairs:
        return (), hidden
    number = min(len(pairs), int(rng.integers(0, 5)))
    chosen = [pairs[at] for at in sorted(rng.choice(len(pairs), size=number, replace=False))]
    ends = {b for _, b in chosen}
    for a, _ in chosen:
        hidden[a] = a not in ends and rng.random() < 0.4
    return tuple(chosen), hidden


def _decoys(rng: np.random.Generator, c: MarketCast, free: Index, number: int) -> dict[int, str]:
    kinds = list(DECOYS)
    weights = np.array([DECOYS[kind][0] for kind in kinds]) * np.exp(rng.normal(0, 0.5, len(kinds)))
    drawn = rng.choice(len(kinds), size=min(number, len(free) - 3), p=weights / weights.sum())
    left = [int(s) for s in free]
    parts: dict[int, str] = {}
    for kind in (kinds[at] for at in drawn):
        fit = np.exp(-1.5 * c.distance[left]) if DECOYS[kind][1] else np.ones(len(left))
        if kind == "entrepot_growth":
            fit = 0.05 + c.hub[left].astype(np.float64)
        parts[left.pop(int(rng.choice(len(left), p=fit / fit.sum())))] = kind
    return parts
