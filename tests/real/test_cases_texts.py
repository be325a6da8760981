"""Cases after public bug reports: files, moments, articles, feeds, containers; skipped where absent."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.articles.mentions import find_mentions
from riskmodel.errors import InputUnreadable
from riskmodel.sources.formats import in_memory
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.request import InputRequest, open_input
from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real
TEN = "2022-05-01 10:00:00+00:00"


@pytest.fixture
def cases(real_data: Path) -> Path:
    folder = real_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip("no cases")
    return folder


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("10-inch-marks-swallow-rows/inch.csv", [1001, 1002, 1003, 1004, 1009]),
        ("10-inch-marks-swallow-rows/backslash.csv", [1001, 1002, 1003, 1009]),
        ("10-inch-marks-swallow-rows/one_inch.csv", [1001, 1002, 1003]),
        ("20-parquet-with-indian-time/trade_extra_column.parquet", None),
        ("25-sentences-that-mislead/sep.csv", [1000]),
        ("25-sentences-that-mislead/blank_first.csv", [1000]),
        ("25-sentences-that-mislead/two_marks.csv", [1000]),
        ("25-sentences-that-mislead/title_first.csv", [1000]),
        ("25-sentences-that-mislead/t.csv.bz2", [1000]),
        ("25-sentences-that-mislead/t.csv.xz", [1000]),
    ],
)
def test_rows(cases: Path, name: str, values: list[int] | None) -> None:
    found = read_trade([cases / name]).frame["value_usd"].to_list()
    assert len(found) == 1 if values is None else found == values


@pytest.mark.parametrize(
    ("name", "words"),
    [("t.csv.zst", "zstd"), ("full.7z", "corrupt 7z archive"), ("t.xls", "an old workbook")],
)
def test_broken_containers_are_named(cases: Path, name: str, words: str) -> None:
    with pytest.raises(InputUnreadable, match=words):
        read_trade([cases / "25-sentences-that-mislead" / name])


@pytest.mark.parametrize(("name", "rows"), [("hive", 2), ("BACI_HS17_Y2021_V202401", 2), ("delta", 1)])
def test_partitioned_folders(cases: Path, name: str, rows: int) -> None:
    frame = read_trade([cases / "22-partitioned-folders" / name]).frame
    assert frame.height == rows
    if name.startswith("BACI"):
        assert "020329" in set(frame["hs6"])
        assert set(frame["hs_edition"]) == {"HS2017"}


@pytest.mark.parametrize("name", ["news", "compact.jsonl"])
@pytest.mark.parametrize("day", [None, date(2024, 1, 1)])
def test_news_please(cases: Path, name: str, day: date | None) -> None:
    batch = read_articles([cases / "13-one-article-a-file-pretty-printed" / name], published_at=day)
    assert [str(moment) for moment in batch.frame["published_at"]] == [TEN, TEN]


def test_two_pretty_objects(cases: Path) -> None:
    assert read_articles([cases / "13-one-article-a-file-pretty-printed/two_pretty.json"]).frame.height == 2


def test_dates(cases: Path) -> None:
    moments = read_articles([cases / "16-dates-of-databases/dates.jsonl"]).frame["published_at"]
    assert [str(m) for m in moments] == [TEN] * 6 + ["2022-05-01 00:00:00+00:00"] * 3


def test_places_that_are_no_countries(cases: Path) -> None:
    articles = read_articles([cases / "19-places-that-are-no-countries" / "sentences.jsonl"]).frame
    mentions = find_mentions(articles)
    shown = mentions.filter(pl.col("is_diversion") & (pl.col("country") != "USA"))
    found = set(shown.select("article_id", "country").iter_rows())
    assert found == {("person2", "KAZ"), ("town2", "COL"), ("delta", "NGA"), ("sound", "GEO")}


def test_json_feed_and_rss_give_the_same_texts(cases: Path) -> None:
    folder = cases / "17-html-in-tables-of-articles"
    one, other = (read_articles([folder / name]).frame for name in ("feed.json", "feed.rss"))
    assert one.select("article_id", "title", "text").equals(other.select("article_id", "title", "text"))
    assert not one["text"].str.contains("Georgia").any()


def test_indian_time(cases: Path) -> None:
    moments = read_articles([cases / "20-parquet-with-indian-time/articles.parquet"]).frame["published_at"]
    assert sorted(str(m) for m in moments) == ["2022-05-01 04:30:00+00:00", "2022-05-02 04:30:00+00:00"]


@pytest.mark.parametrize(
    ("name", "articles"), [("feeds", 2), ("ampersand.rss", 1), ("blank_first.rss", 1), ("atom03.xml", 1)]
)
def test_feeds(cases: Path, name: str, articles: int) -> None:
    assert read_articles([cases / "24-one-bad-feed-stops-the-job" / name]).frame.height == articles


def test_forms_of_news(cases: Path) -> None:
    folder = cases / "30-forms-that-users-have"
    assert read_articles([folder / "search_hits.jsonl"]).frame["article_id"].to_list() == ["1", "2"]
    (table,) = open_input("articles", InputRequest(articles=(folder / "gkg_frame.csv",)))
    assert in_memory(table).frame["country"].to_list() == ["TUR"]
    with pytest.raises(InputUnreadable, match="holds titles and addresses but no text"):
        read_articles([folder / "gdelt_doc.json"])
