"""The one list of signals: what each means, its unit and direction, and what it needs.

The list itself is `data_contracts/signals/catalogue.toml`, since the contract on the panel reads it too. The
model, the report and the documentation read it from here; nothing else repeats it.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files

from data_contracts.signals.catalogue import Group, Signal, catalogue, read_signal

__all__ = [
    "BY_NAME",
    "LISTING_SIGNALS",
    "MODEL_SIGNALS",
    "SIGNALS",
    "Group",
    "Signal",
    "signals_of",
]

SIGNALS: tuple[Signal, ...] = catalogue()
BY_NAME: dict[str, Signal] = {signal.name: signal for signal in SIGNALS}
MODEL_SIGNALS: tuple[str, ...] = tuple(signal.name for signal in SIGNALS if signal.in_model)


def signals_of(group: Group) -> tuple[Signal, ...]:
    """Signals of one group, in the order of the panel."""
    return tuple(signal for signal in SIGNALS if signal.group == group)


def _listing_signals() -> tuple[Signal, ...]:
    text = files("features.catalogue").joinpath("listing.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    own = {signal.name: signal for signal in map(read_signal, content["signal"])}
    return tuple(own[name] if name in own else BY_NAME[name] for name in content["order"])


# What the model of the target `listing` may read, in order; some are signals of the panel as well.
LISTING_SIGNALS: tuple[Signal, ...] = _listing_signals()
