"""The one formatter of figures: page, terminal, `explain` and notebook print a number in the same way."""

from __future__ import annotations

import math

from riskmodel.explain.bands import band_of

UNKNOWN = "–"
NOT_RARE = 1.5  # below it "1 in n" would read as 1 in 1


def money(value: float | None) -> str:
    """US dollars, short.

    >>> [money(v) for v in (12_400_000, 950, 0, None, 3_210_000_000, -2_500_000)]
    ['US$12.4m', 'US$950', 'US$0', '–', 'US$3.2bn', '-US$2.5m']
    """
    if value is None:
        return UNKNOWN
    sign = "-" if value < 0 else ""
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            return f"{sign}US${abs(value) / size:,.1f}{letter}"
    return f"{sign}US${abs(value):,.0f}"


def percent(share: float | None) -> str:
    """A probability without false precision at the ends, and never in another band than its own.

    0.4996 is `49%`, since 50% would be read as the next band.

    >>> [percent(p) for p in (0.624, 0.0099, 0.01, 0.99, 0.9901, None)]
    ['62%', '<1%', '1%', '99%', '>99%', '–']
    >>> [percent(p) for p in (0.0497, 0.05, 0.1996, 0.4999)]
    ['4%', '5%', '19%', '49%']
    """
    if share is None or math.isnan(share):
        return UNKNOWN
    if share < 0.01:
        return "<1%"
    if share > 0.99:
        return ">99%"
    shown = int(f"{share * 100:.0f}")
    return f"{shown if band_of(shown / 100) == band_of(share) else shown - 1}%"


def interval(low: float | None, high: float | None) -> str:
    """The interval of a probability.

    >>> interval(0.48, 0.74), interval(None, 0.5)
    ('48–74%', '–')
    """
    if low is None or high is None:
        return UNKNOWN
    left, right = percent(low), percent(high)
    return right if left == right else f"{left.removesuffix('%')}–{right}"


def peers(quantile: float) -> str:
    """The share of the other countries with a lower value, as words.

    >>> [peers(q) for q in (0.0, 0.004, 0.4, 0.998, 1.0)]
    ['no peer', '1% of peers', '40% of peers', '99% of peers', 'all peers']
    """
    if quantile <= 0 or quantile >= 1:
        return "no peer" if quantile <= 0 else "all peers"
    return f"{min(max(round(100 * quantile), 1), 99)}% of peers"


def one_in(surprise: float) -> str:
    """A surprise as how many placebos show as much, to two digits; a word where that is no rare thing.

    >>> [one_in(s) for s in (2.69897, 3.0, 1.414973, 0.0, 0.1)]
    ['1 in 500', '1 in 1,000', '1 in 26', 'all', 'most']
    """
    n = 10 ** min(max(surprise, 0.0), 9.0)
    if n < NOT_RARE:
        return "all" if n == 1 else "most"
    digits = max(0, int(math.log10(n)) - 1)
    return f"1 in {round(n / 10**digits) * 10**digits:,.0f}"


def times(log_ratio: float) -> str:
    """A log ratio as a multiple.

    >>> times(math.log(6.2)), times(-0.2)
    ('6.2 times', '0.82 times')
    """
    ratio = math.exp(min(log_ratio, 20.0))
    return f"{ratio:,.1f} times" if ratio >= 1 else f"{ratio:.2f} times"


def count(log_count: float) -> str:
    """A ln(1 + n) back as n.

    >>> count(math.log(4))
    '3.0'
    """
    return f"{math.expm1(min(log_count, 20.0)):,.1f}"


def signal_value(value: float | None, unit: str) -> str:
    """A signal in its own unit; a log ratio reads as a factor, a logged count as a count.

    >>> signal_value(1.31, "log ratio"), signal_value(2_500_000, "US$"), signal_value(0.25, "share")
    ('×3.7', 'US$2.5m', '25%')
    >>> signal_value(2.699, "surprise"), signal_value(None, "US$")
    ('1 in 500', '–')
    """
    if value is None:
        return UNKNOWN
    if unit == "US$":
        return money(value)
    if unit == "surprise":
        return one_in(value)
    if unit == "log ratio":
        factor = math.exp(min(value, 20.0))
        return f"×{factor:,.1f}" if factor < 99.95 else f"×{factor:,.0f}"
    if unit.startswith("ln(1 + "):
        return count(value)
    if unit == "share":
        return percent(value) if 0 < value < 1 else f"{value:.0%}"
    return f"{value:,.2f}"
