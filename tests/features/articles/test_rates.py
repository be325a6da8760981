"""Rates: what counts, when, and how much; compared with sums done by hand."""

import math
from datetime import date, timedelta

import polars as pl
import pytest

from features.articles.rates import ArticleWindows, article_signals, goods_mix, stories_behind
from features.articles.stories.clusters import STORY_STATE

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
    source: str | None = "paper",
    goods: tuple[str, ...] = (),
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
        "source": source,
        "goods": list(goods),
    }


def table(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema_overrides={"published_on": pl.Date, "polarity": pl.Int8, "goods": pl.List(pl.String)}
    )


def test_a_story_of_today_weighs_one_and_one_of_a_half_life_ago_a_half() -> None:
    mean_life = ArticleWindows().half_life_days / math.log(2) / 30
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
        *(mention("ARM", "a", AS_OF, polarity=-1, source="one") for _ in range(3)),
        mention("ARM", "b", AS_OF, polarity=1, source="two"),
    )
    assert article_signals(rows, AS_OF)["article_easing"].to_list() == [0.5]


def back(days: int) -> date:
    return AS_OF - timedelta(days=days)


def burst_of(rows: pl.DataFrame, country: str) -> float | None:
    signals = article_signals(rows, AS_OF)
    return dict(signals.select("country", "article_burst").iter_rows())[country]


def test_a_burst_is_measured_against_the_countrys_own_past() -> None:
    papers = [*(f"paper {i}" for i in range(6)), *(f"daily {i}" for i in range(9))]
    quiet = [mention("KAZ", "old", back(800), flagged=False, source=name) for name in papers]
    sudden = [mention("KGZ", f"now{i}", back(i), source=f"paper {i}") for i in range(6)]
    steady = [mention("TUR", f"s{i}", back(12 * i), source=f"daily {i % 9}") for i in range(65)]
    rows = table(*quiet, *sudden, *steady)
    assert burst_of(rows, "KGZ") > 3
    assert abs(burst_of(rows, "TUR")) < 1


def test_one_first_story_is_a_burst_of_one() -> None:
    rows = table(mention("KAZ", "old", back(800), flagged=False), mention("KGZ", "a", AS_OF))
    assert burst_of(rows, "KGZ") == pytest.approx(1.0)


def test_a_table_without_a_past_says_nothing_of_bursts() -> None:
    short = table(mention("KGZ", "a", AS_OF), mention("KAZ", "b", back(30 * 12 + 80), flagged=False))
    long = table(mention("KGZ", "a", AS_OF), mention("KAZ", "b", back(30 * 12 + 90), flagged=False))
    assert burst_of(short, "KGZ") is None
    assert burst_of(long, "KGZ") is not None


def test_diversity_counts_owners_of_first_tellers() -> None:
    rows = table(
        mention("KGZ", "a", back(5), source="www.bbc.com"),
        mention("KGZ", "a", back(4), source="copier.example"),
        mention("KGZ", "b", back(3), source="news.bbc.co.uk"),
        mention("ARM", "c", back(3), source="one.example"),
        mention("ARM", "d", back(3), source="two.example"),
        mention("TUR", "e", back(3), source=None),
    )
    found = dict(article_signals(rows, AS_OF).select("country", "source_diversity").iter_rows())
    assert found == {"ARM": pytest.approx(math.log(2)), "KGZ": 0.0, "TUR": None}


def test_the_goods_mix_counts_stories_not_sentences() -> None:
    rows = table(
        mention("KGZ", "a", back(5), goods=("chips", "drones")),
        mention("KGZ", "a", back(5), goods=("chips",)),
        mention("KGZ", "b", back(3), goods=("chips",)),
        mention("KGZ", "c", back(3)),
        mention("KGZ", "d", back(800), goods=("cars",)),
    )
    assert goods_mix(rows, AS_OF).rows() == [
        ("KGZ", "chips", 2, pytest.approx(2 / 3)),
        ("KGZ", "drones", 1, pytest.approx(1 / 3)),
    ]


def test_a_longer_half_life_keeps_old_stories_heavier() -> None:
    rows = table(mention("KGZ", "a", back(180)))
    per_story = 30 * math.log(2) / 180
    rate = article_signals(rows, AS_OF, ArticleWindows(half_life_days=180))["article_rate"][0]
    assert rate == pytest.approx(math.log1p(0.5 * per_story))


