"""The words that features came from, for the few views whose verdict is to be explained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.articles.roles.columns.feature_table import FeatureTable
from features.articles.roles.columns.found import APART, NAMED, ONE, Found
from features.articles.roles.columns.target_kinds import words_of
from features.articles.roles.columns.views import Views
from features.articles.roles.columns.vocabulary import Flags, Ids, vocabulary


@dataclass(frozen=True, eq=False)
class FeatureWords:
    """Features of some views, view after view, and the words of each between blanks.

    `starts`: (n views + 1); a view that was not wanted has none.
    """

    starts: NDArray[np.int64]
    feature: Ids
    words: list[str]

    def places(self, views: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the features of some views in `feature`, one view after the other; how many each has."""
        counts = np.diff(self.starts)[views]
        shift = self.starts[views] - np.cumsum(counts) + counts
        return np.arange(counts.sum()) + np.repeat(shift, counts), counts


def feature_words(
    table: FeatureTable, seen: Views, strings: list[str], wanted: Flags, asked: Flags, telling: Flags
) -> FeatureWords:
    """Features of the wanted views with the words of each where it stands first.

    `strings`: what `seen.word` counts. `wanted`: by view. `asked`: by feature. `telling`: by string; features
    without a telling word are left out.
    """
    tells = telling[seen.word]
    told = np.append(0, np.cumsum(tells))
    parts = [part.where(wanted[part.view] & asked[part.feature]) for part in table.found]
    view = np.concatenate([part.view for part in parts])
    feature = np.concatenate([part.feature for part in parts])
    _, first = np.unique(view * len(vocabulary().names) + feature, return_index=True)
    chosen = np.zeros(len(view), dtype=np.bool_)
    chosen[first] = True  # a later place may tell where the first does not
    chosen &= np.concatenate([_tells(part, tells, told) for part in parts])
    said = [strings[i] for i in seen.word.tolist()]
    ends = np.cumsum([len(part.view) for part in parts])[:-1]
    kept = [part.where(flags) for part, flags in zip(parts, np.split(chosen, ends), strict=True)]
    words = np.array([text for part in kept for text in _words(part, said)], dtype=object)
    place = np.cumsum(chosen) - 1
    first = first[chosen[first]]
    starts = np.searchsorted(view[first], np.arange(table.n + 1))
    return FeatureWords(starts, feature[first], words[place[first]].tolist())


def _tells(part: Found, tells: Flags, told: NDArray[np.int64]) -> Flags:
    """Which of some features have a telling word among those shown; the ones without words always do."""
    if part.shown == NAMED:
        return np.ones(len(part.view), dtype=np.bool_)
    if part.shown == APART:
        return np.asarray(tells[part.first] | tells[part.last])
    return np.asarray(told[part.last + 1] > told[part.first])


def _words(part: Found, said: list[str]) -> Iterable[str]:
    if part.shown == NAMED:
        names = vocabulary().names
        return [f" {words_of(names[feature])} " for feature in part.feature.tolist()]
    first, last = part.first.tolist(), part.last.tolist()
    if part.shown == ONE:
        return [f" {said[at]} " for at in first]
    if part.shown == APART:
        return [f" {said[one]} … {said[two]} " for one, two in zip(first, last, strict=True)]
    return [f" {' '.join(said[one : two + 1])} " for one, two in zip(first, last, strict=True)]
