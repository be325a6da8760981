"""Features of many sentences as columns: those of `role_features.py` that some model knows.

A new kind of feature is one more function in `sentence_kinds.py` or `target_kinds.py`, and its name in
`vocabulary.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from features.articles.roles.columns.found import Found, Places, Sight, first_places
from features.articles.roles.columns.sentence_kinds import SENTENCE_KINDS
from features.articles.roles.columns.target_kinds import TARGET_KINDS
from features.articles.roles.columns.views import Views
from features.articles.roles.columns.vocabulary import UNKNOWN, Ids, vocabulary
from features.articles.roles.features import Context


@dataclass(frozen=True)
class FeatureTable:
    """Features of n views: `view` and `feature` (id) once each, sorted; `found`: all, with their words."""

    n: int
    view: Places
    feature: Ids
    found: tuple[Found, ...]


def sentence_table(seen: Views, contexts: Sequence[Context]) -> FeatureTable:
    """Features of views without a target, as `role_features.sentence_features` gives them."""
    sight = Sight(seen, first_places(seen))
    return _table(seen.n, (part for kind in SENTENCE_KINDS for part in kind(sight, contexts)))


def target_table(seen: Views, groups: Sequence[str]) -> FeatureTable:
    """Features of views from targets of these groups, as `role_features.target_features` gives them."""
    sight = Sight(seen, first_places(seen))
    return _table(seen.n, (part for kind in TARGET_KINDS for part in kind(sight, groups)))


def _table(n: int, parts: Iterable[Found]) -> FeatureTable:
    found = [part.where(part.feature != UNKNOWN) for part in parts]
    size = len(vocabulary().names)
    keys = np.sort(np.concatenate([part.view * size + part.feature for part in found]))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return FeatureTable(n, keys // size, (keys % size).astype(np.int32), tuple(found))
