"""Kinds of features of a sentence, in columns: what `role_features.sentence_features` finds, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from features.articles.roles.columns.found import (
    ABSENT,
    APART,
    NAMED,
    Found,
    Sight,
    among,
    cue_units,
    pair,
    single,
    together,
)
from features.articles.roles.columns.vocabulary import UNKNOWN, vocabulary
from features.articles.roles.features import CLASSES, MASKS, PAIRED, Context, cues_of


def _words(sight: Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    seen = sight.seen
    yield single("c", seen, np.arange(len(seen.unit)), seen.unit)
    yield single("w", seen, np.flatnonzero(among(CLASSES, seen.unit)), seen.stem)


def _neighbours(sight: Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    first = together(sight.seen, 1)
    yield pair("b", sight.seen, first, first + 1)


def _with_a_gap(sight: Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    seen, masks = sight.seen, among(MASKS, sight.seen.unit)
    near, far = together(seen, 2), together(seen, 3)
    first = np.concatenate([near, far])
    last = np.concatenate([near + 2, far + 3])
    order = np.argsort(first, kind="stable")
    order = order[(masks[first] | masks[last])[order]]
    yield pair("f", seen, first[order], last[order])


def _anywhere(sight: Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    units = sorted(PAIRED)
    first = sight.first(*units)
    one, two = np.triu_indices(len(units), 1)
    ids = vocabulary().unit_ids(units)
    known = vocabulary().two["p"].ids(ids[one], ids[two]) != UNKNOWN
    one, two = one[known], two[known]
    present = first != ABSENT
    view, both = np.nonzero(present[:, one] & present[:, two])
    yield pair("p", sight.seen, first[view, one[both]], first[view, two[both]], APART)


def _cues_of_sentences(sight: Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    bits = np.packbits(sight.placed != ABSENT, axis=1)
    ids = [_cue_ids(row.tobytes(), context) for row, context in zip(bits, contexts, strict=True)]
    view = np.repeat(np.arange(len(ids)), [len(row) for row in ids])
    yield Found(view, np.array([i for row in ids for i in row], dtype=np.int32), view, view, NAMED)


@lru_cache(maxsize=50_000)
def _cue_ids(bits: bytes, context: Context) -> tuple[int, ...]:
    present = np.flatnonzero(np.unpackbits(np.frombuffer(bits, dtype=np.uint8)))
    cues = cues_of([cue_units()[i] for i in present], context)
    return tuple(vocabulary().named[name] for name in cues if name in vocabulary().named)


def _inside_documents(sight: Sight, contexts: Sequence[Context]) -> Iterator[Found]:
    seen = sight.seen
    inside = np.array([not context.first for context in contexts], dtype=np.bool_)
    inside &= sight.first("RUSSIA")[:, 0] == ABSENT
    yield single("in:c", seen, np.flatnonzero(inside[seen.view])[::-1], seen.unit)  # the last word is kept


SENTENCE_KINDS: tuple[Callable[[Sight, Sequence[Context]], Iterator[Found]], ...] = (
    _words, _neighbours, _with_a_gap, _anywhere, _cues_of_sentences, _inside_documents,
)  # fmt: skip
