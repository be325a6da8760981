"""Export-diversion risk: readers, model, report and the command line.

From Python the same things that the command line does:

>>> from riskmodel import explain, load_run, ranking, score, signals, validate

`validate` checks input files, `score` publishes a run folder and gives it back, `load_run` reads one. Of a
run, `ranking` is its table, `signals` its panel and `explain` one country's score in words. `setup_notebook`
lets charts and tables show in any notebook. Whatever fails for a known reason raises a `RiskmodelError` of
one sentence. Heavy libraries are imported when one of them is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskmodel.commands.api import explain, load_run, ranking, score, signals, validate
    from riskmodel.errors import RiskmodelError
    from riskmodel.report.notebook import setup_notebook

_PLACES = dict.fromkeys(
    ("explain", "load_run", "ranking", "score", "signals", "validate"), "riskmodel.commands.api"
)
_PLACES |= {"RiskmodelError": "riskmodel.errors", "setup_notebook": "riskmodel.report.notebook"}

__all__ = [
    "RiskmodelError",
    "explain",
    "load_run",
    "ranking",
    "score",
    "setup_notebook",
    "signals",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'riskmodel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
