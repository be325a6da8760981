"""Checking a batch: cast, judge each row, set the refused rows apart, judge the rest as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from data_contracts.casting import as_text, cast_columns, state
from data_contracts.contract import Context, Contract, ContractReport, Rule, RuleResult
from data_contracts.judge import Verdict, judge, preload
from data_contracts.rules import batch_evidence
from data_contracts.tables import BOOKKEEPING

__all__ = ["Validation", "preload", "validate"]

Broken = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Validation:
    """A checked batch.

    Attributes
    ----------
    accepted: canonical columns in canonical types, `source_file`, `source_row`; in the order read.
    quarantined: the refused rows as the file had them: canonical columns as text, `source_file`,
        `source_row`, `broke_<rule>` (Boolean) for each row rule, and `reasons` (String).
    """

    report: ContractReport
    accepted: pl.DataFrame
    quarantined: pl.DataFrame


def validate(contract: Contract, frame: pl.DataFrame, context: Context | None = None) -> Validation:
    """Check `frame` (canonical columns, typed or text, and bookkeeping) against a contract.

    Every row is judged, none is sampled, and each ends either in `accepted` or in `quarantined`.
    A failed critical rule shows in `report.critical_failures`; nothing is raised for bad data.
    """
    context = context or Context()
    frame = _with_bookkeeping(frame)
    present = [name for name in contract.required if name in frame.columns]
    typed = cast_columns(frame, contract.columns)
    measured = contract.measures(typed, context)
    verdicts = judge(contract.name, measured, contract.row_rules)
    missing = {name for name in contract.required if name not in present}
    broken = {
        # What a column that is not there would hold is for the schema rules to say.
        rule.name: _mask(Verdict(True) if missing & {*rule.columns} else verdicts[rule.name], frame.height)
        for rule in contract.row_rules
    }
    refused = _refused(contract, broken, frame.height)
    refused |= bool(missing)
    accepted = typed.filter(~refused).select(*contract.columns, *BOOKKEEPING)
    quarantined = _quarantine(contract, frame, broken, refused)
    evidence = {
        **batch_evidence(contract, typed, present, accepted.height),
        **contract.evidence(accepted, context),
    }
    results = (
        *_schema_results(contract, frame, typed, present),
        *(_row_result(rule, frame, broken[rule.name], missing) for rule in contract.row_rules),
        *_set_results(contract, evidence),
    )
    report = ContractReport(
        contract=contract.name,
        version=contract.version,
        digest=contract.digest,
        rows_in=frame.height,
        rows_accepted=accepted.height,
        rows_quarantined=quarantined.height,
        results=results,
        evidence={name: _plain(value) for name, value in evidence.items() if "_when_" not in name},
    )
    return Validation(report, accepted, quarantined)


def _with_bookkeeping(frame: pl.DataFrame) -> pl.DataFrame:
    if not frame.width:
        return pl.DataFrame(schema=BOOKKEEPING)
    if "source_file" not in frame.columns:
        frame = frame.with_columns(source_file=pl.lit("", dtype=pl.String))
    if "source_row" not in frame.columns:
        frame = frame.with_columns(source_row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return frame.with_columns(pl.col(name).cast(dtype, strict=False) for name, dtype in BOOKKEEPING.items())


def _mask(verdict: Verdict, rows: int) -> np.ndarray:
    mask = np.zeros(rows, dtype=bool)
    mask[np.asarray(verdict.positions, dtype=np.int64)] = True
    return mask


def _refused(contract: Contract, broken: Broken, rows: int) -> np.ndarray:
    refused = np.zeros(rows, dtype=bool)
    for rule in contract.row_rules:
        if rule.effect == "refuses the rows":
            refused |= broken[rule.name]
    return refused


def _quarantine(contract: Contract, frame: pl.DataFrame, broken: Broken, refused: np.ndarray) -> pl.DataFrame:
    rows = frame.filter(refused)
    flags = pl.DataFrame(
        {f"broke_{rule.name}": broken[rule.name][refused] for rule in contract.row_rules},
        schema={f"broke_{rule.name}": pl.Boolean for rule in contract.row_rules},
    )
    missing = [name for name in contract.required if name not in frame.columns]
    reasons = [pl.lit(f"columns_present: no column {', '.join(missing)}")] if missing else []
    reasons += [
        pl.when(pl.col(f"broke_{rule.name}")).then(pl.lit(f"{rule.name}: {rule.mend}"))
        for rule in contract.row_rules
    ]
    return as_text(rows, contract.columns).with_columns(
        *(rows[name] for name in BOOKKEEPING),
        *flags,
        flags.select(reasons=pl.concat_str(reasons, separator=" | ", ignore_nulls=True))["reasons"],
    )


def _schema_results(
    contract: Contract, frame: pl.DataFrame, typed: pl.DataFrame, present: list[str]
) -> tuple[RuleResult, ...]:
    missing = [name for name in contract.required if name not in present]
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


def _row_result(rule: Rule, frame: pl.DataFrame, broken: np.ndarray, missing: set[str]) -> RuleResult:
    count = int(broken.sum())
    if not count:
        return _result(rule, "", 0, judged=not missing & {*rule.columns})
    place = int(broken.argmax())
    column = rule.columns[0]
    value = _show(frame[column][place]) if column in frame.columns else "nothing"
    where = f"{frame['source_file'][place] or 'the table'}, row {frame['source_row'][place]}"
    sentence = (
        f"{count} of {frame.height} rows do not keep it: {rule.description}; "
        f"first at {where}, where {column} is {value}."
    )
    return _result(rule, sentence, count)


def _set_results(contract: Contract, evidence: Mapping[str, Any]) -> tuple[RuleResult, ...]:
    row = pl.DataFrame(
        {str(rule.kwargs["column"]): [evidence[str(rule.kwargs["column"])]] for rule in contract.set_rules}
    ).cast(pl.Float64)
    verdicts = judge(f"{contract.name} batch", row, contract.set_rules)
    results = []
    for rule in contract.set_rules:
        judged = evidence[str(rule.kwargs["column"])] is not None
        passed = verdicts[rule.name].passed
        results.append(_result(rule, "" if passed else rule.finding.format(**evidence), 0, judged=judged))
    return tuple(results)


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


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(f"{value:.12g}") if isinstance(value, float) else value
