"""Risk bands: the one place that says where they begin."""

from __future__ import annotations

from typing import Literal

Band = Literal["high", "elevated", "guarded", "low"]

LOWER_BOUNDS: dict[Band, float] = {"high": 0.5, "elevated": 0.2, "guarded": 0.05, "low": 0.0}


def band_of(risk: float | None) -> Band | None:
    """Band of a probability; null in, null out.

    >>> band_of(0.5), band_of(0.049), band_of(None)
    ('high', 'low', None)
    """
    if risk is None:
        return None
    return next(band for band, bound in LOWER_BOUNDS.items() if risk >= bound)


def next_lower(band: Band) -> Band | None:
    """The band one step down, or None from `low`.

    >>> next_lower("high"), next_lower("low")
    ('elevated', None)
    """
    names = list(LOWER_BOUNDS)
    place = names.index(band) + 1
    return names[place] if place < len(names) else None
