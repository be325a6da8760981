"""Features of many views as columns: those that some model knows.

A new kind of feature is one more function here, its name in `vocabulary.py`, and its definition in
`tools/roles/features.py`, which training reads and a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from features.articles.roles.columns.tables import (
    ABSENT,
    APART,
    NAMED,
    ONE,
    RUN,
    FeatureRows,
    FeatureTable,
    Flags,
    Ids,
    Places,
    Views,
)
from features.articles.roles.columns.vocabulary import UNKNOWN, vocabulary
from features.articles.roles.units import CLASSES, MASKS, PAIRED, WINDOW, DocumentContext, cues_of


def sentence_table(views: Views, contexts: Sequence[DocumentContext]) -> FeatureTable:
    """Features of views without a target."""
    indexed = IndexedViews(views, _first_places(views))
    return _table(views.n, (part for kind in SENTENCE_KINDS for part in kind(indexed, contexts)))


def target_table(views: Views, groups: Sequence[str]) -> FeatureTable:
    """Features of views from targets of these groups."""
    indexed = IndexedViews(views, _first_places(views))
    return _table(views.n, (part for kind in TARGET_KINDS for part in kind(indexed, groups)))


def clause_table(views: Views) -> FeatureTable:
    """Words in the clauses that name the target, and words in the others."""
    last = views.clause.max(initial=0) + 1
    clause = views.view * last + views.clause
    own = np.isin(clause, clause[views.country])
    parts = (
        _single("k", views, np.flatnonzero(own), views.unit),
        _single("o", views, np.flatnonzero(~own), views.unit),
    )
    return _table(views.n, parts)


def _table(n: int, parts: Iterable[FeatureRows]) -> FeatureTable:
    rows = [part.where(part.feature != UNKNOWN) for part in parts]
    size = len(vocabulary().names)
    keys = np.sort(np.concatenate([part.view * size + part.feature for part in rows]))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return FeatureTable(n, keys // size, (keys % size).astype(np.int32), tuple(rows))


class IndexedViews(NamedTuple):
    """Views, and where each cue unit comes first in them (n x units, `ABSENT` where it does not)."""

    views: Views
    placed: Places

    def first(self, *units: str) -> Places:
        """Columns of `placed`."""
        return self.placed[:, [_cue_units().index(unit) for unit in units]]


@lru_cache(maxsize=1)
def _cue_units() -> tuple[str, ...]:
    """Placeholders and classes: units whose presence is a cue."""
    return tuple(sorted(unit for unit in vocabulary().units if unit.isupper()))


def _first_places(views: Views) -> Places:
    """`IndexedViews.placed` of some views."""
    number = np.full(len(vocabulary().units) + 1, ABSENT)
    number[vocabulary().unit_ids(_cue_units())] = np.arange(len(_cue_units()))
    column = number[views.unit]
    at = np.flatnonzero(column != ABSENT)[::-1]  # the first place is written last
    placed = np.full((views.n, len(_cue_units())), ABSENT)
    placed[views.view[at], column[at]] = at
    return placed


def _among(units: Sequence[str] | frozenset[str], unit: Ids) -> Flags:
    """Which of many unit ids are of the units given."""
    flags = np.zeros(len(vocabulary().units) + 1, dtype=np.bool_)
    flags[vocabulary().unit_ids(units)] = True
    return flags[unit]


def _single(kind: str, views: Views, at: Places, words: Ids) -> FeatureRows:
    """A feature for each of some places."""
    return FeatureRows(views.view[at], vocabulary().one[kind][words[at]], at, at, ONE)


def _pair(kind: str, views: Views, first: Places, last: Places, shown: str = RUN) -> FeatureRows:
    """A feature for each pair of places."""
    ids = vocabulary().two[kind].ids(views.unit[first], views.unit[last])
    return FeatureRows(views.view[first], ids, first, last, shown)


def _named(view: Places, name: str) -> FeatureRows:
    """A feature that has no words, for some views."""
    ids = np.full(len(view), vocabulary().named.get(name, UNKNOWN), dtype=np.int32)
    return FeatureRows(view, ids, view, view, NAMED)


def _together(views: Views, gap: int) -> Places:
    """Places that have another so many places on in the same view."""
    return np.flatnonzero(views.view[gap:] == views.view[:-gap])


def _words(indexed: IndexedViews, contexts: Sequence[DocumentContext]) -> Iterator[FeatureRows]:
    views = indexed.views
    yield _single("c", views, np.arange(len(views.unit)), views.unit)
    yield _single("w", views, np.flatnonzero(_among(CLASSES, views.unit)), views.stem)


def _neighbours(indexed: IndexedViews, contexts: Sequence[DocumentContext]) -> Iterator[FeatureRows]:
    first = _together(indexed.views, 1)
    yield _pair("b", indexed.views, first, first + 1)


def _with_a_gap(indexed: IndexedViews, contexts: Sequence[DocumentContext]) -> Iterator[FeatureRows]:
    views, masks = indexed.views, _among(MASKS, indexed.views.unit)
    near, far = _together(views, 2), _together(views, 3)
    first = np.concatenate([near, far])
    last = np.concatenate([near + 2, far + 3])
    order = np.argsort(first, kind="stable")
    order = order[(masks[first] | masks[last])[order]]
    yield _pair("f", views, first[order], last[order])


def _anywhere(indexed: IndexedViews, contexts: Sequence[DocumentContext]) -> Iterator[FeatureRows]:
    units = sorted(PAIRED)
    first = indexed.first(*units)
    one, two = np.triu_indices(len(units), 1)
    ids = vocabulary().unit_ids(units)
    known = vocabulary().two["p"].ids(ids[one], ids[two]) != UNKNOWN
    one, two = one[known], two[known]
    present = first != ABSENT
    view, both = np.nonzero(present[:, one] & present[:, two])
    yield _pair("p", indexed.views, first[view, one[both]], first[view, two[both]], APART)


def _cues_of_sentences(indexed: IndexedViews, contexts: Sequence[DocumentContext]) -> Iterator[FeatureRows]:
    bits = np.packbits(indexed.placed != ABSENT, axis=1)
    ids = [_cue_ids(row.tobytes(), context) for row, context in zip(bits, contexts, strict=True)]
    view = np.repeat(np.arange(len(ids)), [len(row) for row in ids])
    yield FeatureRows(view, np.array([i for row in ids for i in row], dtype=np.int32), view, view, NAMED)


@lru_cache(maxsize=50_000)
def _cue_ids(bits: bytes, context: DocumentContext) -> tuple[int, ...]:
    present = np.flatnonzero(np.unpackbits(np.frombuffer(bits, dtype=np.uint8)))
    cues = cues_of([_cue_units()[i] for i in present], context)
    return tuple(vocabulary().named[name] for name in cues if name in vocabulary().named)


def _inside_documents(indexed: IndexedViews, contexts: Sequence[DocumentContext]) -> Iterator[FeatureRows]:
    views = indexed.views
    inside = np.array([not context.first for context in contexts], dtype=np.bool_)
    inside &= indexed.first("RUSSIA")[:, 0] == ABSENT
    at = np.flatnonzero(inside[views.view])[::-1]  # the last word is kept
    yield _single("in:c", views, at, views.unit)


SENTENCE_KINDS: tuple[Callable[[IndexedViews, Sequence[DocumentContext]], Iterator[FeatureRows]], ...] = (
    _words, _neighbours, _with_a_gap, _anywhere, _cues_of_sentences, _inside_documents,
)  # fmt: skip


def _around(indexed: IndexedViews, groups: Sequence[str]) -> Iterator[FeatureRows]:
    views = indexed.views
    targets = np.flatnonzero(views.country)
    for side, sign in (("L", -1), ("R", 1)):
        at = targets[:, None] + sign * np.arange(1, WINDOW + 1)
        view = np.append(views.view, ABSENT)[np.clip(at, ABSENT, len(views.view))]
        there = view == views.view[targets, None]
        yield _single(side, views, at[there], views.unit)
        for step in (1, 2):
            yield _single(f"{side}{step}", views, at[:, step - 1][there[:, step - 1]], views.unit)
        two = targets[there[:, 1]]
        yield _pair(f"{side}12", views, *((two - 2, two - 1) if sign < 0 else (two + 1, two + 2)))


def _between(indexed: IndexedViews, groups: Sequence[str]) -> Iterator[FeatureRows]:
    views = indexed.views
    middle = _together(views, 2) + 1
    target = middle[views.country[middle]]
    yield _pair("LR", views, target - 1, target + 1, APART)


def _cues_of_targets(indexed: IndexedViews, groups: Sequence[str]) -> Iterator[FeatureRows]:
    views = indexed.views
    at = np.flatnonzero(views.country)[::-1]
    target = np.full(views.n, ABSENT)
    target[views.view[at]] = at
    yield _named(np.flatnonzero(target == ABSENT), "x:target in title only")
    for group in sorted(set(groups) - {""}):
        yield _named(np.flatnonzero(np.array(groups) == group), f"x:target {group}")
    yield _named(np.flatnonzero(views.in_list), "x:in a list")
    others = np.bincount(views.view[_among(("OTHER", "REGIME", "WEST"), views.unit)], minlength=views.n)
    for number in range(3):
        yield _named(np.flatnonzero(np.minimum(others, 2) == number), f"x:others {number}")
    west, regime, russia = indexed.first("WEST", "REGIME", "RUSSIA").T
    yield _named(np.flatnonzero(west != ABSENT), "x:west present")
    yield _named(np.flatnonzero(regime != ABSENT), "x:regime present")
    both = (target != ABSENT) & (russia != ABSENT)
    yield _named(np.flatnonzero(both & (target < russia)), "x:before russia")
    yield _named(np.flatnonzero(both & (target > russia)), "x:after russia")


TARGET_KINDS: tuple[Callable[[IndexedViews, Sequence[str]], Iterator[FeatureRows]], ...] = (
    _around, _between, _cues_of_targets,
)  # fmt: skip
