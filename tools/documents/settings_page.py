"""The page of all settings, made from `riskmodel/settings.py` and the table of public sources."""

from __future__ import annotations

from pathlib import Path

import annotated_types

from riskmodel.fetch.source import facts, setting
from riskmodel.settings import Settings

_INTRODUCTION = """# Settings

Generated from `riskmodel/settings.py` and `riskmodel/fetch/sources.csv` by `python -m
tools.documents.pages --write`;
do not edit.

There is no configuration file: an option of a command comes first, then the environment variable, then the
default.
The settings a run used are in its `manifest.json`. `riskmodel doctor` names a wrong one.

## Scoring

| environment variable | default | least | most | what it is |
|---|---|---|---|---|"""
_FETCHING = """
## Fetching

Besides these, [Where to get the data](../fetch.md#settings) has those that only one source knows, and the
key of Comtrade.
`RISKMODEL_<SOURCE>_REDIRECT_HOSTS` names further hosts to which a source may lead, separated by `;`.

| source | address | seconds between calls | calls a day |
|---|---|---|---|"""


def page() -> str:
    """The page, as Markdown."""
    return "\n".join([_INTRODUCTION, *_scoring(), _FETCHING, *_fetching(), ""])


def _scoring() -> list[str]:
    rows = []
    for name, field in Settings.model_fields.items():
        default = "the project's own" if isinstance(field.default, Path) else f"`{field.default}`"
        least = next((one.ge for one in field.metadata if isinstance(one, annotated_types.Ge)), "")
        most = next((one.le for one in field.metadata if isinstance(one, annotated_types.Le)), "")
        variable = f"RISKMODEL_{name}".upper()
        rows.append(f"| `{variable}` | {default} | {least} | {most} | {field.description} |")
    return rows


def _fetching() -> list[str]:
    rows = []
    for row in facts():
        name = row["name"]
        address = f"`{setting(name, 'url')}` = `{row['url']}`"
        pace = f"`{setting(name, 'pace')}` = {float(row['pace_seconds']):g}"
        calls = f"`{setting(name, 'daily_calls')}` = {row['daily_calls'] or 'no limit known'}"
        rows.append(f"| {name} | {address} | {pace} | {calls} |")
    return rows
