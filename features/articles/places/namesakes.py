"""Longer proper names that only hold the name of a country: universities, treaties, ships, persons, towns.

What stands around one name is in `gazetteer_traps.csv`; this holds for every name. `namesakes.csv` has the
rules: `side`, before the name, after it or beyond a comma; `kinds` of names that it holds for; `pattern`;
`marks`, words one of which must be in a sentence before it can hold. Where there are none the name has a
capital letter right behind it. The fast pass asks for the marks and the letter only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from features.reference.read import read_reference

REACH = 64  # characters that a rule looks at on its side
# A longer name may follow.
_GOES_ON = re.compile(r"[ \-][A-Z]")


class _Rules(NamedTuple):
    """Patterns by kind of name; None where a kind has none."""

    before: dict[str, re.Pattern[str]]
    after: dict[str, re.Pattern[str]]
    beyond: dict[str, re.Pattern[str]]


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    found: dict[str, dict[str, list[str]]] = {"before": {}, "after": {}, "beyond": {}}
    for row in read_reference("namesakes.csv"):
        for kind in row["kinds"].split():
            found[row["side"]].setdefault(kind, []).append(f"(?:{row['pattern']})")
    return _Rules(
        *(
            {kind: re.compile("|".join(patterns)) for kind, patterns in sides.items()}
            for sides in found.values()
        )
    )


@lru_cache(maxsize=1)
def namesake_marks() -> tuple[str, ...]:
    """Words one of which a sentence holds where a rule looks before a name or behind a comma, sorted."""
    marks = {mark for row in read_reference("namesakes.csv") for mark in row["marks"].split("|") if mark}
    return tuple(sorted(marks))


@lru_cache(maxsize=1)
def _any_mark() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(mark) for mark in namesake_marks()))


def may_hold_namesakes(text: str) -> bool:
    """Whether some mark is in a sentence."""
    return _any_mark().search(text) is not None


def is_namesake(text: str, start: int, end: int, kind: str, marked: bool) -> bool:
    """Whether the name at a place is part of a longer proper name; `marked`: see `may_hold_namesakes`.

    >>> is_namesake("The Paris Agreement", 4, 9, "capital", False)
    True
    >>> is_namesake("The Paris agreement", 4, 9, "capital", False)
    False
    """
    rules = _rules()
    if _GOES_ON.match(text, end):
        after = rules.after.get(kind)
        if after is not None and after.match(text[end : end + REACH]):
            return True
    if not marked:
        return False
    before, beyond = rules.before.get(kind), rules.beyond.get(kind)
    if beyond is not None and beyond.match(text[end : end + REACH]):
        return True
    return before is not None and before.search(text[max(0, start - REACH) : start]) is not None
