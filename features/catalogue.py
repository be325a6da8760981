"""The one list of signals: what each means, its unit and direction, and what it needs.

The model, the report and the documentation read this list; nothing else repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["trade", "articles", "listings"]
Leg = Literal["inbound", "onward", "direct", "articles", "listings"]
Transform = Literal["identity", "log_usd"]


@dataclass(frozen=True)
class Signal:
    """One column of the signals panel.

    Attributes
    ----------
    name: column name. label: the words a report uses.
    direction: +1 raises the risk, -1 lowers it; the model keeps to it.
    transform: how the model sees the value; `log_usd` is ln(1 + value / US$10,000).
    needs: legs or inputs without which the signal is null (null is unknown, never zero).
    steerable: whether the country itself can move it (used for "what would lower this score").
    """

    name: str
    group: Group
    label: str
    unit: str
    direction: Literal[-1, 1]
    transform: Transform
    needs: tuple[Leg, ...]
    formula: str
    minimum: str
    steerable: bool = True
    in_model: bool = True


SIGNALS: tuple[Signal, ...] = (
    Signal(
        "inbound_surge",
        "trade",
        "coalition exports of listed goods to the country, against their baseline and world growth",
        "log ratio",
        1,
        "identity",
        ("inbound",),
        "ln((S+e)/(g*B+e)), S and g*B summed over listed families, e = US$1m",
        "one reporter with recent and baseline months",
    ),
    Signal(
        "inbound_excess_usd",
        "trade",
        "coalition exports above what baseline and world growth explain",
        "US$",
        1,
        "log_usd",
        ("inbound",),
        "sum over families of max(0, S - g*B), families under US$50,000 left out",
        "one reporter with recent and baseline months",
    ),
    Signal(
        "onward_surge",
        "trade",
        "the country's exports of listed goods to Russia, against their baseline and world growth",
        "log ratio",
        1,
        "identity",
        ("onward",),
        "as inbound_surge, on the onward leg",
        "the country's own recent and baseline months",
    ),
    Signal(
        "onward_excess_usd",
        "trade",
        "exports to Russia above what baseline and world growth explain",
        "US$",
        1,
        "log_usd",
        ("onward",),
        "as inbound_excess_usd, on the onward leg",
        "the country's own recent and baseline months",
    ),
    Signal(
        "matched_transit_usd",
        "trade",
        "the same goods in excess on both legs",
        "US$",
        1,
        "log_usd",
        ("inbound", "onward"),
        "sum over families of w * min(E_inbound, E_onward)",
        "both legs",
    ),
    Signal(
        "displaced_usd",
        "trade",
        "goods the coalition stopped sending to Russia and now sends to the country instead",
        "US$",
        1,
        "log_usd",
        ("inbound", "direct"),
        "sum over families of w * min(max(0, B_direct - S_direct), E_inbound)",
        "coalition reports of both legs",
    ),
    Signal(
        "substitution",
        "trade",
        "how closely the goods that rise toward the country are those that fell toward Russia",
        "rank correlation",
        1,
        "identity",
        ("inbound", "direct"),
        "Spearman over families of B_direct - S_direct and S_inbound - B_inbound, absent trade as 0",
        "coalition reports of both legs, eight families with direct or inbound trade",
    ),
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
    ),
    Signal(
        "listing_history",
        "listings",
        "entities in the country that were listed, recent ones counting more",
        "ln(1 + decayed count)",
        1,
        "identity",
        ("listings",),
        "ln(1 + sum over listings of n_entities * 2^(-age/365 days))",
        "a listings table",
        steerable=False,
    ),
)

BY_NAME: dict[str, Signal] = {signal.name: signal for signal in SIGNALS}
MODEL_SIGNALS: tuple[str, ...] = tuple(signal.name for signal in SIGNALS if signal.in_model)
