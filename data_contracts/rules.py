"""The rules that every contract shares, and short ways to state the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from data_contracts.casting import state
from data_contracts.contract import Rule, Severity

MOSTLY_REFUSED = 0.5
SOME_REFUSED = 0.05

SCHEMA_RULES: tuple[Rule, ...] = (
    Rule(
        "columns_present",
        1,
        "critical",
        (),
        "every required column is there",
        "Name the columns as listed, or say which format the file has.",
        "polars",
    ),
    Rule(
        "columns_have_their_type",
        1,
        "critical",
        (),
        "no column consists of values of another type only",
        "Check that the column holds what its name says.",
        "polars",
    ),
)


def given(column: str, mend: str) -> Rule:
    """The column says something in every row."""
    return Rule(
        f"{column}_is_given",
        2,
        "critical",
        (column,),
        f"{column} is not empty",
        mend,
        "expect_column_values_to_not_be_null",
        {"column": state(column)},
    )


def reads(column: str, name: str, description: str, mend: str) -> Rule:
    """What the column says is of its canonical type."""
    return within(name, (column,), state(column), description, mend, least=1, most=1)


def within(
    name: str,
    columns: Sequence[str],
    measure: str,
    description: str,
    mend: str,
    *,
    least: float | None = None,
    most: float | None = None,
    severity: Severity = "critical",
) -> Rule:
    """The measure lies between two bounds; null is left to other rules."""
    kwargs = {"column": measure, "min_value": least, "max_value": most}
    return Rule(
        name,
        2,
        severity,
        tuple(columns),
        description,
        mend,
        "expect_column_values_to_be_between",
        {key: value for key, value in kwargs.items() if value is not None},
    )


def one_of(
    name: str, column: str, allowed: Iterable[Any], description: str, mend: str, *, measure: str = ""
) -> Rule:
    """The column holds one of the allowed values; null is left to other rules."""
    return Rule(
        name,
        2,
        "critical",
        (column,),
        description,
        mend,
        "expect_column_values_to_be_in_set",
        {"column": measure or column, "value_set": list(allowed)},
    )


def batch(
    name: str,
    severity: Severity,
    columns: Sequence[str],
    description: str,
    mend: str,
    finding: str,
    evidence: str,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Rule:
    """One number of the evidence lies between two bounds; null means not applicable."""
    kwargs = {"column": evidence, "min_value": least, "max_value": most}
    return Rule(
        name,
        3,
        severity,
        tuple(columns),
        description,
        mend,
        "expect_column_values_to_be_between",
        {key: value for key, value in kwargs.items() if value is not None},
        finding,
    )


BATCH_RULES: tuple[Rule, ...] = (
    batch(
        "has_rows",
        "critical",
        (),
        "the batch has at least one row",
        "Check that the file is the right one and complete.",
        "There are no rows.",
        "rows_in",
        least=1,
    ),
    batch(
        "required_columns_filled",
        "critical",
        (),
        "no required column is empty from top to bottom",
        "Fill the column, or check that the reader matches the format.",
        "Nothing at all in: {empty_columns}.",
        "empty_required_columns",
        most=0,
    ),
    batch(
        "some_rows_accepted",
        "critical",
        (),
        "at least one row keeps every row rule",
        "Mend the rules that refused rows first.",
        "All {rows_in} rows were refused.",
        "accepted_when_filled",
        least=1,
    ),
    batch(
        "mostly_accepted",
        "critical",
        (),
        "no more than half of the rows are refused",
        "Mend the file: a batch of which most is wrong is not trusted for the rest.",
        "{rows_quarantined} of {rows_in} rows ({refused_share:.1%}) were refused.",
        "refused_share_when_accepted",
        most=MOSTLY_REFUSED,
    ),
    batch(
        "few_refused",
        "warning",
        (),
        "no more than one row in twenty is refused",
        "Look at the quarantine; what is missing may bias the result.",
        "{rows_quarantined} of {rows_in} rows ({refused_share:.1%}) were refused.",
        "refused_share_when_mostly_accepted",
        most=SOME_REFUSED,
    ),
)


def batch_evidence(
    typed: pl.DataFrame, required: Sequence[str], present: Sequence[str], accepted: int
) -> Mapping[str, Any]:
    """Facts that the shared batch rules judge.

    Each is null where a more basic rule has already said what is wrong, so that one fault gives one
    finding: nothing is said of refusals in an empty batch or one with an empty column.
    """
    rows = typed.height
    empty = [c for c in required if c in present and rows and typed[state(c)].is_null().all()]
    share = (rows - accepted) / rows if rows else None
    filled = rows > 0 and not empty and len(present) == len(required)
    mostly = share if filled and accepted else None
    return {
        "rows_in": rows,
        "rows_accepted": accepted,
        "rows_quarantined": rows - accepted,
        "refused_share": share,
        "empty_required_columns": len(empty),
        "empty_columns": ", ".join(empty),
        "accepted_when_filled": accepted if filled else None,
        "refused_share_when_accepted": mostly,
        "refused_share_when_mostly_accepted": (
            mostly if mostly is not None and mostly <= MOSTLY_REFUSED else None
        ),
    }


def duplicates(frame: pl.DataFrame, key: Sequence[str], values: Sequence[str]) -> pl.DataFrame:
    """Adds `copy_no` (0 for the first row of equal key and values) and `versions` (different values of a key).

    Null counts as a value. Rows with a value that does not parse get null: what they are is not known.
    Only rows that share their key are looked at closely.
    """
    readable = pl.all_horizontal(pl.col(state(c)).ne_missing(0) for c in (*key, *values))
    place = frame.select(
        readable=readable, shared=pl.struct(key).is_duplicated(), place=pl.int_range(pl.len())
    )
    shared = place.filter(pl.col("readable") & pl.col("shared"))["place"]
    close = (
        frame[shared]
        .select(
            place=shared,
            copy_no=pl.int_range(pl.len()).over(*key, *values),
            versions=pl.struct(values).n_unique().over(key) if values else pl.lit(1),
        )
        .cast({"copy_no": pl.Int64, "versions": pl.Int64})
    )
    found = place.join(close, on="place", how="left", maintain_order="left")
    alone = pl.col("readable") & ~pl.col("shared")
    return frame.with_columns(
        found.select(
            copy_no=pl.when(alone).then(0).otherwise(pl.col("copy_no")),
            versions=pl.when(alone).then(1).otherwise(pl.col("versions")),
        )
    )
