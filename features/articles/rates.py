"""Signals from mentions: how often, how suddenly, by whom and in which direction the press writes.

A story counts once, with its most certain sentence, and on the day it was first reported. Stories about a
designation itself are no leading signal and stay out; a retracted story counts for nothing from the day
on which it was taken back. Of stories that one owner reports of a country, and of those of new outlets, one
moves the rates in each half-life (`stories/placed.py`). No more easing stories count than worsening ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log, log1p

import polars as pl

from features.articles.stories.clusters import as_known_on
from features.articles.stories.owners import owner_of
from features.articles.stories.placed import first_days, without_placed
from features.catalogue import signals_of
from features.exact import exact_sum

STEP_DAYS = 30  # between the days that `article_burst` looks back on
SHORTEST_PAST = 12  # of those days, without which there is no past to compare with


@dataclass(frozen=True)
class ArticleWindows:
    """How far back article signals look, in days; `burst_months` in steps of 30 days."""

    half_life_days: int = 90
    easing_days: int = 180
    story_days: int = 730
    burst_months: int = 24

    @property
    def mean_life(self) -> float:
        """Decayed sum of one certain story every 30 days."""
        return self.half_life_days / log(2) / STEP_DAYS


DEFAULTS = ArticleWindows()
SIGNALS: dict[str, pl.DataType] = {
    **{signal.name: pl.Float64() for signal in signals_of("articles")},
    "n_stories": pl.Int64(),
}
# Without a story these are known to be zero; the diversity of no sources is unknown.
ZERO_WITHOUT_STORY = (
    *(signal.name for signal in signals_of("articles") if signal.zero_without_row),
    "n_stories",
)
GOODS_MIX: dict[str, pl.DataType] = {
    "country": pl.String(),
    "family": pl.String(),
    "n_stories": pl.Int64(),
    "share": pl.Float64(),
}


def article_signals(mentions: pl.DataFrame, as_of: date, windows: ArticleWindows = DEFAULTS) -> pl.DataFrame:
    """Article signals of one day.

    Parameters
    ----------
    mentions: columns country, story_id, published_on, p_diversion, is_diversion, polarity; honoured where
        present: source, goods, `about_listing`, `retracted`, `story_history` (see `clusters.as_known_on`).
        Rows after `as_of` are dropped.

    Returns
    -------
    `country`, sorted, and for each country with a diversion story in the last 24 months
    `article_rate`: ln(1 + stories per 30 days), each story p_diversion * 2^(-age / 90 days).
    `article_burst`: article_rate minus its mean on the 24 days that lie 30, 60, ... days back, in standard
        deviations of those 24 rates, which count for no less than the rate of one story. Days in the first
        half-life of the table do not count, and with fewer than 12 the signal is null for every country.
    `article_easing`: share of the diversion stories of the last 180 days that report easing; no more of
        them count than report worsening.
    `source_diversity`: entropy in nats, over owners, of who reported each story first; null without a source.
    `n_stories`: diversion stories of the last 24 months.
    Countries without a story have no row; what is zero for them (`ZERO_WITHOUT_STORY`) the caller fills.
    """
    known = _known_rows(mentions, as_of)
    stories = _stories(known, as_of, windows)
    rows = _without_placed(known, first_days(mentions.filter(pl.col("published_on") <= as_of)), windows)
    signals = _rates(stories, _stories(rows, as_of, windows), windows)
    past = _past_days(mentions, as_of, windows)
    return (
        signals.join(_burst(rows, signals, past, windows), on="country", how="left", maintain_order="left")
        .join(_diversity(stories), on="country", how="left", maintain_order="left")
        .select("country", *SIGNALS)
        .cast(SIGNALS)  # type: ignore[arg-type]
    )


def goods_mix(mentions: pl.DataFrame, as_of: date, windows: ArticleWindows = DEFAULTS) -> pl.DataFrame:
    """What the diversion stories of the last 24 months are about: a frame of `GOODS_MIX`.

    `n_stories` of a country name the family, `share` of all its diversion stories. A story may name several
    families or none, so shares need not add up to one. Sorted by country, largest share first.
    """
    stories = _stories(_known_rows(mentions, as_of), as_of, windows)
    total = stories.group_by("country").agg(pl.len().alias("all"))
    named = (
        stories.explode("goods", empty_as_null=False, keep_nulls=False)
        .group_by("country", pl.col("goods").alias("family"))
        .agg(n_stories=pl.len())
    )
    return (
        named.join(total, on="country")
        .with_columns(share=pl.col("n_stories") / pl.col("all"))
        .sort(["country", "n_stories", "family"], descending=[False, True, False])
        .select("country", "family", "n_stories", "share")
        .cast(GOODS_MIX)  # type: ignore[arg-type]
    )


def stories_behind(mentions: pl.DataFrame, as_of: date, windows: ArticleWindows = DEFAULTS) -> pl.DataFrame:
    """The stories behind `article_signals`: country, story_id, published_on, p_diversion, polarity,
    source, weight.

    `weight` is p_diversion * 2^(-age / half-life), 0 for a placed story, which does not count (`placed`);
    article_rate is ln(1 + sum of weights / `mean_life`). polarity is the mean over the story's rows. Sorted
    by country, newest first.
    """
    known = _known_rows(mentions, as_of)
    rows = _without_placed(known, first_days(mentions.filter(pl.col("published_on") <= as_of)), windows)
    counted = rows.select("country", "story_id", pl.lit(1.0).alias("counted")).unique()
    weight = pl.col("p_diversion") * (2.0 ** (-pl.col("age") / windows.half_life_days))
    return (
        _stories(known, as_of, windows)
        .join(counted, on=["country", "story_id"], how="left", maintain_order="left")
        .with_columns(weight=weight * pl.col("counted").fill_null(0.0))
        .select("country", "story_id", "published_on", "p_diversion", "polarity", "source", "weight")
        .sort(["country", "published_on", "story_id"], descending=[False, True, False])
    )


def _known_rows(mentions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Diversion rows known at as_of that count, their stories as they were on that day."""
    rows = as_known_on(mentions.filter(pl.col("is_diversion"), pl.col("published_on") <= as_of), as_of)
    for flag in ("about_listing", "retracted"):
        if flag in rows.columns:
            rows = rows.filter(~pl.col(flag).fill_null(False))
    absent = {"source": pl.String(), "goods": pl.List(pl.String())}
    return rows.select(
        "country",
        "story_id",
        "published_on",
        "p_diversion",
        pl.col("polarity").cast(pl.Int64),
        *(
            pl.col(name) if name in rows.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in absent.items()
        ),
    )


