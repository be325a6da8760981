"""Products of a world: listed goods, plain goods in the same headings and elsewhere, prices and dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import polars as pl

from data_contracts.codes.hs_codes import edition_codes
from features.reference.facts import hs_families, priority_list
from riskmodel.worlds.firms.settings import FirmSettings

# Codes that HS2017 does not know, and the code under which such goods were declared in it (UNSD correlation
# tables HS2017 to HS2022). 854140 also holds the plain 854142 and 854143, 852580 the plain 852583.
BEFORE_2022 = {
    "854800": "854890",
    "852589": "852580",
    "852583": "852580",
    "854149": "854140",
    "854142": "854140",
    "854143": "854140",
    "854151": "854150",
    "854159": "854150",
    "880730": "880330",
}
SPLIT_PLAIN = ("854142", "854143", "852583")
ELSEWHERE = ("39", "40", "48", "62", "73", "84", "85", "87", "90", "94", "61", "64", "33", "22", "76", "82")
# Months after March 2022 in which a wave of controls bites: the first, October 2022, February and May 2023,
# January and March 2024 (dates of EU and US rules; which product is in which wave is drawn).
WAVES = np.array([0, 1, 7, 11, 14, 22, 24])
WAVE_SHARES = np.array([0.46, 0.13, 0.14, 0.10, 0.10, 0.04, 0.03])


@dataclass(frozen=True)
class Products:
    """The goods that trade in a world; arrays have one element per product.

    Attributes
    ----------
    codes: HS2022 codes. old: the code in HS2017. listed: on the priority list.
    heading: number of the 4-digit heading. popularity: weight in firms' choice, mean 1.
    usd_per_kg: price. unit: scale of a usual order. control: month in which controls bite; -1 never.
    neighbour: a plain product under which a listed one may be declared (itself for plain ones).
    """

    codes: np.ndarray
    old: np.ndarray
    listed: np.ndarray
    heading: np.ndarray
    popularity: np.ndarray
    usd_per_kg: np.ndarray
    unit: np.ndarray
    control: np.ndarray
    neighbour: np.ndarray

    @property
    def n(self) -> int:
        """Number of products."""
        return len(self.codes)


@cache
def _steady_codes() -> tuple[str, ...]:
    """Codes with the same meaning in HS2017 and HS2022, sorted."""
    changed = set(hs_families("HS2017")["hs6"])
    known = edition_codes()
    both = {code for edition, code in known if edition == "HS2022" and ("HS2017", code) in known}
    return tuple(sorted(both - changed))


def draw_products(settings: FirmSettings) -> Products:
    """Choose the goods of a world and give them prices, popularity, and dates of control."""
    rng = settings.rng("products")
    listed, plain = _choose(settings, rng)
    codes = np.array(sorted(listed + plain))
    on_list = np.isin(codes, listed)
    headings = np.array([code[:4] for code in codes])
    popularity = rng.lognormal(0, 0.9, len(codes)) * np.where(on_list, 1.5, 1.0)
    return Products(
        codes=codes,
        old=np.array([BEFORE_2022.get(code, code) for code in codes]),
        listed=on_list,
        heading=np.unique(headings, return_inverse=True)[1],
        popularity=popularity / popularity.mean(),
        usd_per_kg=np.where(
            on_list, rng.lognormal(4.3, 1.1, len(codes)), rng.lognormal(2.8, 1.1, len(codes))
        ),
        unit=rng.lognormal(0, 0.7, len(codes)),
        control=_controls(settings, rng, on_list),
        neighbour=_neighbours(rng, codes, on_list),
    )


def goods_table(settings: FirmSettings, products: Products) -> pl.DataFrame:
    """The goods list of the world: the canonical columns, only goods that trade in it."""
    return priority_list().filter(pl.col("hs6").is_in(products.codes[products.listed].tolist()))


def _choose(settings: FirmSettings, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    every = sorted(priority_list()["hs6"])
    listed = sorted(rng.choice(every, settings.whole("n_listed_goods"), replace=False).tolist())
    steady = [code for code in _steady_codes() if code not in set(every)]
    headings = {code[:4] for code in listed}
    near = [code for code in steady if code[:4] in headings]
    far = [code for code in steady if code[:4] not in headings and code[:2] in ELSEWHERE]
    n_plain = settings.whole("n_plain_goods")
    n_near = min(len(near), int(n_plain * rng.uniform(0.35, 0.6)))
    plain = [*rng.choice(near, n_near, replace=False), *rng.choice(far, n_plain - n_near, replace=False)]
    split = [code for code in SPLIT_PLAIN if code[:4] in headings]
    return listed, sorted({str(code) for code in plain} | set(split))


def _controls(settings: FirmSettings, rng: np.random.Generator, listed: np.ndarray) -> np.ndarray:
    """Every listed product has a date; about a third of the plain ones come under controls as well."""
    wave = settings.controls + rng.choice(WAVES, len(listed), p=WAVE_SHARES)
    reached = listed | (rng.random(len(listed)) < rng.uniform(0.15, 0.45))
    last = settings.month_of(date(2024, 3, 1))
    return np.where(reached, np.minimum(wave, last), -1)


def _neighbours(rng: np.random.Generator, codes: np.ndarray, listed: np.ndarray) -> np.ndarray:
    """A plain product of the same heading, else of the same chapter, else any plain one."""
    place = np.arange(len(codes))
    for at in np.flatnonzero(listed):
        for digits in (4, 2, 0):
            close = np.array(
                [
                    not on and code[:digits] == codes[at][:digits]
                    for code, on in zip(codes, listed, strict=True)
                ]
            )
            if close.any():
                place[at] = rng.choice(np.flatnonzero(close))
                break
    return place
