"""Kinds of features of a country's place, in columns: what `role_features.target_features` finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from features.articles.roles.columns.found import (
    ABSENT,
    APART,
    Found,
    Sight,
    among,
    named,
    pair,
    single,
    together,
)
from features.articles.roles.features import WINDOW


def _around(sight: Sight, groups: Sequence[str]) -> Iterator[Found]:
    seen = sight.seen
    targets = np.flatnonzero(seen.country)
    for side, sign in (("L", -1), ("R", 1)):
        at = targets[:, None] + sign * np.arange(1, WINDOW + 1)
        view = np.append(seen.view, ABSENT)[np.clip(at, ABSENT, len(seen.view))]
        there = view == seen.view[targets, None]
        yield single(side, seen, at[there], seen.unit)
        for step in (1, 2):
            yield single(f"{side}{step}", seen, at[:, step - 1][there[:, step - 1]], seen.unit)
        two = targets[there[:, 1]]
        yield pair(f"{side}12", seen, *((two - 2, two - 1) if sign < 0 else (two + 1, two + 2)))


def _between(sight: Sight, groups: Sequence[str]) -> Iterator[Found]:
    seen = sight.seen
    middle = together(seen, 2) + 1
    target = middle[seen.country[middle]]
    yield pair("LR", seen, target - 1, target + 1, APART)


def _cues_of_targets(sight: Sight, groups: Sequence[str]) -> Iterator[Found]:
    seen = sight.seen
    at = np.flatnonzero(seen.country)[::-1]
    target = np.full(seen.n, ABSENT)
    target[seen.view[at]] = at
    yield named(np.flatnonzero(target == ABSENT), "x:target in title only")
    for group in sorted(set(groups) - {""}):
        yield named(np.flatnonzero(np.array(groups) == group), f"x:target {group}")
    yield named(np.flatnonzero(seen.in_list), "x:in a list")
    others = np.bincount(seen.view[among(("OTHER", "REGIME", "WEST"), seen.unit)], minlength=seen.n)
    for number in range(3):
        yield named(np.flatnonzero(np.minimum(others, 2) == number), f"x:others {number}")
    west, regime, russia = sight.first("WEST", "REGIME", "RUSSIA").T
    yield named(np.flatnonzero(west != ABSENT), "x:west present")
    yield named(np.flatnonzero(regime != ABSENT), "x:regime present")
    both = (target != ABSENT) & (russia != ABSENT)
    yield named(np.flatnonzero(both & (target < russia)), "x:before russia")
    yield named(np.flatnonzero(both & (target > russia)), "x:after russia")


TARGET_KINDS: tuple[Callable[[Sight, Sequence[str]], Iterator[Found]], ...] = (
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
