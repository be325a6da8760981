"""Contract of the canonical listings table: one row per country, day, list and kind."""

from __future__ import annotations

from collections.abc import Mapping
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
    one_of,
    reads,
    within,
)
from data_contracts.tables import LISTINGS_WITH_NAMES

FIRST_YEAR = 1990
MOST_ENTITIES = 10_000
UNIQUE = Unique(
    key=("country", "listed_on", "jurisdiction", "list", "goods_diversion", "source"),
    values=("n_entities",),
    optional=("source",),
)


def measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    return frame.with_columns(
        days_ahead=(pl.col("listed_on") - pl.lit(context.today)).dt.total_days(),
        listed_year=pl.col("listed_on").dt.year().cast(pl.Int64),
    )


def evidence(lazy: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """Basis, dates and size of the accepted listings; null where nothing can be said."""
    accepted = lazy.collect()
    rows = accepted.height
    newest = accepted["listed_on"].max() if rows else None
    unknown = accepted.filter(pl.col("goods_diversion") == "unknown")
    previous = (context.previous or {}) if rows else {}
    before = previous.get("rows_accepted")
    lists = accepted["list"].unique().sort().to_list()
    gone = sorted(set(previous.get("lists") or ()) - set(lists))
    return {
        "oldest": accepted["listed_on"].min() if rows else None,
        "newest": newest,
        "days_old": days_between(newest, context.as_of),
        "n_countries": accepted["country"].n_unique() if rows else 0,
        "n_entities": accepted["n_entities"].sum(),
        "lists": lists,
        "without_basis": unknown.height,
        "without_basis_share": unknown.height / rows if rows else None,
        "rows_to_previous": rows / before if before else None,
        "n_gone_lists": len(gone) if previous else None,
        "gone_lists": ", ".join(gone),
    }


ROW_RULES = (
    *a_country("country", "Say where the listed entity is."),
    given("listed_on", "Give the day of the listing; entities without a date cannot be used."),
    reads("listed_on", "listed_on_is_a_date", "listed_on is a date", "Write YYYY-MM-DD."),
    within(
        "listed_on_is_not_in_the_future",
        ("listed_on",),
        "days_ahead",
        "listed_on is no later than today",
        "Correct the date; day and month may have been swapped.",
        most=0,
    ),
    within(
        "listed_on_is_not_ancient",
        ("listed_on",),
        "listed_year",
        f"listed_on is not before {FIRST_YEAR}",
        "Correct the date; 1970-01-01 usually means no date.",
        least=FIRST_YEAR,
    ),
    given("jurisdiction", "Say who listed, for example US or EU."),
    given("list", "Name the list, for example US-BIS-EL."),
    given("n_entities", "Give the number of entities, at least 1."),
    reads(
        "n_entities",
        "n_entities_is_whole_number",
        "n_entities is a whole number",
        "Write the number of entities in digits.",
    ),
    within(
        "n_entities_is_positive",
        ("n_entities",),
        "n_entities",
        "n_entities is at least 1",
        "Leave rows without entities out; delistings do not belong here.",
        least=1,
    ),
    within(
        "n_entities_is_plausible",
        ("n_entities",),
        "n_entities",
        f"n_entities is at most {MOST_ENTITIES:,}",
        "Check the number: no country had that many entities listed in a day.",
        most=MOST_ENTITIES,
    ),
    given("goods_diversion", "Say true, false or unknown."),
    one_of(
        "goods_diversion_is_known",
        "goods_diversion",
        ("true", "false", "unknown"),
        "goods_diversion is true, false or unknown",
        "Say true where the listing is for supplying goods, false where not, otherwise unknown.",
    ),
    within(
        "exact_duplicate",
        ("country",),
        "copy_no",
        "the row is no copy of an earlier one (all columns the same but the names of entities)",
        "Nothing to fix if a file was given twice; else add up the entities of one country, day and list.",
        most=0,
    ),
    within(
        "conflicting_duplicate",
        ("n_entities",),
        "versions",
        "rows of one country, day, jurisdiction, list, kind and source agree on n_entities",
        "Keep the right row, or add up the entities of one country, day and list.",
        most=1,
    ),
)

SET_RULES = (
    *BATCH_RULES,
    batch(
        "listings_have_a_basis",
        "warning",
        ("goods_diversion",),
        "at least half of the listings say whether they are for diverting goods",
        "Fill goods_diversion where the notice says why the entities were listed.",
        "{without_basis} listings ({without_basis_share:.1%}) do not say what they are for.",
        "without_basis_share",
        most=0.5,
    ),
    batch(
        "listings_are_fresh",
        "warning",
        ("listed_on",),
        "the newest listing is at most 183 days older than the day of scoring",
        "Add newer listings; old ones fade from the history.",
        "The newest listing, of {newest}, is {days_old} days older than the day of scoring.",
        "days_old",
        most=183,
    ),
    batch(
        "lists_still_there",
        "warning",
        ("list",),
        "every list of the last batch is in this one",
        "Look for the files of the lists that are gone.",
        "Gone since the last batch: {gone_lists}.",
        "n_gone_lists",
        most=0,
    ),
    SIZE_LIKE_LAST_BATCH,
)

CONTRACT = Contract(
    name="listings",
    version="1.0",
    columns=LISTINGS_WITH_NAMES,
    required=("country", "listed_on", "jurisdiction", "list", "n_entities", "goods_diversion"),
    row_rules=ROW_RULES,
    set_rules=SET_RULES,
    unique=UNIQUE,
    measures=measures,
    evidence=evidence,
    schema_rules=SCHEMA_RULES,
)
