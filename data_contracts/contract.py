"""What a contract is: rules as values, and the report that a check of a batch leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

Severity = Literal["critical", "warning"]
Tier = Literal[1, 2, 3]
Effect = Literal["stops the batch", "refuses the rows", "reports"]


@dataclass(frozen=True)
class Rule:
    """One thing that must hold.

    Attributes
    ----------
    tier: 1 schema (judged by polars), 2 row by row, 3 the batch as a whole (both by great-expectations).
    severity: `critical` stops the batch (tiers 1 and 3) or refuses the row (tier 2); `warning` is reported.
    columns: canonical columns the rule is about; the first is shown as the offending value.
    description: what must hold. fix: what the user can do.
    expectation: great-expectations type, or `polars` for tier 1. kwargs: its arguments; `column` may name
        a canonical column, a measure that the contract derives, or a column of the evidence frame.
    finding: tier 3 only, a sentence on what was found, filled from the evidence.
    """

    name: str
    tier: Tier
    severity: Severity
    columns: tuple[str, ...]
    description: str
    fix: str
    expectation: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    finding: str = ""

    @property
    def effect(self) -> Effect:
        """What a failure does."""
        if self.severity == "warning":
            return "reports"
        return "refuses the rows" if self.tier == 2 else "stops the batch"

    def to_dict(self) -> dict[str, Any]:
        """The rule as JSON-able values."""
        return {
            "name": self.name,
            "tier": self.tier,
            "severity": self.severity,
            "columns": list(self.columns),
            "description": self.description,
            "fix": self.fix,
            "expectation": self.expectation,
            "kwargs": dict(self.kwargs),
        }


@dataclass(frozen=True)
class Context:
    """What a check may know alongside the batch.

    Attributes
    ----------
    as_of: day the scores pretend to be made; freshness is measured against it.
    today: nothing may be dated later.
    previous: `ContractReport.evidence` of the last batch; drift is measured against it.
    """

    as_of: date | None = None
    today: date = field(default_factory=date.today)
    previous: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Unique:
    """Which rows of a table speak of the same thing.

    Attributes
    ----------
    key: columns that name the thing. values: what is said of it; rows of one key must agree on them.
    optional: columns in which null is a value; a row that lacks another is not compared.
    vintage: the column of the key that tells an earlier edition of a row from a later one.
    """

    key: tuple[str, ...]
    values: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    vintage: str = ""

    @property
    def thing(self) -> tuple[str, ...]:
        """The key without the vintage."""
        return tuple(name for name in self.key if name != self.vintage)


Measure = Callable[[pl.DataFrame, Context], pl.DataFrame]
Evidence = Callable[[pl.LazyFrame, Context], Mapping[str, Any]]


def no_measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """For contracts whose row rules look at canonical columns only."""
    return frame


def no_evidence(accepted: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """For contracts with no set rules of their own."""
    return {}


@dataclass(frozen=True)
class Contract:
    """What one kind of table must look like.

    Attributes
    ----------
    columns: canonical columns and their types, in order.
    required: columns that must be in the file; the rest are filled with null when absent.
    nullable: required columns that may be empty from top to bottom.
    unique: adds to the cast rows `copy_no` and `versions`, which row rules judge.
    measures: adds the other columns that row rules judge.
    evidence: facts of the accepted rows that set rules judge, one value each; with a vintage the rows say in
        `superseded` whether a later accepted row replaces them.
    """

    name: str
    version: str
    columns: Mapping[str, pl.DataType]
    required: tuple[str, ...]
    row_rules: tuple[Rule, ...]
    set_rules: tuple[Rule, ...]
    unique: Unique | None = None
    measures: Measure = no_measures
    evidence: Evidence = no_evidence
    schema_rules: tuple[Rule, ...] = ()
    nullable: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, by tier."""
        return (*self.schema_rules, *self.row_rules, *self.set_rules)

    @property
    def digest(self) -> str:
        """sha256 of name, version, columns and rules; recorded in every run and model."""
        terms = {
            "name": self.name,
            "version": self.version,
            "columns": {name: str(dtype) for name, dtype in self.columns.items()},
            "required": list(self.required),
            "nullable": list(self.nullable),
            "rules": [rule.to_dict() for rule in self.rules],
        }
        text = json.dumps(terms, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class RuleResult:
    """The verdict on one rule.

    `failing_rows` is 0 for rules about the batch as a whole. `judged` is False where the batch gives
    nothing to judge, for example drift without an earlier batch; such a rule counts as passed.
    """

    rule: str
    tier: Tier
    severity: Severity
    effect: Effect
    passed: bool
    failing_rows: int
    detail: str
    judged: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON-able values."""
        return {
            "rule": self.rule,
            "tier": self.tier,
            "severity": self.severity,
            "effect": self.effect,
            "judged": self.judged,
            "passed": self.passed,
            "failing_rows": self.failing_rows,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class ContractReport:
    """What a contract said of one batch. `rows_in` is always `rows_accepted + rows_quarantined`."""

    contract: str
    version: str
    digest: str
    rows_in: int
    rows_accepted: int
    rows_quarantined: int
    results: tuple[RuleResult, ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def critical_failures(self) -> tuple[RuleResult, ...]:
        """Failed rules that stop the batch; refused rows alone do not."""
        return tuple(r for r in self.results if not r.passed and r.effect == "stops the batch")

    @property
    def warnings(self) -> tuple[RuleResult, ...]:
        """Failed rules that refuse rows or are only reported."""
        return tuple(r for r in self.results if not r.passed and r.effect != "stops the batch")

    @property
    def passed(self) -> bool:
        """Whether the accepted rows may be used."""
        return not self.critical_failures

    @property
    def headline(self) -> str:
        """The first critical failure in words, with the row rule most often broken; empty when passed."""
        if self.passed:
            return ""
        first = self.critical_failures[0]
        refusing = [r for r in self.results if not r.passed and r.effect == "refuses the rows"]
        sentence = f"{first.rule}: {first.detail}"
        if first.tier == 1 or not refusing:
            return sentence
        worst = max(refusing, key=lambda result: result.failing_rows)
        return f"{sentence} Most often {worst.rule}: {worst.detail}"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-able values; equal inputs give equal values (no clock, no paths)."""
        return {
            "contract": self.contract,
            "version": self.version,
            "digest": self.digest,
            "passed": self.passed,
            "rows_in": self.rows_in,
            "rows_accepted": self.rows_accepted,
            "rows_quarantined": self.rows_quarantined,
            "results": [result.to_dict() for result in self.results],
            "evidence": dict(self.evidence),
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> ContractReport:
        """The report that `to_dict` wrote; KeyError, TypeError or ValueError where it is not one."""
        return cls(
            contract=str(found["contract"]),
            version=str(found["version"]),
            digest=str(found["digest"]),
            rows_in=int(found["rows_in"]),
            rows_accepted=int(found["rows_accepted"]),
            rows_quarantined=int(found["rows_quarantined"]),
            results=tuple(RuleResult(**result) for result in found["results"]),
            evidence=dict(found["evidence"]),
        )


STATE = "__state"


def state(column: str) -> str:
    """Name of the state column of a canonical column."""
    return column + STATE
