"""Sentences as columns of numbers: their tokens, how a country is seen in them, and their features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.articles.roles.lexicon import GOODS_LABEL, UNSPECIFIED
from features.articles.roles.marks import Mark

Ids = NDArray[np.int32]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]
ABSENT = -1
ONE, RUN, APART, NAMED = "one", "run", "apart", "named"  # the first word, all to the last, these two, none


class MarkedSentence(NamedTuple):
    """A sentence, where it begins after its dateline, and the places in it (`marks.marks_of`)."""

    text: str
    head: int
    marks: Sequence[Mark]


@dataclass(frozen=True, eq=False)
class TokenTable:
    """Tokens of n sentences, one sentence after the other.

    Attributes
    ----------
    starts: (n + 1), where each sentence begins. strings, labels, codes: what `word`, `label` and `iso3` are
        indexes of; a place has its mask for a word, and a token without a country has -1 for a code.
    unit, stem: what the models call a token, and the stem of its words. joiner: may link places of a list.
    silent: says nothing. ends: may end a clause. country: reads COUNTRY. listable: a place that may be part
        of a list.
    """

    starts: Places
    strings: list[str]
    labels: list[str]
    codes: list[str]
    word: Ids
    label: Ids
    iso3: Ids
    unit: Ids
    stem: Ids
    joiner: Flags
    silent: Flags
    ends: Flags
    country: Flags
    listable: Flags

    def families(self) -> dict[int, list[str]]:
        """Product families named in a sentence, sorted, by number; the unspecific last resort left out."""
        named = np.array([name.startswith(GOODS_LABEL) and name != UNSPECIFIED for name in self.labels])
        at = np.flatnonzero(named[self.label])
        sentence = np.searchsorted(self.starts, at, side="right") - 1
        families: dict[int, list[str]] = {}
        for number, label in np.unique(np.stack([sentence, self.label[at]], axis=1), axis=0).tolist():
            families.setdefault(number, []).append(self.labels[label].removeprefix(GOODS_LABEL))
        return families


@dataclass(frozen=True, eq=False)
class Views:
    """Words of n views, one view after the other, without the silent words.

    A view is a sentence with one of its countries as the target, or with none.

    `view`: which one a word belongs to. unit, word, stem, country: as in `TokenTable`. clause: number of the
    clause of a word. in_list: (n), whether the target is in a list.
    """

    n: int
    view: Places
    unit: Ids
    word: Ids
    stem: Ids
    country: Flags
    clause: Places
    in_list: Flags

    def of(self, rows: Places) -> Views:
        """Some of the views (their numbers, sorted), numbered from 0."""
        number = _numbered(rows, self.n)
        kept = number[self.view] != ABSENT
        return Views(
            len(rows),
            number[self.view[kept]],
            self.unit[kept],
            self.word[kept],
            self.stem[kept],
            self.country[kept],
            self.clause[kept],
            self.in_list[rows],
        )


class FeatureRows(NamedTuple):
    """Features: their views and ids, places of their first and last words in the views, how to show these."""

    view: Places
    feature: Ids
    first: Places
    last: Places
    shown: str

    def where(self, kept: Flags) -> FeatureRows:
        """Those of the places given."""
        return FeatureRows(self.view[kept], self.feature[kept], self.first[kept], self.last[kept], self.shown)


@dataclass(frozen=True)
class FeatureTable:
    """Features of n views: `view` and `feature` (id) once each, sorted; `rows`: all, with their words."""

    n: int
    view: Places
    feature: Ids
    rows: tuple[FeatureRows, ...]

    def of(self, rows: Places) -> FeatureTable:
        """Features of some of the views (their numbers, sorted), numbered from 0, without their words."""
        number = _numbered(rows, self.n)
        kept = number[self.view] != ABSENT
        return FeatureTable(len(rows), number[self.view[kept]], self.feature[kept], ())


def _numbered(rows: Places, n: int) -> Places:
    """Place in `rows` of each of n numbers, `ABSENT` where it is not among them."""
    number = np.full(n, ABSENT, dtype=np.int64)
    number[rows] = np.arange(len(rows))
    return number
