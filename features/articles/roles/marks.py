"""Places in a sentence, and the placeholders that replace them.

The role model sees placeholders only, so it can learn how a sentence is built and not which countries
are suspected.
"""

from __future__ import annotations

import re

from features.articles.places.gazetteer import Place, gazetteer

# `SEOUL - `, `NEW DELHI, March 3 (agency) - `, `Bishkek, 4 May — `
_DAY = r",? (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})(?:,? \d{4})?"
_AGENCY = r" \([\w ./-]{2,30}\)"
_DATELINE = re.compile(
    rf"(?:[A-Z][A-Z.' -]{{2,30}}(?:, [A-Z][\w.]+)?(?:{_DAY})?(?:{_AGENCY})?"
    rf"|[A-Z][\w.' -]{{2,30}}(?:, [A-Z][\w.]+)?(?:{_DAY}(?:{_AGENCY})?|{_AGENCY}))"
    r" ?(?:-|–|—|--) (?=[\"“A-Z0-9])"
)
_GROUP_MASKS = {"russia": "RUSSIA", "ukraine": "UKRAINE", "controls": "WEST", "other_regime": "REGIME"}
LISTABLE = frozenset({"COUNTRY", "OTHER", "REGIME"})
JOINERS = frozenset({",", "and", "or", "the", "&", "/", "as", "well"})
LONGEST_LINK = 4  # joiners that may be between two places of one list

Mark = tuple[int, int, str, str]  # start, end, ISO code or empty, label


def marks_of(
    sentence: str, places: list[Place], anaphors: tuple[tuple[int, int, str], ...]
) -> tuple[int, list[Mark]]:
    """Where the sentence begins after its dateline, and the places in it, in order, without overlaps.

    `places` come from `find_places`; `anaphors` are (start, end, iso3) of words such as `there` that
    mean a country named earlier.
    """
    opening = _DATELINE.match(sentence)
    head = opening.end() if opening else 0  # where the reporter sat says nothing
    named = [(p.start, p.end, p.iso3, "PLACE" if p.iso3 else p.kind) for p in places if p.start >= head]
    named += [(start, end, iso3, "ANAPHOR") for start, end, iso3 in anaphors]
    marks: list[Mark] = []
    at = head
    for mark in sorted(named):
        if mark[0] >= at:
            marks.append(mark)
            at = mark[1]
    return head, marks


def mask(iso3: str, label: str, target: str) -> str:
    """Placeholder of a place token; empty for words."""
    if label in ("WEST", "REGION"):
        return label
    if not iso3:
        return ""
    if iso3 == target:
        return "COUNTRY"
    return _GROUP_MASKS.get(gazetteer().group(iso3), "OTHER")
