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
from features.reference.read import word_list

# Russia and Ukraine by name, and by every city and adjective that the gazetteer knows.
_ADVERSARY = sorted(
    {*word_list("adversary")}  # blanks: `computing`, `murals`
    | {
        name.lower()
        for name, iso3 in country_spellings().items()
        if iso3 in NEVER_ROUTES and len(name) > 4 and name.lower() not in ("putin", "urals")
    }
)
# Duties on imports, what the state buys, lists of addresses: not about goods for Russia, even if it is named.
_DUTIES = list(word_list("duties"))
# With these a text that also speaks of duties may still be about goods for Russia.
_DESPITE_DUTIES = list(word_list("despite_duties"))
# Words that no text about goods for Russia needs: other programmes, labour, patents, chips kept from China.
_OTHER_MATTERS = list(word_list("other_matters"))
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
    the doubt: what was around it is not known. `text`: title and text; `sentences`: their number.
    """
    duties = _any(text, _DUTIES) & ~_any(text, _DESPITE_DUTIES)
    unnamed = ~_any(text, _ADVERSARY)
    return duties | (unnamed & (_any(text, _OTHER_MATTERS + _DUTIES) | (sentences >= LONG)))


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
