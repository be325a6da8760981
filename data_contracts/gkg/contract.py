"""Contract of the canonical GDELT knowledge-graph table: one row per record and country it names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from data_contracts.contract import Context, Contract, Unique
from data_contracts.rules import (
    BATCH_RULES,
    SCHEMA_RULES,
    SIZE_LIKE_LAST_BATCH,
    a_country,
    batch,
    days_between,
    given,
    reads,
    within,
)
from data_contracts.tables import GKG

FIRST_YEAR = 2013
MOST_LOCATIONS = 10_000
STRONGEST_TONE = 100
UNIQUE = Unique(key=("record_id", "country"), values=("published_at", "source", "n_locations", "near_russia"))


def measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    return frame.with_columns(
        days_ahead=(pl.col("published_at").dt.date() - pl.lit(context.today)).dt.total_days(),
        published_year=pl.col("published_at").dt.year().cast(pl.Int64),
        tone_finite=pl.col("tone").is_finite().cast(pl.Int64),
        tone_strength=pl.when(pl.col("tone").is_finite()).then(pl.col("tone").abs()),
        url_reads=pl.col("url").str.contains(r"^(?i)https?://[^\s]+$").cast(pl.Int64),
    )


def evidence(lazy: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """Dates, sources and size of the accepted rows; null where nothing can be said."""
    accepted = lazy.select("published_at", "record_id", "source", "country").collect(engine="streaming")
    rows = accepted.height
    days = accepted["published_at"].dt.date()
    oldest, newest = days.min(), days.max()
    span = days_between(oldest, newest) if isinstance(newest, date) else None
    silent = span + 1 - days.n_unique() if span is not None else None
    records = accepted.select("record_id", "source").unique()
    loudest = (
        records.group_by("source")
        .len("records")
        .sort("records", "source", descending=[True, False])
        .head(1)
        .rows()
    )
    loud, count = loudest[0] if loudest else ("", 0)
    before = ((context.previous or {}) if rows else {}).get("rows_accepted")
    return {
        "oldest": oldest,
        "newest": newest,
        "days_old": days_between(newest, context.as_of),
        "silent_days": silent,
        "silent_share": silent / (span + 1) if silent is not None and span is not None else None,
        "n_records": records.height,
        "n_sources": records["source"].n_unique() if rows else 0,
        "n_countries": accepted["country"].n_unique() if rows else 0,
        "loudest_source": loud,
        "loudest_share": count / records.height if records.height else None,
        "rows_to_previous": rows / before if before else None,
    }


ROW_RULES = (
    given("record_id", "Keep the GKGRECORDID of the record."),
    given("published_at", "Keep the DATE of the record."),
    reads(
        "published_at",
        "published_at_is_a_time",
        "published_at is a date or a date and time (ISO 8601)",
        "Write YYYY-MM-DDTHH:MM:SSZ; a raw file has fourteen digits and needs its reader.",
    ),
    within(
        "published_at_is_not_in_the_future",
        ("published_at",),
        "days_ahead",
        "published_at is no later than tomorrow (time zones differ)",
        "Correct the date.",
        most=1,
    ),
    within(
        "published_at_is_not_ancient",
        ("published_at",),
        "published_year",
        f"published_at is not before {FIRST_YEAR}, when the knowledge graph begins",
        "Correct the date.",
        least=FIRST_YEAR,
    ),
    given("source", "Keep the SourceCommonName of the record."),
    within(
        "url_is_a_web_address",
        ("url",),
        "url_reads",
        "url starts with http:// or https://, or is empty",
        "Nothing to fix for citations of broadcasts; the rows are kept, the report shows no link.",
        least=1,
        severity="warning",
    ),
    *a_country("country", "Say which country the record names; its codes are FIPS 10-4, not ISO."),
    given("n_locations", "Say how many places in the country the record names."),
    reads("n_locations", "n_locations_is_whole_number", "n_locations is a whole number", "Write a count."),
    within(
        "n_locations_is_positive",
        ("n_locations",),
        "n_locations",
        "n_locations is at least 1",
        "Leave countries out that the record does not name.",
        least=1,
    ),
    within(
        "n_locations_is_plausible",
        ("n_locations",),
        "n_locations",
        f"n_locations is at most {MOST_LOCATIONS:,}",
        "Check whether offsets were taken for counts.",
        most=MOST_LOCATIONS,
    ),
    given("near_russia", "Say whether Russia is named close to the country: true or false."),
    reads(
        "near_russia", "near_russia_is_true_or_false", "near_russia is true or false", "Write true or false."
    ),
    reads("tone", "tone_is_a_number", "tone is a number or empty", "Keep the first number of V1.5TONE."),
    within(
        "tone_is_finite",
        ("tone",),
        "tone_finite",
        "tone is a finite number or empty",
        "Leave the cell empty where the tone is not known.",
        least=1,
    ),
    within(
        "tone_is_within_its_scale",
        ("tone",),
        "tone_strength",
        f"tone lies between -{STRONGEST_TONE} and {STRONGEST_TONE}",
        "Keep the first number of V1.5TONE; the others are shares and counts.",
        most=STRONGEST_TONE,
    ),
    within(
        "exact_duplicate",
        ("record_id",),
        "copy_no",
        "the row is no copy of an earlier one (same record, country, date, source and counts)",
        "Nothing to fix: the first copy is used; check whether a file was given twice.",
        most=0,
    ),
    within(
        "conflicting_duplicate",
        ("record_id",),
        "versions",
        "rows of one record and country agree on date, source and counts",
        "Keep one row for each record and country.",
        most=1,
    ),
)

SET_RULES = (
    *BATCH_RULES,
    batch(
        "records_are_fresh",
        "warning",
        ("published_at",),
        "the newest record is at most 60 days older than the day of scoring",
        "Add newer files; old records fade from the rates.",
        "The newest record, of {newest}, is {days_old} days older than the day of scoring.",
        "days_old",
        most=60,
    ),
    batch(
        "few_silent_days",
        "warning",
        ("published_at",),
        "at most one day in ten between the oldest and the newest record has none",
        "Look for missing files: a day without records is not a day without news.",
        "{silent_days} days between {oldest} and {newest} have no record ({silent_share:.1%}).",
        "silent_share",
        most=0.1,
    ),
    batch(
        "no_source_dominates",
        "warning",
        ("source",),
        "no source has more than half of the records",
        "Check that the extract was not filtered to one site.",
        "{loudest_source} has {loudest_share:.1%} of the {n_records} records.",
        "loudest_share",
        most=0.5,
    ),
    SIZE_LIKE_LAST_BATCH,
)

CONTRACT = Contract(
    name="gkg",
    version="1.0",
    columns=GKG,
    required=("record_id", "published_at", "source", "country", "n_locations", "near_russia"),
    row_rules=ROW_RULES,
    set_rules=SET_RULES,
    unique=UNIQUE,
    measures=measures,
    evidence=evidence,
    schema_rules=SCHEMA_RULES,
)
