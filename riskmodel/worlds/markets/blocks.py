"""Blocks of monthly flows, and the table that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskmodel.worlds.markets.parameters import Array, Index

FLOWS = ("M", "RX", "X")
PLACES, GOODS, MONTHS = 256, 512, 256  # room for each in one number


@dataclass(frozen=True)
class Block:
    """Flows of one kind (X, M, RX): places of reporter, partner and good, and whole US$ by month."""

    flow: str
    reporter: Index
    partner: Index
    good: Index
    value: npt.NDArray[np.int64]


def block(flow: str, reporter: Index | int, partner: Index | int, good: Index, value: Array) -> Block:
    """A block of rounded values; a single place is that of every row."""
    n = len(good)
    sides = [np.broadcast_to(np.asarray(side, dtype=np.int64), (n,)) for side in (reporter, partner)]
    return Block(flow, sides[0], sides[1], np.asarray(good, dtype=np.int64), np.rint(value).astype(np.int64))


@dataclass(frozen=True)
class Rows:
    """True monthly flows, one row each: places, index of the flow in `FLOWS`, and whole US$ above 0."""

    reporter: Index
    partner: Index
    flow: Index
    good: Index
    month: Index
    value: npt.NDArray[np.int64]


def table(blocks: Sequence[Block]) -> Rows:
    """Rows with a value, added up over blocks, sorted by reporter, partner, flow, good, month."""
    keys, values = [], []
    for one in blocks:
        row, month = np.nonzero(one.value > 0)
        side = (one.reporter[row] * PLACES + one.partner[row]) * len(FLOWS) + FLOWS.index(one.flow)
        keys.append((side * GOODS + one.good[row]) * MONTHS + month)
        values.append(one.value[row, month])
    key, value = added_up(np.concatenate(keys), np.concatenate(values))
    rest, month = np.divmod(key, MONTHS)
    rest, good = np.divmod(rest, GOODS)
    rest, flow = np.divmod(rest, len(FLOWS))
    reporter, partner = np.divmod(rest, PLACES)
    return Rows(reporter, partner, flow, good, month, value)


def added_up(key: Index, value: npt.NDArray[np.int64]) -> tuple[Index, npt.NDArray[np.int64]]:
    """Distinct keys in order, and the sum of the values of each.

    >>> [part.tolist() for part in added_up(np.array([7, 3, 7]), np.array([1, 2, 4]))]
    [[3, 7], [2, 5]]
    """
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.diff(key, prepend=key[0] - 1))
    return key[first], np.add.reduceat(value, first)


def world_totals(blocks: Sequence[Block], world: int) -> list[Block]:
    """The exports and re-exports of blocks again, with the world as partner."""
    return [
        Block(one.flow, one.reporter, np.full_like(one.partner, world), one.good, one.value)
        for one in blocks
        if one.flow in ("X", "RX")
    ]
