"""The list of signals (`catalogue.toml`) as values: one entry for each column that a signal fills."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

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
    measured_by: module and function under `features.trade.measures` that compute a trade signal.
    least, most: the range that the contract holds it to; None where there is no bound.
    at_most: signals that it cannot exceed.
    zero_without_row: a country without a row of its own in an input that was given has a true zero.
    short: a few words for one line of a terminal; `{value}` is the value in its own unit.
    says: the value in a sentence, with one of `{times}` (e to the value), `{usd}`, `{count}` (e to the value,
        less one), `{percent}`, `{value}`. says_at_zero: what is said of a value of zero or less instead.
    in_model: whether the model reads it; the others are evidence for people.
    block: signals that an ablation leaves out together; of those in the model only.
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
    measured_by: str = ""
    least: float | None = None
    most: float | None = None
    at_most: tuple[str, ...] = ()
    zero_without_row: bool = False
    short: str = ""
    says: str = ""
    says_at_zero: str = ""
    block: str = ""
    steerable: bool = True
    in_model: bool = True

    @property
    def is_money(self) -> bool:
        """Whether it is whole US$ (Int64); all others are Float64."""
        return self.unit == "US$"


@cache
def catalogue() -> tuple[Signal, ...]:
    """Every signal, in the order of the panel's columns.

    >>> catalogue()[0].name, catalogue()[0].needs
    ('inbound_surge', ('inbound',))
    """
    text = files("data_contracts.signals").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(read_signal(entry) for entry in tomllib.loads(text)["signal"])


def read_signal(entry: Mapping[str, Any]) -> Signal:
    """One entry of the list. Raises TypeError where a field is missing or unknown."""
    fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}
    return Signal(**fields)
