"""Procurement networks of brokers: one author's worlds of diverted goods.

Mechanism
---------
A state pays for projects. Each project has a bill of materials, a set of listed goods bought together in
proportions, and a campaign with a deadline towards which buying hastens (`orders`). What is wanted
follows, loosely, what controls have cut off. Orders are placed with brokers. That a corridor works is
known by word of mouth: it passes along contacts, a network of language, old partners and a few far
acquaintances that is drawn without geography, and a new country needs more than one contact (`brokers`).
So corridors open in bursts, fill up (more brokers share what the corridor carries), are seen the sooner
the more they are used, burn, and the orders hop to an idle contact, often in another country. Banks of
some countries refuse at some point, and authorities close some corridors; a few smaller orders may go
on. Where word comes too late, brokers stay idle. Goods pass one to three countries, with mark-ups; some
orders are stocked in the first country and released in parts after long delays; all lines of an order
leave together. On paper, goods may bear the code of an unlisted lookalike (already at the seller, or on
leaving), may be undervalued, may show no onward declaration (no customs border, free zone) or no import
(transit).

Ordinary trade is a point process of consignments: relations that live, end or begin, calendars with
fiscal year ends and holidays, slow shocks, product generations that replace each other, the spring of
2020, and the shortage of components of 2021 with fewer and dearer consignments (`legal`, `stage`).
Coalition members stop direct sales to Russia by product from March 2022 to early 2024, some firms
earlier. All countries, sizes, roles and habits are drawn from the seed; codes of countries are labels,
and nothing here says anything about a real country. Every parameter is drawn for each world from
`ranges.csv`, which names its sources.

Sources
-------
- J. Byrne, G. Somerville, J. Byrne, J. Watling, N. Reynolds, J. Baker, Silicon Lifeline: Western
  Electronics at the Heart of Russia's War Machine, RUSI (2022): intermediaries, components bought in
  sets.
- O. Bilousova, B. Hilgenstock, E. Ribakova, N. Shapoval, A. Vlasyuk, V. Vlasiuk, Challenges of Export
  Controls Enforcement, KSE Institute and Yermak-McFaul group (2024): how supply chains adapted, and
  when.
- M. Snegovaya and others, Out of Stock? (2023) and Back in Stock? (2024), CSIS.
- FinCEN and BIS, alert FIN-2022-Alert003 (2022): transshipment points and signs of evasion.
- M. Chupilkin, B. Javorcik, A. Plekhanov, The Eurasian Roundabout, EBRD (2023): growth through
  neighbours, and exports that never arrive where they are said to go.
- R. Feenstra, G. Hanson, Intermediaries in Entrepot Trade (2004): mark-ups. R. Fisman, S.-J. Wei, Tax
  Rates and Tax Evasion (2004): lookalike codes and undervaluation. R. Fisman, P. Moustakerski, S.-J.
  Wei, Outsourcing Tariff Evasion (2008): entrepots.
- D. Watts, A simple model of global cascades on random networks (2002); D. Centola, M. Macy, Complex
  Contagions and the Weakness of Long Ties (2007); C. Morselli, C. Giguere, K. Petit, The
  efficiency/security trade-off in criminal networks (2007); T. Chaney, The Network Structure of
  International Trade (2014).
- R. Armenter, M. Koren, A Balls-and-Bins Model of Trade (2014); T. Besedes, T. Prusa, Ins, outs, and the
  duration of trade (2006).

NetworkDecoys
------
`decoys.KINDS`, for 18 to 38 % of the scored countries: a regional hub that distributes to its region; an
assembler with a new contract; rearmament or aid of the country itself (bought by bills of materials,
too); replacement after a disaster; customs that go digital, so that reporting jumps; a stockist of the
component shortage; a maker that sells its own goods to Russia; a roll-out of a new device generation;
firms that move in with their equipment; a ghost destination, named on papers only; lawful resale of
unlisted goods. Nearly all countries also have one-off contracts. About a fifth of the diverters carry a
decoy as well.

Reporting
---------
Coalition members publish after their known calendar. Of the scored countries 15 to 40 % never report;
others are late, publish a year at once, have gaps, stop, adopt HS2022 late, leave small cells, weights
or (from some month) Russia out, or book imports under another partner; figures are revised (`habits`).
Before HS2022 is adopted, six listed codes appear under their old ones: `stage.OLD_CODES`. Exports (X)
contain re-exports (RX). Russia's own imports end with January 2022. Press and lists come from exposures
(leaks, seizures, court cases), late, copied, with errors and false leads; a third of the worlds has none
of either.

The truth table
---------------
One entry for each country that goods left; in chains the value grows by the mark-up of each stop.
`declared_usd` is what the published exports to Russia contain of it, at declared value and under
whatever code: goods that leave for a second transit country, undeclared goods, hidden months and cells
count as 0.

Limits
------
Goods of non-coalition make do not enter the chains; unlisted companions of an order do not, either. No
broker learns prices, nor do brokers compete. Exchange rates, quantities and the partner countries'
economies are plain. The number of countries reached is drawn beforehand, and the pace of the word is
scaled to it.
"""

