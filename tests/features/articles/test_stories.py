"""Stories: copies and rewrites count once, retractions are marked, unlike reports stay apart."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.tables import ARTICLES
from features.articles.stories.clusters import Stories, as_known_on, stories_of, story_histories
from features.articles.stories.minhash import SketchFiles, sketch

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
    table = stories_of(sketch(pl.DataFrame(rows, schema=ARTICLES, orient="row"))).table
    return table.sort("article_id")


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
    turned = stories_of(sketch(pl.DataFrame(rows[::-1], schema=ARTICLES, orient="row"))).table
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


WORDS = ["lorries", "plant", "school", "service", "papers", "customs", "drivers", "machine", "tools", "urals"]


@st.composite
def dated_articles(draw: st.DrawFn) -> pl.DataFrame:
    """Copies, rewrites and bridges between stories over a few days, in any order."""
    rows = []
    for i in range(draw(st.integers(1, 14))):
        halves = [
            " ".join(WORDS[k:] + WORDS[:k]) * 3
            for k in draw(st.lists(st.sampled_from([0, 4, 8]), min_size=1, max_size=2))
        ]
        title = draw(st.sampled_from(["", "", "US sanctions five firms", "Ministry denies earlier report"]))
        day = datetime(2024, 3, draw(st.integers(1, 5)), tzinfo=UTC)
        rows.append((f"a{draw(st.integers(0, 99))}-{i}", day, "paper", "en", title, " ".join(halves), None))
    return pl.DataFrame(rows, schema=ARTICLES, orient="row")


@settings(max_examples=80, deadline=None)
@given(dated_articles())
def test_the_history_of_a_day_is_what_the_articles_of_that_day_make_alone(articles: pl.DataFrame) -> None:
    """No hindsight: later articles change neither stories nor flags of an earlier day."""
    dated = story_histories(sketch(articles))
    for day in range(1, 6):
        on = date(2024, 3, day)
        known = articles.filter(pl.col("published_at").dt.date() <= on)
        alone = stories_of(sketch(known)).table.sort("article_id")
        stood = as_known_on(dated.join(known.select("article_id"), on="article_id", how="semi"), on)
        assert stood.select(alone.columns).sort("article_id").equals(alone)


def test_a_later_retraction_is_not_known_before() -> None:
    rows = [
        ("a", datetime(2024, 3, 1, tzinfo=UTC), "p", "en", None, REPORT, None),
        ("b", datetime(2024, 3, 9, tzinfo=UTC), "p", "en", "Ministry denies earlier report", REPORT, None),
    ]
    history = story_histories(sketch(pl.DataFrame(rows, schema=ARTICLES, orient="row")))
    flags = {day: as_known_on(history, date(2024, 3, day))["retracted"][0] for day in (1, 8, 9)}
    assert flags == {1: False, 8: False, 9: True}


def test_sketches_in_files_make_the_same_stories(tmp_path: Path) -> None:
    rows = [
        (f"a{i}", datetime(2024, 3, 1, tzinfo=UTC), "p", "en", None, (REPORT, OTHER, "", "one")[i % 4], None)
        for i in range(12)
    ]
    articles = pl.DataFrame(rows, schema=ARTICLES, orient="row")
    files = SketchFiles(tmp_path)
    for start in range(0, 12, 5):
        files.append(sketch(articles.slice(start, 5), start))
    assert stories_of(files.read()).table.equals(stories_of(sketch(articles)).table)


def test_the_stories_of_some_articles_are_those_of_the_table() -> None:
    ids = [f"a{n * 7919 % 300}" for n in range(300)]
    table = pl.DataFrame({"article_id": ids}).with_columns(
        story_id=pl.format("s{}", "article_id"), about_listing=pl.lit(False), retracted=pl.lit(False)
    )
    asked = pl.Series(["a7", "b", None, "a299", "a7", "", "zz", "a10"], dtype=pl.String)
    found = Stories(table).of(asked)
    expected = table.filter(pl.col("article_id").is_in(["a7", "a299", "a10"]))
    assert found.sort("article_id").equals(expected.sort("article_id"))
    assert Stories(table.clear()).of(asked).is_empty()
