"""Signals and their changes in plain words: suspicion, never proof."""

from __future__ import annotations

import math
from collections.abc import Callable

from features.catalogue import BY_NAME

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


_SAY: dict[str, Callable[[float], str]] = {
    "inbound_surge": lambda v: (
        f"coalition exports of listed goods to the country are {times(v)} what baseline and "
        "world growth explain"
    ),
    "inbound_excess_usd": lambda v: (
        f"coalition exports of listed goods exceed what baseline and world growth explain by {money(v)}"
        if v > 0
        else "coalition exports of listed goods are no more than baseline and world growth explain"
    ),
    "onward_surge": lambda v: (
        f"the country's exports of listed goods to Russia are {times(v)} what baseline and "
        "world growth explain"
    ),
    "onward_excess_usd": lambda v: (
        f"exports of listed goods to Russia exceed what baseline and world growth explain by {money(v)}"
        if v > 0
        else "exports of listed goods to Russia are no more than baseline and world growth explain"
    ),
    "matched_transit_usd": lambda v: (
        f"{money(v)} of the same goods are in excess both coming in and going on to Russia"
        if v > 0
        else "no listed good is in excess both coming in and going on to Russia"
    ),
    "displaced_usd": lambda v: (
        f"{money(v)} of goods that the coalition no longer sends to Russia match its new exports here"
        if v > 0
        else "what the coalition no longer sends to Russia does not match its exports here"
    ),
    "substitution": lambda v: (
        f"goods that rise toward the country and goods that fell toward Russia have rank correlation {v:.2f}"
    ),
    "pass_through": lambda v: (
        f"{v:.0%} of the excess that comes in is matched by an excess of the same goods going on to Russia"
    ),
    "placebo_gap": lambda v: (
        f"listed goods rose {times(v)} as much as unlisted goods of the same headings"
        if v > 0
        else "unlisted goods of the same headings rose as much as the listed ones"
    ),
    "new_lines": lambda v: (
        f"in the newest three months {count(v)} of 1,000 possible lines of listed trade (a sender, a product "
        "family and a month) come in that baseline and growth do not explain"
        if v > 0
        else "in the newest three months no more lines of listed trade come in than growth explains"
    ),
    "onward_lines": lambda v: (
        f"in the newest three months {count(v)} of 1,000 possible lines of listed goods (a product family "
        "and a month) go to Russia that did not before"
        if v > 0
        else "in the newest three months no more lines of listed goods go to Russia than before"
    ),
    "transit_ratio": lambda v: (
        f"at the pace of the newest three months, the same goods coming in and going on to Russia make "
        f"{times(v)} what the event needs"
    ),
    "article_rate": lambda v: (
        f"about {count(v)} stories per 30 days write of goods reaching Russia through the country"
        if v > 0
        else "no story among the articles given writes of goods reaching Russia through the country"
    ),
    "article_easing": lambda v: (
        f"{v:.0%} of recent diversion stories report a crackdown or cooperation"
        if v > 0
        else "no recent diversion story reports a crackdown or cooperation"
    ),
    "listing_history": lambda v: (
        f"about {count(v)} entities in the country were listed, recent ones counting more"
        if v > 0
        else "no entity in the country was listed, in the listings given"
    ),
}


def say(signal: str, value: float) -> str:
    """What a signal's value means, in words.

    >>> say("matched_transit_usd", 2_000_000)
    'US$2.0 million of the same goods are in excess both coming in and going on to Russia'
    """
    if signal in _SAY:
        return _SAY[signal](value)
    known = BY_NAME[signal]
    amount = money(value) if known.unit == "US$" else f"{value:.2f} ({known.unit})"
    return f"{known.label}: {amount}"


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
