"""What planting diversion in a user's own table finds, as small frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Interval = tuple[float, float]


@dataclass(frozen=True)
class BandFound:
    """Plantings of one size, found in a band or above.

    Attributes
    ----------
    planted: countries that were not there without it; `already` were, and say nothing. share: of the planted
        found at the last date, null where there is none; share_90: its 90 % interval (Wilson). first_months:
        median months from the first month of diversion to the first date in the band, of those found, null
        where none was. after: shares found by months from the first month of diversion, each of the countries
        that were not there without it on that date.
    """

    planted: int
    already: int
    share: float | None
    share_90: Interval | None
    first_months: float | None
    after: Mapping[str, float | None]


@dataclass(frozen=True)
class RecoveryLine:
    """Plantings of one size: planted inbound US$ of a country over twelve months, and what was found.

    elevated: in the band elevated or above. high: in the band high.
    """

    amount_usd: int
    elevated: BandFound
    high: BandFound


@dataclass(frozen=True)
class Untouched:
    """The table as it is on one date: countries scored, and how many of them are in each band."""

    as_of: date
    scored: int
    elevated: int
    high: int


@dataclass(frozen=True)
class Recovery:
    """A recovery curve.

    Attributes
    ----------
    draws: times that diversion was planted. first_month: of diversion, for all. as_of: dates of the scores.
    floor_elevated_usd, floor_high_usd: the smallest amount from which on at least 80 % were found in the
        band at the last date, null where none was. lines: by amount. untouched: by date.
    """

    draws: int
    seed: int
    plantings: int
    first_month: date
    as_of: tuple[date, ...]
    floor_elevated_usd: int | None
    floor_high_usd: int | None
    lines: tuple[RecoveryLine, ...]
    untouched: tuple[Untouched, ...]
