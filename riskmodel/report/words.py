"""Figures and codes in words: the one place where the report decides how a value reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data_contracts.plain_text import one_line as clean
from features.catalogue import SIGNALS
from riskmodel.explain.drivers import Driver
from riskmodel.explain.figures import UNKNOWN as UNKNOWN  # one formatter, under the report's own roof too
from riskmodel.explain.figures import interval as interval
from riskmodel.explain.figures import money as money
from riskmodel.explain.figures import percent as percent
from riskmodel.explain.figures import signal_value as signal_value

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

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


def short_driver(driver: Driver | None) -> str:
    """The first driver in a few words, or what it means that there is none."""
    if driver is None:
        return "nothing above the usual"
    value = signal_value(driver.value, driver.unit)
    if driver.unit == "surprise":  # a terminal has no room for more
        value = value.replace("1 in ", "1/").replace(",", "")
    shown = SHORT_DRIVERS.get(driver.signal, signal_name(driver.signal) + " {value}")
    return shown.replace("{value}", value)
