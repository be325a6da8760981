"""What the role models know, in numbers: ids of features, and tables that lead from words to them.

The definition of the features (`tools/roles/features.py`) names each by a string. Most names that a sentence
gives rise to are in no model, so many sentences are read faster by asking the model's own vocabulary: which
words it knows (units), and which feature of a kind a unit or a pair of units is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.articles.roles.model import SCALE, LinearModel, RoleModel, role_model
from features.articles.roles.units import CLASSES, MASKS

Ids = NDArray[np.int32]
Flags = NDArray[np.bool_]
Sums = NDArray[np.float64]  # of n rows: (n, classes + 1), the last how many features are known

UNKNOWN = -1  # id of a feature that no model knows
NO_UNIT = 0  # id of a word that no model knows

ONE_UNIT = ("c", "w", "in:c", "L", "R", "L1", "L2", "R1", "R2", "k", "o")
TWO_UNITS = ("b", "f", "L12", "R12", "LR", "p")
BY_NAME = "x"


@dataclass(frozen=True)
class Pairs:
    """Features of two units: rows and columns of `cells` are the units that occur in some pair."""

    left: Ids
    right: Ids
    cells: Ids

    def ids(self, one: Ids, two: Ids) -> Ids:
        """Features of pairs of units, `UNKNOWN` where there is none."""
        return self.cells[self.left[one], self.right[two]]


class Head(NamedTuple):
    """One linear model by feature id: weights (features x classes, zero where unknown), what it knows."""

    classes: tuple[str, ...]
    intercept: NDArray[np.float64]
    weights: NDArray[np.float64]
    known: NDArray[np.float64]

    def summed(self, rows: NDArray[np.int64], ids: Ids, n: int) -> Sums:
        """Sum of weights and number of known features of `n` rows; (n, classes + 1)."""
        columns = (*self.weights.T, self.known)
        sums = [np.bincount(rows, weights=column[ids], minlength=n) for column in columns]
        return np.stack(sums, axis=1)

    def scores(self, sums: Sums) -> NDArray[np.float64]:
        """Log-odds (binary) or unnormalised log-probabilities, one line for each row of `summed`."""
        return np.asarray(self.intercept + scale(sums[:, -1])[:, None] * sums[:, :-1])

    def or_known(self, other: Head) -> Flags:
        """Whether this model or the other knows a feature, by feature id."""
        return np.asarray((self.known > 0) | (other.known > 0))

    def best(self, sums: Sums) -> list[str]:
        """The class with the highest score, one for each row of `summed`."""
        return [self.classes[i] for i in self.scores(sums).argmax(axis=1)]


def scale(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length normalisation for so many known features, as in `LinearModel`."""
    return SCALE / np.sqrt(np.maximum(known, 1.0))


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Units and features of the stored models.

    `names`: names of features, in the order of their ids. `units`: id by unit. `one`, `two`: feature ids by
    kind, for one unit and for two. `named`: feature id by name, of the features that come from no word.
    """

    names: tuple[str, ...]
    units: MappingProxyType[str, int]
    one: MappingProxyType[str, Ids]
    two: MappingProxyType[str, Pairs]
    named: MappingProxyType[str, int]
    sentence: Head
    target: Head
    joint: Head
    polarity: Head
    role: Head

    def unit_ids(self, units: Iterable[str]) -> Ids:
        """Ids of units, `NO_UNIT` for those that no model knows."""
        return np.array([self.units.get(unit, NO_UNIT) for unit in units], dtype=np.int32)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary of the shipped model.

    >>> book = vocabulary()
    >>> int(book.one["c"][book.units["TRANSIT"]]) != UNKNOWN
    True
    """
    return build(role_model())


def build(model: RoleModel) -> Vocabulary:
    """Vocabulary of a model. Raises ValueError where it has a kind of feature without a table here."""
    heads = (model.sentence, model.target, model.joint, model.polarity, model.role)
    names = sorted({name for head in heads for name in head.weights})
    ids = {name: number for number, name in enumerate(names)}
    parsed = [(kind, parts, ids[name]) for name in names for kind, parts in [_parsed(name)]]
    in_words = {part for kind, parts, _ in parsed if kind != BY_NAME for part in parts}
    units = {unit: number for number, unit in enumerate(sorted({*in_words, *CLASSES, *MASKS}), start=1)}
    one = {kind: np.full(len(units) + 1, UNKNOWN, dtype=np.int32) for kind in ONE_UNIT}
    two: dict[str, list[tuple[int, int, int]]] = {kind: [] for kind in TWO_UNITS}
    named: dict[str, int] = {}
    for kind, parts, number in parsed:
        if kind == BY_NAME:
            named[names[number]] = number
        elif kind in one:
            one[kind][units[parts[0]]] = number
        else:
            two[kind].append((units[parts[0]], units[parts[1]], number))
    return Vocabulary(
        tuple(names),
        MappingProxyType(units),
        MappingProxyType(one),
        MappingProxyType({kind: _pairs(rows, len(units) + 1) for kind, rows in two.items()}),
        MappingProxyType(named),
        *(_head(head, names) for head in heads),
    )


def _parsed(name: str) -> tuple[str, tuple[str, ...]]:
    """Kind of a feature and the units in its name."""
    kind, _, rest = name.partition(":")
    if name.startswith("in:c:"):
        kind, rest = "in:c", rest.removeprefix("c:")
    if kind == BY_NAME:
        return kind, (rest,)
    if kind in ONE_UNIT:
        return kind, (rest,)
    if kind not in TWO_UNITS:
        raise ValueError(f"The role model has a feature {name!r}; give its kind a table in vocabulary.py.")
    if kind == "p":
        one, _, two = rest.partition("&")
        return kind, (one, two)
    whole = "GOODS_ANY"  # the only unit with the mark that divides the two
    one = whole if rest.startswith(f"{whole}_") else rest.partition("_")[0]
    return kind, (one, rest.removeprefix(f"{one}_"))


def _pairs(rows: list[tuple[int, int, int]], n: int) -> Pairs:
    """Line and column 0 are those of all units that are in no pair."""
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    sides = []
    for column in (0, 1):
        used = np.unique(table[:, column])
        side = np.zeros(n, dtype=np.int32)
        side[used] = np.arange(1, len(used) + 1)
        sides.append(side)
    left, right = sides
    cells = np.full((left.max() + 1, right.max() + 1), UNKNOWN, dtype=np.int32)
    cells[left[table[:, 0]], right[table[:, 1]]] = table[:, 2]
    return Pairs(left, right, cells)


def _head(linear: LinearModel, names: list[str]) -> Head:
    none = (0.0,) * len(linear.intercept)
    weights = np.array([linear.weights.get(name, none) for name in names], dtype=np.float64)
    known = np.array([name in linear.weights for name in names], dtype=np.float64)
    return Head(linear.classes, np.array(linear.intercept), weights.reshape(len(names), -1), known)
