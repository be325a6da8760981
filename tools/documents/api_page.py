"""The page of what Python programs and notebooks import, made from signatures and docstrings."""

from __future__ import annotations

import inspect
from dataclasses import fields

import riskmodel
from riskmodel.report.view import ReportInput

_INTRODUCTION = """# Python

Generated from signatures and docstrings by `python -m tools.documents.pages --write`; do not edit.

`from riskmodel import score, load_run, ranking, signals, explain, validate` does what the commands of these
names do, on frames (polars) and values. Heavy libraries are imported when one of them is first used. Errors
are those of `riskmodel.errors`, one sentence each; exit codes are in [Commands](commands.md#exit-codes).
"""


def page() -> str:
    """The page, as Markdown."""
    parts = [_INTRODUCTION]
    for name in riskmodel.__all__:
        function = getattr(riskmodel, name)
        text = inspect.getdoc(function) or ""
        parts += [f"## {name}\n", _fenced(f"{name}{_signature(function)}", "python"), ""]
        parts += [_fenced(text, "text"), ""]
    parts += ["## What a run holds\n", "`score` and `load_run` give a `ReportInput` with these fields.\n"]
    parts += ["| field | type |", "|---|---|"]
    parts += [f"| `{one.name}` | `{str(one.type).replace('|', 'or')}` |" for one in fields(ReportInput)]
    return "\n".join([*parts, "", "Columns of the tables: [the run folder](../run_folder.md).", ""])


def _signature(function: object) -> str:
    if isinstance(function, type):
        return "(Exception)"
    written = inspect.signature(function)  # type: ignore[arg-type]
    given = [str(one) for one in written.parameters.values()]
    if any(one.kind is one.KEYWORD_ONLY for one in written.parameters.values()):
        given = ["*", *given]
    inside = "".join(f"\n    {one}," for one in given)
    return f"({inside}\n) -> {written.return_annotation}".replace("'", "")


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text}\n```"
