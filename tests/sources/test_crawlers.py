"""Articles as crawlers, search engines and data frames give them; no date of theirs is overruled."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.formats import in_memory
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.request import InputRequest, open_input

TEXT = "Microchips reach Russia through Turkey."
NEWS_PLEASE = {
    "authors": [], "date_download": "2022-06-01 10:00:00", "date_modify": None,
    "date_publish": "2022-05-01 10:00:00", "description": "Short.", "language": "en", "text": None,
    "maintext": TEXT, "source_domain": "example.org", "title": "Chips", "url": "https://example.org/1",
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "news-please": NEWS_PLEASE,
    "empty text": {**NEWS_PLEASE, "text": "  "},
    "newspaper": {"publish_date": "2022-05-01T10:00:00+00:00", "title": "Chips", "text": TEXT, "summary": "S.",  # noqa: E501
                  "meta_lang": "en", "source_url": "https://example.org", "url": "https://example.org/1"},
    "trafilatura": {"title": "Chips", "date": "2022-05-01 10:00", "text": TEXT, "raw_text": "x", "language": "en",  # noqa: E501
                    "filedate": "2022-06-01", "source": "https://example.org/1", "hostname": "example.org"},
    "scrapy": {"headline": "Chips", "article_text": TEXT, "published_time": 1651399200, "lang": "English",
               "url": "https://example.org/1", "scraped_at": "2022-06-01"},
    "schema.org": {"headline": "Chips", "articleBody": TEXT, "datePublished": "2022-05-01T12:00:00+02:00",
                   "dateModified": "2022-07-01", "inLanguage": "en-US", "url": "https://example.org/1"},
    "news api": {"source": {"id": None, "name": "example.org"}, "title": "Chips", "content": TEXT,
                 "publishedAt": "2022-05-01T10:00:00Z", "url": "https://example.org/1", "language": "en"},
    "mongo": {"_id": {"$oid": "62"}, "title": "Chips", "body": TEXT, "Date Published": {"$date": 1651399200000},  # noqa: E501
              "url": "https://www.example.org/1", "language": "en"},
}  # fmt: skip


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["line", "pretty", "list", "csv"])
def test_articles_of_each_crawler(tmp_path: Path, form: str, way: str) -> None:
    item = FORMS[form]
    if way == "csv":
        flat = {k: v if v is None or isinstance(v, str) else json.dumps(v) for k, v in item.items()}
        pl.DataFrame([flat]).write_csv(tmp_path / "a.csv")
        path = tmp_path / "a.csv"
    else:
        texts = {"line": json.dumps(item), "pretty": json.dumps(item, indent=2), "list": json.dumps([item])}
        path = write(tmp_path / "a.json", texts[way])
    for day in (None, date(2024, 1, 1)):
        row = read_articles([path], published_at=day).frame.row(0, named=True)
        assert (row["title"], row["text"], row["language"]) == ("Chips", TEXT, "en")
        assert str(row["published_at"]) == "2022-05-01 10:00:00+00:00"
        assert row["source"] == "example.org"


def test_pretty_objects_one_a_file_or_many(tmp_path: Path) -> None:
    one = json.dumps(NEWS_PLEASE, indent=2)
    folder = tmp_path / "news"
    folder.mkdir()
    write(folder / "1.json", one)
    write(folder / "2.json", one.replace("Chips", "Again"))
    assert read_articles([folder]).frame["title"].to_list() == ["Chips", "Again"]
    many = write(tmp_path / "many.json", f"{one}\n{one.replace('Chips', 'Again')}\n")
    assert read_articles([many]).frame["title"].to_list() == ["Chips", "Again"]
    with pytest.raises(InputUnreadable, match="no JSON object, or breaks off"):
        read_articles([write(tmp_path / "cut.json", one[:-40])])


def test_hits_of_a_search_engine(tmp_path: Path) -> None:
    hits = [
        {"_index": "n", "_id": str(i), "_source": {"title": "t", "text": f"x{i}", "date": "2022-05-01"}}
        for i in (1, 2)
    ]
    lines = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, hits)))
    answer = write(tmp_path / "b.json", json.dumps({"took": 1, "hits": {"total": 2, "hits": hits}}))
    for path in (lines, answer):
        assert read_articles([path]).frame["article_id"].to_list() == ["1", "2"]


def test_later_day_is_used_only_where_the_first_is_missing(tmp_path: Path) -> None:
    items = [
        {"text": "a", "date_publish": d, "date_download": "2022-06-01"} for d in ("2022-05-01", None, "")
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, items)))
    days = [str(d.date()) for d in read_articles([path]).frame["published_at"]]
    assert days == ["2022-05-01", "2022-06-01", "2022-06-01"]


def test_unknown_column_of_dates_is_never_overruled(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", json.dumps({"title": "t", "text": "x", "my_pub_day_time": "2022-05-01"})
    )
    with pytest.raises(InputUnreadable, match=r"dates in column 'my_pub_day_time'.*rename it published_at"):
        read_articles([path], published_at=date(2024, 1, 1))
    undated = write(tmp_path / "b.jsonl", json.dumps({"title": "t", "text": "x", "reading_time": "5 min"}))
    assert read_articles([undated], published_at=date(2024, 1, 1)).frame["published_at"][0].year == 2024


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"url": "u", "title": "t", "seendate": "20220501T101500Z"}, "GDELT's document service"),
        ({"urlkey": "k", "timestamp": "1", "filename": "f", "offset": "1"}, "index of Common Crawl"),
    ],
)
def test_lists_of_addresses_say_what_to_fetch(tmp_path: Path, item: dict[str, str], words: str) -> None:
    with pytest.raises(InputUnreadable, match=rf"a\.json.*{words}.*no text; fetch the pages"):
        read_articles([write(tmp_path / "a.json", json.dumps({"articles": [item]}))])


def test_frame_of_the_knowledge_graph(tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "GKGRECORDID": ["20220501101500-1"], "DATE": [20220501101500], "SourceCommonName": ["example.org"],
        "DocumentIdentifier": ["https://example.org/1"], "V2Locations": ["1#Turkey#TU#TU##39#35#TU#10"],
        "V2Themes": ["SANCTIONS,20"],
    })  # fmt: skip
    frame.write_csv(tmp_path / "a.csv")
    frame.write_parquet(tmp_path / "b.parquet")
    frame.rename({"DATE": "V2.1DATE"}).write_ndjson(tmp_path / "c.jsonl")
    for path in sorted(tmp_path.iterdir()):
        (table,) = open_input("articles", InputRequest(articles=(path,)))
        row = in_memory(table).frame.row(0, named=True)
        assert (table.kind, row["country"], row["themes"]) == ("gkg", "TUR", "SANCTIONS")
        assert str(row["published_at"]) == "2022-05-01 10:15:00+00:00"
