"""Features of a country in a Russian or Turkish sentence, by name, over masked words.

They have the names of the English ones (`features.articles.roles.units`): `c:` class or word, `p:` pair of
classes, `b:` pair of neighbours, `L`/`R` left and right of the country, `k:`/`o:` its clause and the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from features.articles.foreign.names import GROUPS, Named, names_in
from features.articles.foreign.phrases import phrase_book
from features.articles.foreign.words import TURKISH, Word, words_of
from features.articles.places.gazetteer import gazetteer
from features.articles.roles.lexicon import symbol
from features.articles.roles.marks import LISTABLE, LONGEST_LINK, mask
from features.articles.roles.units import SILENT

WINDOW = 6
STEMS = {"ru": 6, "tr": 5}
_JOINERS = frozenset([",", "и", "или", "а", "также", "ve", "ile", "veya", "ya", "da"])
_ENDS = frozenset(
    [",", ";", ":", "–", "—", "но", "однако", "зато", "хотя", "а", "и", "что", "чтобы", "который", "после",
     "если", "ama", "ancak", "fakat", "ve", "ise", "rağmen", "çünkü", "sonra", "ki"]
)  # fmt: skip
_STYLE = SILENT | {"«", "»", "–", "—", "’", "'"}
_UNPAIRED = frozenset(["SAY", "NEG", "GOODS_ANY", "OTHER", "COUNTRY", "REGION"])


# A Turkish verb says no inside itself (`satmıyor`, `göndermedi`, `satmadığını`).
_SAYS_NO = re.compile(
    r"\w{2,}m(?:[ıiuü]yor|[ae]d[ıi](?:lar|ler|ğ\w*)?$|[ae]z(?:lar|ler)?$|[ae]m[ıi]ş|[ae]y[ae]c[ae][kğ])"
)


class Token(NamedTuple):
    """Words of one token, its label (or empty) and its country code, `WEST` or `REGION` (or empty)."""

    words: str
    label: str
    code: str


class ForeignSentence(NamedTuple):
    """Tokens of a sentence, its countries in order, and whether it names Russia or means it."""

    tokens: list[Token]
    countries: list[str]
    russia: bool
    home: bool
    never: bool

    def says(self) -> frozenset[str]:
        """What later sentences take from it: `russia`, and `topic` where goods or evasion come with it."""
        if not (self.russia or self.home):
            return frozenset()
        return frozenset({"russia", "topic"} if self.speaks_of_goods() else {"russia"})

    def speaks_of_goods(self) -> bool:
        """Whether it has a word of goods, evasion, trade or arms."""
        return any(token.label in _MATTER or token.label.startswith("GOODS:") for token in self.tokens)

    def families(self) -> list[str]:
        """Product families named, sorted."""
        named = {
            token.label.removeprefix("GOODS:") for token in self.tokens if token.label.startswith("GOODS:")
        }
        return sorted(named - {"goods unspecified"})


_MATTER = frozenset(
    [
        "evade",
        "illicit",
        "reexport",
        "transit",
        "supply",
        "sanction",
        "listed",
        "military",
        "home",
        "hub",
        "get",
    ]
)


def sentence_of(text: str, language: str) -> ForeignSentence:
    """Read the words of one sentence."""
    words = words_of(text, language)
    tokens = _tokens(words, names_in(text, words, language), language)
    codes = [token.code for token in tokens if token.code and token.code not in GROUPS]
    labels = {token.label for token in tokens}
    return ForeignSentence(
        tokens, list(dict.fromkeys(codes)), "RUS" in codes, "home" in labels, "never" in labels
    )


def _tokens(words: Sequence[Word], named: Iterable[Named], language: str) -> list[Token]:
    book, texts = phrase_book(language), [word.text for word in words]
    places = {place.first: place for place in named}
    tokens: list[Token] = []
    at = 0
    while at < len(words):
        if at in places:
            place = places[at]
            tokens.append(Token(" ".join(texts[at : place.after]), "", place.code))
            at = place.after
            continue
        phrase = book.match(texts, at)
        length = len(phrase.words) if phrase else 1
        if any(at < first < at + length for first in places):
            phrase, length = None, 1
        tokens.append(Token(" ".join(texts[at : at + length]), phrase.label if phrase else "", ""))
        if language == TURKISH and _SAYS_NO.match(texts[at + length - 1]):
            tokens.append(Token("", "neg", ""))
        at += length
    return tokens


def _masked(tokens: Sequence[Token], target: str) -> tuple[list[str], bool]:
    """Symbols of a sentence seen from a country; a list of countries is one, and whether it is in a list."""
    symbols: list[str] = []
    in_list, pending, last = False, 0, -1
    for token in tokens:
        label = token.code if token.code in GROUPS else token.label
        place = mask("" if token.code in GROUPS else token.code, label, target)
        if place in LISTABLE:
            if last >= 0 and 0 < pending <= LONGEST_LINK and len(symbols) - last - 1 == pending:
                del symbols[last + 1 :]
                if "COUNTRY" in (symbols[last], place):
                    symbols[last], in_list = "COUNTRY", True
                pending = 0
                continue
            last, pending = len(symbols), 0
        elif token.words in _JOINERS and last >= 0:
            pending += 1
        else:
            last, pending = -1, 0
        symbols.append(place or symbol(token.words, token.label))
    return symbols, in_list


def unit(symbol: str, language: str) -> str:
    """What features call a symbol: a class or placeholder whole, a number, or the stem of a word."""
    if symbol.isupper() and symbol.isascii():
        return symbol
    if symbol[0].isdigit():
        return "YEAR" if len(symbol) == 4 and symbol[:2] in ("19", "20") else "NUM"
    return symbol[: STEMS[language]]


def features_of(
    sentence: ForeignSentence, iso3: str, language: str, before: frozenset[str] = frozenset()
) -> set[str]:
    """Features of one country of a sentence. `before`: what the article has said,
    `russia` or, where that came with goods or evasion, `topic` too.
    """
    symbols, in_list = _masked(sentence.tokens, iso3)
    clauses = list(accumulate(int(s in _ENDS) for s in symbols))
    kept = [
        (unit(s, language), clause) for s, clause in zip(symbols, clauses, strict=True) if s not in _STYLE
    ]
    units = [name for name, _ in kept]
    targets = [i for i, name in enumerate(units) if name == "COUNTRY"]
    own = {kept[i][1] for i in targets}
    found = {f"c:{name}" for name in units}
    found |= {f"{'k' if clause in own else 'o'}:{name}" for name, clause in kept}
    found |= {f"b:{one}_{two}" for one, two in pairwise(units)}
    classes = sorted({name for name in units if name.isupper() and name.isascii()} - _UNPAIRED)
    found |= {f"p:{one}&{two}" for i, one in enumerate(classes) for two in classes[i + 1 :]}
    for at in targets:
        found |= _around(units, at)
    found |= _cues(units, targets, in_list, gazetteer().group(iso3), sentence, before)
    return found


def _around(units: list[str], at: int) -> set[str]:
    found: set[str] = set()
    for step in range(1, WINDOW + 1):
        for side, i in (("L", at - step), ("R", at + step)):
            if 0 <= i < len(units):
                found.add(f"{side}:{units[i]}")
                if step <= 2:
                    found.add(f"{side}{step}:{units[i]}")
    return found


def _cues(
    units: list[str],
    targets: list[int],
    in_list: bool,
    group: str,
    sentence: ForeignSentence,
    before: frozenset[str],
) -> set[str]:
    present = set(units)
    trade = bool(present & {"SUPPLY", "REEXPORT", "DIVERT", "TRANSIT", "HUB", "GET", "REACH"})
    evasion = bool(present & {"EVADE", "ILLICIT", "REEXPORT", "DIVERT", "SANCTION", "HOME"})
    goods = bool(present & {"GOODS", "MILITARY"})
    russia = "RUSSIA" in present
    cues = {
        "russia": russia,
        "no russia": not russia,
        "home": sentence.home,
        "trade and evasion_words": trade and evasion,
        "goods and trade": goods and trade,
        "goods and evasion_words": goods and evasion,
        "russia, goods and trade": russia and goods and trade,
        "russia and evasion_words": russia and evasion,
        "off topic": bool(present & {"ENERGY", "DIPLO", "SPORT", "PEOPLE", "AGRI"})
        and not (evasion or goods),
        "no trade, goods or evasion_words": not (trade or evasion or goods),
        "in a list": in_list,
        f"target {group}": bool(group),
        f"others {min(sum(u in ('OTHER', 'REGIME', 'WEST') for u in units), 2)}": True,
        "west present": "WEST" in present,
        "regime present": "REGIME" in present,
    }
    if russia and targets:
        cues["before russia" if targets[0] < units.index("RUSSIA") else "after russia"] = True
    if "topic" in before:
        cues[f"topic before, {'russia' if russia else 'no russia'}"] = True
    cues["russia before"] = "russia" in before and not russia
    return {f"x:{name}" for name, holds in cues.items() if holds}
