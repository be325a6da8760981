"""Reading and checking the inputs: every row ends as accepted, quarantined, or dropped under a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from riskmodel.errors import ContractFailed
from riskmodel.sources.batch import Batch, InputFile


@dataclass(frozen=True)
class Intake:
    """One checked input.

    Attributes
    ----------
    accepted: canonical rows with bookkeeping. quarantined: refused rows with one Boolean per rule.
    report: `ContractReport.to_dict()`. failures: its critical failures in words; headline: the first.
    """

    kind: str
    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    report: dict[str, Any]
    files: tuple[InputFile, ...]
    rows_read: int
    dropped: Mapping[str, int]
    ignored_columns: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    headline: str = ""

    @property
    def rows_accepted(self) -> int:
        """Number of accepted rows."""
        return self.accepted.height

    def lazy(self) -> pl.LazyFrame:
        """The accepted rows as a query, for work that must not hold them all."""
        return self.accepted.lazy()

    def counts(self) -> dict[str, Any]:
        """Rows of this input by what became of them."""
        return {
            "read": self.rows_read,
            "accepted": self.rows_accepted,
            "quarantined": self.quarantined.height,
            "dropped": dict(sorted(self.dropped.items())),
        }


def take_in(batch: Batch, as_of: date | None) -> Intake:
    """Check a batch against the contract of its kind; a failed critical rule is kept in `failures`."""
    from data_contracts.contract import Context
    from data_contracts.registry import CONTRACTS
    from data_contracts.runner import validate

    checked = validate(CONTRACTS[batch.kind], batch.frame, Context(as_of=as_of))
    return Intake(
        kind=batch.kind,
        accepted=checked.accepted,
        quarantined=checked.quarantined,
        report=checked.report.to_dict(),
        files=batch.files,
        rows_read=batch.rows_read,
        dropped=batch.dropped,
        ignored_columns=batch.ignored_columns,
        failures=tuple(f"{result.rule}: {result.detail}" for result in checked.report.critical_failures),
        headline=checked.report.headline,
    )


def refuse_failures(intakes: Sequence[Intake], kept_in: Path | None = None) -> None:
    """Raise ContractFailed with one sentence when any input failed a critical rule."""
    failed = [intake for intake in intakes if intake.failures]
    if not failed:
        return
    first = failed[0]
    names = ", ".join(file.name for file in first.files if not file.reader.startswith("skipped"))
    more = sum(len(intake.failures) for intake in failed) - 1
    others = f" ({more} more critical failures.)" if more else ""
    place = f" All verdicts and refused rows are in {kept_in}." if kept_in else ""
    raise ContractFailed(
        f"{names} fails the {first.kind} contract, nothing was scored: {first.headline}{others}{place}"
    )
