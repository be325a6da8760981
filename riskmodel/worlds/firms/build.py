"""Putting one world together."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from riskmodel.worlds.firms.customs import Booked, book, publish
from riskmodel.worlds.firms.decoys import Decoy, decoys
from riskmodel.worlds.firms.enforcement import listings_table
from riskmodel.worlds.firms.evasion import evading_shipments, evasion_links, ghost_shipments
from riskmodel.worlds.firms.firms import draw_sellers, ordinary_links, sundry_links
from riskmodel.worlds.firms.habits import FirmHabits, draw_habits
from riskmodel.worlds.firms.links import Links, ship
from riskmodel.worlds.firms.places import Places, draw_places
from riskmodel.worlds.firms.press import mentions_table
from riskmodel.worlds.firms.products import Products, draw_products, goods_table
from riskmodel.worlds.firms.russia import break_links, legal_links, with_re_exports
from riskmodel.worlds.firms.settings import MAKER, FirmSettings, draw_settings
from riskmodel.worlds.firms.shocks import shocked
from riskmodel.worlds.firms.traders import Host, Trader, draw_hosts, draw_traders
from riskmodel.worlds.firms.truth import diverted_table, roles_table
from riskmodel.worlds.world import World


@dataclass(frozen=True)
class FirmEconomy:
    """What happens in a world, before anything is published.

    Attributes
    ----------
    hosts, traders: diverting countries and their trading firms. events: decoys.
    ordinary, evading, ghosts: `SHIPMENTS` of honest trade, of the trading firms (both legs), of goods that
    are declared to a country and never come there. goods: all of them and those of the decoys.
    booked: declarations as statistics hold them.
    """

    settings: FirmSettings
    products: Products
    places: Places
    habits: FirmHabits
    hosts: tuple[Host, ...]
    traders: tuple[Trader, ...]
    events: tuple[Decoy, ...]
    ordinary: pl.DataFrame
    evading: pl.DataFrame
    ghosts: pl.DataFrame
    goods: pl.DataFrame
    booked: Booked


def make_economy(seed: int) -> FirmEconomy:
    """Draw firms, links and shipments of a seed (0 or more), and what customs hold of them."""
    settings = draw_settings(seed)
    products = draw_products(settings)
    places = draw_places(settings)
    habits = draw_habits(settings, places)
    sellers = draw_sellers(settings, places, products)

    peace = ordinary_links(settings, places, products, sellers)
    allowed, lost = break_links(settings, places, products, peace)
    small = sundry_links(settings, places, products, sellers)
    legal = Links.together([allowed, small, legal_links(settings, places, products)])
    growth = settings.rng("growth").normal(0.04, 0.06, places.rest + 1)
    ordinary = ship(settings, settings.rng("ordinary"), products, legal, growth)
    ordinary = with_re_exports(settings, places, shocked(settings, places, products, ordinary))

    hosts = draw_hosts(settings, places, lost)
    traders = draw_traders(settings, hosts)
    orders = evasion_links(settings, places, products, sellers, lost, hosts, traders)
    evading = evading_shipments(settings, places, products, hosts, traders, orders)
    ghosts = ghost_shipments(settings, places, products, sellers, lost, hosts)
    events = decoys(settings, places, products, sellers)

    goods = pl.concat([ordinary, evading, ghosts, *(event.shipments for event in events)])
    booked = book(settings, places, products, habits, goods)
    return FirmEconomy(
        settings, products, places, habits, hosts, traders, events, ordinary, evading, ghosts, goods, booked
    )


def published(economy: FirmEconomy) -> World:
    """The world as tables: what was published, read and listed, and what is true."""
    settings, places, products = economy.settings, economy.places, economy.products
    hosts, traders = economy.hosts, economy.traders
    trade = publish(settings, places, products, economy.habits, economy.booked)
    diverted = diverted_table(settings, places, products, economy.habits, economy.booked, economy.goods)
    trading = pl.concat([trade["reporter"], trade["partner"]]).unique()
    return World(
        maker=MAKER,
        seed=settings.seed,
        first=settings.first,
        last=settings.last,
        trade_flows=trade,
        goods=goods_table(settings, products),
        mentions=mentions_table(settings, places, products, hosts, traders)
        if settings.with_mentions
        else None,
        listings=listings_table(settings, places, hosts, traders) if settings.with_listings else None,
        diverted=diverted,
        roles=roles_table(settings, places, hosts, economy.events, diverted, trading),
    )


def make_world(seed: int) -> World:
    """Make the world of a seed (0 or more); the same seed gives the same world, byte for byte."""
    return published(make_economy(seed))
