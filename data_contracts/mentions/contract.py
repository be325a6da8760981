"""Contract of our own mentions table: one row per article, sentence and country."""

from __future__ import annotations

import polars as pl

from data_contracts.contract import Context, Contract, Unique
from data_contracts.rules import (
    OWN_BATCH_RULES,
    PROGRAM_FAULT,
    SCHEMA_RULES,
    a_country,
    given,
    one_of,
    reads,
    within,
)
from data_contracts.tables import MENTIONS

ROLES = (
    "transit_to_russia",
    "destination_not_russia",
    "sanctioning_or_speaker",
    "origin",
    "other_mention",
)
POLARITIES = (-1, 0, 1)
DIVERSION_ROLE = ROLES[0]


def measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    probability = pl.col("p_diversion")
    return frame.with_columns(
        p_finite=probability.is_finite().cast(pl.Int64),
        p_number=pl.when(probability.is_finite()).then(probability),
        role_agrees=(~pl.col("is_diversion") | (pl.col("role") == DIVERSION_ROLE)).cast(pl.Int64),
        names_russia=(pl.col("country") == "RUS").cast(pl.Int64),
    )


ROW_RULES = (
    given("article_id", PROGRAM_FAULT),
    given("published_on", PROGRAM_FAULT),
    reads("published_on", "published_on_is_a_date", "published_on is a date", PROGRAM_FAULT),
    given("story_id", PROGRAM_FAULT),
    given("sentence_no", PROGRAM_FAULT),
    reads("sentence_no", "sentence_no_is_whole_number", "sentence_no is a whole number", PROGRAM_FAULT),
    within(
        "sentence_no_is_not_negative",
        ("sentence_no",),
        "sentence_no",
        "sentence_no is 0 for the title, or more",
        PROGRAM_FAULT,
        least=0,
    ),
    *a_country("country", PROGRAM_FAULT),
    within(
        "country_is_not_russia", ("country",), "names_russia", "country is not RUS", PROGRAM_FAULT, most=0
    ),
    given("role", PROGRAM_FAULT),
    one_of("role_is_known", "role", ROLES, f"role is one of {', '.join(ROLES)}", PROGRAM_FAULT),
    given("p_diversion", PROGRAM_FAULT),
    reads("p_diversion", "p_diversion_is_a_number", "p_diversion is a number", PROGRAM_FAULT),
    within(
        "p_diversion_is_finite", ("p_diversion",), "p_finite", "p_diversion is finite", PROGRAM_FAULT, least=1
    ),
    within(
        "p_diversion_is_a_probability",
        ("p_diversion",),
        "p_number",
        "p_diversion lies between 0 and 1",
        PROGRAM_FAULT,
        least=0,
        most=1,
    ),
    given("is_diversion", PROGRAM_FAULT),
    reads("is_diversion", "is_diversion_is_true_or_false", "is_diversion is true or false", PROGRAM_FAULT),
    within(
        "diversion_has_its_role",
        ("is_diversion", "role"),
        "role_agrees",
        f"a mention of diversion has the role {DIVERSION_ROLE}",
        PROGRAM_FAULT,
        least=1,
    ),
    given("polarity", PROGRAM_FAULT),
    reads("polarity", "polarity_is_whole_number", "polarity is a whole number", PROGRAM_FAULT),
    one_of("polarity_is_known", "polarity", POLARITIES, "polarity is -1, 0 or 1", PROGRAM_FAULT),
    within(
        "one_row_per_sentence_and_country",
        ("article_id",),
        "copy_no",
        "each country has one row in a sentence",
        PROGRAM_FAULT,
        most=0,
    ),
)

CONTRACT = Contract(
    name="mentions",
    version="1.0",
    columns=MENTIONS,
    required=tuple(MENTIONS),
    nullable=("source", "goods", "text"),
    row_rules=ROW_RULES,
    set_rules=OWN_BATCH_RULES,
    unique=Unique(key=("article_id", "sentence_no", "country")),
    measures=measures,
    schema_rules=SCHEMA_RULES,
)
