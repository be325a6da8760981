"""The declared event of one country in words: its probability, and whether it is met already."""

from __future__ import annotations

import polars as pl

from data_contracts.months import start_of_month
from riskmodel.explain.event import DIVERTED_WORDS, EVENT_WORDS
from riskmodel.report import words
from riskmodel.report.rows import CountryScore

EVENT_MONTHS = 6
NO_EVENT_RISK = "not given by this model"
NOT_PUBLISHED = (
    "not known, because not all of the six months, or of the same months of the baseline, are published on "
    "both legs"
)


def gives_event_risk(countries: pl.DataFrame) -> bool:
    """Whether the model of a run learnt goods diverted and the declared event apart from each other."""
    return countries["event_risk"].count() > 0


def risk_words(countries: pl.DataFrame, target: str | None) -> str:
    """What `risk` is the probability of; goes on from "in the six months after the date,"."""
    if gives_event_risk(countries):
        return DIVERTED_WORDS
    return EVENT_WORDS.get(target or "") or words.clean(target or "the event the model was trained for", 200)


def event_risk_words(row: CountryScore) -> str:
    """The probability of the declared event with its interval, or that there is none."""
    if row.event_risk is None:
        return NO_EVENT_RISK
    return probability(row.event_risk, row.event_risk_low, row.event_risk_high)


def probability(share: float | None, low: float | None, high: float | None) -> str:
    """A probability and its interval in running text.

    >>> probability(0.6, 0.5, 0.996), probability(0.004, 0.001, 0.02)
    ('60% (50% to >99%)', '<1% (<1% to 2%)')
    """
    return f"{words.percent(share)} ({words.percent(low)} to {words.percent(high)})"


def met_mark(row: CountryScore) -> str:
    """`yes`, `no`, or a dash where the months are not published."""
    return words.UNKNOWN if row.event_met is None else "yes" if row.event_met else "no"


def met_words(row: CountryScore) -> str:
    """Whether the declared event is met in the newest published months: amount, months and codes."""
    if row.event_met is None or row.event_met_until is None:
        return NOT_PUBLISHED
    first = start_of_month(row.event_met_until, 1 - EVENT_MONTHS)
    span = f"from {words.month(first)} to {words.month(row.event_met_until)}"
    codes = words.clean(", ".join((row.event_met_codes or "").split()), 60)
    largest = f", most of it in {codes}" if codes else ""
    return f"{met_mark(row)}, {words.money(row.event_met_usd)} of matched transit {span}{largest}"
