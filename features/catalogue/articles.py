"""What articles say of the country."""

from __future__ import annotations

from features.catalogue.signal import Signal

ARTICLES: tuple[Signal, ...] = (
    Signal(
        "article_rate",
        "articles",
        "press and officials who write of goods reaching Russia through the country",
        "ln(1 + stories per 30 days)",
        1,
        "identity",
        ("articles",),
        "ln(1 + sum over stories of p_diversion * 2^(-age/90 days), per 30 days)",
        "an article table",
        "one outlet's campaign; articles about designations rather than goods; a story denied the next day",
        "article engine",
    ),
    Signal(
        "article_burst",
        "articles",
        "suddenly more stories of goods reaching Russia through the country than in its own past",
        "standard deviations",
        1,
        "identity",
        ("articles",),
        "(article_rate - its mean on the 24 days 30, 60, ... days back) / max(their standard deviation, "
        "ln(1 + one story))",
        "an article table that reaches back 12 such days and a half-life more",
        "one event told by many outlets in their own words; a new outlet in the table; a short quiet past",
        "article engine",
        in_model=False,
    ),
    Signal(
        "article_easing",
        "articles",
        "share of recent diversion stories that report a crackdown or cooperation",
        "share",
        -1,
        "identity",
        ("articles",),
        "easing stories / diversion stories of the last 180 days; 0 when there are none",
        "an article table",
        "announced, not yet done: promises count as easing too",
        "article engine",
    ),
    Signal(
        "source_diversity",
        "articles",
        "different owners of sources that were first to tell the diversion stories",
        "entropy in nats",
        1,
        "identity",
        ("articles",),
        "-sum over owners of s ln s, s the owner's share of the diversion stories of the last 24 months, "
        "each counted for who told it first",
        "one diversion story with a source",
        "outlets that rewrite one agency; owners that the table of owners does not know",
        "Shannon (1948), entropy",
        in_model=False,
    ),
)
