"""Shipments of the trading firms: bought in the coalition, forwarded to Russia, or sent there as ghosts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from riskmodel.worlds.firms.firms import Sellers, choose_sellers
from riskmodel.worlds.firms.links import SHIPMENTS, Links, no_shipments, ship
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.russia import Lost
from riskmodel.worlds.firms.settings import FirmSettings
from riskmodel.worlds.firms.traders import Host, Trader

LEAST_FORWARDED = 0.85  # of what a trading firm buys for Russian users
PLAIN_WANTED = 0.35  # pull of controlled goods that are not on the priority list, listed goods: 1
LEAST_DECLARED = 0.6  # an invoice shows at least this part of the value


def evasion_links(
    settings: FirmSettings,
    places: Places,
    products: Products,
    sellers: Sellers,
    lost: Lost,
    hosts: Sequence[Host],
    traders: Sequence[Trader],
) -> Links:
    """Orders of trading firms in the coalition; the tag is the number of the firm.

    What a firm orders is drawn from what Russian users lost, by value; a host has goods it is known for.
    An order can begin only when controls have ended the direct way.
    """
    rng = settings.rng("evasion")
    wanted = np.bincount(lost.product, lost.usd_month, minlength=products.n)
    wanted = wanted * np.select([products.control < 0, ~products.listed], [0.0, PLAIN_WANTED], 1.0)
    known_for = rng.lognormal(0, 0.7, (len(hosts), int(products.heading.max()) + 1))
    parts = []
    for number, firm in enumerate(traders):
        host = hosts[firm.host]
        weight = wanted * known_for[firm.host][products.heading]
        n = int(np.clip(1 + rng.poisson(2 + 5 * np.log10(max(firm.yearly_usd, 1e5) / 1e5)), 1, 40))
        ready = (products.control < firm.end) & (weight > 0)
        if not ready.any():
            continue
        weight = np.where(ready & (products.control < firm.start + 4), weight, 0.05 * ready * weight)
        product = rng.choice(products.n, n, p=weight / weight.sum())
        monthly = firm.yearly_usd / firm.markup / 12 * rng.dirichlet(np.full(n, 0.8))
        size = rng.lognormal(10.9, 0.9, n) * (firm.yearly_usd / 3e6) ** 0.15
        rate = np.clip(monthly / size, 0.12, 9)
        start = np.maximum(
            firm.start + rng.exponential(1.5, n), products.control[product] + rng.uniform(0, 3, n)
        )
        parts.append(
            Links.of(
                product,
                origin=0,
                dest=host.place,
                start=start,
                end=firm.end,
                rate=rate,
                usd=monthly / rate,
                regular=rng.random(n) < 0.5,
                tag=number,
            )
        )
    links = Links.together(parts)
    links = _paced(settings, hosts, traders, links.where(links.end > links.start))
    seller = choose_sellers(rng, places, sellers, links.product, links.dest, careless=True)
    return Links(**{**links.__dict__, "seller": seller, "origin": sellers.member[seller].astype(np.int32)})


def _paced(settings: FirmSettings, hosts: Sequence[Host], traders: Sequence[Trader], links: Links) -> Links:
    """Order values such that a host forwards about its yearly amount although firms start late and end."""
    host = np.array([firm.host for firm in traders])[links.tag]
    markup = np.array([firm.markup for firm in traders])[links.tag]
    expected = np.bincount(
        host, links.rate * links.usd * markup * links.months(settings.n_months), minlength=len(hosts)
    )
    wanted = np.array(
        [one.yearly_usd / 12 * (min(one.stop, one.crackdown, settings.n_months) - one.start) for one in hosts]
    )
    factor = np.clip(wanted / np.maximum(expected, 1.0), 0.6, 3.5)
    return Links(**{**links.__dict__, "usd": links.usd * factor[host]})


def evading_shipments(
    settings: FirmSettings,
    places: Places,
    products: Products,
    hosts: Sequence[Host],
    traders: Sequence[Trader],
    links: Links,
) -> pl.DataFrame:
    """Arrivals at the trading firms and what they send on: `SHIPMENTS`, both legs and second countries."""
    rng = settings.rng("forwarding")
    if not links.n:
        return no_shipments()
    bought = ship(settings, rng, products, links, np.zeros(places.rest + 1))
    firm = bought["firm"].to_numpy()
    hides, unseen = (
        np.array([getattr(one, name) for one in traders])[firm] for name in ("neighbour", "unseen")
    )
    arrivals = bought.with_columns(
        hs_out=_declared(rng, products, bought, hides * 0.25),
        hs_in=_declared(rng, products, bought, hides),
        seen_in=pl.Series(~unseen),
    )
    second = np.array([one.second for one in traders])[firm]
    delay = np.array([one.delay for one in traders])[firm]
    markup = np.array([one.markup for one in traders])[firm] * rng.uniform(LEAST_FORWARDED, 1, len(firm))
    places_of_hosts = np.array([host.place for host in hosts])
    declares = np.array([one.declares for one in traders])[firm]
    direct = _forwarded(rng, products, arrivals, places.russia, delay, markup, declares, hides)
    passes = second >= 0
    to_second = _forwarded(
        rng,
        products,
        arrivals,
        places_of_hosts[second],
        delay,
        1 + (markup - 1) / 2,
        np.full(len(firm), 0.9),
        hides,
    ).filter(passes)
    open_there = np.array([host.declares for host in hosts])[second[passes]]
    out = _forwarded(
        rng,
        products,
        to_second,
        places.russia,
        delay[passes],
        np.full(passes.sum(), 1.05),
        open_there,
        hides[passes],
    )
    every = pl.concat([arrivals, direct.filter(~passes), to_second, out])
    return every.filter(pl.col("left") < settings.n_months)


def ghost_shipments(
    settings: FirmSettings,
    places: Places,
    products: Products,
    sellers: Sellers,
    lost: Lost,
    hosts: Sequence[Host],
) -> pl.DataFrame:
    """Exports declared to a third country that go to Russia directly and never arrive: `SHIPMENTS`.

    About half of the diverting countries are named as destinations, and the countries with the decoy
    `ghost_destination`, through which nothing passes.
    """
    rng = settings.rng("ghosts")
    share = settings["ghost_share"]
    named = [
        (host.place, host.yearly_usd * share / (1 - share) * rng.uniform(0.3, 1.5), host.start)
        for host in hosts
        if rng.random() < 0.5
    ]
    named += [
        (
            int(place),
            float(np.exp(rng.uniform(*np.log([3e5, 1.5e7])))),
            settings.controls + rng.uniform(0, 14),
        )
        for place in places.with_decoy("ghost_destination")
    ]
    wanted = np.bincount(lost.product, lost.usd_month, minlength=products.n)
    parts = []
    for place, yearly, begin in named:
        n = int(rng.integers(3, 16))
        product = rng.choice(products.n, n, p=wanted / wanted.sum())
        monthly = yearly / 12 * rng.dirichlet(np.ones(n))
        rate = np.clip(monthly / rng.lognormal(10.9, 0.8, n), 0.15, 6)
        start = np.maximum(begin + rng.uniform(0, 6, n), products.control[product])
        parts.append(
            Links.of(
                product,
                origin=0,
                dest=place,
                start=start,
                end=start + rng.exponential(18, n) + 2,
                rate=rate,
                usd=monthly / rate,
            )
        )
    if not parts:
        return no_shipments()
    links = Links.together(parts)
    seller = choose_sellers(rng, places, sellers, links.product, links.dest, careless=True)
    links = Links(**{**links.__dict__, "origin": sellers.member[seller].astype(np.int32)})
    return ship(settings, rng, products, links, np.zeros(places.rest + 1)).with_columns(seen_in=pl.lit(False))


def _declared(
    rng: np.random.Generator, products: Products, goods: pl.DataFrame, hides: np.ndarray
) -> pl.Series:
    """The product that a declaration names: the true one, or its plain neighbour."""
    true = goods["hs"].to_numpy()
    other = rng.random(len(true)) < hides
    return pl.Series(np.where(other, products.neighbour[true], true).astype(np.int32))


def _forwarded(
    rng: np.random.Generator,
    products: Products,
    goods: pl.DataFrame,
    dest: int | np.ndarray,
    delay: np.ndarray,
    markup: np.ndarray,
    declares: np.ndarray,
    hides: np.ndarray,
) -> pl.DataFrame:
    """Goods sent on after a stay, dearer, with an export declaration for some: `SHIPMENTS`."""
    n = goods.height
    left = goods["came"].to_numpy() + np.floor(rng.uniform(0, 1, n) + rng.gamma(1.5, delay / 1.5)).astype(int)
    usd = np.maximum((goods["usd"].to_numpy() * markup).round(), 1).astype(np.int64)
    low = rng.random(n) < 0.35
    declared = np.maximum(usd * np.where(low, rng.uniform(LEAST_DECLARED, 1, n), 1.0), 1).astype(np.int64)
    declared = np.minimum(declared, usd)
    return goods.with_columns(
        origin=pl.col("dest"),
        dest=pl.Series(np.broadcast_to(dest, n).astype(np.int32)),
        hs_out=_declared(rng, products, goods, hides),
        hs_in=_declared(rng, products, goods, hides),
        left=pl.Series(left.astype(np.int32)),
        came=pl.Series((left + (rng.random(n) < 0.2)).astype(np.int32)),
        usd=pl.Series(usd),
        usd_out=pl.Series(declared),
        usd_in=pl.Series(declared),
        seen_out=pl.Series(rng.random(n) < declares),
        seen_in=pl.Series(rng.random(n) < 0.75),
        again=pl.lit(True),
        diverted=pl.lit(True),
    ).select(list(SHIPMENTS))
