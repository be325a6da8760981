"""Near-copies among short texts, by shared word triples; linear in the number of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

_WORD = re.compile(r"[^\W_]+")
SHARED = 0.5  # share of the shorter text's triples that two near-copies have in common
_COMMON = 20  # triples in more texts than this say nothing


def clusters(texts: Sequence[str]) -> list[int]:
    """Cluster number of each text, numbered by first appearance.

    >>> clusters(["a firm in Dubai sold chips to Moscow", "b", "a firm in Dubai sold chips to Minsk"])
    [0, 1, 0]
    """
    triples = [_triples(text) for text in texts]
    number: dict[tuple[str, ...], int] = {}
    cells = [(i, number.setdefault(triple, len(number))) for i, kept in enumerate(triples) for triple in kept]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    holds = csr_matrix((np.ones(len(cells)), (rows, columns)), shape=(len(texts), max(len(number), 1)))
    holds = holds[:, np.asarray(holds.sum(axis=0)).ravel() <= _COMMON]
    shared = (holds @ holds.T).tocoo()
    sizes = np.array([len(kept) for kept in triples])
    alike = shared.data >= SHARED * np.minimum(sizes[shared.row], sizes[shared.col])
    pairs = (np.ones(int(alike.sum())), (shared.row[alike], shared.col[alike]))
    _, labels = connected_components(csr_matrix(pairs, shape=shared.shape), directed=False)
    first: dict[int, int] = {}
    return [first.setdefault(label, len(first)) for label in labels.tolist()]


def _triples(text: str) -> set[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
