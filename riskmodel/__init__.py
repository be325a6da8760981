"""Export-diversion risk: readers, model, report and the command line.

From Python the same four things that the command line does:

>>> from riskmodel import explain, load_run, score, signals

`score` publishes a run folder and gives it back, `load_run` reads one, `signals` is its panel and `explain`
one country's score in words. Heavy libraries are imported when one of them is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskmodel.commands.api import explain, load_run, score, signals

__all__ = ["explain", "load_run", "score", "signals"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("riskmodel.commands.api"), name)
    raise AttributeError(f"module 'riskmodel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
