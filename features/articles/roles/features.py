"""What the role models see of a sentence: masked n-grams, words around the target, and cues.

Names of features: `w:` word, `c:` class, `b:` pair of neighbours, `f:` pair with its gap, `r:` what
stands around RUSSIA, `L`/`R` what stands left and right of the target country, `x:` cues, `in:` a class
inside a document.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from features.articles.roles.masking import Masked, Token, masked

STEM = 7  # letters kept of a word: a crude stem that needs no language resources
WINDOW = 6
MASKS = ("RUSSIA", "REGIME", "OTHER", "WEST", "COUNTRY", "REGION", "UKRAINE")
# Classes that say how a sentence is built (who, by what paper, how it moves), not what it is about.
_STRUCTURE = ("FIRM", "STATE", "MAKER", "PAPERS", "COURT", "CARRIER", "MOVE", "BUYER", "BASE", "RANK")
CLASSES = frozenset(
    [
        "EVADE",
        "ILLICIT",
        "DIVERT",
        "REEXPORT",
        "TRANSIT",
        "HUB",
        "SUPPLY",
        "GET",
        "REACH",
        "INCREASE",
        "DECREASE",
        "STEADY",
        "CRACKDOWN",
        "PLEDGE",
        "DENY",
        "PRESSURE",
        "LISTED",
        "SANCTION",
        "MILITARY",
        "ENERGY",
        "FINANCE",
        "DIPLO",
        "SPORT",
        "PEOPLE",
        "AGRI",
        "NEG",
        "SAY",
        "GOODS",
        "GOODS_ANY",
        *_STRUCTURE,
    ]
)
PAIRED = (CLASSES - {"SAY", "NEG", "GOODS_ANY", *_STRUCTURE}) | {"RUSSIA", "REGIME", "WEST"}
# Words and marks that carry style, not meaning; `to`, `from`, `through` and the like are kept.
SILENT = frozenset([".", "!", "?", ",", ";", ":", "(", ")", '"', "“", "”", "/", "&", "-", "the", "a", "an"])


class Context(NamedTuple):
    """What the document said before the sentence (title included).

    russia: Russia was named. regime: another sanctioned destination was named. evasion: language of
    evasion or export control was used. energy, peace: words of these matters were used. topic: a sentence
    spoke of Russia and of restricted goods or evasion; near: one of the last two did. last_*: the last
    sentence named Russia or spoke of the matter. brief: the document has no more than two sentences. first:
    nothing came before the sentence.
    """

    russia: bool = False
    regime: bool = False
    evasion: bool = False
    energy: bool = False
    peace: bool = False
    topic: bool = False
    near: bool = False
    last_russia: bool = False
    last_goods: bool = False
    last_trade: bool = False
    last_guile: bool = False
    last_listed: bool = False
    last_acts: bool = False
    last_move: bool = False
    last_arms: bool = False
    last_energy: bool = False
    last_peace: bool = False
    last_agri: bool = False
    last_finance: bool = False
    brief: bool = True
    first: bool = True

    def state(self) -> str:
        """How near the article is to goods for Russia when the sentence begins."""
        content = self.last_goods or self.last_trade or self.last_guile or self.last_listed or self.last_arms
        if self.last_russia and content:
            return "hot"
        if self.near:
            return "near"
        if self.topic:
            return "warm"
        return "cool" if self.russia else "cold"


CONTEXT_FLAGS = Context._fields


_LAST = tuple(flag for flag in CONTEXT_FLAGS if flag.startswith("last_"))
_NUMBERS = frozenset(
    [
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty",
        "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds", "dozen", "dozens",
        "several", "scores", "thousand", "thousands",
    ]
)  # fmt: skip
# A sentence without any of these says nothing of its own: what it means, the one before has said.
_TALK = CLASSES - {"SAY", "NEG", "INCREASE", "DECREASE", "HUB", *_STRUCTURE}


def stem(word: str) -> str:
    """First letters of a word; masks stay whole."""
    return word if word in MASKS else word[:STEM]


def _audible(seen: Masked) -> Masked:
    """Without the words and marks that say nothing; targets keep pointing at COUNTRY."""
    kept = [i for i, symbol in enumerate(seen.symbols) if symbol not in SILENT]
    symbols = [seen.symbols[i] for i in kept]
    targets = [i for i, symbol in enumerate(symbols) if symbol == "COUNTRY"]
    return Masked(symbols, [seen.words[i] for i in kept], targets, seen.in_list)


def units_of(seen: Masked) -> list[str]:
    """What features call the symbols: classes and placeholders whole, numbers by kind, words by stem."""
    return [s if s in CLASSES or s in MASKS else _number(s) or stem(s) for s in seen.symbols]


def _number(word: str) -> str:
    if word in _NUMBERS:
        return "NUM"
    if word[0].isdigit():
        return "YEAR" if len(word) == 4 and word[:2] in ("19", "20") else "NUM"
    return ""


def sentence_features(tokens: list[Token], context: Context) -> dict[str, str]:
    """Features of the sentence as a whole, each with the words it came from."""
    seen = _audible(masked(tokens))
    units = units_of(seen)
    found: dict[str, str] = {}
    for i, (unit, word) in enumerate(zip(units, seen.words, strict=True)):
        found.setdefault(f"c:{unit}", word)
        if unit in CLASSES:
            found.setdefault(f"w:{stem(word)}", word)
        if i + 1 < len(units):
            found.setdefault(f"b:{unit}_{units[i + 1]}", f"{word} {seen.words[i + 1]}")
        for gap in (2, 3):
            if (i + gap < len(units) and units[i + gap] in MASKS) or (unit in MASKS and i + gap < len(units)):
                found.setdefault(f"f:{unit}_{units[i + gap]}", " ".join(seen.words[i : i + gap + 1]))
    found.update(_pairs(units, seen.words))
    found.update(cues_of(units, context))
    if not context.first and "RUSSIA" not in units:
        # Inside a document that says elsewhere whom the goods are for, the same words weigh differently.
        found.update({f"in:c:{u}": w for u, w in zip(units, seen.words, strict=True) if u.isupper()})
    return found


def _pairs(units: list[str], words: list[str]) -> dict[str, str]:
    """Classes and placeholders that occur together anywhere: what a bag of words cannot add up."""
    first: dict[str, str] = {}
    for unit, word in zip(units, words, strict=True):
        if unit in PAIRED:
            first.setdefault(unit, word)
    names = sorted(first)
    return {f"p:{a}&{b}": f"{first[a]} … {first[b]}" for i, a in enumerate(names) for b in names[i + 1 :]}


def cues_of(units: list[str], context: Context) -> dict[str, str]:
    """Features that no place in the sentence stands for: which units occur together, and after what."""
    present = set(units)
    russia = "RUSSIA" in present
    regime = "REGIME" in present
    cues = {"russia" if russia else "no russia": True}
    here = "russia" if russia else "no russia"
    for flag in ("topic", "near", "energy", "peace", "regime"):
        cues[f"{flag} before, {here}"] = getattr(context, flag)
    cues["off topic before"] = (context.energy or context.peace) and not context.topic
    cues.update(_cues_of_the_last(context, here, bare=not present & _TALK))
    if not russia:
        # A line that somebody filed by itself leaves more to be understood than a headline does.
        if context.brief or context.first:
            kind = "brief" if context.brief else "headline"
            cues.update({f"{kind}, {unit}": True for unit in sorted(present) if unit.isupper()})
        cues["russia before"] = context.russia
        cues["regime before, no russia"] = context.regime and not context.russia
        cues["evasion before"] = context.evasion
        cues["alone, no russia"] = context.first
        cues["neither before"] = not (context.first or context.russia or context.regime)
        acts = present & {"PRESSURE", "CRACKDOWN", "PLEDGE", "DENY", "EASE", "LISTED", "INCREASE", "HUB"}
        guile_here = present & {"EVADE", "ILLICIT", "REEXPORT", "DIVERT", "TRANSIT"}
        goods_here = present & {"GOODS", "GOODS_ANY", "MILITARY", "SUPPLY", "GET", "REACH"}
        if not context.first:
            cues.update({f"{context.state()} {unit}": True for unit in sorted(present) if unit.isupper()})
            cues["carried, nothing said"] = not (acts or guile_here or goods_here)
            cues["carried, goods alone"] = bool(goods_here) and not (acts or guile_here)
            cues["carried, guile"] = bool(guile_here)
            cues["carried, act"] = bool(acts)
    cues["regime, no russia"] = regime and not (russia or context.russia)
    trade = present & {"SUPPLY", "REEXPORT", "DIVERT", "TRANSIT", "HUB", "GET", "REACH"}
    guile = present & {"EVADE", "ILLICIT", "REEXPORT", "DIVERT", "SANCTION"}
    goods = present & {"GOODS", "MILITARY"}
    cues["trade and guile"] = bool(trade and guile)
    cues["goods and trade"] = bool(goods and trade)
    cues["goods and guile"] = bool(goods and guile)
    cues["russia, goods and trade"] = russia and bool(goods and trade)
    cues["russia and guile"] = russia and bool(guile)
    cues["off topic"] = bool(present & {"ENERGY", "DIPLO", "SPORT", "PEOPLE", "AGRI"}) and not (
        guile or goods
    )
    cues["no trade, goods or guile"] = not (trade or guile or goods)
    return {f"x:{name}": name for name, holds in cues.items() if holds}


def _cues_of_the_last(context: Context, here: str, *, bare: bool) -> dict[str, bool]:
    """What the sentence before spoke of, by itself and in pairs."""
    said = [flag for flag in _LAST if getattr(context, flag)]
    own = "bare" if bare else "said"
    cues = {f"{flag}, {more}{here}": True for flag in said for more in ("", f"{own}, ")}
    return cues | {f"{one}+{two}, {here}": True for one, two in combinations(said, 2)}


def target_features(tokens: list[Token], iso3: str, group: str) -> dict[str, str]:
    """Features of one country's place in the sentence, each with the words it came from."""
    seen = _audible(masked(tokens, iso3))
    units = units_of(seen)
    found: dict[str, str] = {}
    for at in seen.targets:
        _around(units, seen.words, at, found)
    if not seen.targets:
        found["x:target in title only"] = ""
    if group:
        found[f"x:target {group}"] = group
    if seen.in_list:
        found["x:in a list"] = "list"
    others = [u for u in units if u in ("OTHER", "REGIME", "WEST")]
    found[f"x:others {min(len(others), 2)}"] = "other countries"
    if "WEST" in others:
        found["x:west present"] = "coalition"
    if "REGIME" in others:
        found["x:regime present"] = "other regime"
    if "RUSSIA" in units and seen.targets:
        side = "before" if seen.targets[0] < units.index("RUSSIA") else "after"
        found[f"x:{side} russia"] = f"{side} Russia"
    return found


def _around(units: list[str], words: list[str], at: int, found: dict[str, str]) -> None:
    for step in range(1, WINDOW + 1):
        for side, i in (("L", at - step), ("R", at + step)):
            if 0 <= i < len(units):
                found.setdefault(f"{side}:{units[i]}", words[i])
                if step <= 2:
                    found.setdefault(f"{side}{step}:{units[i]}", words[i])
    if at >= 2:
        found.setdefault(f"L12:{units[at - 2]}_{units[at - 1]}", f"{words[at - 2]} {words[at - 1]}")
    if at + 2 < len(units):
        found.setdefault(f"R12:{units[at + 1]}_{units[at + 2]}", f"{words[at + 1]} {words[at + 2]}")
    if 0 < at < len(units) - 1:
        found.setdefault(f"LR:{units[at - 1]}_{units[at + 1]}", f"{words[at - 1]} … {words[at + 1]}")
