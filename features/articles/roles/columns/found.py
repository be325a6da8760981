"""Features found in many views: where, which, and the words they came from; the tools that find them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.articles.roles.columns.views import Views
from features.articles.roles.columns.vocabulary import UNKNOWN, Flags, Ids, vocabulary

Places = NDArray[np.int64]
ONE, RUN, APART, NAMED = "one", "run", "apart", "named"  # the first word, all to the last, these two, none
ABSENT = -1


class Found(NamedTuple):
    """Features: their views and ids, places of their first and last words in the views, how to show these."""

    view: Places
    feature: Ids
    first: Places
    last: Places
    shown: str

    def where(self, kept: Flags) -> Found:
        """Those of the places given."""
        return Found(self.view[kept], self.feature[kept], self.first[kept], self.last[kept], self.shown)


class Sight(NamedTuple):
    """Views, and where each cue unit stands first in them (n x units, `ABSENT` where it does not)."""

    seen: Views
    placed: Places

    def first(self, *units: str) -> Places:
        """Columns of `placed`."""
        return self.placed[:, [cue_units().index(unit) for unit in units]]


@lru_cache(maxsize=1)
def cue_units() -> tuple[str, ...]:
    """Placeholders and classes: units whose presence is a cue."""
    return tuple(sorted(unit for unit in vocabulary().units if unit.isupper()))


def first_places(seen: Views) -> Places:
    """`Sight.placed` of some views."""
    number = np.full(len(vocabulary().units) + 1, ABSENT)
    number[vocabulary().unit_ids(cue_units())] = np.arange(len(cue_units()))
    column = number[seen.unit]
    at = np.flatnonzero(column != ABSENT)[::-1]  # the first place is written last
    placed = np.full((seen.n, len(cue_units())), ABSENT)
    placed[seen.view[at], column[at]] = at
    return placed


def among(units: Sequence[str] | frozenset[str], unit: Ids) -> Flags:
    """Which of many unit ids are of the units given."""
    flags = np.zeros(len(vocabulary().units) + 1, dtype=np.bool_)
    flags[vocabulary().unit_ids(units)] = True
    return flags[unit]


def single(kind: str, seen: Views, at: Places, words: Ids) -> Found:
    """A feature for each of some places."""
    return Found(seen.view[at], vocabulary().one[kind][words[at]], at, at, ONE)


def pair(kind: str, seen: Views, first: Places, last: Places, shown: str = RUN) -> Found:
    """A feature for each pair of places."""
    ids = vocabulary().two[kind].ids(seen.unit[first], seen.unit[last])
    return Found(seen.view[first], ids, first, last, shown)


def named(view: Places, name: str) -> Found:
    """A feature that has no words, for some views."""
    ids = np.full(len(view), vocabulary().named.get(name, UNKNOWN), dtype=np.int32)
    return Found(view, ids, view, view, NAMED)


def together(seen: Views, gap: int) -> Places:
    """Places that have another so many places on in the same view."""
    return np.flatnonzero(seen.view[gap:] == seen.view[:-gap])
