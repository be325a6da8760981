"""Features of one sentence and of one country in it, by name, each with the words it came from.

This is the definition that the role model is trained on; `features.articles.roles.columns` finds the same
features in many sentences at once, and a test compares the two.
"""

from __future__ import annotations

from itertools import accumulate

from features.articles.roles.units import (
    CLASSES,
    CLAUSE_ENDS,
    MASKS,
    PAIRED,
    SILENT,
    WINDOW,
    DocumentContext,
    cues_of,
    stem,
    unit_of,
)
from tools.roles.tokens import Masked, Token, masked


def sentence_features(tokens: list[Token], context: DocumentContext) -> dict[str, str]:
    """Features of the sentence as a whole, each with the words it came from."""
    seen = _audible(masked(tokens))
    units = [unit_of(symbol) for symbol in seen.symbols]
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


def target_features(tokens: list[Token], iso3: str, group: str) -> dict[str, str]:
    """Features of one country's place in the sentence, each with the words it came from."""
    seen = _audible(masked(tokens, iso3))
    units = [unit_of(symbol) for symbol in seen.symbols]
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


def clause_features(tokens: list[Token], iso3: str) -> dict[str, str]:
    """Words in the clauses that name one country, and words in the others: for its polarity.

    A sentence that praises one country and accuses another has a message for each.
    """
    seen = masked(tokens, iso3)
    number = list(accumulate(int(symbol in CLAUSE_ENDS) for symbol in seen.symbols))
    own = {number[at] for at in seen.targets}
    found: dict[str, str] = {}
    for symbol, word, clause in zip(seen.symbols, seen.words, number, strict=True):
        if symbol not in SILENT:
            found.setdefault(f"{'k' if clause in own else 'o'}:{unit_of(symbol)}", word)
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


def _audible(seen: Masked) -> Masked:
    """Without the words and marks that say nothing; targets keep pointing at COUNTRY."""
    kept = [i for i, symbol in enumerate(seen.symbols) if symbol not in SILENT]
    symbols = [seen.symbols[i] for i in kept]
    targets = [i for i, symbol in enumerate(symbols) if symbol == "COUNTRY"]
    return Masked(symbols, [seen.words[i] for i in kept], targets, seen.in_list)
