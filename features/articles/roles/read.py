"""Close reading of sentences: its countries and their verdicts, its goods, whom a measure is aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import find_places
from features.articles.roles.columns.tables import MarkedSentence
from features.articles.roles.columns.tokens import token_table
from features.articles.roles.columns.verdicts import read_many
from features.articles.roles.context import anaphors_for
from features.articles.roles.marks import marks_of
from features.articles.roles.model import RoleVerdict
from features.articles.roles.never import why_never, without_accusation
from features.articles.roles.off_topic import measure_targets
from features.articles.roles.units import DocumentContext

BATCH = 4000  # sentences that are in memory as columns at once


class SentenceInContext(NamedTuple):
    """A sentence and what its document lends it: the country that `there` means, and flags."""

    text: str
    carried: str | None
    context: DocumentContext


class SentenceReading(NamedTuple):
    """Verdicts by ISO code; product families named, sorted; countries that a measure is aimed at."""

    verdicts: dict[str, RoleVerdict]
    families: list[str]
    aimed_at: set[str]


def read_closely(sentences: Sequence[SentenceInContext]) -> dict[SentenceInContext, SentenceReading]:
    """The reading of every sentence; equal ones are read once, since agency sentences come in many copies."""
    distinct = list(dict.fromkeys(sentences))
    read: dict[SentenceInContext, SentenceReading] = {}
    for start in range(0, len(distinct), BATCH):
        batch = distinct[start : start + BATCH]
        read.update(zip(batch, _read(batch), strict=True))
    return read


def _read(sentences: Sequence[SentenceInContext]) -> Iterator[SentenceReading]:
    places = [_places(text, carried) for text, carried, _ in sentences]
    tokens = token_table([one.marked for one in places])
    contexts = [sentence.context for sentence in sentences]
    verdicts = read_many(tokens, contexts, [one.countries for one in places])
    families = tokens.families()
    for number, (one, read) in enumerate(zip(places, verdicts, strict=True)):
        if any(verdict.is_diversion for verdict in read.values()) and why_never(one.marked.text):
            read = without_accusation(read)
        yield SentenceReading(read, families.get(number, []), one.aimed_at)


class _Places(NamedTuple):
    marked: MarkedSentence
    countries: list[str]
    aimed_at: set[str]


def _places(text: str, carried: str | None) -> _Places:
    """Countries of a sentence, in order, where they are, and those that a measure is aimed at."""
    places = find_places(text)
    countries = list(dict.fromkeys(p.iso3 for p in places if p.iso3 and p.iso3 not in NEVER_ROUTES))
    anaphors = anaphors_for(text, carried) if carried else ()
    if carried and anaphors and carried not in countries:
        countries.append(carried)
    aimed_at = measure_targets(text, [(p.iso3, p.start, p.end) for p in places])
    return _Places(MarkedSentence(text, *marks_of(text, places, anaphors)), countries, aimed_at)
