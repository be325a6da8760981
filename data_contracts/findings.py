"""What a check found, in sentences that name the row, the value and the mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from data_contracts.casting import state
from data_contracts.contract import Contract, Rule, RuleResult
from data_contracts.judge import Mask


def schema_results(contract: Contract, frame: pl.DataFrame, typed: pl.DataFrame) -> tuple[RuleResult, ...]:
    """Verdicts of tier 1: missing columns, and columns in which nothing reads as its type."""
    missing = [name for name in contract.required if name not in frame.columns]
    wrong = []
    for name, dtype in contract.columns.items():
        said = typed[state(name)].drop_nulls()
        if len(said) and said.max() == 0:
            value = _show(frame[name].drop_nulls()[0])
            wrong.append(f"{name} should be {_plain_type(dtype)} but is {frame.schema[name]} such as {value}")
    found = {
        "columns_present": f"Missing: {', '.join(missing)}. Needed: {', '.join(contract.required)}."
        if missing
        else "",
        "columns_have_their_type": "; ".join(wrong) + "." if wrong else "",
    }
    return tuple(_result(rule, found[rule.name], 0) for rule in contract.schema_rules)


def row_result(rule: Rule, frame: pl.DataFrame, broken: Mask, *, judged: bool) -> RuleResult:
    """The verdict on a row rule, with the first row that breaks it."""
    count = int(broken.sum())
    if not count:
        return _result(rule, "", 0, judged=judged)
    place = int(broken.argmax())
    column = rule.columns[0]
    value = _show(frame[column][place]) if column in frame.columns else "nothing"
    where = f"{frame['source_file'][place] or 'the table'}, row {frame['source_row'][place]}"
    sentence = (
        f"{count} of {frame.height} rows do not keep it: {rule.description}; "
        f"first at {where}, where {column} is {value}."
    )
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
        detail=f"{finding} {rule.mend}" if finding else holds,
        judged=judged,
    )


def _show(value: object) -> str:
    """A value for a sentence: quoted, on one line, short."""
    if value is None:
        return "empty"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _plain_type(dtype: pl.DataType) -> str:
    names = {pl.Int64: "a whole number", pl.Date: "a date (YYYY-MM-DD)", pl.Float64: "a number"}
    names |= {pl.String: "text", pl.Boolean: "true or false", pl.Datetime: "a date and time (ISO 8601)"}
    return next((words for kind, words in names.items() if dtype == kind), str(dtype))


def plain(value: Any) -> Any:
    """A fact as a JSON-able value; numbers to twelve digits."""
    if isinstance(value, date):
        return value.isoformat()
    return float(f"{value:.12g}") if isinstance(value, float) else value
