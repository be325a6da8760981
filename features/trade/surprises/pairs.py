"""Both legs family by family, against the same country with its families shuffled.

Two legs that rise in the same codes say more than two that rise; how much more, the country's own numbers
say: the families of one leg change places, everything else stays as it is.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.stats import rankdata

from features.trade.surprises.cells import Bools, Floats, Ints
from features.trade.surprises.rises import matched
from features.trade.surprises.shares import DECIMALS, Counts, products

N_SHUFFLES = 999
FALL_FLOOR_USD = 100_000
LEAST_FAMILIES = 8


@lru_cache(maxsize=8)
def shuffles(n_families: int, seed: int) -> Ints:
    """Seeded orders of the families, shape (999, K); none with fewer than eight families."""
    if n_families < LEAST_FAMILIES:
        return np.zeros((0, n_families), dtype=np.int64)
    generator = np.random.default_rng(seed)
    orders: Ints = generator.random((N_SHUFFLES, n_families)).argsort(axis=1, kind="stable").astype(np.int64)
    orders.flags.writeable = False  # shared by dates
    return orders


def matched_families(inbound: Floats, onward: Floats, orders: Ints) -> Counts:
    """Compare the sum of matched rises with the same after shuffling the families of the onward leg.

    Parameters
    ----------
    inbound, onward: rises of the listed families, shape (C, K); NaN: unknown. orders: `shuffles`.
    """
    known: Bools = np.all(~np.isnan(inbound), axis=1) & np.all(~np.isnan(onward), axis=1)
    placebos = np.where(known, len(orders), 0).astype(np.int64)
    # Where nothing rose on a leg, every order gives the same nothing.
    reached = placebos.copy()
    for c in np.flatnonzero(known & (inbound > 0).any(axis=1) & (onward > 0).any(axis=1)):
        sums = np.round(matched(inbound[c][None], onward[c][orders]).sum(axis=1), DECIMALS)
        own = np.round(matched(inbound[c], onward[c]).sum(), DECIMALS)
        reached[c] = int((sums >= own).sum())
    return Counts(placebos, reached)


def displaced_families(rises: Floats, fall: Floats, orders: Ints) -> Counts:
    """Compare the rank correlation of the direct leg's fall and the country's rises with shuffled families.

    Parameters
    ----------
    rises: inbound, shape (C, K). fall: of the direct leg, shape (K,), `direct_fall`. orders: `shuffles`.
    """
    known: Bools = np.all(~np.isnan(rises), axis=1)
    # Twice a rank is a whole number: sums of their products are exact in any order.
    own = 2 * rankdata(np.round(np.where(known[:, None], rises, 0.0), DECIMALS), axis=1)
    lost = 2 * rankdata(np.round(fall, DECIMALS))
    reached = np.sum(products(own, lost[orders]) >= products(own, lost[None]), axis=1)
    return Counts(
        np.where(known, len(orders), 0).astype(np.int64), np.where(known, reached, 0).astype(np.int64)
    )


def direct_fall(recent: Floats, before: Floats, n_months: int) -> Floats:
    """ln((B + e) / (S + e)) of the direct leg, e = US$100,000 a year, shape (K,)."""
    floor = FALL_FLOOR_USD * n_months / 12
    return np.log((before + floor) / (recent + floor))
