"""What planting diversion in a user's own table finds, as small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Interval = tuple[float, float]


@dataclass(frozen=True)
class FoundAfter:
    """Shares of the plantings of one size in a band, `months` after the first month of diversion."""

    months: int
    elevated: float
    high: float


@dataclass(frozen=True)
class RecoveryLine:
    """Plantings of one size.

    Attributes
    ----------
    amount_usd: planted inbound US$ of a country over `months` months. planted: how many countries, those
        left out that were in the band elevated or above without it (`already`). elevated, high: shares found
        at the last date in this band or above, null without a planting; their 90 % intervals (Wilson).
    first_months: median months from the first month of diversion to the first date in the band elevated or
        above, of those found; null where none was. after: the same shares date by date.
    """

    amount_usd: int
    planted: int
    already: int
    elevated: float | None
    elevated_90: Interval | None
    high: float | None
    high_90: Interval | None
    first_months: float | None
    after: tuple[FoundAfter, ...]


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
    floor_usd: the smallest amount from which on at least 80 % were found elevated or above at the last
        date, null where none was. lines: by amount. untouched: by date.
    """

    draws: int
    seed: int
    plantings: int
    first_month: date
    as_of: tuple[date, ...]
    floor_usd: int | None
    lines: tuple[RecoveryLine, ...]
    untouched: tuple[Untouched, ...]
