"""One sentence as masked tokens: countries, Russia and goods are placeholders, phrases are classes."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from features.articles.places.gazetteer import Place, straightened
from features.articles.roles.lexicon import (
    GOODS_LABEL,
    POSSESSIVE,
    RESTRICTING,
    WORD,
    longest_phrase,
    lowered,
    symbol,
)
from features.articles.roles.marks import JOINERS, LISTABLE, LONGEST_LINK, marks_of, mask


class Token(NamedTuple):
    """One token: its lower-case words, its class (or empty), its country (or empty) and its span."""

    word: str
    label: str
    iso3: str
    start: int
    end: int


def tokenize(
    sentence: str, places: list[Place], anaphors: tuple[tuple[int, int, str], ...] = ()
) -> list[Token]:
    """Tokens of a sentence.

    `places` come from `find_places`; `anaphors` are (start, end, iso3) of words such as `there` that
    mean a country named earlier.
    """
    head, marks = marks_of(sentence, places, anaphors)
    tokens: list[Token] = []
    at = head
    for start, end, iso3, label in marks:
        tokens += _words(sentence, at, start)
        tokens.append(Token(sentence[start:end].lower(), label, iso3, start, end))
        at = end
    return tokens + _words(sentence, at, len(sentence))


def _words(sentence: str, start: int, end: int) -> list[Token]:
    plain = POSSESSIVE.sub("  ", straightened(lowered(sentence[start:end])))
    pieces = [(m.group(), m.start() + start, m.end() + start) for m in WORD.finditer(plain)]
    words = [word for word, _, _ in pieces]
    tokens: list[Token] = []
    at = 0
    while at < len(words):
        length, label = longest_phrase(words, at)
        last = at + length - 1
        tokens.append(Token(" ".join(words[at : last + 1]), label, "", pieces[at][1], pieces[last][2]))
        at = last + 1
    for i, (token, after) in enumerate(pairwise(tokens)):
        if token.word in RESTRICTING and after.label.startswith(GOODS_LABEL):
            tokens[i] = token._replace(label="sanction")
    return tokens


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
        place = mask(token.iso3, token.label, target)
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
        symbols.append(place or symbol(token.word, token.label))
        words.append(place or token.word)
    return Masked(symbols, words, [i for i, s in enumerate(symbols) if s == "COUNTRY"], in_list)


def _together(places: set[str]) -> str:
    if "COUNTRY" in places:
        return "COUNTRY"
    return "OTHER" if "OTHER" in places else "REGIME"
