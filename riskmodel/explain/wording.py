"""Signals and their changes in plain words: suspicion, never proof."""

from __future__ import annotations

import math
from collections.abc import Callable

from features.catalogue import BY_NAME, LISTING_SIGNALS

_SPOKEN_OF = {**{signal.name: signal for signal in LISTING_SIGNALS}, **BY_NAME}

NO_EFFECT = 0.005  # log-odds; below this a signal is said to leave the score as it is


def money(usd: float) -> str:
    """US dollars as people say them.

    >>> money(1_234_567), money(950), money(-2_500_000_000)
    ('US$1.2 million', 'US$950', '-US$2.5 billion')
    """
    size, sign = abs(usd), "-" if usd < 0 else ""
    for unit, word in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if size >= unit:
            return f"{sign}US${size / unit:.1f}{word}"
    return f"{sign}US${size:.0f}"


def times(log_ratio: float) -> str:
    """A log ratio as a multiple.

    >>> times(math.log(6.2)), times(-0.2)
    ('6.2 times', '0.82 times')
    """
    ratio = math.exp(min(log_ratio, 20.0))
    return f"{ratio:.1f} times" if ratio >= 1 else f"{ratio:.2f} times"


def count(log_count: float) -> str:
    """A ln(1 + n) back as n.

    >>> count(math.log(4))
    '3.0'
    """
    return f"{math.expm1(min(log_count, 20.0)):.1f}"


# What may be between braces in `Signal.says`.
_SHOWN: dict[str, Callable[[float], str]] = {
    "times": times,
    "usd": money,
    "count": count,
    "percent": lambda value: f"{value:.0%}",
    "share": lambda surprise: f"1 in {10**surprise:.0f}",
    "whole": lambda value: f"{value:.0f}",
    "value": lambda value: f"{value:.2f}",
}


def say(signal: str, value: float) -> str:
    """What a signal's value means, in words.

    >>> say("matched_transit_usd", 2_000_000)
    'US$2.0 million of the same goods are in excess both coming in and going on to Russia'
    """
    known = _SPOKEN_OF[signal]
    if not known.says:
        amount = money(value) if known.is_money else f"{value:.2f} ({known.unit})"
        return f"{known.label}: {amount}"
    words = known.says if value > 0 or not known.says_at_zero else known.says_at_zero
    for name, shown in _SHOWN.items():
        if f"{{{name}}}" in words:
            words = words.replace(f"{{{name}}}", shown(value))
    return words


def effect(contribution: float) -> str:
    """What it does to the score.

    >>> effect(0.3), effect(-0.3), effect(0.0)
    ('raises the score', 'lowers the score', 'leaves the score as it is')
    """
    if abs(contribution) < NO_EFFECT:
        return "leaves the score as it is"
    return "raises the score" if contribution > 0 else "lowers the score"


def driver_words(signal: str, value: float, quantile: float | None, contribution: float) -> str:
    """One driver as a sentence.

    >>> driver_words("inbound_surge", math.log(6.2), 0.96, 1.1)[-59:]
    'growth explain (higher than 96% of peers): raises the score'
    """
    place = "" if quantile is None else f" (higher than {100 * quantile:.0f}% of peers)"
    return f"{say(signal, value)}{place}: {effect(contribution)}"
