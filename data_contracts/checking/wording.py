"""What a check found, in sentences that name the row, the value and how to fix it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from data_contracts.checking.counts import Tally
from data_contracts.contract import Rule, RuleResult


def schema_results(tally: Tally) -> tuple[RuleResult, ...]:
    """Verdicts of tier 1: missing columns, and columns in which nothing reads as its type."""
    contract = tally.contract
    wrong = [
        f"{name} should be {_plain_type(dtype)} but is {tally.samples[name]}"
        for name, dtype in contract.columns.items()
        if tally.reads.get(name) is False
    ]
    found = {
        "columns_present": f"Missing: {', '.join(tally.missing)}. Needed: {', '.join(contract.required)}."
        if tally.missing
        else "",
        "columns_have_their_type": "; ".join(wrong) + "." if wrong else "",
    }
    return tuple(_result(rule, found[rule.name], 0) for rule in contract.schema_rules)


def row_results(tally: Tally) -> tuple[RuleResult, ...]:
    """The verdicts of tier 2, each with the first row that breaks it."""
    return tuple(_row_result(rule, tally) for rule in tally.contract.row_rules)


def _row_result(rule: Rule, tally: Tally) -> RuleResult:
    count = tally.broken.get(rule.name, 0)
    if not count:
        return _result(rule, "", 0, judged=tally.judges(rule))
    sentence = f"{count} of {tally.rows} rows do not keep it: {rule.description}; {tally.first[rule.name]}"
    sentence += f"{tally.words(rule)}."
    return _result(rule, sentence, count)


def set_results(
    rules: Sequence[Rule], evidence: Mapping[str, Any], failed: Mapping[str, bool]
) -> tuple[RuleResult, ...]:
    """Verdicts on the batch as a whole, in words filled from the evidence."""
    return tuple(
        _result(
            rule,
            rule.finding.format(**evidence) if failed[rule.name] else "",
            0,
            judged=evidence[str(rule.kwargs["column"])] is not None,
        )
        for rule in rules
    )


def _result(rule: Rule, finding: str, failing_rows: int, *, judged: bool = True) -> RuleResult:
    holds = f"Holds: {rule.description}." if judged else f"Nothing here to judge: {rule.description}."
    return RuleResult(
        rule=rule.name,
        tier=rule.tier,
        severity=rule.severity,
        effect=rule.effect,
        passed=not finding,
        failing_rows=failing_rows,
        detail=f"{finding} {rule.fix}" if finding else holds,
        judged=judged,
    )


def _plain_type(dtype: pl.DataType) -> str:
    names = {pl.Int64: "a whole number", pl.Date: "a date (YYYY-MM-DD)", pl.Float64: "a number"}
    names |= {pl.String: "text", pl.Boolean: "true or false", pl.Datetime: "a date and time (ISO 8601)"}
    return next((words for kind, words in names.items() if dtype == kind), str(dtype))


def plain(value: Any) -> Any:
    """A fact as a JSON-able value; numbers to twelve digits."""
    if isinstance(value, date):
        return value.isoformat()
    return float(f"{value:.12g}") if isinstance(value, float) else value
