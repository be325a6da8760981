"""Which document could be about goods for Russia at all: a decision on the article before its sentences.

Official journals and trade pages use the words of diversion (circumvention, reexport, subject to
sanctions) for other things: duties on imports, forced labour, programmes against other countries.
Such a text says so itself, so the decision needs no model: one pass of automata over whole articles.
"""

from __future__ import annotations

import re
from itertools import pairwise

import polars as pl

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import country_spellings

# Russia and Ukraine by name, and by every city and adjective that the gazetteer knows.
ADVERSARY = sorted(
    {"russia", "moscow", "kremlin", "ukrain", "kyiv", " putin", " urals"}  # blanks: `computing`, `murals`
    | {
        name.lower()
        for name, iso3 in country_spellings().items()
        if iso3 in NEVER_ROUTES and len(name) > 4 and name.lower() not in ("putin", "urals")
    }
)
# Duties on imports, what the state buys, lists of addresses: not about goods for Russia, even if it is named.
DUTIES = [
    "antidumping", "anti-dumping", "countervailing", "less than fair value", "less-than-fair",
    "final determination of no shipments",
    "subject merchandise", "sunset review", "five-year review", "tariff act", "dumping margin",
    "dumping duty", "dumping duties", "sold at less than normal value",
    "acquisition regulation supplement",
    "unverified list",  # says only who could or could not be visited
]  # fmt: skip
# With these a text that also speaks of duties may still be about goods for Russia.
GUILE = [
    "sanction", "export control", "re-export", "reexport", "dual-use", "dual use", "military", "smuggl",
    "transship",
]  # fmt: skip
# Words that no text about goods for Russia needs: each stands for a matter of its own.
OTHER_MATTERS = [
    # duties on imports
    "section 301", "section 232", "safeguard duty", "safeguard duties", "certificate of origin",
    "rules of origin", "tariff evasion", "duty evasion", "dumped imports", "steel tariff",
    # labour and human rights at the source
    "forced labor", "forced labour", "uyghur", "xinjiang", "indentured labor", "child labor", "child labour",
    # procurement, patents, market access
    "section 337", "administrative law judge", "trademark",
    "wto commitments", "patent",
    # programmes against other states and groups
    "sanctions regulations", "cuban assets", "fentanyl", "narcotics traffick", "drug cartel",
    "national emergency with respect to", "missile proliferation",
    # chips that are kept from China
    "validated end-user", "advanced computing", "supercomputer", "ai chip", "ai accelerator", "huawei",
    "deepseek",
]  # fmt: skip
LONG = 3  # sentences, title included, from which a text about Russia names it somewhere

_BETWEEN = re.compile(r"(?:'s\)?)?,? ?(?:and|or|/|as well as|and for|and against)? ?(?:the )?", re.IGNORECASE)
_AIMED = re.compile(
    r"(?i)\b(?:sanction|control|measure|licen[cs]|restrict|requirement|embargo|ban)\w*\b[^.;]{0,30}"
    r"\b(?:on|against|for|to|of|in) (?:the )?$"
)
_NAMED = re.compile(r"(?i)[ -](?:sanctions|controls|measures|restrictions|-?military end)")


def about_other_matters(text: pl.Expr, sentences: pl.Expr) -> pl.Expr:
    """Whether an article cannot be about goods for Russia.

    It is about duties on imports; or it names neither Russia nor Ukraine and is either long enough to have
    done so or says that it is about something else. A short extract without Russia keeps the benefit of
    the doubt: what stood around it is not known. `text`: title and text; `sentences`: their number.
    """
    duties = _any(text, DUTIES) & ~_any(text, GUILE)
    unnamed = ~_any(text, ADVERSARY)
    return duties | (unnamed & (_any(text, OTHER_MATTERS + DUTIES) | (sentences >= LONG)))


def _any(text: pl.Expr, words: list[str]) -> pl.Expr:
    return text.str.contains_any(words, ascii_case_insensitive=True)


def measure_targets(text: str, iso3_at: list[tuple[str, int, int]]) -> set[str]:
    """Countries that a measure of the sentence is aimed at together with Russia.

    `iso3_at`: ISO code, start and end of every place. `sanctions against Russia and Belarus` makes Belarus
    a target, and a target is no route; `trade between Russia and Belarus` does not.

    >>> measure_targets("Sanctions against Russia and Belarus.", [("RUS", 18, 24), ("BLR", 29, 36)])
    {'BLR'}
    """
    found = set()
    for (one, start, end), (two, after, stop) in pairwise(iso3_at):
        if "RUS" not in (one, two) or not _BETWEEN.fullmatch(text[end:after]):
            continue
        measure = _AIMED.search(text[max(0, start - 60) : start]) or _NAMED.match(text[stop : stop + 40])
        if measure:
            found.add(two if one == "RUS" else one)
    return found - NEVER_ROUTES
