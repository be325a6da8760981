"""Close reading of sentences: its countries and their verdicts, its goods, whom a measure is aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import find_places
from features.articles.roles.columns.tokens import Marked, token_table
from features.articles.roles.columns.verdicts import read_many
from features.articles.roles.context import anaphors_for
from features.articles.roles.features import Context
from features.articles.roles.masking import marks_of
from features.articles.roles.model import Verdict
from features.articles.roles.off_topic import measure_targets

BATCH = 4000  # sentences that are in memory as columns at once


class Sentence(NamedTuple):
    """A sentence and what its document lends it: the country that `there` stands for, and flags."""

    text: str
    carried: str | None
    context: Context


class Reading(NamedTuple):
    """Verdicts by ISO code; product families named, sorted; countries that a measure is aimed at."""

    verdicts: dict[str, Verdict]
    families: list[str]
    aimed_at: set[str]


def read_closely(sentences: Sequence[Sentence]) -> dict[Sentence, Reading]:
    """The reading of every sentence; equal ones are read once, since agency sentences come in many copies."""
    distinct = list(dict.fromkeys(sentences))
    read: dict[Sentence, Reading] = {}
    for start in range(0, len(distinct), BATCH):
        batch = distinct[start : start + BATCH]
        read.update(zip(batch, _read(batch), strict=True))
    return read


def _read(sentences: Sequence[Sentence]) -> Iterator[Reading]:
    found = [_found(text, carried) for text, carried, _ in sentences]
    tokens = token_table([one.marked for one in found])
    contexts = [sentence.context for sentence in sentences]
    verdicts = read_many(tokens, contexts, [one.countries for one in found])
    families = tokens.families()
    for number, (one, read) in enumerate(zip(found, verdicts, strict=True)):
        yield Reading(read, families.get(number, []), one.aimed_at)


class _Found(NamedTuple):
    marked: Marked
    countries: list[str]
    aimed_at: set[str]


def _found(text: str, carried: str | None) -> _Found:
    """Countries of a sentence, in order, where they stand, and those that a measure is aimed at."""
    places = find_places(text)
    countries = list(dict.fromkeys(p.iso3 for p in places if p.iso3 and p.iso3 not in NEVER_ROUTES))
    anaphors = anaphors_for(text, carried) if carried else ()
    if carried and anaphors and carried not in countries:
        countries.append(carried)
    aimed_at = measure_targets(text, [(p.iso3, p.start, p.end) for p in places])
    return _Found(Marked(text, *marks_of(text, places, anaphors)), countries, aimed_at)
