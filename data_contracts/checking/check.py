"""Checking a batch: cast, judge each row, set the refused rows apart, judge the rest as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data_contracts.checking.casting import as_text, bytes_as_text, cast_columns
from data_contracts.checking.counts import Tally
from data_contracts.checking.duplicates import superseded, with_copies
from data_contracts.checking.evidence import batch_evidence
from data_contracts.checking.judge import preload
from data_contracts.checking.judged_values import Mask, Verdicts
from data_contracts.checking.wording import plain, row_results, schema_results, set_results
from data_contracts.contract import Context, Contract, ContractReport, Rule
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
class Prepared:
    """Rows with their bookkeeping, as read (`frame`) and after the cast (`typed`, with states)."""

    frame: pl.DataFrame
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
    if not batches:
        return ()
    prepared = [(prepare(contract, frame), context) for frame, context in batches]
    every = pl.concat([_measured(contract, one, context) for one, context in prepared])
    broken = Verdicts(contract.name, contract.row_rules).broken(every)
    halves = []
    start = 0
    for one, context in prepared:
        part = {name: mask[start : start + one.frame.height] for name, mask in broken.items()}
        halves.append(_set_apart(contract, one, context, part))
        start += one.frame.height
    return tuple(
        Validation(report, half.accepted, half.quarantined)
        for report, half in zip(
            reports(contract, [(h.tally, h.evidence) for h in halves]), halves, strict=True
        )
    )


def prepare(contract: Contract, frame: pl.DataFrame) -> Prepared:
    """Add the bookkeeping columns where they lack, and cast."""
    frame = bytes_as_text(_with_bookkeeping(frame))
    return Prepared(frame, cast_columns(frame, contract.columns))


def judged_columns(rules: Sequence[Rule]) -> list[str]:
    """The columns that rules judge, and no more, since they are many and as long as the batch."""
    return sorted({str(rule.kwargs["column"]) for rule in rules})


def _measured(contract: Contract, one: Prepared, context: Context) -> pl.DataFrame:
    typed = with_copies(one.typed, contract.unique) if contract.unique else one.typed
    return contract.measures(typed, context).select(judged_columns(contract.row_rules))


@dataclass(frozen=True)
class _Half:
    """A batch whose rows are judged, waiting for the verdicts on its facts."""

    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    tally: Tally
    evidence: Mapping[str, Any]


def _set_apart(contract: Contract, one: Prepared, context: Context, broken: Broken) -> _Half:
    tally = Tally(contract)
    tally.see(one.frame, one.typed)
    broken = {rule.name: broken[rule.name] & tally.judges(rule) for rule in contract.row_rules}
    for rule in contract.row_rules:
        tally.count(rule, one.frame, broken[rule.name])
    refused = refused_rows(contract, broken, one.frame.height) | bool(tally.missing)
    rows = one.typed.filter(~refused)
    accepted = rows.select(*contract.columns, *BOOKKEEPING)
    known = accepted
    if contract.unique and contract.unique.vintage:
        known = accepted.with_columns(superseded(accepted, contract.unique))
    evidence = facts(tally, accepted.height, known.lazy(), context)
    flagged = with_flags(contract, one.frame.filter(refused), broken, refused)
    return _Half(accepted, flagged.with_columns(reasons(contract, tally.missing)), tally, evidence)


def facts(tally: Tally, accepted: int, known: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """What set rules judge: the shared facts and the contract's own; `known` holds the accepted rows."""
    return {**batch_evidence(tally, accepted), **tally.contract.evidence(known, context)}


def reports(
    contract: Contract, found: Sequence[tuple[Tally, Mapping[str, Any]]]
) -> tuple[ContractReport, ...]:
    """The report of each batch, the judge called once for all their facts."""
    names = judged_columns(contract.set_rules)
    numbers = [pl.DataFrame({name: [evidence[name]] for name in names}) for _, evidence in found]
    failed = Verdicts(f"{contract.name} batch", contract.set_rules).broken(
        pl.concat([one.cast(pl.Float64) for one in numbers])
    )
    return tuple(
        _report(contract, tally, evidence, {name: bool(mask[place]) for name, mask in failed.items()})
        for place, (tally, evidence) in enumerate(found)
    )


def _report(
    contract: Contract, tally: Tally, evidence: Mapping[str, Any], failed: Mapping[str, bool]
) -> ContractReport:
    return ContractReport(
        contract=contract.name,
        version=contract.version,
        digest=contract.digest,
        rows_in=tally.rows,
        rows_accepted=evidence["rows_accepted"],
        rows_quarantined=evidence["rows_quarantined"],
        results=(
            *schema_results(tally),
            *row_results(tally),
            *set_results(contract.set_rules, evidence, failed),
        ),
        evidence={name: plain(value) for name, value in evidence.items() if "_when_" not in name},
    )


def _with_bookkeeping(frame: pl.DataFrame) -> pl.DataFrame:
    if not frame.width:
        return pl.DataFrame(schema=BOOKKEEPING)
    if "source_file" not in frame.columns:
        frame = frame.with_columns(source_file=pl.lit("", dtype=pl.String))
    if "source_row" not in frame.columns:
        frame = frame.with_columns(source_row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return frame.with_columns(pl.col(name).cast(dtype, strict=False) for name, dtype in BOOKKEEPING.items())


def refused_rows(contract: Contract, broken: Broken, rows: int) -> Mask:
    """Rows that break a rule which refuses them; a rule that is not in `broken` refuses none."""
    refused = np.zeros(rows, dtype=bool)
    for rule in contract.row_rules:
        if rule.effect == "refuses the rows" and rule.name in broken:
            refused |= broken[rule.name]
    return refused


def with_flags(contract: Contract, rows: pl.DataFrame, broken: Broken, refused: Mask) -> pl.DataFrame:
    """Refused rows as the file had them, with a flag for each row rule, False where it is not in `broken`."""
    flags = {
        f"broke_{rule.name}": broken[rule.name][refused]
        if rule.name in broken
        else np.zeros(rows.height, bool)
        for rule in contract.row_rules
    }
    return as_text(rows, contract.columns).with_columns(
        *(rows[name] for name in BOOKKEEPING),
        *(pl.Series(name, mask, dtype=pl.Boolean) for name, mask in flags.items()),
    )


def reasons(contract: Contract, missing: Sequence[str]) -> pl.Expr:
    """In words why a row was refused, from its flags."""
    said = [pl.lit(f"columns_present: no column {', '.join(missing)}")] if missing else []
    said += [
        pl.when(pl.col(f"broke_{rule.name}")).then(pl.lit(f"{rule.name}: {rule.fix}"))
        for rule in contract.row_rules
    ]
    return pl.concat_str(said, separator=" | ", ignore_nulls=True).alias("reasons")