def _without_placed(rows: pl.DataFrame, seen: dict[str, date], windows: ArticleWindows) -> pl.DataFrame:
    """`_known_rows` without those of placed stories; `seen`: see `placed.first_days`."""
    stories = (
        rows.sort("country", "published_on", "story_id", "source")
        .group_by("country", "story_id", maintain_order=True)
        .agg(
            pl.col("published_on").first(),  # and who reported it on that day: later copies change nothing
            pl.col("source")
            .filter(pl.col("published_on") == pl.col("published_on").min())
            .drop_nulls()
            .first(),
        )
    )
    kept = without_placed(stories, seen, windows.half_life_days).select("country", "story_id")
    return rows.join(kept, on=["country", "story_id"], how="semi", maintain_order="left")


def _stories(rows: pl.DataFrame, as_of: date, windows: ArticleWindows) -> pl.DataFrame:
    """One row for each country and story of the last 24 months, with its age in days."""
    return (
        rows.sort("country", "published_on", "story_id", "source")
        .group_by("country", "story_id", maintain_order=True)
        .agg(
            pl.col("p_diversion").max(),
            pl.col("published_on").min(),
            pl.col("polarity").mean(),
            pl.col("source").drop_nulls().first(),
            pl.col("goods").explode(empty_as_null=False, keep_nulls=False).unique().sort(),
        )
        .with_columns(age=(pl.lit(as_of) - pl.col("published_on")).dt.total_days())
        .filter(pl.col("age") < windows.story_days)
        .sort("country", "published_on", "story_id")
    )


def _rates(stories: pl.DataFrame, counted: pl.DataFrame, windows: ArticleWindows) -> pl.DataFrame:
    """country, article_rate, article_easing of the stories that count, n_stories of all."""
    decayed = exact_sum(pl.col("p_diversion") * (2.0 ** (-pl.col("age") / windows.half_life_days)))
    recent = pl.col("age") <= windows.easing_days
    easing, worsening = ((recent & sign).sum() for sign in (pl.col("polarity") < 0, pl.col("polarity") > 0))
    share = pl.min_horizontal(easing, worsening) / recent.sum()
    rates = counted.group_by("country", maintain_order=True).agg(
        article_rate=(decayed / windows.mean_life).log1p(),
        article_easing=pl.when(recent.any()).then(share).otherwise(0.0),
    )
    return (
        stories.group_by("country", maintain_order=True)
        .agg(n_stories=pl.len())
        .join(rates, on="country", how="left", maintain_order="left")
        .with_columns(pl.col("article_rate", "article_easing").fill_null(0.0))  # all of it was placed
        .sort("country")
    )


