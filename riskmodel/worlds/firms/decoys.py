"""Events of single firms that look like diversion and are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from riskmodel.worlds.firms.firms import Sellers, choose_sellers
from riskmodel.worlds.firms.links import Links, no_shipments, ship
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import FirmSettings


@dataclass(frozen=True)
class Decoy:
    """One decoy event.

    Attributes
    ----------
    place: country. name: kind. start: month. shipments: `SHIPMENTS` of the event. note: for people.
    """

    place: int
    name: str
    start: float
    shipments: pl.DataFrame
    note: str


@dataclass(frozen=True)
class FirmStage:
    """What every decoy needs."""

    settings: FirmSettings
    places: Places
    products: Products
    sellers: Sellers
    rng: np.random.Generator

    def month(self, when: float) -> str:
        """The name of a month of the world."""
        return str(self.settings.months()[int(when)])[:7]

    def yearly(self, place: int, low: float, high: float) -> float:
        """A part of the country's yearly imports, at least US$150,000."""
        usual = float(self.places.imports_usd[place - self.places.n_members])
        return max(usual * float(np.exp(self.rng.uniform(np.log(low), np.log(high)))), 1.5e5)

    def goods(self, low: int, high: int, chosen: np.ndarray) -> np.ndarray:
        """Some products out of a mask, by popularity; fewer where there are not as many."""
        n = min(int(self.rng.integers(low, high + 1)), int(chosen.sum()))
        weight = self.products.popularity * chosen
        return self.rng.choice(self.products.n, n, replace=False, p=weight / weight.sum())

    def purchases(
        self,
        place: int,
        product: np.ndarray,
        yearly: float,
        start: float,
        end: float,
        order: float,
        ramp: float = 0,
    ) -> Links:
        """Orders of one buyer in the coalition, about `yearly` dollars; `ramp` months until all run."""
        rng, n = self.rng, len(product)
        seller = choose_sellers(rng, self.places, self.sellers, product, np.full(n, place))
        monthly = yearly / 12 * rng.dirichlet(np.full(n, 1.5))
        rate = np.clip(monthly / (order * rng.lognormal(0, 0.5, n)), 0.15, 6)
        begin = start + rng.uniform(0, 1, n) * ramp
        return Links.of(
            product,
            seller=seller,
            origin=self.sellers.member[seller],
            dest=place,
            start=begin,
            end=end,
            rate=rate,
            usd=monthly / rate,
        )

    def ship(self, links: Links) -> pl.DataFrame:
        """Shipments of links without growth of their own."""
        return ship(self.settings, self.rng, self.products, links, np.zeros(self.places.rest + 1))


def decoys(settings: FirmSettings, places: Places, products: Products, sellers: Sellers) -> tuple[Decoy, ...]:
    """The event of every country that has one, in order of countries."""
    found = []
    for at in np.flatnonzero(places.decoy != ""):
        name, place = str(places.decoy[at]), int(places.n_members + at)
        stage = FirmStage(
            settings, places, products, sellers, settings.rng("decoy", name, str(places.codes[place]))
        )
        found.append(KINDS[name](stage, place))
    return tuple(found)


def _warehouse_move(stage: FirmStage, place: int) -> Decoy:
    """A distributor moves its regional warehouse here from another country and supplies the region."""
    rng, places, last = stage.rng, stage.places, stage.settings.n_months
    start = rng.uniform(stage.settings.controls - 20, last - 8)
    yearly = stage.yearly(place, 0.3, 1.5)
    product = stage.goods(6, 18, np.ones(stage.products.n, bool))
    others = np.setdiff1d(places.scored, [place, *places.diverters])
    before, *region = rng.choice(others, min(6, len(others)), replace=False)
    parts = []
    for at, begin, end in ((place, start, last), (int(before), -1.0, start + 2)):
        came = stage.ship(stage.purchases(at, product, yearly, begin, end, yearly / 80, ramp=3 * (begin > 0)))
        parts += [came, _sent_on(stage, came, np.append(region, places.rest), 0.9, 1.12)]
    note = f"a regional warehouse moves here from {places.codes[before]} about {stage.month(start)}"
    return Decoy(place, "warehouse_move", start, pl.concat(parts), note)


def _plant_project(stage: FirmStage, place: int) -> Decoy:
    """One plant or network is built: large lumps of machines and instruments, then nothing."""
    rng, last = stage.rng, stage.settings.n_months
    start = rng.uniform(8, last - 6)
    months = rng.uniform(4, 15)
    total = stage.yearly(place, 0.3, 2.5)
    product = stage.goods(4, 14, np.ones(stage.products.n, bool))
    links = stage.purchases(place, product, total * 12 / months, start, start + months, total / 25)
    return Decoy(place, "plant_project", start, stage.ship(links), f"one project from {stage.month(start)}")


