"""Signals from mentions: how often, how recently and in which direction the press writes of a country.

A story counts once, with its most certain sentence, and on the day it was first told. Stories about a
designation itself are no leading signal and stay out; a retracted story counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

HALF_LIFE_DAYS = 90
EASING_DAYS = 180
STORY_DAYS = 730
_MEAN_LIFE_MONTHS = HALF_LIFE_DAYS / 0.6931471805599453 / 30  # decayed sum of one story each 30 days


def article_signals(mentions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Article signals of one day.

    Parameters
    ----------
    mentions: columns country, story_id, published_on, p_diversion, is_diversion, polarity; further
        columns `about_listing` and `retracted` are honoured where present. Rows after `as_of` are dropped.

    Returns
    -------
    `country`, `article_rate` (ln(1 + stories per 30 days), half-life 90 days), `article_easing` (share of
    the diversion stories of the last 180 days that report easing), `n_stories` (diversion stories of the
    last 24 months), sorted by country. Countries without a story have no row: with an article table given
    their true value is 0, which the caller fills.
    """
    return article_panel(mentions, [as_of]).drop("as_of")


def article_panel(mentions: pl.DataFrame, as_of_dates: Sequence[date]) -> pl.DataFrame:
    """`article_signals` for many days: the same columns after `as_of`, sorted by as_of and country."""
    told = _told(mentions)
    parts = [_at(told, as_of) for as_of in sorted(set(as_of_dates))]
    return pl.concat(parts) if parts else pl.DataFrame(schema=_SCHEMA)


_SCHEMA: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "country": pl.String(),
    "article_rate": pl.Float64(),
    "article_easing": pl.Float64(),
    "n_stories": pl.Int64(),
}


def _told(mentions: pl.DataFrame) -> pl.DataFrame:
    """Diversion rows that count, with an own story for rows without a story id."""
    rows = mentions.filter(pl.col("is_diversion"), pl.col("published_on").is_not_null())
    for flag in ("about_listing", "retracted"):
        if flag in rows.columns:
            rows = rows.filter(~pl.col(flag).fill_null(False))
    return rows.select(
        "country", "story_id", "published_on", "p_diversion", pl.col("polarity").cast(pl.Int64)
    )


def _at(told: pl.DataFrame, as_of: date) -> pl.DataFrame:
    known = told.filter(pl.col("published_on") <= as_of)
    stories = known.group_by("country", "story_id").agg(
        pl.col("p_diversion").max(), pl.col("published_on").min(), pl.col("polarity").mean()
    )
    age = (pl.lit(as_of) - pl.col("published_on")).dt.total_days()
    dated = (
        stories.with_columns(age=age)
        .filter(pl.col("age") < STORY_DAYS)
        .sort("country", "published_on", "story_id")
    )
    decayed = (pl.col("p_diversion") * (2.0 ** (-pl.col("age") / HALF_LIFE_DAYS))).sum() / _MEAN_LIFE_MONTHS
    recent = pl.col("age") <= EASING_DAYS
    easing = (recent & (pl.col("polarity") < 0)).sum() / recent.sum()
    return (
        dated.group_by("country", maintain_order=True)
        .agg(
            article_rate=decayed.log1p(),
            article_easing=pl.when(recent.any()).then(easing).otherwise(0.0),
            n_stories=pl.len().cast(pl.Int64),
        )
        .sort("country")
        .select(pl.lit(as_of).alias("as_of"), *(name for name in _SCHEMA if name != "as_of"))
        .cast(_SCHEMA)  # type: ignore[arg-type]
    )
