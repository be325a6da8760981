"""Links between a seller and a buyer, the orders they give, and the shipments that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import FirmSettings

SEASON = np.array([0.84, 0.90, 1.06, 1.0, 0.99, 1.03, 0.98, 0.88, 1.04, 1.05, 1.08, 1.15])
SMALLEST_ORDER_USD = 400
BUSIEST = 1.25  # above every intensity, so that thinning keeps at most all

SHIPMENTS: dict[str, pl.DataType] = {
    "origin": pl.Int32(),  # place of the country that it leaves
    "dest": pl.Int32(),
    "made_in": pl.Int32(),  # place of the country that made it
    "hs": pl.Int32(),  # what it is: place of the product
    "hs_out": pl.Int32(),  # product declared on leaving
    "hs_in": pl.Int32(),  # product declared on arrival
    "left": pl.Int32(),  # month of leaving
    "came": pl.Int32(),  # month of arrival
    "usd": pl.Int64(),  # value on leaving
    "usd_out": pl.Int64(),  # value declared on leaving
    "usd_in": pl.Int64(),  # value declared on arrival, before freight and insurance
    "kg": pl.Int64(),
    "seen_out": pl.Boolean(),  # an export declaration exists
    "seen_in": pl.Boolean(),  # an import declaration exists
    "again": pl.Boolean(),  # a re-export
    "diverted": pl.Boolean(),  # controlled goods on their way to Russia out of a third country
    "firm": pl.Int32(),  # the trading firm that sends it on, -1: no such firm
}


@dataclass(frozen=True)
class Links:
    """Links, one element each.

    Attributes
    ----------
    seller: seller firm, -1 where it does not matter. origin, dest, product: places.
    start, end: months, fractions allowed; may lie outside the world. rate: orders a month.
    usd: mean value of an order. regular: evenly spaced orders, else at random. tag: number of the maker's
    own choosing (a trading firm), -1: none.
    """

    seller: np.ndarray
    origin: np.ndarray
    dest: np.ndarray
    product: np.ndarray
    start: np.ndarray
    end: np.ndarray
    rate: np.ndarray
    usd: np.ndarray
    regular: np.ndarray
    tag: np.ndarray

    @property
    def n(self) -> int:
        """Number of links."""
        return len(self.seller)

    def where(self, chosen: np.ndarray) -> Links:
        """Some of the links: a mask or places."""
        return Links(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def months(self, n_months: int) -> np.ndarray:
        """Months of the world in which each link lives."""
        return np.clip(np.minimum(self.end, n_months) - np.maximum(self.start, 0), 0, None)

    @staticmethod
    def of(
        product: np.ndarray,
        *,
        origin: np.ndarray | int,
        dest: np.ndarray | int,
        start: np.ndarray | float,
        end: np.ndarray | float,
        rate: np.ndarray | float,
        usd: np.ndarray | float,
        seller: np.ndarray | int = -1,
        regular: np.ndarray | bool = True,
        tag: np.ndarray | int = -1,
    ) -> Links:
        """Links of these products; single values hold for all of them."""
        shape = np.shape(product)
        ints = [np.broadcast_to(x, shape).astype(np.int32) for x in (seller, origin, dest, product, tag)]
        real = [np.broadcast_to(x, shape).astype(float) for x in (start, end, rate, usd)]
        even = np.broadcast_to(regular, shape).astype(bool)
        return Links(ints[0], ints[1], ints[2], ints[3], real[0], real[1], real[2], real[3], even, ints[4])

    @staticmethod
    def together(parts: Sequence[Links]) -> Links:
        """All links of several sets, in their order."""
        names = [field.name for field in fields(Links)]
        return Links(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def no_shipments() -> pl.DataFrame:
    """A frame of shipments without rows."""
    return pl.DataFrame(schema=SHIPMENTS)


def ship(
    settings: FirmSettings, rng: np.random.Generator, products: Products, links: Links, growth: np.ndarray
) -> pl.DataFrame:
    """Orders of links as shipments, honestly declared: `SHIPMENTS`.

    `growth` is the yearly growth of order values by place of the destination. Orders are thinned by the
    season and by spring 2020; transit takes a few weeks at times.
    """
    link, when = _order_dates(settings, rng, links)
    month = np.floor(when).astype(int)
    sigma = settings["order_sigma"]
    dest, product = links.dest[link], links.product[link]
    usd = (
        links.usd[link] * rng.lognormal(-(sigma**2) / 2, sigma, len(link)) * np.exp(growth[dest] * when / 12)
    )
    usd = np.maximum(usd, SMALLEST_ORDER_USD * rng.uniform(0.3, 1.5, len(link))).round().astype(np.int64)
    kg = usd / products.usd_per_kg[product] * rng.lognormal(0, 0.35, len(link))
    came = np.floor(when + np.minimum(rng.exponential(0.35, len(link)), 3)).astype(int)
    n = len(link)
    return pl.DataFrame(
        {
            "origin": links.origin[link],
            "dest": dest,
            "made_in": links.origin[link],
            "hs": product,
            "hs_out": product,
            "hs_in": product,
            "left": month,
            "came": came,
            "usd": usd,
            "usd_out": usd,
            "usd_in": usd,
            "kg": np.maximum(kg.round(), 1).astype(np.int64),
            "seen_out": np.ones(n, bool),
            "seen_in": np.ones(n, bool),
            "again": np.zeros(n, bool),
            "diverted": np.zeros(n, bool),
            "firm": links.tag[link],
        }
    ).cast(SHIPMENTS)  # type: ignore[arg-type]


def _order_dates(
    settings: FirmSettings, rng: np.random.Generator, links: Links
) -> tuple[np.ndarray, np.ndarray]:
    """Link and month (with fraction) of each order inside the world."""
    months = links.months(settings.n_months)
    expected = links.rate * months * BUSIEST
    n = np.where(links.regular, np.floor(expected + rng.random(links.n)), rng.poisson(expected)).astype(int)
    link = np.repeat(np.arange(links.n), n)
    nth = np.arange(len(link)) - np.repeat(np.cumsum(n) - n, n)
    spread = np.where(
        links.regular[link], nth + rng.uniform(0, 0.7, len(link)), rng.random(len(link)) * n[link]
    )
    when = np.maximum(links.start, 0)[link] + spread / np.maximum(n[link], 1) * months[link]
    month = np.floor(when).astype(int)
    kept = (rng.random(len(link)) < _intensity(settings)[np.minimum(month, settings.n_months - 1)]) & (
        month < settings.n_months
    )
    return link[kept], when[kept]


def _intensity(settings: FirmSettings) -> np.ndarray:
    """Chance that an order of each month is given: season, and the spring of 2020."""
    calendar = np.arange(settings.n_months) % 12
    level = SEASON[calendar] / BUSIEST
    spring = (2020 - settings.first.year) * 12 + np.array([3, 4, 5])
    level[spring] *= np.array([0.7, 0.68, 0.85])
    return level
