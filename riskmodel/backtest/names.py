"""Methods and findings of a backtest in words, for cards, pages and the terminal."""

from __future__ import annotations

from riskmodel.backtest.products import LEARNT, SCORE
from riskmodel.backtest.results import PowerLine, Reachable

METHOD_NAMES = {
    "model": "this model",
    "logistic": "additive logistic (candidate)",
    "boosting": "additive boosting (candidate)",
    "equal": "equal weights (candidate)",
    "linear": "straight lines (candidate)",
    "both_legs_doubled": "both legs at least doubled",
    "history_alone": "straight line on the decayed count alone (candidate)",
    "all_signals": "straight lines on all signals (candidate)",
    "decayed_count": "decayed count of earlier listings",
    "neighbours_listed": "neighbours listed",
    "climatology": "climatology",
    "persistence": "persistence",
    "growth_of_coalition_exports": "growth of coalition exports",
    "log_exports_to_russia": "log exports to Russia",
    "matched_transit_alone": "matched transit alone",
    "article_rate": "article rate",
    "us_list_2022": "US list of June 2022",
    "isolation_forest": "isolation forest",
}
SLICE_NAMES = {
    "all": "All",
    "onset_only": "Onsets only, no event in the year before",
    "onward_leg_unknown": "Without the country's own exports to Russia",
    "without_big_four": "Without China, Hong Kong, Türkiye and the Emirates",
}
PRODUCT_NAMES = {SCORE: "product score", LEARNT: "learnt on other worlds"}


def method_name(name: str) -> str:
    """A method as people read it; one without a name of its own as it is."""
    return METHOD_NAMES.get(name, name)


def product_name(name: str) -> str:
    """A ranking of products as people read it.

    >>> product_name("score"), product_name("displaced_usd")
    ('product score', 'displaced usd')
    """
    return PRODUCT_NAMES.get(name, name.replace("_", " "))


def size_words(line: PowerLine) -> str:
    """The class of size of a planted diversion.

    >>> size_words(PowerLine("diversion_share", 0.9, None, "most declared", 1, 0.0, 0.0))
    '90% to 100% of the listed goods that come in'
    """
    low, high = line.at_least, line.below
    if line.measure == "diversion_share":
        return f"{low:.0%} to {1 if high is None else high:.0%} of the listed goods that come in"
    above = "and more" if high is None else f"to {high / 1e6:.0f}"
    return f"US${low / 1e6:.0f} {above} million a year"


def reachable_words(found: Reachable) -> str:
    """What of the gap between the best simple rule and 1 is closed, and what of it could be.

    >>> from riskmodel.backtest.results import BestRule
    >>> reachable_words(Reachable({"truth_now": 0.9}, BestRule("persistence", 0.5), 0.2, 0.25, {}))[:62]
    'Of the gap between the best rule (persistence, 0.50) and 1, 20'
    """
    rule, shares = found.best_rule, (found.share_of_gap_to_1, found.share_of_reachable_gap)
    to_1, to_limit = ("-" if share is None else f"{100 * share:.0f} %" for share in shares)
    return (
        f"Of the gap between the best rule ({method_name(rule.name)}, {rule.average_precision:.2f}) and 1, "
        f"{to_1} is closed; of the gap to what one would reach who knew the truth on the date "
        f"({found.oracles['truth_now']:.2f}), {to_limit}. What is beyond that has not begun on the date, or "
        "is chance."
    )
