"""Selling and buying firms in peace: who exists, what each deals in, and who deals with whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.firms.links import Links
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import FirmSettings

BEFORE = 72  # months before the world in which links may have begun
CHOICES_A_PAIR = 7.5  # links of a buyer and a product over the whole time, few of them at once


@dataclass(frozen=True)
class Sellers:
    """Exporting firms of the coalition.

    Attributes
    ----------
    member: place of the country by firm. size: by firm, heavy-tailed. careless: readiness to sell to an
    unknown trading firm, by firm. offers: for each product the firms that make it.
    """

    member: np.ndarray
    size: np.ndarray
    careless: np.ndarray
    offers: tuple[np.ndarray, ...]


def draw_sellers(settings: FirmSettings, places: Places, products: Products) -> Sellers:
    """Draw the exporters: a few very large, most small; each makes a few products of a heading or two."""
    rng = settings.rng("sellers")
    n = settings.whole("n_sellers")
    size = rng.pareto(settings["seller_tail"], n) + 1
    core = rng.choice(products.n, n, p=products.popularity / products.n)
    same = products.heading[:, None] == products.heading[core][None, :]
    chance = np.where(same, 0.5, 0.02) * np.clip(size**0.4, 1, 5)
    makes = rng.random((products.n, n)) < chance
    makes[core, np.arange(n)] = True
    for product in np.flatnonzero(makes.sum(axis=1) < 4):
        makes[product, rng.choice(n, 4, replace=False)] = True
    return Sellers(
        member=rng.choice(places.n_members, n, p=places.member_weight),
        size=size,
        careless=rng.lognormal(0, 1.2, n),
        offers=tuple(np.flatnonzero(row) for row in makes),
    )


def choose_sellers(
    rng: np.random.Generator,
    places: Places,
    sellers: Sellers,
    product: np.ndarray,
    dest: np.ndarray,
    *,
    careless: bool = False,
) -> np.ndarray:
    """A seller for each order link, by size and by the pull between the two countries."""
    chosen = np.zeros(len(product), dtype=np.int32)
    pull = np.log(places.kinship)
    for one in np.unique(product):
        at = np.flatnonzero(product == one)
        firms = sellers.offers[one]
        weight = 0.9 * np.log(sellers.size[firms]) + (np.log(sellers.careless[firms]) if careless else 0.0)
        scores = weight[None, :] + pull[sellers.member[firms]][:, dest[at] - places.n_members].T
        chosen[at] = firms[np.argmax(scores + rng.gumbel(size=scores.shape), axis=1)]
    return chosen


def ordinary_links(settings: FirmSettings, places: Places, products: Products, sellers: Sellers) -> Links:
    """Links of coalition exporters with buyers in the scored countries and in Russia, as in peace."""
    rng = settings.rng("buyers")
    dest = np.append(places.scored, places.russia)
    yearly = np.append(places.imports_usd, settings["russia_import_usd"])
    crowd = (90 / places.n_scored) ** 0.5  # so that worlds of few countries are no thin tables
    n_buyers = np.clip(
        crowd * settings["buyers_per_country"] * (yearly / settings["median_import_usd"]) ** 0.4, 3, 150
    ).astype(int)
    country = np.repeat(np.arange(len(dest)), n_buyers)
    size = rng.pareto(settings["buyer_tail"], len(country)) + 0.5
    buyer, product = _wares(rng, products, country, size, len(dest))
    n_links = rng.poisson(CHOICES_A_PAIR, len(buyer))
    pair = np.repeat(np.arange(len(buyer)), n_links)
    start, end = _lives(settings, rng, len(pair))
    founded, closed = _firm_lives(settings, rng, len(country))
    start, end = np.maximum(start, founded[buyer[pair]]), np.minimum(end, closed[buyer[pair]])
    alive = (end > np.maximum(start, 0)) & (start < settings.n_months)
    pair, start, end = pair[alive], start[alive], end[alive]
    buyer, product = buyer[pair], product[pair]
    seller = choose_sellers(rng, places, sellers, product, dest[country[buyer]])
    begins, ends = _firm_lives(settings, rng, len(sellers.size))
    start, end = np.maximum(start, begins[seller]), np.minimum(end, ends[seller])
    regular = rng.random(len(pair)) < 0.45
    rate = np.where(regular, rng.lognormal(-0.7, 0.6, len(pair)), rng.lognormal(-2.1, 0.6, len(pair)))
    value = size[buyer] ** 0.8 * products.unit[product] * rng.lognormal(0, 0.8, len(pair))
    value = np.minimum(value * sellers.size[seller] ** 0.2, np.quantile(value, 0.999))
    links = Links.of(
        product,
        seller=seller,
        origin=sellers.member[seller],
        dest=dest[country[buyer]],
        start=start,
        end=end,
        rate=np.minimum(rate, 4),
        usd=value,
        regular=regular,
    )
    return _scaled(links, country[buyer], yearly, settings.n_months)


def sundry_links(settings: FirmSettings, places: Places, products: Products, sellers: Sellers) -> Links:
    """Small orders now and then, of spare parts and samples: most cells of a table, little of its value."""
    rng = settings.rng("sundry")
    usual = (places.imports_usd / settings["median_import_usd"]) ** 0.3
    n = rng.poisson(np.clip(settings["sundry_cells"] * usual, 8, 260))
    dest = np.repeat(places.scored, n)
    product = rng.choice(
        products.n, len(dest), p=np.sqrt(products.popularity) / np.sqrt(products.popularity).sum()
    )
    seller = choose_sellers(rng, places, sellers, product, dest)
    start = rng.uniform(-BEFORE, settings.n_months, len(dest)) * (rng.random(len(dest)) < 0.5)
    return Links.of(
        product,
        seller=seller,
        origin=sellers.member[seller],
        dest=dest,
        start=start,
        end=start + rng.exponential(90, len(dest)) + 4,
        rate=rng.lognormal(-2.3, 0.7, len(dest)),
        usd=settings["sundry_usd"]
        * 1.6
        * usual[dest - places.n_members] ** 0.5
        * rng.lognormal(0, 0.8, len(dest)),
        regular=False,
    )


def _wares(
    rng: np.random.Generator, products: Products, country: np.ndarray, size: np.ndarray, n_countries: int
) -> tuple[np.ndarray, np.ndarray]:
    """Buyer and product of each pair: what a firm deals in, by the taste of its country."""
    taste = products.popularity[None, :] * rng.lognormal(0, 1.0, (n_countries, products.n))
    taste = np.cumsum(taste / taste.sum(axis=1, keepdims=True), axis=1)
    n = np.minimum(rng.geometric(0.33, len(country)) + (size > 4) * rng.poisson(3, len(country)), 14)
    buyer = np.repeat(np.arange(len(country)), n)
    product = (taste[country[buyer]] < rng.random(len(buyer))[:, None]).sum(axis=1)
    product = np.minimum(product, products.n - 1)
    pairs = np.unique(buyer * products.n + product)
    return pairs // products.n, pairs % products.n


def _lives(settings: FirmSettings, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of links: many last months, the rest years."""
    start = rng.uniform(-BEFORE, settings.n_months, n)
    short = rng.random(n) < settings["short_share"]
    return start, start + np.where(short, rng.exponential(6, n) + 0.5, rng.exponential(55, n) + 3)


def _firm_lives(settings: FirmSettings, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last month of firms; most are there all the time."""
    share, months = settings["firms_renewed"], settings.n_months
    founded = np.where(rng.random(n) < share, rng.uniform(0, months, n), -BEFORE)
    closed = np.where(rng.random(n) < share, rng.uniform(0, months, n) + 3, months + BEFORE)
    return founded, np.maximum(closed, founded + 6)


def _scaled(links: Links, country: np.ndarray, yearly: np.ndarray, n_months: int) -> Links:
    """Values such that each country's expected yearly imports are what was drawn."""
    expected = np.bincount(country, links.rate * links.usd * links.months(n_months), minlength=len(yearly))
    factor = yearly * n_months / 12 / np.maximum(expected, 1e-9)
    return Links(**{**links.__dict__, "usd": links.usd * factor[country]})
