"""Countries in Russian and Turkish sentences: every form of their names, longest match first.

`names_ru_tr.csv` has the stems of each word of a name with the kind of its endings
(`name_endings_ru_tr.csv`); all forms are made once. A stem with a capital letter needs one in the text.
What is only like a name (`Hindistan cevizi`, `Китай-город`) is in `name_traps_ru_tr.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from features.articles.foreign.words import Word, lower
from features.reference.read import read_reference

GROUPS = frozenset({"WEST", "REGION"})


class Named(NamedTuple):
    """A country in a sentence: its first word, the word after its last, and its code or group."""

    first: int
    after: int
    code: str


@dataclass(frozen=True)
class _Book:
    """Code and need of a capital by the words of a form, and the lengths of forms by their first word."""

    forms: dict[tuple[str, ...], tuple[str, bool]]
    lengths: dict[str, tuple[int, ...]]
    traps: tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=2)
def _book(language: str) -> _Book:
    endings = {
        row["kind"]: tuple("" if end == "-" else end for end in row["endings"].split())
        for row in read_reference("name_endings_ru_tr.csv")
        if row["language"] == language
    }
    forms: dict[tuple[str, ...], tuple[str, bool]] = {}
    for row in read_reference("names_ru_tr.csv"):
        if row["language"] != language:
            continue
        parts = [part.split("/") for part in row["name"].split(" ")]
        variants = [[lower(stem, language) + end for end in endings[kind]] for stem, kind in parts]
        for form in product(*variants):
            forms.setdefault(form, (row["code"], parts[0][0][0].isupper()))
    lengths: dict[str, set[int]] = {}
    for form in forms:
        lengths.setdefault(form[0], set()).add(len(form))
    traps = tuple(
        (row["code"], re.compile(row["pattern"]))
        for row in read_reference("name_traps_ru_tr.csv")
        if row["language"] == language
    )
    return _Book(forms, {word: tuple(sorted(n, reverse=True)) for word, n in lengths.items()}, traps)


def names_in(sentence: str, words: Sequence[Word], language: str) -> list[Named]:
    """Countries, groups of them and regions in a sentence, in order, without overlaps."""
    book = _book(language)
    found: list[Named] = []
    at = 0
    while at < len(words):
        named = _at(book, words, at)
        if named is None:
            at += 1
            continue
        if not _trapped(book, lower(sentence, language), words, named):
            found.append(named)
        at = named.after
    return found


def _at(book: _Book, words: Sequence[Word], at: int) -> Named | None:
    for length in book.lengths.get(words[at].text, ()):
        known = book.forms.get(tuple(word.text for word in words[at : at + length]))
        if known is not None and (words[at].capital or not known[1]):
            return Named(at, at + length, known[0])
    return None


def _trapped(book: _Book, low: str, words: Sequence[Word], named: Named) -> bool:
    start, end = words[named.first].start, words[named.after - 1].end
    return any(
        match.start() <= start and end <= match.end()
        for code, pattern in book.traps
        if code == named.code
        for match in pattern.finditer(low)
    )
