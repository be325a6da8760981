"""Contract of the canonical article table: one row per article."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from data_contracts.contract import Context, Contract, Unique
from data_contracts.rules import (
    BATCH_RULES,
    SCHEMA_RULES,
    batch,
    days_between,
    given,
    reads,
    within,
)
from data_contracts.tables import ARTICLES

FIRST_YEAR = 1990
LONGEST_TEXT = 1_000_000
# English, Russian and Turkish by their codes or names: "en", "en-GB", "eng", "English".
READ_LANGUAGES = r"(?i)^(en|eng|english|ru|rus|russian|tr|tur|turkish)($|[-_])"
UNIQUE = Unique(key=("article_id",), values=("published_at", "title", "text"), optional=("title",))


def measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    text = pl.col("text")
    title = pl.col("title").fill_null("")
    code = pl.col("language").str.contains(r"^[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8})*$")
    return frame.with_columns(
        days_ahead=(pl.col("published_at").dt.date() - pl.lit(context.today)).dt.total_days(),
        published_year=pl.col("published_at").dt.year().cast(pl.Int64),
        text_length=text.str.len_chars().cast(pl.Int64),
        nul_bytes=(text + title).str.count_matches("\x00", literal=True).cast(pl.Int64),
        undecodable=(text + title).str.count_matches("\ufffd", literal=True).cast(pl.Int64),
        language_reads=code.cast(pl.Int64),
        url_reads=pl.col("url").str.contains(r"^(?i)https?://[^\s]+$").cast(pl.Int64),
    )


def evidence(lazy: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """Languages, copies, dates and size of the accepted articles; null where nothing can be said."""
    # Texts as numbers: the batch may be larger than memory.
    seen = lazy.select("published_at", "source", "language", pl.col("text").hash())
    accepted = seen.collect(engine="streaming")
    rows = accepted.height
    newest = accepted["published_at"].dt.date().max() if rows else None
    named = accepted.filter(pl.col("language").is_not_null())
    read = named.filter(pl.col("language").str.to_lowercase().str.contains(READ_LANGUAGES)).height
    languages = (
        named["language"]
        .str.to_lowercase()
        .value_counts()
        .sort("count", "language", descending=[True, False])
    )
    copies = rows - accepted["text"].n_unique() if rows else 0
    previous = (context.previous or {}) if rows else {}
    before = previous.get("rows_accepted")
    return {
        "oldest": accepted["published_at"].dt.date().min() if rows else None,
        "newest": newest,
        "days_old": days_between(newest, context.as_of),
        "n_sources": accepted["source"].n_unique() if rows else 0,
        "languages": ", ".join(f"{name} {count}" for name, count in languages.head(5).rows()),
        "unread_language_share": (named.height - read) / named.height if named.height else None,
        "duplicate_texts": copies,
        "duplicate_text_share": copies / rows if rows else None,
        "rows_to_previous": rows / before if before else None,
    }


ROW_RULES = (
    given("article_id", "Give each article an id; the reader makes one where the file has none."),
    given("published_at", "Give the day of publication; for undated files use --published-at."),
    reads(
        "published_at",
        "published_at_is_a_time",
        "published_at is a date or a date and time (ISO 8601)",
        "Write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.",
    ),
    within(
        "published_at_is_not_in_the_future",
        ("published_at",),
        "days_ahead",
        "published_at is no later than tomorrow (time zones differ)",
        "Correct the date; day and month may have been swapped.",
        most=1,
    ),
    within(
        "published_at_is_not_ancient",
        ("published_at",),
        "published_year",
        f"published_at is not before {FIRST_YEAR}",
        "Correct the date; 1970-01-01 usually means no date.",
        least=FIRST_YEAR,
    ),
    given("text", "Give the text; an abstract is enough, a title alone is not."),
    within(
        "text_is_not_huge",
        ("title",),
        "text_length",
        f"text has at most {LONGEST_TEXT:,} characters",
        "Split the file into articles.",
        most=LONGEST_TEXT,
    ),
    within(
        "text_has_no_nul",
        ("title",),
        "nul_bytes",
        "title and text hold no NUL characters",
        "Save the file as UTF-8 text; NUL usually means UTF-16 or a binary file.",
        most=0,
    ),
    within(
        "text_was_decodable",
        ("title",),
        "undecodable",
        "title and text hold no replacement characters",
        "Save the file as UTF-8; the rows are kept, but names in them may be unreadable.",
        most=0,
        severity="warning",
    ),
    within(
        "language_is_a_code",
        ("language",),
        "language_reads",
        "language is a code such as en, or empty",
        "Use an ISO 639 code or leave the cell empty; the rows are kept.",
        least=1,
        severity="warning",
    ),
    within(
        "url_is_a_web_address",
        ("url",),
        "url_reads",
        "url starts with http:// or https://, or is empty",
        "Correct the address or leave it empty; the rows are kept, the report shows no link.",
        least=1,
        severity="warning",
    ),
    within(
        "exact_duplicate",
        ("article_id",),
        "copy_no",
        "the row is no copy of an earlier one (same id, date, title and text)",
        "Nothing to fix: the first copy is used; check whether a file was given twice.",
        most=0,
    ),
    within(
        "conflicting_duplicate",
        ("article_id",),
        "versions",
        "rows of one article_id agree on date, title and text",
        "Give different articles different ids, and keep one version of an article.",
        most=1,
    ),
)

SET_RULES = (
    *BATCH_RULES,
    batch(
        "mostly_read_languages",
        "warning",
        ("language",),
        "at most one article in ten with a language is in another one than English, Russian or Turkish",
        "Articles in other languages are counted and not read.",
        "{unread_language_share:.1%} of the articles with a language are in none that is read ({languages}).",
        "unread_language_share",
        most=0.1,
    ),
    batch(
        "few_copied_texts",
        "warning",
        ("text",),
        "at most one article in twenty repeats the text of another",
        "Nothing to fix where agencies are syndicated: copies count as one story.",
        "{duplicate_texts} articles repeat the text of another ({duplicate_text_share:.1%}).",
        "duplicate_text_share",
        most=0.05,
    ),
    batch(
        "articles_are_fresh",
        "warning",
        ("published_at",),
        "the newest article is at most 60 days older than the day of scoring",
        "Add newer articles; old ones fade from the rates.",
        "The newest article, of {newest}, is {days_old} days older than the day of scoring.",
        "days_old",
        most=60,
    ),
    batch(
        "size_like_last_batch",
        "warning",
        (),
        "the number of articles is between half and twice that of the last batch",
        "Check that no file is missing or given twice.",
        "{rows_accepted} articles, {rows_to_previous:.2f} times the last batch.",
        "rows_to_previous",
        least=0.5,
        most=2,
    ),
)

CONTRACT = Contract(
    name="articles",
    version="1.0",
    columns=ARTICLES,
    required=("article_id", "published_at", "text"),
    row_rules=ROW_RULES,
    set_rules=SET_RULES,
    unique=UNIQUE,
    measures=measures,
    evidence=evidence,
    schema_rules=SCHEMA_RULES,
)
