"""The coalition's direct trade with Russia when controls come, and legal trade of others with Russia."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from riskmodel.worlds.firms.firms import BEFORE
from riskmodel.worlds.firms.links import Links
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import FirmSettings


@dataclass(frozen=True)
class Lost:
    """What Russian users may no longer buy: one element per broken link.

    Attributes
    ----------
    product: place. usd_month: mean monthly value that is lost. since: month of the break.
    """

    product: np.ndarray
    usd_month: np.ndarray
    since: np.ndarray

    def yearly(self, chosen: np.ndarray) -> float:
        """Yearly value lost in some products (mask by product)."""
        return float(self.usd_month[chosen[self.product]].sum() * 12)


def break_links(
    settings: FirmSettings, places: Places, products: Products, links: Links
) -> tuple[Links, Lost]:
    """End the links with Russia that controls, or their sellers' caution, end.

    The fall differs by member; large links stop with greater certainty, since large firms are watched.
    """
    rng = settings.rng("controls")
    to_russia = links.dest == places.russia
    fall = rng.uniform(settings["fall_low"], settings["fall_high"], places.n_members)[links.origin]
    monthly = links.rate * links.usd
    large = monthly > np.quantile(monthly[to_russia], 0.85)
    fall = np.where(large, np.maximum(fall, 0.97), fall)
    control = products.control[links.product]
    chance = np.where(control >= 0, fall, settings["self_restraint"])
    at = np.where(control >= 0, control, settings.controls + rng.integers(0, 6, links.n))
    stops = to_russia & (rng.random(links.n) < chance)
    rest = to_russia & products.listed[links.product] & ~stops
    after = monthly * np.clip(np.minimum(links.end, settings.n_months) - np.maximum(links.start, at), 0, None)
    allowed = (1 - settings["fall_low"]) * after[to_russia & products.listed[links.product]].sum() * 0.7
    stops |= _beyond(np.where(rest, after, 0.0), allowed)
    broken_at = at + rng.uniform(0, 2.0, links.n)
    cut = stops & (links.end > broken_at)
    alive = cut & (links.start < broken_at) & (control >= 0)
    lost = Lost(links.product[alive], monthly[alive], broken_at[alive])
    return Links(**{**links.__dict__, "end": np.where(cut, broken_at, links.end)}), lost


def _beyond(amount: np.ndarray, allowed: float) -> np.ndarray:
    """The largest of the amounts, those with which the sum in rising order exceeds what is allowed."""
    order = np.argsort(amount, kind="stable")
    beyond = np.zeros(len(amount), bool)
    beyond[order] = np.cumsum(amount[order]) > allowed
    return beyond & (amount > 0)


def with_re_exports(settings: FirmSettings, places: Places, goods: pl.DataFrame) -> pl.DataFrame:
    """Shipments of which those of some entrepot countries are re-exports in part."""
    rng = settings.rng("entrepots")
    share = np.where(rng.random(places.rest + 1) < 0.25, rng.uniform(0.1, 0.7, places.rest + 1), 0.0)
    share[: places.n_members] = 0
    again = rng.random(goods.height) < share[goods["origin"].to_numpy()]
    return goods.with_columns(again=pl.Series(again))


def legal_links(settings: FirmSettings, places: Places, products: Products) -> Links:
    """Exports of makers in scored countries: to Russia, to each other, and to the rest of the world."""
    rng = settings.rng("makers")
    near = np.minimum(places.near_russia, 12)
    scale = places.imports_usd * rng.lognormal(-1.2, 0.8, places.n_scored)
    parts = [
        _exports(settings, rng, places, products, places.russia, 3 + 5 * near, scale * near * 0.12, 0.06),
        _exports(settings, rng, places, products, places.rest, np.full(places.n_scored, 22.0), scale, 0.2),
        _exports(settings, rng, places, products, -1, np.full(places.n_scored, 9.0), scale * 0.3, 0.2),
    ]
    return Links.together([*parts, _growth_of_own(settings, rng, products, parts[0])])


def _exports(
    settings: FirmSettings,
    rng: np.random.Generator,
    places: Places,
    products: Products,
    dest: int,
    n_active: np.ndarray,
    yearly: np.ndarray,
    listed_weight: float,
) -> Links:
    """Links of one kind; `n_active` and `yearly` by scored country; -1: to other scored countries."""
    n = rng.poisson(np.minimum(n_active, 60) * 2)
    origin = np.repeat(places.scored, n)
    weight = products.popularity * np.where(products.listed, listed_weight, 1.0)
    taste = np.log(weight)[None, :] + rng.normal(0, 1.5, (places.n_scored, products.n))
    product = np.argmax(taste[origin - places.n_members] + rng.gumbel(size=(len(origin), products.n)), axis=1)
    start = rng.uniform(-BEFORE, settings.n_months, len(origin))
    end = start + rng.exponential(30, len(origin)) + 2
    to = rng.choice(places.scored, len(origin)) if dest < 0 else np.full(len(origin), dest)
    to = np.where(to == origin, places.rest, to)
    rate = rng.lognormal(-1.2, 0.8, len(origin))
    usd = (yearly / np.maximum(n_active, 1) / 12)[origin - places.n_members] / rate
    usd = usd * np.minimum(rng.pareto(1.5, len(origin)), 25)
    alive = (end > 0) & (rate > 0)
    links = Links.of(
        product,
        origin=origin,
        dest=to,
        start=start,
        end=end,
        rate=np.minimum(rate, 4),
        usd=usd,
        regular=rng.random(len(origin)) < 0.4,
    )
    return links.where(alive)


def _growth_of_own(
    settings: FirmSettings, rng: np.random.Generator, products: Products, links: Links
) -> Links:
    """New legal links with Russia after the controls: some countries' makers fill what others left.

    The number grows with a factor of the country's own; the goods are those it already sells there, and
    `substitution` says how many makers of listed goods take part.
    """
    countries, where = np.unique(links.origin, return_inverse=True)
    factor = np.clip(rng.lognormal(-0.4, 1.0, len(countries)), 0, 3)
    copies = rng.poisson(factor[where] * 0.5)
    chosen = links.where(np.repeat(np.arange(links.n), copies))
    start = settings.controls + rng.uniform(0, 14, chosen.n)
    takes_part = ~products.listed[chosen.product] | (rng.random(chosen.n) < 2 * settings["substitution"])
    usd = chosen.usd * rng.lognormal(0, 0.5, chosen.n)
    grown = Links(
        **{**chosen.__dict__, "start": start, "end": start + rng.exponential(30, chosen.n) + 2, "usd": usd}
    )
    return grown.where(takes_part)
