"""Contract of a goods list: one row per HS6 code, tier and interval of validity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from data_contracts.contract import Context, Contract, Unique, state
from data_contracts.rules import (
    BATCH_RULES,
    SCHEMA_RULES,
    batch,
    given,
    hs_measures,
    one_of,
    reads,
    six_digits,
    within,
)
from data_contracts.tables import GOODS

TIERS = ("1", "2", "3.A", "3.B", "4.A", "4.B", "single")
REVERSE_CHAPTERS = (27, 71)  # fuels, precious stones and metals: they flow from Russia
MOST_CODES = 1_500
UNIQUE = Unique(key=("hs6", "tier", "family", "valid_from", "valid_to"), optional=("valid_from", "valid_to"))


def measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    measured = frame.with_columns(
        *hs_measures(), days_valid=(pl.col("valid_to") - pl.col("valid_from")).dt.total_days()
    )
    return measured.with_columns(
        reverse_flow=pl.col("hs6_chapter").is_in(REVERSE_CHAPTERS).cast(pl.Int64),
        overlaps=_overlaps(measured),
    )


def _overlaps(frame: pl.DataFrame) -> pl.Series:
    """How many other rows of the same code are valid on a common day; null for copies and unreadable rows."""
    readable = [pl.col(state(c)).ne_missing(0) for c in ("hs6", "valid_from", "valid_to")]
    rows = (
        frame.with_row_index("place")
        .filter(pl.col("copy_no") == 0, pl.col("hs6").is_not_null(), *readable)
        .select(
            "place",
            "hs6",
            start=pl.col("valid_from").fill_null(date.min),
            end=pl.col("valid_to").fill_null(date.max),
        )
    )
    pairs = rows.join(rows, on="hs6", suffix="_other").filter(
        pl.col("place") != pl.col("place_other"),
        pl.col("start") <= pl.col("end_other"),
        pl.col("start_other") <= pl.col("end"),
    )
    counts = pairs.group_by("place").agg(overlaps=pl.len().cast(pl.Int64))
    found = (
        rows.select("place")
        .join(counts, on="place", how="left")
        .with_columns(pl.col("overlaps").fill_null(0))
    )
    every = frame.select(place=pl.int_range(pl.len(), dtype=pl.UInt32))
    return every.join(found, on="place", how="left", maintain_order="left")["overlaps"]


def evidence(lazy: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """Size and validity of the accepted list; null where nothing can be said."""
    accepted = lazy.collect()
    day = context.as_of
    valid = None
    if day is not None and accepted.height:
        valid = accepted.filter(
            (pl.col("valid_from") <= day).fill_null(True), (pl.col("valid_to") >= day).fill_null(True)
        ).height
    return {
        "n_codes": accepted["hs6"].n_unique() if accepted.height else 0,
        "tiers": accepted["tier"].unique().sort().to_list(),
        "n_valid": valid,
        "as_of": day,
    }


ROW_RULES = (
    *six_digits(),
    given("tier", "Give the tier; a list without tiers uses single."),
    one_of(
        "tier_is_known",
        "tier",
        TIERS,
        f"tier is one of {', '.join(TIERS)}",
        "Use a tier of the Common High Priority List, or single for a list without tiers.",
    ),
    given("family", "Give the family; a code that never changed is its own family."),
    reads("valid_from", "valid_from_is_a_date", "valid_from is a date or empty", "Write YYYY-MM-DD."),
    reads("valid_to", "valid_to_is_a_date", "valid_to is a date or empty", "Write YYYY-MM-DD."),
    within(
        "valid_to_is_not_before_valid_from",
        ("valid_to", "valid_from"),
        "days_valid",
        "valid_to is not before valid_from",
        "Swap or correct the two days.",
        least=0,
    ),
    within(
        "flows_toward_russia",
        ("hs6",),
        "reverse_flow",
        "hs6 is of no chapter that flows from Russia (27 fuels, 71 precious stones and metals)",
        "Leave these codes out: they go from Russia and say nothing of diversion; the rows are kept.",
        most=0,
        severity="warning",
    ),
    within(
        "exact_duplicate",
        ("hs6",),
        "copy_no",
        "the row is no copy of an earlier one",
        "Nothing to fix: the first copy is used.",
        most=0,
    ),
    within(
        "one_tier_at_a_time",
        ("hs6",),
        "overlaps",
        "no two rows of one code are valid on a common day",
        "End the earlier row (valid_to) before the later one begins (valid_from).",
        most=0,
    ),
)

SET_RULES = (
    *BATCH_RULES,
    batch(
        "list_is_specific",
        "warning",
        ("hs6",),
        f"the list has at most {MOST_CODES:,} codes",
        "A list of nearly everything measures the economy, not diversion: shorten it.",
        "The list has {n_codes} codes.",
        "n_codes",
        most=MOST_CODES,
    ),
    batch(
        "valid_on_the_day",
        "critical",
        ("valid_from", "valid_to"),
        "at least one code is valid on the day of scoring",
        "Score a later day, or give a list that was valid then.",
        "No code is valid on {as_of}.",
        "n_valid",
        least=1,
    ),
)

CONTRACT = Contract(
    name="goods",
    version="1.0",
    columns=GOODS,
    required=("hs6", "tier", "family"),
    row_rules=ROW_RULES,
    set_rules=SET_RULES,
    unique=UNIQUE,
    measures=measures,
    evidence=evidence,
    schema_rules=SCHEMA_RULES,
)
