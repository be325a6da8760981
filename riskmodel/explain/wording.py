"""Signals and their changes in plain words: suspicion, never proof."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from features.catalogue import BY_NAME, LISTING_SIGNALS
from riskmodel.explain.figures import count, money, one_in, peers, times

_SPOKEN_OF = {**{signal.name: signal for signal in LISTING_SIGNALS}, **BY_NAME}

NO_EFFECT = 0.005  # log-odds; below this a signal is said to be as in the typical country


@cache
def _names() -> dict[str, tuple[str, str]]:
    """Signal -> (noun, what to ask), of `signal_names.csv`."""
    path = files("riskmodel.explain").joinpath("signal_names.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {row["signal"]: (row["noun"], row["ask"]) for row in rows}


def noun(signal: str) -> str:
    """A signal as the subject of a sentence; its label where the table has none.

    >>> noun("inbound_rise_surprise")
    'the rise of arrivals'
    """
    return _names().get(signal, (_SPOKEN_OF[signal].label, ""))[0]


def formula(signal: str) -> str:
    """How a signal is computed, in the words of the catalogue; empty for one that it does not hold.

    >>> formula("other_jurisdictions"), formula("no_signal")
    ('number of jurisdictions with a listing in the country, less one, at least zero', '')
    """
    return _SPOKEN_OF[signal].formula if signal in _SPOKEN_OF else ""


def ask(signal: str) -> str:
    """What to ask next about a signal: papers, goods, firms; empty where the table has nothing."""
    return _names().get(signal, ("", ""))[1]


# What may be between braces in `Signal.says`.
_SHOWN: dict[str, Callable[[float], str]] = {
    "times": times,
    "usd": money,
    "count": count,
    "percent": lambda value: f"{value:.0%}",
    "share": one_in,
    "whole": lambda value: f"{value:.0f}",
    "value": lambda value: f"{value:.2f}",
}


def say(signal: str, value: float) -> str:
    """What a signal's value means, in words.

    >>> say("matched_transit_usd", 2_000_000)
    'US$2.0m of the same goods are in excess both coming in and going on to Russia'
    >>> say("inbound_rise_surprise", 0.1)[-28:]
    '(most placebos show as much)'
    """
    known = _SPOKEN_OF[signal]
    if not known.says:
        amount = money(value) if known.is_money else f"{value:.2f} ({known.unit})"
        return f"{known.label}: {amount}"
    words = known.says if value > 0 or not known.says_at_zero else known.says_at_zero
    if not one_in(value)[-1].isdigit():
        words = words.replace("about {share}", "{share}")  # of "all" or "most" nothing is about
    for name, shown in _SHOWN.items():
        if f"{{{name}}}" in words:
            words = words.replace(f"{{{name}}}", shown(value))
    return words


def effect(contribution: float) -> str:
    """What it does to the score.

    >>> effect(0.3), effect(-0.3), effect(0.0)
    ('raises the score', 'lowers the score', 'as in the typical country')
    """
    if abs(contribution) < NO_EFFECT:
        return "as in the typical country"
    return "raises the score" if contribution > 0 else "lowers the score"


def driver_words(signal: str, value: float, quantile: float | None, contribution: float) -> str:
    """One driver as a sentence.

    >>> driver_words("inbound_surge", 1.8, 0.96, 1.1)[-59:]
    'growth explain (higher than 96% of peers): raises the score'
    """
    place = "" if quantile is None else f" (higher than {peers(quantile)})"
    return f"{say(signal, value)}{place}: {effect(contribution)}"