def test_what_became_known_later_changes_no_earlier_day() -> None:
    """Two stories are joined, and taken back, by articles that are printed after the first day asked for."""
    states = [(back(40), "a"), (back(10), "joined")]
    history = [
        [
            {"known_on": day, "story_id": story if story != "a" else name, "about_listing": False,
             "retracted": day == back(10)}
            for day, story in states
        ]
        for name in ("a", "b")
    ]  # fmt: skip
    rows = table(mention("KGZ", "joined", back(40), retracted=True), mention("KGZ", "joined", back(40)))
    dated = rows.with_columns(
        story_history=pl.Series(history, dtype=pl.List(STORY_STATE)),
    )
    assert article_signals(dated, back(20))["n_stories"].to_list() == [2]
    assert article_signals(dated, AS_OF).height == 0


def rate_of(rows: pl.DataFrame) -> float:
    return article_signals(rows, AS_OF)["article_rate"][0]


def test_many_reports_of_one_owner_move_a_rate_by_one_story() -> None:
    base = [mention("KGZ", f"b{i}", back(40), source=name) for i, name in enumerate(("one", "two", "three"))]
    placed = [mention("KGZ", f"p{i}", back(i), source=f"{'www.' * (i % 2)}bbc.com") for i in range(20)]
    once = [mention("KGZ", "p19", back(19), source="bbc.com")]
    assert rate_of(table(*base, *placed)) == rate_of(table(*base, *once)) > rate_of(table(*base))


def test_the_rows_behind_a_rate_give_that_rate_with_placed_stories_too() -> None:
    placed = [mention("KGZ", f"p{i}", back(i), source="bbc.com", polarity=i % 3 - 1) for i in range(20)]
    others = [mention("KGZ", f"o{i}", back(30 + i), source=f"paper {i}", polarity=i - 1) for i in range(3)]
    rows = table(*placed, *others, mention("ARM", "a", back(3)))
    behind, signals = stories_behind(rows, AS_OF), article_signals(rows, AS_OF)
    life = ArticleWindows().mean_life
    for country, rate, easing in signals.select("country", "article_rate", "article_easing").iter_rows():
        mine = behind.filter(pl.col("country") == country)
        assert rate == pytest.approx(math.log1p(mine["weight"].sum() / life))
        counted = mine.filter(pl.col("weight") > 0)["polarity"]
        assert easing == pytest.approx(min((counted < 0).sum(), (counted > 0).sum()) / counted.len())
    assert signals.filter(pl.col("country") == "KGZ")["article_easing"].item() > 0
    assert behind.height == 24 and behind.filter(pl.col("weight") > 0).height == 5


def test_new_outlets_together_move_a_rate_by_one_story() -> None:
    old = [mention("KAZ", "old", back(800), flagged=False, source=f"old {i}") for i in range(20)]
    base = [mention("KGZ", "b", back(40), source="old 0")]
    new = [mention("KGZ", f"n{i}", back(i), source=f"new-{i}.example") for i in range(20)]
    known = [mention("KGZ", f"n{i}", back(i), source=f"old {i}") for i in range(1, 20)]
    assert rate_of(table(*old, *base, *new)) == rate_of(table(*old, *base, new[-1]))
    assert rate_of(table(*old, *base, *known)) > 2 * rate_of(table(*old, *base, *new))


def test_an_owner_has_a_story_again_after_a_half_life() -> None:
    rows = [mention("KGZ", "a", back(90)), mention("KGZ", "b", back(60)), mention("KGZ", "c", AS_OF)]
    assert rate_of(table(*rows)) == rate_of(table(rows[0], rows[2])) > rate_of(table(rows[2]))


def test_easing_takes_off_no_more_than_worsening_adds() -> None:
    easing = [mention("ARM", f"e{i}", AS_OF, polarity=-1, source=f"paper {i}") for i in range(9)]
    worse = mention("ARM", "w", AS_OF, polarity=1, source="another")
    assert article_signals(table(*easing), AS_OF)["article_easing"].to_list() == [0.0]
    assert article_signals(table(*easing, worse), AS_OF)["article_easing"].to_list() == [0.1]


def test_a_country_whose_stories_are_all_placed_has_a_rate_of_zero() -> None:
    rows = table(mention("ARM", "a", back(735)), mention("ARM", "b", back(720)))
    found = article_signals(rows, AS_OF).select("article_rate", "article_easing", "n_stories")
    assert found.rows() == [(0.0, 0.0, 1)]


def test_later_outlets_change_no_earlier_day() -> None:
    rows = [mention("KGZ", f"n{i}", back(100 + i), source=f"paper {i}") for i in range(5)]
    before = article_signals(table(*rows), back(60))
    later = [mention("KGZ", "x", back(10), source="new"), mention("KGZ", "y", back(5), source="paper 1")]
    assert article_signals(table(*rows, *later), back(60)).equals(before)
