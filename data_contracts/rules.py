"""The rules that every contract shares, and short ways to state the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import polars as pl

from data_contracts.codes.countries import country_codes
from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.contract import Rule, Severity, state

CHAPTERS = tuple(chapter for chapter in range(1, 98) if chapter != 77)
MOSTLY_REFUSED = 0.5
SOME_REFUSED = 0.05

# The fix of whatever is wrong with a table this project makes itself.
PROGRAM_FAULT = "This is a fault of the program; please report it with the contracts file of the run."

CAN_BE_TRANSIT = f"country is none of {', '.join(sorted(NEVER_SCORED))}, which are never scored"

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


def given(column: str, fix: str) -> Rule:
    """The column says something in every row."""
    return Rule(
        f"{column}_is_given",
        2,
        "critical",
        (column,),
        f"{column} is not empty",
        fix,
        "expect_column_values_to_not_be_null",
        {"column": state(column)},
    )


def reads(column: str, name: str, description: str, fix: str) -> Rule:
    """What the column says is of its canonical type."""
    return within(name, (column,), state(column), description, fix, least=1, most=1)


def _bounds(column: str, least: float | None, most: float | None) -> dict[str, Any]:
    given = {"column": column, "min_value": least, "max_value": most}
    return {key: value for key, value in given.items() if value is not None}


def within(
    name: str,
    columns: Sequence[str],
    measure: str,
    description: str,
    fix: str,
    *,
    least: float | None = None,
    most: float | None = None,
    severity: Severity = "critical",
) -> Rule:
    """The measure lies between two bounds; null is left to other rules."""
    return Rule(
        name,
        2,
        severity,
        tuple(columns),
        description,
        fix,
        "expect_column_values_to_be_between",
        _bounds(measure, least, most),
    )


def one_of(
    name: str, column: str, allowed: Iterable[Any], description: str, fix: str, *, measure: str = ""
) -> Rule:
    """The column holds one of the allowed values; null is left to other rules."""
    return Rule(
        name,
        2,
        "critical",
        (column,),
        description,
        fix,
        "expect_column_values_to_be_in_set",
        {"column": measure or column, "value_set": list(allowed)},
    )


def a_country(column: str, fix: str) -> tuple[Rule, Rule]:
    """The column is given and holds the code of one country."""
    return given(column, fix), one_of(
        f"{column}_is_a_country",
        column,
        country_codes(),
        f"{column} is a known ISO 3166 alpha-3 country code",
        "Use the ISO 3166 alpha-3 code of one country, for example KGZ.",
    )


def can_be_transit() -> pl.Expr:
    """1 where `country` may be scored as a transit country, 0 where it never is (`NEVER_SCORED`)."""
    return pl.col("country").is_in(sorted(NEVER_SCORED)).not_().cast(pl.Int64)


def six_digits(column: str = "hs6") -> tuple[Rule, Rule, Rule]:
    """The column is given and holds six digits of an existing chapter; needs `hs_measures`."""
    return (
        given(column, "Give the six-digit product code; leave totals out."),
        within(
            f"{column}_is_six_digits",
            (column,),
            f"{column}_digits",
            f"{column} is six digits",
            "A five-digit code has probably lost its leading zero in a spreadsheet: store codes as text; "
            "shorten longer national codes to six digits.",
            least=6,
            most=6,
        ),
        one_of(
            f"{column}_chapter_exists",
            column,
            CHAPTERS,
            f"the first two digits of {column} are a chapter of the Harmonized System (01 to 97, not 77)",
            "Leave confidential and special codes (77, 98, 99) out: they are not products.",
            measure=f"{column}_chapter",
        ),
    )


def hs_measures(column: str = "hs6") -> tuple[pl.Expr, pl.Expr]:
    """`<column>_digits`, 0 where something else than digits occurs, and `<column>_chapter` of six digits."""
    code = pl.col(column)
    digits = code.str.contains(r"^[0-9]+$")
    length = pl.when(digits).then(code.str.len_chars()).when(~digits).then(0)
    chapter = pl.when(digits & (code.str.len_chars() == 6)).then(code.str.slice(0, 2))
    return (
        length.cast(pl.Int64).alias(f"{column}_digits"),
        chapter.cast(pl.Int64, strict=False).alias(f"{column}_chapter"),
    )


def batch(
    name: str,
    severity: Severity,
    columns: Sequence[str],
    description: str,
    fix: str,
    finding: str,
    evidence: str,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Rule:
    """One number of the evidence lies between two bounds; null means not applicable."""
    return Rule(
        name,
        3,
        severity,
        tuple(columns),
        description,
        fix,
        "expect_column_values_to_be_between",
        _bounds(evidence, least, most),
        finding,
    )


SIZE_LIKE_LAST_BATCH = batch(
    "size_like_last_batch",
    "warning",
    (),
    "the number of rows is between half and twice that of the last batch",
    "Check that no file is missing or given twice.",
    "{rows_accepted} rows, {rows_to_previous:.2f} times the last batch.",
    "rows_to_previous",
    least=0.5,
    most=2,
)

_FILLED: tuple[Rule, ...] = (
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
)

BATCH_RULES: tuple[Rule, ...] = (
    *_FILLED,
    batch(
        "some_rows_accepted",
        "critical",
        (),
        "at least one row keeps every row rule",
        "Fix the rules that refused rows first.",
        "All {rows_in} rows were refused.",
        "accepted_when_filled",
        least=1,
    ),
    batch(
        "mostly_accepted",
        "critical",
        (),
        "no more than half of the rows are refused",
        "Fix the file: a batch of which most is wrong is not trusted for the rest.",
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

# For tables this project makes itself: a refused row is a fault of the program, not of the data.
OWN_BATCH_RULES: tuple[Rule, ...] = (
    *_FILLED,
    batch(
        "every_row_accepted",
        "critical",
        (),
        "no row is refused",
        PROGRAM_FAULT,
        "{rows_quarantined} of {rows_in} rows were refused.",
        "refused_when_filled",
        most=0,
    ),
)


def days_between(earlier: Any, later: date | None) -> int | None:
    """Days from one day to another; null where either is not known.

    >>> days_between(date(2023, 1, 1), date(2023, 1, 31)), days_between(None, date(2023, 1, 31))
    (30, None)
    """
    return (later - earlier).days if isinstance(earlier, date) and later is not None else None
