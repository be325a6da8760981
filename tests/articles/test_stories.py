"""Stories: copies and rewrites count once, retractions are marked, unlike reports stay apart."""

from datetime import UTC, datetime

import polars as pl

from data_contracts.tables import ARTICLES
from features.articles.stories import story_table

REPORT = (
    "Customs officers in Kyrgyzstan stopped forty lorries with machine tools that were on the way to a plant "
    "in the Urals, the service said on Monday. The drivers carried papers for a school in Osh. "
    "The goods were made in Italy and worth nine million dollars, an official added."
)
OTHER = (
    "The central bank of Norway left its rate where it was and expects prices to rise by three per cent. "
    "Economists had thought that it would move in the spring, before the wage round begins in earnest."
)


def stories(*articles: tuple[str | None, str | None]) -> pl.DataFrame:
    day = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [(f"a{i}", day, f"paper {i}", "en", title, text, None) for i, (title, text) in enumerate(articles)]
    return story_table(pl.DataFrame(rows, schema=ARTICLES, orient="row")).table


def test_syndicated_copies_are_one_story_and_another_report_is_not() -> None:
    copies = [(None, REPORT), (None, REPORT + " Reporting by our staff."), (None, "Exclusive. " + REPORT)]
    table = stories(*copies, (None, OTHER))
    assert table["story_id"].to_list()[:3] == [table["story_id"][0]] * 3
    assert table["story_id"].n_unique() == 2


def test_the_story_id_does_not_depend_on_the_order_of_the_articles() -> None:
    table = stories((None, REPORT), (None, OTHER), (None, REPORT + " More follows."))
    day = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [
        (f"a{i}", day, "p", "en", None, t, None)
        for i, t in enumerate([REPORT, OTHER, REPORT + " More follows."])
    ]
    turned = story_table(pl.DataFrame(rows[::-1], schema=ARTICLES, orient="row")).table
    assert table.sort("article_id").equals(turned.sort("article_id"))


def test_texts_without_words_are_stories_of_their_own() -> None:
    assert stories((None, None), (None, ""), (None, "..."), (None, "one"))["story_id"].n_unique() == 4


def test_a_retraction_marks_its_story_and_no_other() -> None:
    table = stories(
        ("Ministry denies earlier report of a ban", REPORT), (None, REPORT), ("Bank holds its rate", OTHER)
    )
    assert table["retracted"].to_list() == [True, True, False]


def test_news_of_a_designation_is_marked_by_its_title_only() -> None:
    table = stories(("US sanctions five firms in Bishkek", REPORT), ("Lorries stopped near Osh", OTHER))
    assert table["about_listing"].to_list() == [True, False]
