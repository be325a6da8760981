"""What the role models call the words of a sentence (units), and what its document lends to it.

Names of features: `w:` word, `c:` class, `b:` pair of neighbours, `f:` pair with its gap, `p:` pair anywhere,
`L`/`R` what is left and right of the target country, `k:` in its clause, `o:` in the others, `x:` cues,
`in:` a class inside a document.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from features.reference.read import word_list

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


# Where one clause may end and another begin; a comma in a list of countries ends none.
CLAUSE_ENDS = frozenset(
    [
        ",", ";", ":", "and", "as", "because", "before", "after", "but", "despite", "however", "if", "nor",
        "notwithstanding", "since", "so", "that", "then", "though", "although", "unless", "until", "when",
        "where", "whereas", "which", "while", "who", "yet",
    ]
)  # fmt: skip


class DocumentContext(NamedTuple):
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
    last_evasion: bool = False
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
        content = (
            self.last_goods or self.last_trade or self.last_evasion or self.last_listed or self.last_arms
        )
        if self.last_russia and content:
            return "hot"
        if self.near:
            return "near"
        if self.topic:
            return "warm"
        return "cool" if self.russia else "cold"


CONTEXT_FLAGS = DocumentContext._fields


_LAST = tuple(flag for flag in CONTEXT_FLAGS if flag.startswith("last_"))
_NUMBERS = frozenset(word_list("number"))
# A sentence without any of these says nothing of its own: what it means, the one before has said.
_TALK = CLASSES - {"SAY", "NEG", "INCREASE", "DECREASE", "HUB", *_STRUCTURE}


def stem(word: str) -> str:
    """First letters of a word; masks stay whole."""
    return word if word in MASKS else word[:STEM]


def unit_of(symbol: str) -> str:
    """What features call a symbol: a class or placeholder whole, a number by its kind, a word by its stem."""
    return symbol if symbol in CLASSES or symbol in MASKS else _number(symbol) or stem(symbol)


def _number(word: str) -> str:
    if word in _NUMBERS:
        return "NUM"
    if word[0].isdigit():
        return "YEAR" if len(word) == 4 and word[:2] in ("19", "20") else "NUM"
    return ""


def cues_of(units: list[str], context: DocumentContext) -> dict[str, str]:
    """Features that come from no place in the sentence: which units occur together, and after what."""
    present = set(units)
    russia = "RUSSIA" in present
    regime = "REGIME" in present
    cues = {"russia" if russia else "no russia": True}
    # `evasion_words`: no word of a text, so that the name of a cue never counts as a word that decided.
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
        evasion_here = present & {"EVADE", "ILLICIT", "REEXPORT", "DIVERT", "TRANSIT"}
        goods_here = present & {"GOODS", "GOODS_ANY", "MILITARY", "SUPPLY", "GET", "REACH"}
        if not context.first:
            cues.update({f"{context.state()} {unit}": True for unit in sorted(present) if unit.isupper()})
            cues["carried, nothing said"] = not (acts or evasion_here or goods_here)
            cues["carried, goods alone"] = bool(goods_here) and not (acts or evasion_here)
            cues["carried, evasion_words"] = bool(evasion_here)
            cues["carried, act"] = bool(acts)
    cues["regime, no russia"] = regime and not (russia or context.russia)
    trade = present & {"SUPPLY", "REEXPORT", "DIVERT", "TRANSIT", "HUB", "GET", "REACH"}
    evasion = present & {"EVADE", "ILLICIT", "REEXPORT", "DIVERT", "SANCTION"}
    goods = present & {"GOODS", "MILITARY"}
    cues["trade and evasion_words"] = bool(trade and evasion)
    cues["goods and trade"] = bool(goods and trade)
    cues["goods and evasion_words"] = bool(goods and evasion)
    cues["russia, goods and trade"] = russia and bool(goods and trade)
    cues["russia and evasion_words"] = russia and bool(evasion)
    cues["off topic"] = bool(present & {"ENERGY", "DIPLO", "SPORT", "PEOPLE", "AGRI"}) and not (
        evasion or goods
    )
    cues["no trade, goods or evasion_words"] = not (trade or evasion or goods)
    return {f"x:{name}": name for name, holds in cues.items() if holds}


def _cues_of_the_last(context: DocumentContext, here: str, *, bare: bool) -> dict[str, bool]:
    """What the sentence before spoke of, by itself and in pairs."""
    said = [flag for flag in _LAST if getattr(context, flag)]
    own = "bare" if bare else "said"
    cues = {f"{flag}, {more}{here}": True for flag in said for more in ("", f"{own}, ")}
    return cues | {f"{one}+{two}, {here}": True for one, two in combinations(said, 2)}
