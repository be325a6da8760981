"""Sentences that may be shown against no country, whatever their words weigh.

A false accusation is an error of its own: a firm that is taken off a list, an entry that is corrected, a list
of destinations, duties on imports, what a country buys from Russia. `never_accusing.csv` has the rules: what
such a sentence `says`, `marks` one of which is then in it in lower case, and what it does not say (`unless`)
where goods go to Russia all the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from features.articles.roles.model import NOT_COUNTED, RoleVerdict
from features.reference.read import read_reference


class _Bar(NamedTuple):
    kind: str
    marks: tuple[str, ...]
    says: re.Pattern[str]
    unless: re.Pattern[str] | None


@lru_cache(maxsize=1)
def _bars() -> tuple[_Bar, ...]:
    return tuple(
        _Bar(
            row["kind"],
            tuple(row["marks"].split("|")),
            re.compile(row["says"]),
            re.compile(row["unless"]) if row["unless"] else None,
        )
        for row in read_reference("never_accusing.csv")
    )


def why_never(text: str) -> str:
    """The kind of sentence that accuses no one; empty where it may accuse.

    >>> why_never("The rule removes two entities in Turkey from the list.")
    'removal'
    >>> why_never("Turkish firms removed the labels and sent the chips to Russia.")
    ''
    """
    low = text.lower()
    for bar in _bars():
        if not any(mark in low for mark in bar.marks):
            continue
        if bar.says.search(text) and not (bar.unless and bar.unless.search(text)):
            return bar.kind
    return ""


def without_accusation(verdicts: dict[str, RoleVerdict]) -> dict[str, RoleVerdict]:
    """The same verdicts, no country of them a route."""
    return {
        iso3: RoleVerdict("other_mention", min(v.p_diversion, NOT_COUNTED), False, 0, "")
        if v.is_diversion
        else v
        for iso3, v in verdicts.items()
    }
