"""The language of diversion: phrase classes (evasion, routes, pressure, ...) and the goods lexicon.

Phrases and goods are data (`features/reference/phrases.csv`, `goods_lexicon.csv`). A trailing `*`
in a word means any ending.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from features.reference.read import read_reference, word_list

WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*|[,;:.!?()\"“”%$€£&/]")
POSSESSIVE = re.compile(r"'s\b")
# Before goods these say what the goods are; elsewhere they report that somebody acted.
RESTRICTING = frozenset(word_list("restricting"))
GOODS_LABEL = "GOODS:"  # and the product family
UNSPECIFIED = f"{GOODS_LABEL}goods unspecified"


class Phrase(NamedTuple):
    """Words of a phrase (a trailing `*` matches any ending) and the class it speaks for."""

    words: tuple[str, ...]
    label: str


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Phrases by their first word; words that are prefixes are kept apart, by their first letters.

    `second`, `second_prefixes`: words, and beginnings of words, that come second in some phrase.
    """

    exact: dict[str, tuple[Phrase, ...]]
    prefix: dict[str, tuple[Phrase, ...]]
    second: frozenset[str]
    second_prefixes: tuple[str, ...]

    def match(self, words: list[str], at: int) -> Phrase | None:
        """The longest phrase that begins at `words[at]`, or None."""
        for phrase in _beginning(self, words[at]):
            if _fits(phrase.words, words, at):
                return phrase
        return None

    def labels(self) -> set[str]:
        """Every label."""
        return {phrase.label for found in (self.exact, self.prefix) for p in found.values() for phrase in p}

    def may_begin_longer(self, word: str) -> bool:
        """Whether a phrase of several words may begin with `word`."""
        return any(len(phrase.words) > 1 for phrase in _beginning(self, word))

    def may_go_on(self, word: str) -> bool:
        """Whether `word` may be the second word of a phrase."""
        return word in self.second or word.startswith(self.second_prefixes)


@lru_cache(maxsize=50_000)  # a few thousand words make up most of any text
def _beginning(lexicon: Lexicon, word: str) -> tuple[Phrase, ...]:
    """Phrases that may begin with `word`, the longest first, then as the file has them."""
    found = (*lexicon.exact.get(word, ()), *lexicon.prefix.get(word[:3], ()))
    return tuple(sorted((p for p in found if _fits(p.words[:1], [word], 0)), key=lambda p: -len(p.words)))


def _fits(pattern: tuple[str, ...], words: list[str], at: int) -> bool:
    if at + len(pattern) > len(words):
        return False
    for offset, part in enumerate(pattern):
        word = words[at + offset]
        if not (word.startswith(part[:-1]) if part[-1] == "*" else word == part):
            return False
    return True


def lexicon_of(rows: list[tuple[str, str]]) -> Lexicon:
    """Lexicon of phrases and their labels; of two that are equal the first wins."""
    exact: dict[str, list[Phrase]] = {}
    prefix: dict[str, list[Phrase]] = {}
    for text, label in rows:
        words = tuple(text.split())
        first = words[0]
        if first.endswith("*"):
            prefix.setdefault(first[:-1][:3], []).append(Phrase(words, label))
        else:
            exact.setdefault(first, []).append(Phrase(words, label))
    second = {text.split()[1] for text, _ in rows if " " in text.strip()}
    return Lexicon(
        {word: tuple(found) for word, found in exact.items()},
        {word: tuple(found) for word, found in prefix.items()},
        frozenset(word for word in second if not word.endswith("*")),
        tuple(sorted(word[:-1] for word in second if word.endswith("*"))),
    )


@lru_cache(maxsize=1)
def phrases() -> Lexicon:
    """Phrase classes; the first class of a phrase in the file wins."""
    return lexicon_of([(row["phrase"], row["class"]) for row in read_reference("phrases.csv")])


@lru_cache(maxsize=1)
def goods() -> Lexicon:
    """Goods terms; the label is the product family."""
    return lexicon_of([(row["term"], row["family"]) for row in read_reference("goods_lexicon.csv")])


def longest_phrase(words: list[str], at: int) -> tuple[int, str]:
    """How many words from `at` on make one token, and its class; goods before phrases of the same length."""
    phrase, good = phrases().match(words, at), goods().match(words, at)
    if good is not None and (phrase is None or len(good.words) >= len(phrase.words)):
        return len(good.words), f"{GOODS_LABEL}{good.label}"
    return (1, "") if phrase is None else (len(phrase.words), phrase.label)


def symbol(word: str, label: str) -> str:
    """What the models call a token that is no place: its class, or its own words."""
    if label.startswith(GOODS_LABEL):
        return "GOODS_ANY" if label == UNSPECIFIED else "GOODS"
    return label.upper() if label else word


def lowered(piece: str) -> str:
    """A piece of text in lower case; as it is where that changes its length, to keep the spans true."""
    plain = piece.lower()
    return plain if len(plain) == len(piece) else piece
