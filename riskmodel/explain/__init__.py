"""Why a score is what it is: drivers, grade, bands, evidence and drift."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A room that can be called: once imported, `from riskmodel import explain` gives it."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return import_module("riskmodel.commands.api").explain(*arguments, **named)


sys.modules[__name__].__class__ = _Room
