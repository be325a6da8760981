"""What great-expectations said of each value of a column, so that no value is judged twice.

A row rule looks at one value of one column, so its verdict on a value is its verdict on every row that holds
it. A column that is only bounded needs less still: bounds are kept by a whole interval of values or by none
outside it, so where the smallest and the largest value pass, everything between them passes. Columns of one
type whose rules ask the same are judged as one column, since the judge takes as long for each expectation as
for ten thousand values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from data_contracts.checking.judge import breaking_rows
from data_contracts.contract import Rule

Mask = npt.NDArray[np.bool_]
BETWEEN = "expect_column_values_to_be_between"
# Types whose verdict on a row follows from the value there and from nothing else.
BY_VALUE = (BETWEEN, "expect_column_values_to_be_in_set", "expect_column_values_to_not_be_null")
CHUNKS = (1_000, 250_000)  # values at once: short columns are not made as long as the longest
REMEMBERED = 100_000  # values of a column; a column of more distinct ones is judged again in each part


@dataclass
class _Column:
    """The rules on one column and what is known of its values."""

    rules: Sequence[Rule]
    bounded: bool
    least: Any = None  # of the values that pass, where only bounds are judged
    most: Any = None
    judged: pl.Series | None = None  # values with a verdict that lie outside least to most
    broken: dict[str, pl.Series] = field(default_factory=dict)
    null: frozenset[str] | None = None  # rules that a null breaks
    terms: tuple[str, ...] = ()  # what the rules ask of a value, without the name of the column

    def __post_init__(self) -> None:
        self.terms = tuple(
            f"{rule.expectation} {sorted((k, v) for k, v in rule.kwargs.items() if k != 'column')}"
            for rule in self.rules
        )

    def settled(self, low: Any, high: Any, nulls: int) -> bool:
        """Whether bounds alone say that every value is judged; `high` is NaN where one of them is."""
        if self.least is None or not (nulls == 0 or self.null is not None):
            return False
        return low is None or bool(self.least <= low and high <= self.most)

    def unjudged(self, values: pl.Series) -> pl.Series:
        """Values that need a verdict before all rows have one; extremes come first, alone."""
        found = values.drop_nulls()
        if self.bounded and values.dtype.is_numeric():
            if self.least is None:
                ends = pl.Series(values.name, [found.min(), found.max()], dtype=values.dtype, strict=False)
                fresh = self._without_judged(ends.drop_nulls().unique(maintain_order=True))
                if len(fresh):
                    return self._with_null(fresh, values)
            else:
                found = found.filter((found < self.least) | (found > self.most))
        return self._with_null(self._without_judged(found.unique(maintain_order=True)), values)

    def _without_judged(self, values: pl.Series) -> pl.Series:
        return values if self.judged is None else values.filter(~values.is_in(self.judged.implode()))

    def _with_null(self, values: pl.Series, of: pl.Series) -> pl.Series:
        if self.null is not None or not of.null_count():
            return values
        return pl.concat([values, pl.Series(values.name, [None], dtype=values.dtype)])

    def learn(self, values: pl.Series, positions: Mapping[str, Sequence[int]]) -> None:
        """Keep the verdicts on `values`: for each rule the positions of those that break it."""
        fails = np.zeros(len(values), dtype=bool)
        for rule in self.rules:
            here = positions[rule.name]
            fails[here] = True
            if len(here):
                worse = values[here].drop_nulls()
                before = self.broken.get(rule.name)
                self.broken[rule.name] = worse if before is None else pl.concat([before, worse])
        empty = values.is_null().to_numpy()
        if empty.any():
            place = int(empty.argmax())
            self.null = frozenset(r.name for r in self.rules if place in positions[r.name])
        given = values.filter(~empty)
        if self.bounded and values.dtype.is_numeric():
            sound = values.filter(~empty & ~fails)
            sound = sound.drop_nans() if sound.dtype.is_float() else sound
            ends = [v for v in (sound.min(), sound.max(), self.least, self.most) if v is not None]
            if ends:
                self.least, self.most = min(ends), max(ends)
        self.judged = given if self.judged is None else pl.concat([self.judged, given])

    def mask(self, rule: str, values: pl.Series) -> Mask:
        """Which of `values`, all of them judged, break a rule."""
        worse = self.broken.get(rule)
        of_null = self.null is not None and rule in self.null
        if (worse is None or not len(worse)) and not of_null:
            return np.zeros(len(values), dtype=bool)
        broken = values.is_in((worse if worse is not None else values.clear()).implode()).fill_null(False)
        return (broken | values.is_null() if of_null else broken).to_numpy()

    def forget(self) -> None:
        """Keep bounds only, where the values are too many to remember."""
        if self.judged is not None and len(self.judged) > REMEMBERED:
            self.judged, self.broken = None, {}


class Verdicts:
    """The judge of a table that may come in parts; what it has judged in one part it knows in the next.

    `rules` must be of types that judge one value by itself (`BY_VALUE`); ValueError otherwise.
    """

    def __init__(self, name: str, rules: Sequence[Rule]) -> None:
        strange = [rule.name for rule in rules if rule.expectation not in BY_VALUE]
        if strange:
            raise ValueError(f"{', '.join(strange)} of {name} must be one of {', '.join(BY_VALUE)}.")
        self.name = name
        self.rules = tuple(rules)
        by_column: dict[str, list[Rule]] = {}
        for rule in rules:
            by_column.setdefault(str(rule.kwargs["column"]), []).append(rule)
        self._columns = {
            column: _Column(own, all(rule.expectation == BETWEEN for rule in own))
            for column, own in sorted(by_column.items())
        }

    def broken(self, frame: pl.DataFrame) -> dict[str, Mask]:
        """For each rule a Boolean for each row of `frame`: whether it breaks the rule."""
        while wanted := self._wanted(frame):
            self._judge(wanted)
        masks = {
            rule.name: column.mask(rule.name, frame[name])
            for name, column in self._columns.items()
            for rule in column.rules
        }
        for column in self._columns.values():
            column.forget()
        return {rule.name: masks[rule.name] for rule in self.rules}

    def _wanted(self, frame: pl.DataFrame) -> dict[str, pl.Series]:
        settled = self._settled(frame)
        unjudged = {
            name: column.unjudged(frame[name])
            for name, column in self._columns.items()
            if name not in settled
        }
        return {name: values for name, values in unjudged.items() if len(values)}

    def _settled(self, frame: pl.DataFrame) -> frozenset[str]:
        """Columns that need no further verdict by their ends alone, which one query finds for all of them."""
        known = [
            name
            for name, column in self._columns.items()
            if column.bounded and column.least is not None and frame.schema[name].is_numeric()
        ]
        if not known:
            return frozenset()
        ends = (
            *(pl.col(known).min().name.prefix("low "), pl.col(known).null_count().name.prefix("null ")),
            *(
                (pl.col(n).nan_max() if frame.schema[n].is_float() else pl.col(n).max()).alias(f"high {n}")
                for n in known
            ),
        )
        of = frame.select(ends).row(0, named=True)
        return frozenset(
            n for n in known if self._columns[n].settled(of[f"low {n}"], of[f"high {n}"], of[f"null {n}"])
        )

    def _judge(self, wanted: Mapping[str, pl.Series]) -> None:
        stacks = [_Stack.of(group) for group in self._alike(wanted)]
        found: dict[str, list[int]] = {rule.name: [] for stack in stacks for rule in stack.rules}
        start, longest = 0, max(len(stack.values) for stack in stacks)
        while start < longest:
            size = CHUNKS[min(start, 1)]
            chunk = [s for s in stacks if len(s.values) > start]
            values = [stack.values.slice(start, size) for stack in chunk]
            rows = max(len(v) for v in values)
            # A stack of fewer values repeats its first: judging a value again changes nothing.
            even = pl.DataFrame([pl.concat([v, v.new_from_index(0, rows - len(v))]) for v in values])
            rules = [rule for stack in chunk for rule in stack.rules]
            positions = breaking_rows(self.name, even, rules)
            for stack, given in zip(chunk, values, strict=True):
                for rule in stack.rules:
                    found[rule.name] += [start + p for p in positions[rule.name] if p < len(given)]
            start += size
        for stack in stacks:
            stack.hand_out(found)

    def _alike(self, wanted: Mapping[str, pl.Series]) -> list[list[tuple[_Column, pl.Series]]]:
        """Columns of one type under the same terms, which can be judged as one column."""
        groups: dict[object, list[tuple[_Column, pl.Series]]] = {}
        for name, values in wanted.items():
            column = self._columns[name]
            groups.setdefault((values.dtype, column.terms), []).append((column, values))
        return list(groups.values())


@dataclass(frozen=True)
class _Stack:
    """Values of several columns under the same terms, one below the other, with the rules of the first."""

    parts: Sequence[tuple[_Column, pl.Series]]
    values: pl.Series
    rules: Sequence[Rule]

    @classmethod
    def of(cls, parts: Sequence[tuple[_Column, pl.Series]]) -> _Stack:
        first, values = parts[0]
        below = [more.alias(values.name) for _, more in parts[1:]]
        return cls(parts, pl.concat([values, *below]), first.rules)

    def hand_out(self, found: Mapping[str, Sequence[int]]) -> None:
        """Give each column the verdicts on its own values; `found` has them by the first column's rules."""
        breaking = [np.array(sorted(found[rule.name]), dtype=np.int64) for rule in self.rules]
        start = 0
        for column, values in self.parts:
            own = [
                places[slice(*np.searchsorted(places, (start, start + len(values))))] for places in breaking
            ]
            names = (rule.name for rule in column.rules)
            column.learn(values, {n: (p - start).tolist() for n, p in zip(names, own, strict=True)})
            start += len(values)
