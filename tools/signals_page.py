"""The documentation page of all signals: `python -m tools.signals_page --write`, or to stdout."""

from __future__ import annotations

import sys
from pathlib import Path

from features.catalogue import SIGNALS, Signal

PAGE = Path(__file__).resolve().parents[1] / "docs" / "signals.md"
_INTRODUCTION = """# Signals

Generated from `data_contracts/signals/catalogue.toml` by `python -m tools.signals_page --write`; do not edit.

Every signal is computed for a country as it was knowable on one day. An empty value means unknown, never
zero. S is the sum of the recent window, B the mean of the same calendar months of the baseline, scaled to
the window, g the growth of the same goods to control countries, E the excess max(0, S - g*B), w a tier's
weight; X are exports as the sender reports them, M imports as the country reports them. A high value is a
reason to look, never proof: each signal says what else could explain it.
"""


def page() -> str:
    """The documentation page of all signals, as Markdown."""
    parts = [_INTRODUCTION]
    for group in ("trade", "articles", "listings"):
        parts.append(f"## {group.capitalize()}\n")
        parts.extend(_entry(signal) for signal in SIGNALS if signal.group == group)
    return "\n".join(parts)


def _entry(signal: Signal) -> str:
    rows = {
        "Meaning": signal.label,
        "Formula": f"`{signal.formula}`" if "`" not in signal.formula else signal.formula,
        "Unit": signal.unit,
        "Direction": "raises the risk" if signal.direction > 0 else "lowers the risk",
        "Needs": ", ".join(signal.needs),
        "Minimum data": signal.minimum,
        "What else could explain it": signal.counter,
        "Source": signal.source,
        "Read by the model": "yes" if signal.in_model else "no, shown as evidence",
    }
    return "\n".join([f"### {signal.name}\n", *(f"- {name}: {text}" for name, text in rows.items()), ""])


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
