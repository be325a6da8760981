"""Who trades what in a world: countries and their places on an invented map, goods and their codes.

Country codes are labels. Which code gets which place, size and part is drawn at random, so nothing here
speaks of a real country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from data_contracts.codes.hs_codes import edition_codes
from features.reference import facts
from riskmodel.worlds.markets.parameters import WAR, Array, Index, Mask, Parameters, months_between, months_to

CONTROLS_SINCE = date(2022, 3, 1)
CONTROLS_UNTIL = date(2024, 1, 1)
# Listed codes that HS2022 made, and the HS2017 code that held the goods before (UNSD correlation tables).
OLD_CODES = {
    "854800": "854890",
    "852589": "852580",
    "854149": "854140",
    "854151": "854150",
    "854159": "854150",
    "880730": "880330",
}
MACHINERY_CHAPTERS = ("39", "73", "82", "83", "84", "85", "87", "90", "94")
LEAST_CONTROL_REGION = 6  # scored countries of far-away subregions in every world, with any part


@dataclass(frozen=True)
class Goods:
    """Products of a world, listed ones first.

    Attributes: codes (HS2022), old_codes (the same but for the six new codes), listed, size (share of world
    demand, mean 1), unit_usd (US$ a kilogram), control (month in which controls bite; beyond the end for
    unlisted goods), same_heading (for each listed good an unlisted one of its 4-digit heading, or -1),
    wider (how much more the old code held than the new one, 1 or more).
    """

    codes: tuple[str, ...]
    old_codes: tuple[str, ...]
    listed: Mask
    size: Array
    unit_usd: Array
    control: Index
    same_heading: Index
    wider: Array
    table: pl.DataFrame


@dataclass(frozen=True)
class MarketCast:
    """Countries, goods and months.

    Attributes
    ----------
    months: first days. war: index of March 2022.
    codes: labels: scored countries, then reporting coalition members, silent ones, RUS, WLD.
    n_scored, n_coalition, n_silent: how many. All arrays below are over the scored ones unless said.
    size: US$ a month imported from the coalition. distance: to Russia, 1 on average. union: customs union.
    hub: entrepots. origins: weight of each coalition member (reporting, then silent).
    nearness: scored x origins, trade cost multiplier of gravity. between: scored x scored, distance.
    """

    months: tuple[date, ...]
    war: int
    codes: tuple[str, ...]
    n_scored: int
    n_coalition: int
    n_silent: int
    size: Array
    distance: Array
    union: Mask
    hub: Mask
    origins: Array
    nearness: Array
    between: Array
    goods: Goods

    @property
    def russia(self) -> int:
        """Place of Russia in `codes`; the world follows it."""
        return self.n_scored + self.n_coalition + self.n_silent

    @property
    def world(self) -> int:
        """Place of the world total in `codes`."""
        return self.russia + 1


def cast(p: Parameters) -> MarketCast:
    """Draw countries, map, goods and months of a world."""
    first = date(p.whole("first_year"), 1, 1)
    count = (2024 - first.year) * 12 + p.whole("months_2024")
    n = p.whole("n_scored")
    scored = _scored(p.rng("countries"), n)
    coalition = _coalition(p.rng("coalition"), p.whole("n_coalition"))
    rng = p.rng("map")
    near_russia = rng.random(n) ** 0.7 * 2.0 + 0.1
    angle = rng.random(n) * 2 * np.pi
    place = near_russia * np.exp(1j * angle)
    origin_place = 1.3 * np.exp(1j * rng.random(len(coalition)) * 2 * np.pi) + rng.normal(
        0, 0.2, len(coalition)
    )
    gap = np.abs(place[:, None] - origin_place[None, :]) + 0.2
    size = p["scored_size_median"] * np.exp(rng.normal(0, p["scored_size_spread"], n))
    return MarketCast(
        months=tuple(months_between(first, count)),
        war=months_to(first, WAR),
        codes=(*scored, *coalition, facts.RUSSIA, "WLD"),
        n_scored=n,
        n_coalition=p.whole("n_coalition"),
        n_silent=len(coalition) - p.whole("n_coalition"),
        size=size,
        distance=near_russia / near_russia.mean(),
        union=_union(rng, near_russia, p.whole("union_size")),
        hub=np.isin(np.arange(n), rng.choice(n, size=int(rng.integers(2, 6)), replace=False)),
        origins=_weights(rng, len(coalition), p.whole("n_coalition")),
        nearness=gap ** -p["distance_elasticity"],
        between=np.abs(place[:, None] - place[None, :]) + 0.1,
        goods=_goods(p, first, count),
    )


def _may_be_scored() -> list[str]:
    ever = {c for year in range(2019, 2026) for c in facts.coalition(date(year, 1, 1))}
    return sorted(set(facts.country_names()) - ever - facts.NEVER_SCORED)


def _scored(rng: np.random.Generator, n: int) -> list[str]:
    every = _may_be_scored()
    far = sorted(set(facts.control_candidates(date(2024, 1, 1))) & set(every))
    kept = list(rng.choice(far, size=LEAST_CONTROL_REGION, replace=False))
    rest = [code for code in every if code not in kept]
    drawn = kept + list(rng.choice(rest, size=n - len(kept), replace=False))
    return [str(code) for code in rng.permutation(drawn)]


def _coalition(rng: np.random.Generator, reporting: int) -> list[str]:
    since_the_start = sorted(facts.coalition(date(2022, 6, 30)))
    drawn = rng.choice(since_the_start, size=reporting + int(rng.integers(1, 4)), replace=False)
    return [str(code) for code in drawn]


def _weights(rng: np.random.Generator, n: int, reporting: int) -> Array:
    weights = np.exp(rng.normal(0, 1.1, n))
    weights[reporting:] *= 0.3  # members without data matter less
    return np.asarray(weights / weights.sum())


def _union(rng: np.random.Generator, distance: Array, members: int) -> Mask:
    order = np.argsort(distance * np.exp(rng.normal(0, 0.4, len(distance))))
    return np.isin(np.arange(len(distance)), order[:members])


def _goods(p: Parameters, first: date, count: int) -> Goods:
    rng = p.rng("goods")
    table = facts.priority_list()
    n_listed = min(p.whole("n_listed"), table.height)
    listed = sorted(str(c) for c in rng.choice(table["hs6"].to_list(), size=n_listed, replace=False))
    unlisted = _unlisted(rng, listed, p.whole("n_unlisted"))
    codes = (*listed, *unlisted)
    n = len(codes)
    size = np.exp(rng.normal(0, 1.2, n))
    heading = {code[:4]: n_listed + at for at, code in enumerate(unlisted)}
    span = months_to(CONTROLS_SINCE, CONTROLS_UNTIL)
    bite = months_to(first, CONTROLS_SINCE) + np.where(
        (rng.random(n_listed) < rng.uniform(0.4, 0.8))
        | (size[:n_listed] > 2 * size.mean()),  # large ones early
        rng.integers(0, 2, n_listed),
        rng.integers(0, span + 1, n_listed),
    )
    old = tuple(OLD_CODES.get(code, code) for code in codes)
    renamed = np.array([a != b for a, b in zip(codes, old, strict=True)])
    return Goods(
        codes=codes,
        old_codes=old,
        listed=np.arange(n) < n_listed,
        size=size / size.mean(),
        unit_usd=np.exp(rng.normal(4.0, 1.3, n)),
        control=np.concatenate([bite, np.full(n - n_listed, count + 1)]).astype(np.int64),
        same_heading=np.array([heading.get(code[:4], -1) for code in listed], dtype=np.int64),
        wider=np.where(renamed, 1 + rng.exponential(0.6, n), 1.0),
        table=table.filter(pl.col("hs6").is_in(listed)).sort("hs6"),
    )


def _unlisted(rng: np.random.Generator, listed: list[str], n: int) -> list[str]:
    moved = (
        set(facts.hs_families("HS2017")["hs6"]) | set(OLD_CODES.values()) | set(facts.priority_list()["hs6"])
    )
    known = edition_codes()
    stable = sorted(c for ed, c in known if ed == "HS2022" and ("HS2017", c) in known and c not in moved)
    headings = {code[:4] for code in listed}
    near = [code for code in stable if code[:4] in headings]
    far = [code for code in stable if code[:4] not in headings and code[:2] in MACHINERY_CHAPTERS]
    n_near = min(len(near), int(n * rng.uniform(0.3, 0.6)))
    chosen = [*rng.choice(near, size=n_near, replace=False), *rng.choice(far, size=n - n_near, replace=False)]
    return sorted(str(code) for code in chosen)
