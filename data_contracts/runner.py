"""Checking a batch: cast, judge each row, set the refused rows apart, judge the rest as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data_contracts.casting import as_text, bytes_as_text, cast_columns
from data_contracts.contract import Context, Contract, ContractReport, RuleResult
from data_contracts.findings import plain, row_result, schema_results, set_results
from data_contracts.judge import Mask, judge, preload
from data_contracts.rules import batch_evidence
from data_contracts.tables import BOOKKEEPING

__all__ = ["Validation", "preload", "validate", "validate_batches"]

Broken = Mapping[str, Mask]


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


@dataclass(frozen=True)
class _Prepared:
    frame: pl.DataFrame
    context: Context
    typed: pl.DataFrame


def validate(contract: Contract, frame: pl.DataFrame, context: Context | None = None) -> Validation:
    """Check `frame` (canonical columns, typed or text, and bookkeeping) against a contract.

    Every row is judged, none is sampled, and each ends either in `accepted` or in `quarantined`.
    A failed critical rule shows in `report.critical_failures`; nothing is raised for bad data.
    """
    return validate_batches(contract, [(frame, context or Context())])[0]


def validate_batches(
    contract: Contract, batches: Sequence[tuple[pl.DataFrame, Context]]
) -> tuple[Validation, ...]:
    """Check several batches, each for itself, with the judge called once for the rows and once for the facts.

    The same as `validate` on each, but the fixed cost of half a second is paid once.
    """
    prepared = [_prepare(contract, frame, context) for frame, context in batches]
    if not prepared:
        return ()
    broken = judge(
        contract.name, pl.concat([_measured(contract, one) for one in prepared]), contract.row_rules
    )
    halves = []
    start = 0
    for one in prepared:
        part = {name: mask[start : start + one.frame.height] for name, mask in broken.items()}
        halves.append(_set_apart(contract, one, part))
        start += one.frame.height
    facts = pl.concat([_facts(contract, half.evidence) for half in halves])
    failed = judge(f"{contract.name} batch", facts, contract.set_rules)
    return tuple(
        half.finish({name: bool(mask[place]) for name, mask in failed.items()})
        for place, half in enumerate(halves)
    )


def _prepare(contract: Contract, frame: pl.DataFrame, context: Context) -> _Prepared:
    frame = bytes_as_text(_with_bookkeeping(frame))
    return _Prepared(frame, context, cast_columns(frame, contract.columns))


def _measured(contract: Contract, one: _Prepared) -> pl.DataFrame:
    """The columns that row rules judge, and no more, since they are many and as long as the batch."""
    judged = sorted({str(rule.kwargs["column"]) for rule in contract.row_rules})
    return contract.measures(one.typed, one.context).select(judged)


def _facts(contract: Contract, evidence: Mapping[str, Any]) -> pl.DataFrame:
    """The numbers that set rules judge, in one row."""
    names = sorted({str(rule.kwargs["column"]) for rule in contract.set_rules})
    return pl.DataFrame({name: [evidence[name]] for name in names}).cast(pl.Float64)


@dataclass(frozen=True)
class _Half:
    """A batch whose rows are judged, waiting for the verdicts on its facts."""

    contract: Contract
    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    evidence: Mapping[str, Any]
    results: tuple[RuleResult, ...]

    def finish(self, failed: Mapping[str, bool]) -> Validation:
        report = ContractReport(
            contract=self.contract.name,
            version=self.contract.version,
            digest=self.contract.digest,
            rows_in=self.accepted.height + self.quarantined.height,
            rows_accepted=self.accepted.height,
            rows_quarantined=self.quarantined.height,
            results=(*self.results, *set_results(self.contract.set_rules, self.evidence, failed)),
            evidence={name: plain(value) for name, value in self.evidence.items() if "_when_" not in name},
        )
        return Validation(report, self.accepted, self.quarantined)


def _set_apart(contract: Contract, one: _Prepared, broken: Broken) -> _Half:
    frame, typed = one.frame, one.typed
    missing = {name for name in contract.required if name not in frame.columns}
    present = [name for name in contract.required if name not in missing]
    # What a column that is not there would hold is for the schema rules to say.
    judged = {rule.name: not missing & {*rule.columns} for rule in contract.row_rules}
    broken = {name: mask & judged[name] for name, mask in broken.items()}
    refused = _refused(contract, broken, frame.height) | bool(missing)
    accepted = typed.filter(~refused).select(*contract.columns, *BOOKKEEPING)
    return _Half(
        contract=contract,
        accepted=accepted,
        quarantined=_quarantine(contract, frame, broken, refused),
        evidence={
            **batch_evidence(contract, typed, present, accepted.height),
            **contract.evidence(accepted, one.context),
        },
        results=(
            *schema_results(contract, frame, typed),
            *(row_result(r, frame, broken[r.name], judged=judged[r.name]) for r in contract.row_rules),
        ),
    )


def _with_bookkeeping(frame: pl.DataFrame) -> pl.DataFrame:
    if not frame.width:
        return pl.DataFrame(schema=BOOKKEEPING)
    if "source_file" not in frame.columns:
        frame = frame.with_columns(source_file=pl.lit("", dtype=pl.String))
    if "source_row" not in frame.columns:
        frame = frame.with_columns(source_row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return frame.with_columns(pl.col(name).cast(dtype, strict=False) for name, dtype in BOOKKEEPING.items())


def _refused(contract: Contract, broken: Broken, rows: int) -> Mask:
    refused = np.zeros(rows, dtype=bool)
    for rule in contract.row_rules:
        if rule.effect == "refuses the rows":
            refused |= broken[rule.name]
    return refused


def _quarantine(contract: Contract, frame: pl.DataFrame, broken: Broken, refused: Mask) -> pl.DataFrame:
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
