"""What the rows of a batch add up to, counted part by part: the ground of every verdict in a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from data_contracts.checking.judged_values import Mask
from data_contracts.contract import Contract, Rule, state
from data_contracts.plain_text import shown_value

_IN_SET = "expect_column_values_to_be_in_set"
_WORDS, _SHOWN = 1_000, 3


@dataclass
class Tally:
    """Counts over the parts seen so far, which must all have the same columns.

    Attributes
    ----------
    reads: for each canonical column that says something, whether any of it is of its type.
    samples: the type and the first value of each column, for a sentence.
    broken: rows that break each rule. first: where the first of them is, for a sentence.
    unknown: for a rule on known words the unknown ones and their rows, of the first `most_words` different
        ones.
    """

    contract: Contract
    rows: int = 0
    columns: frozenset[str] | None = None
    reads: dict[str, bool] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)
    most_words: int = _WORDS

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns that the batch lacks."""
        return tuple(name for name in self.contract.required if name not in (self.columns or ()))

    @property
    def empty_columns(self) -> list[str]:
        """Required columns that are there and say nothing in any row, though they must."""
        expected = [name for name in self.contract.required if name not in self.missing]
        return [c for c in expected if self.rows and c not in self.reads and c not in self.contract.nullable]

    def judges(self, rule: Rule) -> bool:
        """Whether a row rule has its columns; of absent ones the schema rules speak."""
        return not {*self.missing} & {*rule.columns}

    def see(self, frame: pl.DataFrame, typed: pl.DataFrame) -> None:
        """Count the rows of a part and note what its columns say; `typed` is `frame` after the cast."""
        columns = frozenset(frame.columns)
        self._see_columns(columns)
        self.rows += frame.height
        for name in self.contract.columns:
            read = typed[state(name)].max()
            if read is not None:
                self.reads[name] = self.reads.get(name, False) or read == 1
            if name in columns and name not in self.samples and frame[name].null_count() < frame.height:
                value = shown_value(_value(frame[name].drop_nulls(), 0))
                self.samples[name] = f"{frame.schema[name]} such as {value}"

    def count(self, rule: Rule, frame: pl.DataFrame, broken: Mask) -> None:
        """Add the rows of a part that break a row rule."""
        count = int(broken.sum())
        if not count:
            return
        self.broken[rule.name] = self.broken.get(rule.name, 0) + count
        if rule.expectation == _IN_SET and rule.columns[0] in frame.columns:
            self._count_words(rule, frame[rule.columns[0]].filter(broken))
        if rule.name not in self.first:
            place = int(broken.argmax())
            column = rule.columns[0]
            value = shown_value(_value(frame[column], place)) if column in frame.columns else "nothing"
            where = f"{frame['source_file'][place] or 'the table'}, row {frame['source_row'][place]}"
            self.first[rule.name] = f"first at {where}, where {column} is {value}"

    def _count_words(self, rule: Rule, words: pl.Series) -> None:
        """Add up the rows of each unknown word, so that a sentence can name the most frequent ones."""
        text = words.cast(pl.String, strict=False).alias("word").to_frame()
        found = text.group_by("word", maintain_order=True).len().iter_rows()
        self._add_words(rule.name, ((word, rows) for word, rows in found if word is not None))

    def _add_words(self, rule: str, found: Iterable[tuple[str, int]]) -> None:
        counts = self.unknown.setdefault(rule, {})
        for word, rows in found:
            if word in counts or len(counts) < self.most_words:
                counts[word] = counts.get(word, 0) + rows

    def join(self, later: Tally) -> None:
        """Add the counts of the next part, which was counted by itself and with all its words."""
        self._see_columns(later.columns)
        self.rows += later.rows
        for name, read in later.reads.items():
            self.reads[name] = self.reads.get(name, False) or read
        for rule, count in later.broken.items():
            self.broken[rule] = self.broken.get(rule, 0) + count
        for rule, words in later.unknown.items():
            self._add_words(rule, words.items())
        self.samples = {**later.samples, **self.samples}
        self.first = {**later.first, **self.first}

    def _see_columns(self, columns: frozenset[str] | None) -> None:
        if self.columns not in (None, columns):
            raise ValueError(f"Every part of a {self.contract.name} batch must have the same columns.")
        self.columns = columns

    def to_dict(self) -> dict[str, Any]:
        """The counts of one part as JSON-able values; the order of words is kept."""
        return {
            "rows": self.rows,
            "columns": sorted(self.columns or ()),
            "reads": self.reads,
            "samples": self.samples,
            "broken": self.broken,
            "first": self.first,
            "unknown": [[rule, list(map(list, words.items()))] for rule, words in self.unknown.items()],
        }

    @classmethod
    def from_dict(cls, contract: Contract, found: Mapping[str, Any]) -> Tally:
        """What `to_dict` gave."""
        unknown = {rule: dict(map(tuple, words)) for rule, words in found["unknown"]}
        names = ("rows", "reads", "samples", "broken", "first")
        same = {name: found[name] for name in names}
        return cls(contract, columns=frozenset(found["columns"]), unknown=unknown, **same)

    def words(self, rule: Rule) -> str:
        """The most frequent unknown words of a rule with their rows, where there is more than one."""
        counts = sorted(self.unknown.get(rule.name, {}).items(), key=lambda one: (-one[1], one[0]))
        if len(counts) < 2:
            return ""
        more = f" and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else ""
        return "; most: " + ", ".join(f"{shown_value(w)} {n}" for w, n in counts[:_SHOWN]) + more


def _value(values: pl.Series, place: int) -> object:
    """One value; as text where Python has no date that early or late."""
    try:
        return values[place]
    except (ValueError, OverflowError):
        return values.slice(place, 1).cast(pl.String)[0]
