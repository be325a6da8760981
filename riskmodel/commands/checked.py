"""`riskmodel.validate`: what the command of this name prints, as values and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from data_contracts.contract import Contract
from data_contracts.registry import CONTRACTS

if TYPE_CHECKING:
    from riskmodel.sources.checked import Intake

RULES = {
    "rule": pl.String(),
    "verdict": pl.String(),
    "rows": pl.Int64(),
    "must_hold": pl.String(),
    "detail": pl.String(),
}
REFUSED = {
    "source_file": pl.String(),
    "source_row": pl.Int64(),
    "rule": pl.String(),
    "column": pl.String(),
    "value": pl.String(),
    "must_hold": pl.String(),
}


@dataclass(frozen=True)
class Checked:
    """What a contract says of input files.

    Attributes
    ----------
    kind: the contract. usable: whether `score` would take the files. verdict: that in one sentence.
    rows_read, rows_accepted, rows_refused: counts of rows; what the reader drops is in neither of the last
        two. dropped: reason to rows that the reader left out. ignored_columns: columns that are not used.
    rules: `RULES`, one row for each rule that does not hold; rows is null where it is about the whole table.
    refused: `REFUSED`, one row for each refused row and rule that it breaks, in the order of the files;
        value is the cell as the file has it, null where it is empty.
    """

    kind: str
    usable: bool
    verdict: str
    rows_read: int
    rows_accepted: int
    rows_refused: int
    dropped: dict[str, int]
    ignored_columns: tuple[str, ...]
    rules: pl.DataFrame
    refused: pl.DataFrame


def checked(intake: Intake, verdict: str) -> Checked:
    """The result of a check as tables."""
    contract = CONTRACTS[intake.kind]
    words = {rule.name: rule.description for rule in contract.rules}
    broken = [
        (one.rule, one.effect, one.failing_rows or None, words[one.rule], one.detail)
        for one in intake.report.results
        if not one.passed
    ]
    return Checked(
        kind=intake.kind,
        usable=not intake.failures,
        verdict=verdict,
        rows_read=intake.rows_read,
        rows_accepted=intake.rows_accepted,
        rows_refused=intake.rows_quarantined,
        dropped=dict(intake.dropped),
        ignored_columns=tuple(intake.ignored_columns),
        rules=pl.DataFrame(broken, schema=RULES, orient="row"),
        refused=_refused(contract, intake),
    )


def _refused(contract: Contract, intake: Intake) -> pl.DataFrame:
    if not intake.rows_quarantined:
        return pl.DataFrame(schema=REFUSED)
    rows = intake.quarantined.collect()
    parts = [
        rows.filter(pl.col(f"broke_{rule.name}")).select(
            "source_file",
            pl.col("source_row").cast(pl.Int64),
            pl.lit(rule.name).alias("rule"),
            pl.lit(rule.columns[0]).alias("column"),
            pl.col(rule.columns[0]).cast(pl.String).alias("value"),
            pl.lit(rule.description).alias("must_hold"),
        )
        for rule in contract.row_rules
    ]
    return pl.concat(parts).sort("source_file", "source_row", "rule")
