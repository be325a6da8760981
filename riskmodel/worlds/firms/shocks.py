"""Shocks to whole countries and goods that have nothing to do with controls."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import FirmSettings

SHORTAGE = (date(2021, 3, 1), date(2022, 2, 1))  # of chips


def shocked(settings: FirmSettings, places: Places, products: Products, goods: pl.DataFrame) -> pl.DataFrame:
    """Shipments without those that a crisis of the buyer's country or the chip shortage holds back.

    A crisis ends after some months and the orders come back, which looks like a sudden rise.
    """
    rng = settings.rng("shocks")
    n, months = places.rest + 1, settings.n_months
    begin = np.where(rng.random(n) < settings["crisis_share"], rng.integers(0, months - 6, n), 10**6)
    length, depth = rng.integers(5, 15, n), rng.uniform(0.35, 0.75, n)
    dest, left, hs = (goods[name].to_numpy() for name in ("dest", "left", "hs"))
    in_crisis = (left >= begin[dest]) & (left < begin[dest] + length[dest])
    lost = np.where(in_crisis, depth[dest], 0.0)
    chips = np.isin(
        products.heading, products.heading[np.char.startswith(products.codes.astype(str), "8542")]
    )
    first, last = (settings.month_of(day) for day in SHORTAGE)
    short = chips[hs] & (left >= first) & (left <= last)
    lost = np.maximum(lost, np.where(short, rng.uniform(0.1, 0.3), 0.0))
    return goods.filter(pl.Series(rng.random(goods.height) >= lost))
