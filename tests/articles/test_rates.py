"""Rates: what counts, when, and how much; compared with sums done by hand."""

import math
from datetime import date

import polars as pl
import pytest

from features.articles.rates import HALF_LIFE_DAYS, article_panel, article_signals

AS_OF = date(2024, 6, 30)


def mention(
    country: str,
    story: str,
    day: date | None,
    *,
    polarity: int = 1,
    flagged: bool = True,
    p: float = 1.0,
    listing: bool = False,
    retracted: bool = False,
) -> dict:
    return {
        "country": country,
        "story_id": story,
        "published_on": day,
        "p_diversion": p,
        "is_diversion": flagged,
        "polarity": polarity,
        "about_listing": listing,
        "retracted": retracted,
    }


def table(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(rows, schema_overrides={"published_on": pl.Date, "polarity": pl.Int8})


def test_a_story_of_today_weighs_one_and_one_of_a_half_life_ago_a_half() -> None:
    mean_life = HALF_LIFE_DAYS / math.log(2) / 30
    today = article_signals(table(mention("KGZ", "a", AS_OF)), AS_OF)["article_rate"][0]
    older = article_signals(table(mention("KGZ", "a", date(2024, 4, 1))), AS_OF)["article_rate"][0]
    assert today == pytest.approx(math.log1p(1 / mean_life))
    assert older == pytest.approx(math.log1p(0.5 / mean_life))


def test_designations_retractions_and_plain_mentions_do_not_count() -> None:
    rows = table(
        mention("KGZ", "a", AS_OF, listing=True),
        mention("ARM", "b", AS_OF, retracted=True),
        mention("TUR", "c", AS_OF, flagged=False),
        mention("KAZ", "d", AS_OF),
    )
    assert article_signals(rows, AS_OF)["country"].to_list() == ["KAZ"]


def test_rows_without_a_day_and_of_later_days_are_left_out() -> None:
    rows = table(mention("KAZ", "a", None), mention("KAZ", "b", date(2024, 7, 1)), mention("KAZ", "c", AS_OF))
    assert article_signals(rows, AS_OF)["n_stories"].to_list() == [1]
    assert article_signals(rows.head(2), AS_OF).height == 0


def test_easing_is_a_share_of_stories_not_of_sentences() -> None:
    rows = table(
        *(mention("ARM", "a", AS_OF, polarity=-1) for _ in range(3)), mention("ARM", "b", AS_OF, polarity=1)
    )
    assert article_signals(rows, AS_OF)["article_easing"].to_list() == [0.5]


def test_the_panel_of_many_days_equals_each_day_alone() -> None:
    rows = table(*(mention("KAZ", f"s{i}", date(2024, 1 + i, 3)) for i in range(6)))
    days = [date(2024, 3, 31), AS_OF]
    panel = article_panel(rows, days)
    for day in days:
        alone = article_signals(rows, day)
        assert panel.filter(pl.col("as_of") == day).drop("as_of").equals(alone)
