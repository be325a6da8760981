"""Near-copies among short texts, by shared word triples; linear in the number of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
SHARED = 0.5  # share of the shorter text's triples that two near-copies have in common
_COMMON = 20  # triples in more texts than this say nothing


def clusters(texts: Sequence[str]) -> list[int]:
    """Cluster number of each text, numbered by first appearance.

    >>> clusters(["a firm in Dubai sold chips to Moscow", "b", "a firm in Dubai sold chips to Minsk"])
    [0, 1, 0]
    """
    triples = [_triples(text) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = {}
    for i, found in enumerate(triples):
        for triple in found:
            holders.setdefault(triple, []).append(i)
    parent = list(range(len(texts)))
    for i, found in enumerate(triples):
        shared: dict[int, int] = {}
        for triple in found:
            others = holders[triple]
            if len(others) <= _COMMON:
                for j in others:
                    if j < i:
                        shared[j] = shared.get(j, 0) + 1
        for j, count in shared.items():
            if count >= SHARED * min(len(found), len(triples[j])):
                parent[_root(parent, i)] = _root(parent, j)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(_root(parent, i), len(numbers)) for i in range(len(texts))]


def _triples(text: str) -> set[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
