"""Articles to days on which officials travelled to a country, or pressed it, about sanctions on Russia.

Words are searched in sentences, not understood: the signal is for target `listing` alone, where pressure and
travel of officials often come before a designation.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.in_tables import countries_in
from features.articles.text.sentences import cleaned, sentence_list

HALF_LIFE_DAYS = 180
AT_ONCE = 4000  # articles in memory at once

OFFICIALS = (
    r"(?i)\b(?:officials?|envoys?|delegations?|minist(?:er|ers|ry)|secretary|undersecretary|commissioner|"
    r"ambassador|coordinator|treasury|state department|special representative|diplomats?|o['’]sullivan)\b"
)
ACTS = (
    r"(?i)\b(?:visit(?:s|ed|ing)?|travel(?:s|led|ed|ling|ing)?|trip|arriv(?:e|es|ed|ing)|tour(?:s|ed)?|"
    r"fl(?:ies|ew) to|met with|talks|urg(?:e|es|ed|ing)|warn(?:s|ed|ing|ings)?|press(?:es|ed|ing|ure|ured)?|"
    r"call(?:s|ed|ing)? on|rais(?:e|es|ed|ing)|concerns?|threat(?:en|ens|ened|ening)?|demand(?:s|ed)?)\b"
)
MATTER = (
    r"(?i)\b(?:sanction(?:s|ed|ing)?|export controls?|circumvent\w*|evasion|evad(?:e|es|ed|ing)|"
    r"re-?export\w*|diver(?:t\w*|sion))\b"
)
RUSSIA = r"(?i)\b(?:russia\w*|moscow|kremlin)\b"

DAYS: dict[str, pl.DataType] = {"country": pl.String(), "published_on": pl.Date()}


def official_days(articles: pl.LazyFrame) -> pl.DataFrame:
    """Country and day of every sentence on such travel or pressure: a frame of `DAYS`, sorted, unique.

    articles: canonical, with published_at, title, text. A day counts once however many outlets write.
    """
    whole = pl.concat_str(pl.col("title", "text").fill_null(""), separator="\n")
    day = pl.col("published_at").dt.date().alias("published_on")
    speaks = pl.all_horizontal(pl.col("text").str.contains(p) for p in (RUSSIA, MATTER, OFFICIALS, ACTS))
    near = articles.select(day, whole.alias("text")).filter(speaks)
    batches = near.collect_batches(chunk_size=AT_ONCE, maintain_order=True, engine="streaming")
    parts = [pl.DataFrame(schema=DAYS), *(_days(part) for part in batches)]
    return pl.concat(parts).unique().sort("country", "published_on")


def _days(articles: pl.DataFrame) -> pl.DataFrame:
    clean = articles.with_columns(cleaned(articles["text"]).alias("text"))
    sentences = (
        clean.select("published_on", sentence_list(pl.col("text")).alias("text"))
        .explode("text", empty_as_null=False)
        .filter(pl.all_horizontal(pl.col("text").str.contains(p) for p in (MATTER, OFFICIALS, ACTS)))
        .with_row_index("row")
    )
    if sentences.is_empty():
        return pl.DataFrame(schema=DAYS)
    places = countries_in(sentences.select("row", "text")).filter(~pl.col("iso3").is_in(sorted(NEVER_ROUTES)))
    return places.join(sentences.select("row", "published_on"), on="row").select(
        pl.col("iso3").alias("country"), "published_on"
    )


def officials_pressure(days: pl.DataFrame, as_of: date) -> dict[str, float]:
    """Country -> ln(1 + sum over its days of 2^(-age / 180 days)) of days up to `as_of`; others have none."""
    age = (pl.lit(as_of) - pl.col("published_on")).dt.total_days()
    found = (
        days.filter(pl.col("published_on") <= as_of)
        .sort("country", "published_on")
        .group_by("country", maintain_order=True)
        .agg((2.0 ** (-age / HALF_LIFE_DAYS)).sum().log1p())
    )
    return dict(found.iter_rows())
