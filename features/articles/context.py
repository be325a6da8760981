"""What earlier sentences lend to a later one: Russia named before, and the country that `there` means."""

from __future__ import annotations

import re

from features.articles.gazetteer import gazetteer
from features.articles.role_features import Context

ANAPHOR = (
    r"(?i)\b(?:there|the (?:country|republic|nation|state|kingdom|sultanate|emirate|emirates|island|"
    r"city-state|territory|government|authorities|hub|(?:small |tiny |former |landlocked |oil-rich )?"
    r"(?:[a-z]+ )?"
    r"(?:soviet |asian |gulf |balkan |caucasus |caucasian |eurasian |african |arab )"
    r"(?:country|republic|nation|state|neighbou?r|hub))|"
    r"its (?:territory|soil|ports?|borders?|customs|banks?|companies|traders|government|exporters|officials|"
    r"authorities)|local (?:firms|companies|banks|traders|businesses|middlemen|authorities|customs))\b"
)
CARRY_SENTENCES = 3
RUSSIA_WORDS = ["Russia", "RUSSIA", "Moscow", "MOSCOW", "Kremlin", "Putin"]
REGIME_WORDS = [
    "Iran", "Tehran", "North Korea", "Pyongyang", "Syria", "Venezuela", "Myanmar", "Houthi", "Hamas",
    "Hezbollah", "Huawei", "Nvidia", "AI chips", "Gaza", "Israel", "Sudan",
]  # fmt: skip
EVASION_WORDS = [
    "sanction", "export control", "export curb", "export ban", "embargo", "circumvent", "evasion",
    "evad", "re-export", "reexport", "transship", "tranship", "dual-use", "dual use", "smuggl", "diver",
    "blacklist", "entity list",
]  # fmt: skip
_ANAPHOR = re.compile(ANAPHOR)


def context_after(before: str) -> Context:
    """Context that a text lends to the sentence after it; an empty text lends none."""
    if not before.strip():
        return Context()
    lowered = before.lower()
    return Context(
        russia=any(word in before for word in RUSSIA_WORDS),
        regime=any(word in before for word in REGIME_WORDS),
        evasion=any(word in lowered for word in EVASION_WORDS),
        first=False,
    )


def anaphors_for(sentence: str, iso3: str) -> tuple[tuple[int, int, str], ...]:
    """Spans of words that stand for a country named earlier."""
    return tuple((m.start(), m.end(), iso3) for m in _ANAPHOR.finditer(sentence))


def is_focus(iso3: str) -> bool:
    """Whether a later `there` may mean this country."""
    return gazetteer().group(iso3) not in ("russia", "ukraine", "controls")
