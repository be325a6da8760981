"""What is said of every signal."""

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
    counter: what else could explain a high value, in words that a report can use.
    source: where the formula comes from.
    in_model: whether the model reads it; the others are evidence for people.
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
    counter: str
    source: str
    steerable: bool = True
    in_model: bool = True
