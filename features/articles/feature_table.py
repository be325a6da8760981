"""Features of many sentences as columns: those of `role_features.py` that some model knows.

Each function of `SENTENCE_KINDS` and `TARGET_KINDS` gives the features of a kind or two, in the order in
which `role_features.py` finds them. A new kind of feature is one more function there, and its name in
`vocabulary.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.articles.role_features import _CLASSES, _MASKS, _PAIRED, WINDOW, Context, _cues
from features.articles.view_table import Flags, Views
from features.articles.vocabulary import UNKNOWN, Ids, vocabulary

Places = NDArray[np.int64]
ONE, RUN, APART, NAMED = "one", "run", "apart", "named"  # the first word, all to the last, these two, none
_ABSENT = -1


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


@dataclass(frozen=True)
class FeatureTable:
    """Features of n views: `view` and `feature` (id) once each, sorted; `found`: all, with their words."""

    n: int
    view: Places
    feature: Ids
    found: tuple[Found, ...]


class _Sight(NamedTuple):
    """Views, and where each cue unit stands first in them (n x units, `_ABSENT` where it does not)."""

    seen: Views
    placed: Places

    def first(self, *units: str) -> Places:
        """Columns of `placed`."""
        return self.placed[:, [_cue_units().index(unit) for unit in units]]


def sentence_table(seen: Views, contexts: Sequence[Context]) -> FeatureTable:
    """Features of views without a target, as `role_features.sentence_features` gives them."""
    sight = _Sight(seen, _first_places(seen))
    return _table(seen.n, (part for kind in SENTENCE_KINDS for part in kind(sight, contexts)))


def target_table(seen: Views, groups: Sequence[str]) -> FeatureTable:
    """Features of views from targets of these groups, as `role_features.target_features` gives them."""
    sight = _Sight(seen, _first_places(seen))
    return _table(seen.n, (part for kind in TARGET_KINDS for part in kind(sight, groups)))


def _table(n: int, parts: Iterator[Found]) -> FeatureTable:
    found = [part.where(part.feature != UNKNOWN) for part in parts]
    size = len(vocabulary().names)
    keys = np.sort(np.concatenate([part.view * size + part.feature for part in found]))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return FeatureTable(n, keys // size, (keys % size).astype(np.int32), tuple(found))


@lru_cache(maxsize=1)
def _cue_units() -> tuple[str, ...]:
    """Placeholders and classes: units whose presence is a cue."""
    return tuple(sorted(unit for unit in vocabulary().units if unit.isupper()))


def _first_places(seen: Views) -> Places:
    number = np.full(len(vocabulary().units) + 1, _ABSENT)
    number[vocabulary().unit_ids(_cue_units())] = np.arange(len(_cue_units()))
    column = number[seen.unit]
    at = np.flatnonzero(column != _ABSENT)[::-1]  # the first place is written last
    placed = np.full((seen.n, len(_cue_units())), _ABSENT)
    placed[seen.view[at], column[at]] = at
    return placed


def _is(units: Sequence[str] | frozenset[str], unit: Ids) -> Flags:
    flags = np.zeros(len(vocabulary().units) + 1, dtype=np.bool_)
    flags[vocabulary().unit_ids(units)] = True
    return flags[unit]


def _single(kind: str, seen: Views, at: Places, words: Ids) -> Found:
    """A feature for each of some places."""
    return Found(seen.view[at], vocabulary().one[kind][words[at]], at, at, ONE)


def _pair(kind: str, seen: Views, first: Places, last: Places, shown: str = RUN) -> Found:
    """A feature for each pair of places."""
    ids = vocabulary().two[kind].ids(seen.unit[first], seen.unit[last])
    return Found(seen.view[first], ids, first, last, shown)


def _named(view: Places, name: str) -> Found:
    """A feature that has no words, for some views."""
    ids = np.full(len(view), vocabulary().named.get(name, UNKNOWN), dtype=np.int32)
    return Found(view, ids, view, view, NAMED)


def _words(sight: _Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    seen = sight.seen
    yield _single("c", seen, np.arange(len(seen.unit)), seen.unit)
    yield _single("w", seen, np.flatnonzero(_is(_CLASSES, seen.unit)), seen.stem)


def _neighbours(sight: _Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    first = _together(sight.seen, 1)
    yield _pair("b", sight.seen, first, first + 1)


def _with_a_gap(sight: _Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    seen, masks = sight.seen, _is(_MASKS, sight.seen.unit)
    near, far = _together(seen, 2), _together(seen, 3)
    first = np.concatenate([near, far])
    last = np.concatenate([near + 2, far + 3])
    order = np.argsort(first, kind="stable")
    order = order[(masks[first] | masks[last])[order]]
    yield _pair("f", seen, first[order], last[order])


def _together(seen: Views, gap: int) -> Places:
    """Places that have another so many places on in the same view."""
    return np.flatnonzero(seen.view[gap:] == seen.view[:-gap])


def _anywhere(sight: _Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    units = sorted(_PAIRED)
    first = sight.first(*units)
    one, two = np.triu_indices(len(units), 1)
    ids = vocabulary().unit_ids(units)
    known = vocabulary().two["p"].ids(ids[one], ids[two]) != UNKNOWN
    one, two = one[known], two[known]
    present = first != _ABSENT
    view, pair = np.nonzero(present[:, one] & present[:, two])
    yield _pair("p", sight.seen, first[view, one[pair]], first[view, two[pair]], APART)


def _cues_of_sentences(sight: _Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    bits = np.packbits(sight.placed != _ABSENT, axis=1)
    ids = [_cue_ids(row.tobytes(), context) for row, context in zip(bits, contexts, strict=True)]
    view = np.repeat(np.arange(len(ids)), [len(row) for row in ids])
    yield Found(view, np.array([i for row in ids for i in row], dtype=np.int32), view, view, NAMED)


@lru_cache(maxsize=50_000)
def _cue_ids(bits: bytes, context: Context) -> tuple[int, ...]:
    present = np.flatnonzero(np.unpackbits(np.frombuffer(bits, dtype=np.uint8)))
    cues = _cues([_cue_units()[i] for i in present], context)
    return tuple(vocabulary().named[name] for name in cues if name in vocabulary().named)


def _inside_documents(sight: _Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    seen = sight.seen
    inside = np.array([not context.first for context in contexts], dtype=np.bool_)
    inside &= sight.first("RUSSIA")[:, 0] == _ABSENT
    yield _single("in:c", seen, np.flatnonzero(inside[seen.view])[::-1], seen.unit)  # the last word is kept


def _around(sight: _Sight, groups: Sequence[str]) -> Iterator[Found]:
    seen = sight.seen
    targets = np.flatnonzero(seen.country)
    for side, sign in (("L", -1), ("R", 1)):
        at = targets[:, None] + sign * np.arange(1, WINDOW + 1)
        view = np.append(seen.view, _ABSENT)[np.clip(at, _ABSENT, len(seen.view))]
        there = view == seen.view[targets, None]
        yield _single(side, seen, at[there], seen.unit)
        for step in (1, 2):
            yield _single(f"{side}{step}", seen, at[:, step - 1][there[:, step - 1]], seen.unit)
        two = targets[there[:, 1]]
        yield _pair(f"{side}12", seen, *((two - 2, two - 1) if sign < 0 else (two + 1, two + 2)))


def _between(sight: _Sight, groups: Sequence[str]) -> Iterator[Found]:
    seen = sight.seen
    middle = _together(seen, 2) + 1
    target = middle[seen.country[middle]]
    yield _pair("LR", seen, target - 1, target + 1, APART)


def _cues_of_targets(sight: _Sight, groups: Sequence[str]) -> Iterator[Found]:
    seen = sight.seen
    at = np.flatnonzero(seen.country)[::-1]
    target = np.full(seen.n, _ABSENT)
    target[seen.view[at]] = at
    yield _named(np.flatnonzero(target == _ABSENT), "x:target in title only")
    for group in sorted(set(groups) - {""}):
        yield _named(np.flatnonzero(np.array(groups) == group), f"x:target {group}")
    yield _named(np.flatnonzero(seen.in_list), "x:in a list")
    others = np.bincount(seen.view[_is(("OTHER", "REGIME", "WEST"), seen.unit)], minlength=seen.n)
    for number in range(3):
        yield _named(np.flatnonzero(np.minimum(others, 2) == number), f"x:others {number}")
    west, regime, russia = sight.first("WEST", "REGIME", "RUSSIA").T
    yield _named(np.flatnonzero(west != _ABSENT), "x:west present")
    yield _named(np.flatnonzero(regime != _ABSENT), "x:regime present")
    both = (target != _ABSENT) & (russia != _ABSENT)
    yield _named(np.flatnonzero(both & (target < russia)), "x:before russia")
    yield _named(np.flatnonzero(both & (target > russia)), "x:after russia")


SENTENCE_KINDS: tuple[Callable[[_Sight, Sequence[Context]], Iterator[Found]], ...] = (
    _words, _neighbours, _with_a_gap, _anywhere, _cues_of_sentences, _inside_documents,
)  # fmt: skip
TARGET_KINDS: tuple[Callable[[_Sight, Sequence[str]], Iterator[Found]], ...] = (
    _around, _between, _cues_of_targets,
)  # fmt: skip
_NAMED_WORDS = {
    "target in title only": "", "in a list": "list",
    "west present": "coalition", "regime present": "other regime",
    "before russia": "before Russia", "after russia": "after Russia",
    **{f"others {number}": "other countries" for number in range(3)},
}  # fmt: skip


def words_of(name: str) -> str:
    """The words that `role_features.py` gives a feature that no place stands for."""
    cue = name.removeprefix("x:")
    return _NAMED_WORDS.get(cue, cue.removeprefix("target "))
