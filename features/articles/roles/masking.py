"""A sentence as masked tokens: countries, Russia and goods are placeholders, phrases are classes.

The role model sees only this form, so it can learn how a sentence is built and not which countries
are suspected.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from features.articles.places.gazetteer import Place, gazetteer, straightened
from features.articles.roles.lexicon import goods, phrases

WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*|[,;:.!?()\"“”%$€£&/]")
# `SEOUL - `, `NEW DELHI, March 3 (agency) - `, `Bishkek, 4 May — `
_DAY = r",? (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})(?:,? \d{4})?"
_AGENCY = r" \([\w ./-]{2,30}\)"
_DATELINE = re.compile(
    rf"(?:[A-Z][A-Z.' -]{{2,30}}(?:, [A-Z][\w.]+)?(?:{_DAY})?(?:{_AGENCY})?"
    rf"|[A-Z][\w.' -]{{2,30}}(?:, [A-Z][\w.]+)?(?:{_DAY}(?:{_AGENCY})?|{_AGENCY}))"
    r" ?(?:-|–|—|--) (?=[\"“A-Z0-9])"
)
POSSESSIVE = re.compile(r"'s\b")
_GROUP_MASKS = {"russia": "RUSSIA", "ukraine": "UKRAINE", "controls": "WEST", "other_regime": "REGIME"}
JOINERS = frozenset({",", "and", "or", "the", "&", "/", "as", "well"})
# Before goods these say what the goods are; elsewhere they report that somebody acted.
FORBIDDEN = frozenset(
    {"banned", "restricted", "prohibited", "controlled", "sanctioned", "forbidden", "blocked"}
)
GOODS_LABEL = "GOODS:"  # and the product family
UNSPECIFIED = f"{GOODS_LABEL}goods unspecified"
LISTABLE = frozenset({"COUNTRY", "OTHER", "REGIME"})
LONGEST_LINK = 4  # joiners that may stand between two places of one list


class Token(NamedTuple):
    """One token: its lower-case words, its class (or empty), its country (or empty) and its span."""

    word: str
    label: str
    iso3: str
    start: int
    end: int


Mark = tuple[int, int, str, str]  # start, end, ISO code or empty, label


def tokenize(
    sentence: str, places: list[Place], anaphors: tuple[tuple[int, int, str], ...] = ()
) -> list[Token]:
    """Tokens of a sentence.

    `places` come from `find_places`; `anaphors` are (start, end, iso3) of words such as `there` that
    stand for a country named earlier.
    """
    head, marks = marks_of(sentence, places, anaphors)
    tokens: list[Token] = []
    at = head
    for start, end, iso3, label in marks:
        tokens += _words(sentence, at, start)
        tokens.append(Token(sentence[start:end].lower(), label, iso3, start, end))
        at = end
    return tokens + _words(sentence, at, len(sentence))


def marks_of(
    sentence: str, places: list[Place], anaphors: tuple[tuple[int, int, str], ...]
) -> tuple[int, list[Mark]]:
    """Where the sentence begins after its dateline, and the places in it, in order, without overlaps."""
    opening = _DATELINE.match(sentence)
    head = opening.end() if opening else 0  # where the reporter sat says nothing
    found = [(p.start, p.end, p.iso3, "PLACE" if p.iso3 else p.kind) for p in places if p.start >= head]
    found += [(start, end, iso3, "ANAPHOR") for start, end, iso3 in anaphors]
    marks: list[Mark] = []
    at = head
    for mark in sorted(found):
        if mark[0] >= at:
            marks.append(mark)
            at = mark[1]
    return head, marks


def lowered(piece: str) -> str:
    """A piece of text in lower case; as it is where that changes its length, to keep the spans true."""
    plain = piece.lower()
    return plain if len(plain) == len(piece) else piece


def _words(sentence: str, start: int, end: int) -> list[Token]:
    plain = POSSESSIVE.sub("  ", straightened(lowered(sentence[start:end])))
    found = [(m.group(), m.start() + start, m.end() + start) for m in WORD.finditer(plain)]
    words = [word for word, _, _ in found]
    tokens: list[Token] = []
    at = 0
    while at < len(words):
        length, label = spoken(words, at)
        last = at + length - 1
        tokens.append(Token(" ".join(words[at : last + 1]), label, "", found[at][1], found[last][2]))
        at = last + 1
    for i, (token, after) in enumerate(pairwise(tokens)):
        if token.word in FORBIDDEN and after.label.startswith(GOODS_LABEL):
            tokens[i] = token._replace(label="sanction")
    return tokens


def spoken(words: list[str], at: int) -> tuple[int, str]:
    """How many words from `at` on make one token, and its class; goods before phrases of the same length."""
    phrase, good = phrases().match(words, at), goods().match(words, at)
    if good is not None and (phrase is None or len(good.words) >= len(phrase.words)):
        return len(good.words), f"{GOODS_LABEL}{good.label}"
    return (1, "") if phrase is None else (len(phrase.words), phrase.label)


def mask(token: Token, target: str) -> str:
    """Placeholder of a place token; empty for words."""
    if token.label in ("WEST", "REGION"):
        return token.label
    if not token.iso3:
        return ""
    if token.iso3 == target:
        return "COUNTRY"
    return _GROUP_MASKS.get(gazetteer().group(token.iso3), "OTHER")


class Masked(NamedTuple):
    """Masked sequence: `symbols` (mask, class or word), `words`, and the index of each COUNTRY."""

    symbols: list[str]
    words: list[str]
    targets: list[int]
    in_list: bool


def masked(tokens: list[Token], target: str = "") -> Masked:
    """The sentence seen from `target`; countries joined in one list become one placeholder.

    A list counts as COUNTRY when the target is in it, since what is said of the list is said of
    every member. With an empty target every country is OTHER, REGIME or WEST.
    """
    symbols: list[str] = []
    words: list[str] = []
    in_list = False
    pending = 0  # joiners since the last listable place
    last_place = -1
    for token in tokens:
        place = mask(token, target)
        if place in LISTABLE:
            if last_place >= 0 and pending <= LONGEST_LINK and len(symbols) - last_place - 1 == pending:
                del symbols[last_place + 1 :], words[last_place + 1 :]
                together = {symbols[last_place], place}
                symbols[last_place] = _together(together)
                in_list = in_list or "COUNTRY" in together
                pending = 0
                continue
            last_place, pending = len(symbols), 0
        elif token.word in JOINERS and last_place >= 0:
            pending += 1
        else:
            last_place, pending = -1, 0
        symbols.append(place or symbol(token))
        words.append(place or token.word)
    return Masked(symbols, words, [i for i, s in enumerate(symbols) if s == "COUNTRY"], in_list)


def _together(places: set[str]) -> str:
    if "COUNTRY" in places:
        return "COUNTRY"
    return "OTHER" if "OTHER" in places else "REGIME"


def symbol(token: Token) -> str:
    """What a token that is no place stands for: its class, or its own words."""
    if token.label.startswith(GOODS_LABEL):
        return "GOODS_ANY" if token.label == UNSPECIFIED else "GOODS"
    return token.label.upper() if token.label else token.word
