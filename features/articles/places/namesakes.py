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
_GOES_ON = frozenset((" ", "-"))  # with a capital letter behind it, a longer name may follow


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


def is_namesake(text: str, start: int, end: int, kind: str) -> bool:
    """Whether the name at a place is part of a longer proper name.

    >>> is_namesake("The Paris Agreement", 4, 9, "capital")
    True
    >>> is_namesake("The Paris agreement", 4, 9, "capital")
    False
    """
    rules = _rules()
    behind = text[end : end + 2]
    if behind[:1] in _GOES_ON and behind[1:].isupper():
        after = rules.after.get(kind)
        if after is not None and after.match(text[end : end + REACH]):
            return True
    if behind[:1] == ",":
        beyond = rules.beyond.get(kind)
        if beyond is not None and beyond.match(text[end : end + REACH]):
            return True
    if start < 4 or text[start - 1] != " ":
        return False
    word = text[text.rfind(" ", 0, start - 1) + 1 : start - 1]  # most often none that a name begins with
    link = _LINKS.get(word)
    if link is None:
        if not (word[:1].isupper() or word in _nouns()):
            return False
    elif not text.endswith(link, 0, start - 1 - len(word)):
        return False
    before = rules.before.get(kind)
    return before is not None and before.search(text[max(0, start - REACH) : start]) is not None


# These stand before most names; only with what is here before them does a rule ask for them.
_LINKS = {"of": " ", "the": " of ", "in": "University ", "at": "University ", "re": "In "}


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    """Marks that are one word in lower case: ship, club, `v.`."""
    return frozenset(mark.strip() for mark in namesake_marks() if mark.strip().islower())
