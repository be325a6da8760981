"""The one list of signals: what each means, its unit and direction, and what it needs.

The list itself is `data_contracts/signals/catalogue.toml`, since the contract on the panel reads it too. The
model, the report and the documentation read it from here; nothing else repeats it.
"""

from __future__ import annotations

from data_contracts.signals.catalogue import Group, Signal, catalogue

__all__ = ["BY_NAME", "MODEL_SIGNALS", "SIGNALS", "Group", "Signal", "signals_of"]

SIGNALS: tuple[Signal, ...] = catalogue()
BY_NAME: dict[str, Signal] = {signal.name: signal for signal in SIGNALS}
MODEL_SIGNALS: tuple[str, ...] = tuple(signal.name for signal in SIGNALS if signal.in_model)


def signals_of(group: Group) -> tuple[Signal, ...]:
    """Signals of one group, in the order of the panel."""
    return tuple(signal for signal in SIGNALS if signal.group == group)
