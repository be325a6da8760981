"""Steps of a world in order: cast, markets, routes, trade, publication, press, truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from riskmodel.worlds.markets import trade
from riskmodel.worlds.markets.blocks import Block, Rows, table, world_totals
from riskmodel.worlds.markets.cast import MarketCast, cast
from riskmodel.worlds.markets.demand import ThirdMarkets, third_markets
from riskmodel.worlds.markets.diversion import Diversion, diversion
from riskmodel.worlds.markets.parameters import Parameters
from riskmodel.worlds.markets.players import DIVERTER, ORDINARY, PAPER, SUBSTITUTE, Players, players
from riskmodel.worlds.markets.reporting import MarketHabits, habits
from riskmodel.worlds.markets.routes import GHOST, Routes, routes
from riskmodel.worlds.markets.russia import Supply, supply
from riskmodel.worlds.markets.shocks import Shocks, shocks
from riskmodel.worlds.world import DIVERTED, ROLES


@dataclass(frozen=True)
class MarketEconomy:
    """Everything that happens in a world, before anybody publishes it."""

    cast: MarketCast
    players: Players
    shocks: Shocks
    markets: ThirdMarkets
    routes: Routes
    supply: Supply
    diversion: Diversion
    habits: MarketHabits
    rows: Rows


def economy(p: Parameters) -> MarketEconomy:
    """Solve the markets of a world."""
    c = cast(p)
    who = players(p, c)
    shock = shocks(p, c, who)
    markets = third_markets(p, c, shock)
    ways = routes(p, c, who)
    bought = supply(p, c, who, ways, markets.expected[:, c.goods.listed].sum(axis=1))
    diverted = diversion(p, c, ways, bought)
    legal = trade.thirds_to_russia(p, c, who, shock, bought)
    others = trade.thirds_to_others(p, c, who, shock, markets)
    again = trade.reexports(p, c, diverted.to_russia, others)
    blocks = [
        *trade.coalition_to_thirds(p, c, markets),
        *trade.coalition_to_russia(p, c, bought),
        *diverted.blocks,
        *legal,
        *others,
        *again,
    ]
    rows = table([*blocks, *world_totals(_exports_of_scored(c, blocks), c.world)])
    return MarketEconomy(c, who, shock, markets, ways, bought, diverted, habits(p, c), rows)


def _exports_of_scored(c: MarketCast, blocks: list[Block]) -> list[Block]:
    """Blocks of scored reporters with a named partner; a block has reporters of one kind."""
    named = [one for one in blocks if one.flow != "M" and len(one.reporter) and one.partner[0] != c.world]
    return [one for one in named if one.reporter[0] < c.n_scored]


def truth(e: MarketEconomy) -> pl.DataFrame:
    """The truth table: what left each country, and what its published exports show of it."""
    c = e.cast
    country, good, month = np.nonzero(e.diversion.left > 0)
    shown = e.habits.published[: c.n_scored][country, month]
    months = pl.Series(list(c.months), dtype=pl.Date)
    return (
        pl.DataFrame(
            {
                "country": pl.Series(list(c.codes)).gather(country),
                "hs6": pl.Series(list(c.goods.codes)).gather(good),
                "period": months.gather(month),
                "value_usd": e.diversion.left[country, good, month],
                "declared_usd": np.where(shown, e.diversion.declared[country, good, month], 0),
            }
        )
        .cast(pl.Schema(DIVERTED))
        .sort("country", "hs6", "period")
    )


def roles(e: MarketEconomy) -> pl.DataFrame:
    """The part of each scored country, and what happened, in a few words."""
    c = e.cast
    diverts = e.diversion.left.sum(axis=(1, 2)) > 0
    rows = [
        (c.codes[s], _role(e, s, bool(diverts[s])), _note(e, s, bool(diverts[s]))) for s in range(c.n_scored)
    ]
    return pl.DataFrame(rows, schema=ROLES, orient="row").sort("country")


def _role(e: MarketEconomy, s: int, diverts: bool) -> str:
    if diverts:
        return DIVERTER
    if s in e.players.producers:
        return SUBSTITUTE
    kind = {**e.players.second, **e.players.decoys}.get(s, ORDINARY)
    return PAPER if kind == ORDINARY and _on_papers(e, s) else kind


def _on_papers(e: MarketEconomy, s: int) -> bool:
    """The country is named as destination of goods that never arrive."""
    routes = e.routes.of(GHOST) & (e.routes.first == s)
    return bool(e.supply.carried[routes].any())


def _note(e: MarketEconomy, s: int, diverts: bool) -> str | None:
    said = []
    if diverts:
        left = e.diversion.left[s].sum(axis=0)
        start = e.cast.months[int(np.flatnonzero(left)[0])]
        markup = float(np.expm1(e.routes.markup[s]))
        said.append(f"diverts from {start:%Y-%m}, US${left.sum() / 1e6:.1f}m in all, mark-up {markup:.0%}")
        said += e.supply.notes.get(s, [])
        said += ["first of a chain"] * any(a == s for a, _ in e.players.chains)
        said += ["last of a chain"] * any(b == s for _, b in e.players.chains)
    elif s in e.players.producers:
        said.append("makes goods of its own that replace those of the coalition in Russia")
    said += [e.shocks.notes[s]] if s in e.shocks.notes else []
    if _on_papers(e, s) and e.players.decoys.get(s) != PAPER:
        said.append("also named on papers of goods that never arrive")
    return "; ".join(said) or None