def _past_days(mentions: pl.DataFrame, as_of: date, windows: ArticleWindows) -> list[date]:
    """The days to look back on; none where the table does not reach back far enough."""
    first = mentions["published_on"].min()
    if not isinstance(first, date):
        return []
    start = first + timedelta(days=windows.half_life_days)
    days = [as_of - timedelta(days=STEP_DAYS * k) for k in range(1, windows.burst_months + 1)]
    usable = [day for day in days if day >= start]
    return usable if len(usable) >= min(SHORTEST_PAST, windows.burst_months) else []


def _burst(
    rows: pl.DataFrame, signals: pl.DataFrame, past: Sequence[date], windows: ArticleWindows
) -> pl.DataFrame:
    """country, article_burst.

    A story's weight grows on the days when a more certain sentence is printed, so each row is turned into
    what it added, and a past rate is the sum of what was added until then, decayed from the first day.
    """
    if not past:
        return signals.select("country", article_burst=pl.lit(None, pl.Float64))
    story = ["country", "story_id"]
    added = (
        rows.group_by(*story, "published_on")
        .agg(pl.col("p_diversion").max())
        .sort(*story, "published_on")
        .with_columns(
            first_on=pl.col("published_on").min().over(story),
            best=pl.col("p_diversion").cum_max().over(story),
        )
        .with_columns(added=pl.col("best") - pl.col("best").shift(1, fill_value=0.0).over(story))
        .filter(pl.col("added") > 0)
    )
    days = pl.DataFrame({"day": list(past)}, schema={"day": pl.Date})
    age = (pl.col("day") - pl.col("first_on")).dt.total_days()
    then = (
        added.join(days, how="cross")
        .filter(pl.col("published_on") <= pl.col("day"), age < windows.story_days)
        .with_columns(weight=pl.col("added") * 2.0 ** (-age / windows.half_life_days))
        .sort("country", "day", "story_id", "published_on")
        .group_by("country", "day", maintain_order=True)
        .agg(exact_sum(pl.col("weight")).alias("weight"))
    )
    rate = (pl.col("weight").fill_null(0.0) / windows.mean_life).log1p()
    mean = exact_sum(rate) / pl.len()
    spread = (exact_sum((rate - mean) ** 2) / (pl.len() - 1)).sqrt()
    grid = (
        signals.select("country", "article_rate")
        .join(days, how="cross")
        .join(then, on=["country", "day"], how="left")
        .sort("country", "day")
        .group_by("country", maintain_order=True)
        .agg(pl.col("article_rate").first(), mean=mean, spread=spread)
    )
    floor = log1p(1 / windows.mean_life)
    bounded = pl.max_horizontal(pl.col("spread").fill_null(0.0), pl.lit(floor))
    return grid.select("country", article_burst=(pl.col("article_rate") - pl.col("mean")) / bounded)


def _diversity(stories: pl.DataFrame) -> pl.DataFrame:
    """country, source_diversity."""
    sources = stories["source"].drop_nulls().unique().sort().to_list()
    owners = pl.DataFrame(
        {"source": sources, "owner": [owner_of(source) for source in sources]},
        schema={"source": pl.String, "owner": pl.String},
    )
    share = pl.col("len") / pl.col("len").sum()
    return (
        stories.join(owners, on="source")
        .group_by("country", "owner")
        .len()
        .sort("country", "owner")
        .group_by("country", maintain_order=True)
        .agg(source_diversity=(0.0 - exact_sum(share * share.log())).clip(0.0))
    )


def most_telling(mentions: pl.DataFrame, as_of: date, limit: int) -> pl.DataFrame:
    """The most telling diversion rows of each country known on `as_of`, certain and recent ones first.

    As many again of those that are only there to be read (`to_read`).
    """
    age = (pl.lit(as_of) - pl.col("published_on")).dt.total_days()
    flagged = pl.col("is_diversion") | pl.col("to_read")
    return (
        mentions.filter(flagged & (pl.col("published_on") <= as_of))
        .sort(
            ["country", pl.col("p_diversion") * (2.0 ** (-age / 365)), "article_id", "sentence_no"],
            descending=[False, True, False, False],
        )
        .group_by("country", "to_read", maintain_order=True)
        .head(limit)
        .sort("country", "to_read", maintain_order=True)
        .select(mentions.columns)
    )