def _ordinary_trader(stage: FirmStage, place: int) -> Decoy:
    """A legal trader brings goods under no control to Russia, more since others left."""
    rng, places, products = stage.rng, stage.places, stage.products
    start = stage.settings.controls + rng.uniform(0, 10)
    product = stage.goods(3, 12, ~products.listed & (products.control < 0))
    yearly = stage.yearly(place, 0.1, 0.9)
    links = stage.purchases(place, product, yearly, start, start + rng.uniform(10, 40), yearly / 60, ramp=4)
    came = stage.ship(links)
    own = Links.of(
        product,
        origin=place,
        dest=places.russia,
        start=start + rng.uniform(0, 6, len(product)),
        end=99.0,
        rate=rng.uniform(0.4, 2, len(product)),
        usd=yearly / 12 / len(product),
    )
    sent = _sent_on(stage, came, np.array([places.russia]), 0.85, 1.15)
    note = f"a trader sends goods under no control to Russia from {stage.month(start)}"
    return Decoy(place, "ordinary_trader", start, pl.concat([came, sent, stage.ship(own)]), note)


def _new_assembler(stage: FirmStage, place: int) -> Decoy:
    """A new assembler buys components and sells finished goods to the rest of the world."""
    rng, places, products = stage.rng, stage.places, stage.products
    start = rng.uniform(stage.settings.controls - 14, stage.settings.n_months - 12)
    part = np.char.startswith(products.codes.astype(str), "85")
    inputs = stage.goods(5, 14, products.listed & (part | (rng.random(products.n) < 0.1)))
    yearly = stage.yearly(place, 0.2, 1.5)
    came = stage.ship(stage.purchases(place, inputs, yearly, start, 99.0, yearly / 90, ramp=10))
    made = stage.goods(1, 3, ~products.listed)
    out = Links.of(
        made,
        origin=place,
        dest=places.rest,
        start=start + 4,
        end=99.0,
        rate=3.0,
        usd=yearly * 1.5 / 36 / len(made),
    )
    note = f"an assembler starts about {stage.month(start)} and sells to the rest of the world"
    return Decoy(place, "new_assembler", start, pl.concat([came, stage.ship(out)]), note)


def _seat_move(stage: FirmStage, place: int) -> Decoy:
    """A supplier moves its seat from a member that publishes nothing to one that does: no goods move."""
    rng, places = stage.rng, stage.places
    start = rng.uniform(stage.settings.controls - 6, stage.settings.n_months - 8)
    product = stage.goods(4, 12, stage.products.listed)
    yearly = stage.yearly(place, 0.4, 1.2)
    old = int(rng.choice(places.silent))
    new = int(rng.choice(np.setdiff1d(np.arange(places.n_members), places.silent)))
    came = stage.ship(stage.purchases(place, product, yearly, -1.0, 99.0, yearly / 90))
    seat = pl.when(pl.col("left") < int(start)).then(old).otherwise(new).cast(pl.Int32)
    came = came.with_columns(origin=seat, made_in=seat)
    note = f"a supplier moves from {places.codes[old]} to {places.codes[new]} about {stage.month(start)}"
    return Decoy(place, "seat_move", start, came, note)


def _own_maker(stage: FirmStage, place: int) -> Decoy:
    """A maker of listed goods here sells its own to Russia, more since others left."""
    rng, places, products = stage.rng, stage.places, stage.products
    start = stage.settings.controls + rng.uniform(0, 9)
    product = np.repeat(stage.goods(1, 4, products.listed), 4)
    yearly = stage.yearly(place, 0.03, 0.5)
    dest = np.tile([places.russia, places.russia, places.rest, places.rest], len(product) // 4)
    grows = np.tile([False, True, False, True], len(product) // 4)
    rate = rng.uniform(0.5, 2.5, len(product))
    usd = yearly / 12 / len(product) / rate * np.where(grows & (dest == places.russia), rng.uniform(2, 6), 1)
    links = Links.of(
        product, origin=place, dest=dest, start=np.where(grows, start, -1.0), end=99.0, rate=rate, usd=usd
    )
    return Decoy(
        place, "own_maker", start, stage.ship(links), f"own goods to Russia grow from {stage.month(start)}"
    )


def _ghost_destination(stage: FirmStage, place: int) -> Decoy:
    """The country is only named on papers; its ghost shipments are drawn with the others."""
    note = "named as destination of goods that never come here"
    return Decoy(place, "ghost_destination", float(stage.settings.controls), no_shipments(), note)


def _sent_on(
    stage: FirmStage, came: pl.DataFrame, dests: np.ndarray, part: float, margin: float
) -> pl.DataFrame:
    """Legal re-exports of what came, after about a month, all declared: `SHIPMENTS`."""
    rng, n = stage.rng, came.height
    left = came["came"].to_numpy() + np.floor(rng.gamma(1.5, 0.9, n)).astype(int)
    usd = (came["usd"].to_numpy() * margin).astype(np.int64)
    sent = came.with_columns(
        origin=pl.col("dest"),
        dest=pl.Series(rng.choice(dests, n).astype(np.int32)),
        left=pl.Series(left.astype(np.int32)),
        came=pl.Series((left + (rng.random(n) < 0.3)).astype(np.int32)),
        usd=pl.Series(usd),
        usd_out=pl.Series(usd),
        usd_in=pl.Series(usd),
        again=pl.lit(True),
    )
    return sent.filter(pl.Series(rng.random(n) < part), pl.col("left") < stage.settings.n_months)


KINDS: dict[str, Callable[[FirmStage, int], Decoy]] = {
    "warehouse_move": _warehouse_move,
    "plant_project": _plant_project,
    "ordinary_trader": _ordinary_trader,
    "new_assembler": _new_assembler,
    "seat_move": _seat_move,
    "own_maker": _own_maker,
    "ghost_destination": _ghost_destination,
}
