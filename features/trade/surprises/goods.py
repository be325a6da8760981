"""Placebo goods: like-sized sets of the same country's goods, listed or not."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, product
from math import comb, prod

import numpy as np

from features.trade.surprises.cells import Bools, Floats, Ints
from features.trade.surprises.shares import Counts, products

N_SETS = 999
LEAST_FAMILIES = 3  # listed ones, and unlisted ones, in each class of size
MOST_CLASSES = 4
WHOLE = 2.0**20  # sums of whole numbers are the same in any order, on any number of cores


def size_classes(size: Floats, listed: Bools) -> Ints:
    """Class of each family by its size in the whole table, shape (K,): sets are like-sized class by class.

    As many classes of equal numbers (at most four) as leave three listed and three unlisted families in each;
    one class where even that has too few.
    """
    order = np.argsort(size, kind="stable")
    place = np.empty(size.size, dtype=np.int64)
    place[order] = np.arange(size.size)
    for n in range(MOST_CLASSES, 1, -1):
        classes = place * n // max(size.size, 1)
        both = (np.bincount(classes[kind], minlength=n) for kind in (listed, ~listed))
        if all(counts.min() >= LEAST_FAMILIES for counts in both):
            return classes
    return np.zeros(size.size, dtype=np.int64)


def placebo_sets(classes: Ints, listed: Bools, seed: int) -> Bools:
    """Sets of families with as many of each class as the goods list has, shape (sets, K).

    Every other set where there are at most 999, else 999 drawn; none where fewer than three families are
    listed or unlisted.
    """
    return _sets(classes.astype(np.int64).tobytes(), listed.tobytes(), seed)


# The legs of a day, and many days after one another, ask for the same sets.
@lru_cache(maxsize=16)
def _sets(of_classes: bytes, of_listed: bytes, seed: int) -> Bools:
    classes, listed = np.frombuffer(of_classes, np.int64), np.frombuffer(of_listed, np.bool_)
    if min(listed.sum(), (~listed).sum()) < LEAST_FAMILIES:
        return np.zeros((0, listed.size), dtype=bool)
    members = [np.flatnonzero(classes == each) for each in range(int(classes.max()) + 1)]
    counts = [int(listed[inside].sum()) for inside in members]
    every = prod(comb(inside.size, n) for inside, n in zip(members, counts, strict=True))
    chosen = _all_sets(members, counts) if every <= N_SETS + 1 else _drawn(members, counts, seed)
    sets = np.zeros((len(chosen), listed.size), dtype=bool)
    sets[np.arange(len(chosen))[:, None], chosen] = True
    sets = sets[np.any(sets != listed, axis=1)] if every <= N_SETS + 1 else sets
    sets.flags.writeable = False
    return sets


def other_goods(rises: Floats, listed: Bools, sets: Bools) -> Counts:
    """Compare the sum of the listed families' rises with the same of each set, shape (C,)."""
    known: Bools = np.all(~np.isnan(rises), axis=1)
    whole = np.round(np.where(known[:, None], rises, 0.0) * WHOLE)
    own = products(whole, listed[None].astype(np.float64))[:, 0]
    reached = np.sum(products(whole, sets.astype(np.float64)) >= own[:, None], axis=1)
    return Counts(
        np.where(known, len(sets), 0).astype(np.int64), np.where(known, reached, 0).astype(np.int64)
    )


def _all_sets(members: list[Ints], counts: list[int]) -> Ints:
    """Families of each set, shape (sets, families)."""
    ways = [combinations(inside.tolist(), n) for inside, n in zip(members, counts, strict=True)]
    return np.array(
        [[family for part in parts for family in part] for parts in product(*ways)], dtype=np.int64
    )


def _drawn(members: list[Ints], counts: list[int], seed: int) -> Ints:
    """Families of each set, shape (sets, families)."""
    generator = np.random.default_rng(seed)
    parts = []
    for inside, n in zip(members, counts, strict=True):
        order = generator.random((N_SETS, inside.size)).argsort(axis=1, kind="stable")
        parts.append(inside[order[:, :n]])
    return np.concatenate(parts, axis=1)
