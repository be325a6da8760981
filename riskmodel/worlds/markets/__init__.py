"""Worlds of markets in equilibrium: demand, routes and enforcement.

Mechanism
---------
Russian demand for each listed good is inelastic to some degree. Every month it is split over options by a
logit of log cost (an Armington share system; Armington 1969, McFadden 1974): direct purchases, going
without, producers outside the coalition, and routes through third countries. A route costs freight over an
invented map, a tariff outside the customs union, and what enforcement adds; networks differ between
countries by chance and grow with size. Routes are declared (the transit country shows the export to
Russia), undeclared, chains of two transit countries, or papers only (goods named for a country that never
arrive there). Shares move part of the way to the new split each month. Routes open by chance, the sooner
the dearer goods are in Russia; few countries can ever open one. What was visible some months ago (extra
imports from the coalition, declared exports to Russia) raises the cost of that country's routes, the
declared ones most, so that flows move to other countries, to undeclared routes and to chains; bans come by
chance where the cost is high.
Third countries demand coalition goods by income, size, distance and taste, with persistent (AR(1)) shocks
to the markets of a product in a country and to a product of an origin; consignments are a compound Poisson
draw, so thin pairs have many empty months, and pairs begin and end. Diverted goods arrive before they
leave, in consignments; they leave at the value of arrival times 1 + the mark-up in the notes of `roles`,
times a price noise of 22 % at most.

Modules, in order: `parameters` (ranges in `ranges.csv`), `cast`, `players`, `shocks`, `demand`, `routes`,
`russia`, `diversion`, `trade`, `blocks`, `reporting`, `attention`, `press`, `listing`, `world_building`.

Sources
-------
Armington, A Theory of Demand for Products Distinguished by Place of Production, 1969. McFadden, Conditional
Logit Analysis of Qualitative Choice Behavior, 1974. Broda and Weinstein, Globalization and the Gains from
Variety, 2006 (elasticities). Gallaway, McDaniel and Rivera, Short-run and Long-run Industry-level Estimates
of U.S. Armington Elasticities, 2003 (inertia). Head and Mayer, Gravity Equations: Workhorse, Toolkit, and
Cookbook, 2014. Chupilkin, Javorcik and Plekhanov, The Eurasian Roundabout, 2023 and CEPR DP20097, 2025
(chains, goods that never arrive, sizes, unit values). Partsvaniya and Pirveli, Western Sanctions Evasion
through Third Countries, 2024 (enforcement moves flows to union members). Haidar, Sanctions and Export
Deflection: Evidence from Iran, 2017. Fisman and Wei, Tax Rates and Tax Evasion: Evidence from "Missing
Imports" in China, 2004 (codes of a heading, mirror gaps). Fisman, Moustakerski and Wei, Outsourcing Tariff
Evasion: A New Explanation for Entrepot Trade, 2008. Ferrantino, Liu and Wang, Evasion Behaviors of
Exporters and Importers, 2012. Alessandria, Kaboski and Midrigan, Inventories, Lumpy Trade, and Large
Devaluations, 2010. Freund, Mattoo, Mulabdic and Ruta, Is US Trade Policy Reshaping Global Supply Chains?,
2023 (trade diverted to third countries). Besedes and Prusa, Ins, Outs, and the Duration of Trade, 2006.

Decoys
------
`income_boom`, `devaluation_rush`, `tax_stockpile`, `tariff_recode` (trade moves to a listed code of the
heading), `entrepot_growth` (sent on to everywhere but Russia), `nearshoring`, `investment_project`,
`relocated_firms` and `direct_purchases` (both near Russia, from March 2022), `legal_neighbour` (exports of
unlisted goods to Russia grow), `legal_substitute` (own production replaces coalition goods in Russia;
makers sell listed codes), and `paper_destination` (ghost trade, not in the truth table). Diverters may take
a shock of their own, too.

Reporting
---------
Coalition members publish after the documented lags, some revise, a few matter but publish nothing. A sixth
to nearly half of the scored countries never report; others stop, miss months, publish quarters or years at
once, take most of a year, or adopt HS2022 late. Before adoption the six new codes are declared under the
old code, which held other goods too. Buyers record imports with freight, delays and lasting gaps, and only
part of what passes through. `declared_usd` counts what the published exports show under the good's own code
(or the old code that held it); what is declared under another code of the heading is diverted, but not
declared. Russia publishes imports until January 2022.

Limits
------
No firms, prices are cost ratios only, no trade between scored countries but samples of it and chains,
quantities of the rest of the world are not modelled, unlisted goods are never diverted, Russian exports do
not exist. Country codes are labels drawn at random; nothing here speaks of a real country.
"""

from __future__ import annotations

from riskmodel.worlds.markets.attention import notice
from riskmodel.worlds.markets.listing import listings
from riskmodel.worlds.markets.parameters import Parameters
from riskmodel.worlds.markets.press import mentions
from riskmodel.worlds.markets.reporting import publish
from riskmodel.worlds.markets.world_building import economy, roles, truth
from riskmodel.worlds.world import World

MAKER = "markets"
NOT_GIVEN = 1 / 3  # share of worlds without mentions, and of worlds without listings


def make_world(seed: int) -> World:
    """Make the world of a seed (a whole number, 0 or more); equal seeds give equal worlds, byte for byte.

    See the package for the mechanism and `riskmodel.worlds.world.World` for columns and units.
    """
    p = Parameters(seed)
    e = economy(p)
    seen = notice(p, e)
    no_press, no_lists = p.rng("given").random(2) < NOT_GIVEN
    return World(
        maker=MAKER,
        seed=seed,
        first=e.cast.months[0],
        last=e.cast.months[-1],
        trade_flows=publish(p, e.cast, e.habits, e.rows),
        goods=e.cast.goods.table,
        mentions=None if no_press else mentions(p, e, seen),
        listings=None if no_lists else listings(p, e.cast, seen),
        diverted=truth(e),
        roles=roles(e),
    )
