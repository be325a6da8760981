"""Random numbers by name: one stream for each component, one number for each table cell.

Switching one component off therefore moves nothing else.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """Generator for the component `names` of world `seed`: a `SeedSequence` child keyed by name.

    >>> bool(stream(1, "roles").random() == stream(1, "roles").random())
    True
    >>> bool(stream(1, "roles").random() == stream(1, "news").random())
    False
    """
    return np.random.default_rng(_sequence(seed, names))


def cell_uniform(seed: int, names: tuple[str, ...], cells: np.ndarray) -> np.ndarray:
    """One uniform number in (0, 1) for each cell number (uint64), the same whatever other cells there are.

    The finaliser of splitmix64 (Steele, Lea, Flood 2014) over the cell number and the component's key.

    >>> both = cell_uniform(1, ("kg",), np.array([3, 4], np.uint64))
    >>> bool(both[1] == cell_uniform(1, ("kg",), np.array([4], np.uint64))[0])
    True
    """
    key = _sequence(seed, names).generate_state(1, np.uint64)[0]
    x = cells.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ key
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return ((x >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53


def cell_normal(seed: int, names: tuple[str, ...], cells: np.ndarray) -> np.ndarray:
    """One standard normal number for each cell, by Box and Muller."""
    radius = np.sqrt(-2 * np.log(cell_uniform(seed, (*names, "radius"), cells)))
    return radius * np.cos(2 * np.pi * cell_uniform(seed, (*names, "angle"), cells))


def _sequence(seed: int, names: tuple[str, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=tuple(zlib.crc32(name.encode()) for name in names))
