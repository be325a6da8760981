"""Figures and codes in words: the one place where the report decides how a value reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from data_contracts.plain_text import one_line as clean
from features.catalogue import SIGNALS
from riskmodel.explain.drivers import Driver

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNKNOWN = "–"

GRADE_WORDS = {
    "A": "nothing that the score needs was missing",
    "B": "one thing was missing or old",
    "C": "two things were missing or old",
    "D": "three things were missing or old: take it as a hint where to look, no more",
}
BAND_WORDS = {
    "high": "look here first",
    "elevated": "look here next",
    "guarded": "some signs",
    "low": "few or no signs",
}
LEG_WORDS = {
    "inbound": "coalition to country",
    "onward": "country to Russia",
    "direct": "coalition to Russia",
}
POLARITY_WORDS = {1: "worsening", 0: "neutral", -1: "easing"}

# Short enough for one line of an 80-column terminal; {value} is the signal's value in its own unit.
SHORT_DRIVERS = {signal.name: signal.short for signal in SIGNALS if signal.short and signal.in_model}


def money(value: float | None) -> str:
    """US dollars, short.

    >>> [money(v) for v in (12_400_000, 950, 0, None, 3_210_000_000)]
    ['US$12.4m', 'US$950', 'US$0', '–', 'US$3.2bn']
    """
    if value is None:
        return UNKNOWN
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            return f"US${value / size:,.1f}{letter}"
    return f"US${value:,.0f}"


def millions(value: float | None) -> str:
    """US$ million with one decimal, for a column of aligned numbers.

    >>> [millions(v) for v in (12_400_000, 20_000, 0, None)]
    ['12.4', '<0.1', '0.0', '–']
    """
    if value is None:
        return UNKNOWN
    if 0 < value < 50_000:
        return "<0.1"
    return f"{value / 1e6:,.1f}"


def dollars(value: int | None) -> str:
    """Whole dollars with separators; null is unknown, not zero."""
    return UNKNOWN if value is None else f"{value:,}"


def percent(share: float | None) -> str:
    """A probability without false precision at the ends: the one way in which risks are printed.

    >>> [percent(p) for p in (0.624, 0.0099, 0.01, 0.99, 0.9901, None)]
    ['62%', '<1%', '1%', '99%', '>99%', '–']
    """
    if share is None or math.isnan(share):
        return UNKNOWN
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{share * 100:.0f}%"


def figure(value: float | None, between: Sequence[float] | None = None) -> str:
    """A measure with two decimals, and its interval where there is one.

    >>> figure(0.5, (0.4, 0.61)), figure(None)
    ('0.50 [0.40, 0.61]', '-')
    """
    if value is None:
        return "-"
    return f"{value:.2f}" + (f" [{between[0]:.2f}, {between[1]:.2f}]" if between else "")


def share(value: float, digits: int = 1) -> str:
    """A share as per cent.

    >>> share(0.1234), share(0.5, 0)
    ('12.3%', '50%')
    """
    return f"{100 * value:.{digits}f}%"


def interval(low: float | None, high: float | None) -> str:
    """The interval of a probability.

    >>> interval(0.48, 0.74), interval(None, 0.5)
    ('48–74%', '–')
    """
    if low is None or high is None:
        return UNKNOWN
    left, right = percent(low), percent(high)
    return right if left == right else f"{left.removesuffix('%')}–{right}"


def month(day: date | None) -> str:
    """`Nov 2022`; not `strftime`, whose month names follow the machine's locale."""
    return UNKNOWN if day is None else f"{MONTHS[day.month - 1]} {day.year}"


def iso_day(day: object) -> str:
    """A date as `2022-11-30`, or the text given, or a dash."""
    return UNKNOWN if day is None else clean(day.isoformat() if isinstance(day, date) else day)


def signal_name(name: str) -> str:
    """A signal's column name as words.

    >>> signal_name("matched_transit_usd")
    'matched transit'
    """
    return clean(name.removesuffix("_usd").replace("_", " "))


def signal_value(value: float | None, unit: str) -> str:
    """A signal in its own unit; a log ratio reads as a factor, a logged count as a count.

    >>> signal_value(1.31, "log ratio"), signal_value(2_500_000, "US$"), signal_value(0.25, "share")
    ('×3.7', 'US$2.5m', '25%')
    """
    if value is None:
        return UNKNOWN
    if unit == "US$":
        return money(value)
    if unit == "log ratio":
        factor = math.exp(min(value, 20.0))
        return f"×{factor:,.1f}" if factor < 99.95 else f"×{factor:,.0f}"
    if unit.startswith("ln(1 + "):
        return f"{math.expm1(min(value, 20.0)):,.1f}"
    return percent(value) if unit == "share" else f"{value:,.2f}"


def short_driver(driver: Driver | None) -> str:
    """The first driver in a few words, or what it means that there is none."""
    if driver is None:
        return "nothing above the usual"
    value = signal_value(driver.value, driver.unit)
    shown = SHORT_DRIVERS.get(driver.signal, signal_name(driver.signal) + " {value}")
    return shown.replace("{value}", value)