from __future__ import annotations

import polars as pl

from features.reference.facts import priority_list
from riskmodel.worlds.networks.decoys import NetworkDecoys, decoys
from riskmodel.worlds.networks.habits import habits
from riskmodel.worlds.networks.legal import economies, legal_trade
from riskmodel.worlds.networks.orders import Network, network_trade
from riskmodel.worlds.networks.press import listings, mentions
from riskmodel.worlds.networks.publish import declared_in, published
from riskmodel.worlds.networks.stage import NetworkStage, set_stage
from riskmodel.worlds.world import DIVERTED, ROLES, World

__all__ = ["MAKER", "make_world"]
MAKER = "networks"


def make_world(seed: int) -> World:
    """Make the world of a seed (a whole number, 0 or more): the same bytes in every process."""
    stage = set_stage(seed)
    size = economies(stage)
    network = network_trade(stage, size)
    diverting = frozenset(network.leaving["country"])
    feints = decoys(stage, size, diverting)
    customs = habits(stage)
    moves = pl.concat([legal_trade(stage, size), feints.moves, network.moves])
    trade = published(stage, customs, moves, feints.covered)
    shown = declared_in(stage, customs, network.leaving, trade, feints.covered)
    return World(
        maker=MAKER,
        seed=seed,
        first=stage.months[0],
        last=stage.months[-1],
        trade_flows=trade,
        goods=priority_list().filter(pl.col("hs6").is_in(stage.goods[: stage.n_listed])).sort("hs6"),
        mentions=mentions(stage, network, feints),
        listings=listings(stage, network, feints),
        diverted=_diverted(stage, shown),
        roles=_roles(stage, network, feints),
    )


def _diverted(stage: NetworkStage, shown: pl.DataFrame) -> pl.DataFrame:
    """The truth table: whole dollars by country, product and month."""
    whole = shown.select(
        "country",
        "period",
        hs6=pl.Series(stage.goods, dtype=pl.String).gather(shown["good"]),
        value_usd=pl.col("value").floor().cast(pl.Int64),
        declared_usd="shown",
    )
    whole = whole.group_by("country", "hs6", "period").agg(pl.col("value_usd", "declared_usd").sum())
    return whole.filter(pl.col("value_usd") > 0).select(list(DIVERTED)).sort("country", "hs6", "period")


def _roles(stage: NetworkStage, network: Network, feints: NetworkDecoys) -> pl.DataFrame:
    diverting = set(network.leaving["country"])
    rows = []
    for country in stage.scored:
        role, note = feints.kinds.get(country, "ordinary"), feints.notes.get(country)
        if country in diverting:
            begin = f"brokers at work from {stage.months[network.first_business[country]]:%Y-%m}"
            role, note = "diverter", begin if note is None else f"{begin}; also: {note}"
        rows.append((country, role, note))
    return pl.DataFrame(rows, schema=ROLES, orient="row").sort("country")
