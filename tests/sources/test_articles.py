"""Articles from tables of many column names and from plain text."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest

from data_contracts.tables import ARTICLES
from riskmodel.errors import InputUnreadable
from riskmodel.sources.news.articles import read_articles

DATES = {
    "2023-05-26": datetime(2023, 5, 26),
    "2023-05-26T08:27:49Z": datetime(2023, 5, 26, 8, 27, 49),
    "2023-05-26 08:27:49+00:00": datetime(2023, 5, 26, 8, 27, 49),
    "2023-05-26T08:27+03:00": datetime(2023, 5, 26, 5, 27),
    "2023-05-26 08:27:49": datetime(2023, 5, 26, 8, 27, 49),
    "2023-05-26T08:27:49.250Z": datetime(2023, 5, 26, 8, 27, 49, 250_000),
    "Fri, 26 May 2023 08:27:49 GMT": datetime(2023, 5, 26, 8, 27, 49),
    "Fri, 26 May 2023 08:27:49 -0500": datetime(2023, 5, 26, 13, 27, 49),
    "20230526": datetime(2023, 5, 26),
    "20230526082749": datetime(2023, 5, 26, 8, 27, 49),
}


@pytest.mark.parametrize("text", DATES)
def test_dates_in_use_become_utc(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "published": text, "title": "t", "text": "x"}) + "\n")
    assert read_articles([path]).frame["published_at"].to_list() == [DATES[text].replace(tzinfo=UTC)]


def test_one_bad_date_keeps_its_text_and_the_others_stay_readable(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,date,title,text\n1,2023-05-26,t,x\n2,yesterday,t,x\n3,,t,x\n")
    seen = read_articles([path]).frame["published_at"].to_list()
    assert seen[0].startswith("2023-05-26")
    assert seen[1:] == ["yesterday", None]


@pytest.mark.parametrize(
    "record",
    [
        {
            "article_id": "1",
            "published_at": "2023-01-02",
            "source": "s",
            "title": "t",
            "text": "x",
            "url": "u",
        },
        {"doc": "1", "date": "2023-01-02", "publisher": "s", "headline": "t", "abstract": "x", "link": "u"},
        {"guid": "1", "pubDate": "2023-01-02", "feed": "s", "title": "t", "content": "x", "url": "u"},
        {"id": "1", "published": "2023-01-02", "source": "s", "title": "t", "body": "x", "link": "u"},
    ],
)
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "csv.gz", "parquet"])
def test_column_names_in_use_are_known_in_every_container(tmp_path: Path, record: dict, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind.startswith("json"):
        path.write_text(json.dumps([record] if kind == "json" else record))
    elif kind == "parquet":
        pl.DataFrame([record]).write_parquet(path)
    else:
        text = pl.DataFrame([record]).write_csv().encode()
        path.write_bytes(gzip.compress(text) if kind.endswith("gz") else text)
    batch = read_articles([path])
    assert batch.frame.select(*ARTICLES).schema == pl.Schema(ARTICLES)
    row = batch.frame.select("article_id", "source", "language", "title", "text", "url").row(0)
    assert row == ("1", "s", None, "t", "x", "u")


def test_missing_ids_are_made_from_content_and_do_not_depend_on_the_file(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text('{"date": "2023-01-02", "title": "t", "text": "x", "url": "u"}\n')
    first, second = (read_articles([tmp_path / n]).frame["article_id"][0] for n in ("a.jsonl", "b.jsonl"))
    (tmp_path / "b.jsonl").write_text('{"date": "2023-01-02", "title": "t", "text": "y", "url": "u"}\n')
    other = read_articles([tmp_path / "b.jsonl"]).frame["article_id"][0]
    assert first == second != other
    assert len(first) == 16


def test_ids_unique_only_within_a_file_do_not_collide(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        lines = [
            {"id": 1, "date": "2023-01-02", "text": name},
            {"id": 2, "date": "2023-01-02", "text": "same"},
        ]
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)))
    ids = read_articles([tmp_path]).frame["article_id"].to_list()
    assert ids == ["1@a.jsonl", "2", "1@b.jsonl", "2"]


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({"source": "tass", "url": "https://x.org/1"}, "tass"),
        ({"source": "http://rss.example.org/feed.xml"}, "rss.example.org"),
        ({"url": "https://www.Example.org/a"}, "example.org"),
        ({}, "a.jsonl"),
    ],
)
def test_source_is_named_or_taken_from_the_address(tmp_path: Path, given: dict, source: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"date": "2023-01-02", "text": "x", **given}) + "\n")
    assert read_articles([path]).frame["source"].to_list() == [source]


@pytest.mark.parametrize(
    ("written", "language"),
    [("en-US", "en"), ("EN", "en"), ("pt_BR", "pt"), ("English", "en"), ("Elvish", "Elvish"), (None, None)],
)
def test_language_is_its_primary_code(tmp_path: Path, written: str | None, language: str | None) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"date": "2023-01-02", "text": "x", "lang": written}) + "\n")
    assert read_articles([path]).frame["language"].to_list() == [language]


def test_federal_register_tables_name_their_source(tmp_path: Path) -> None:
    path = tmp_path / "fr.csv"
    path.write_text("doc,date,title,abstract,topic_hits,url\n2022-1,2022-02-03,t,words,sanctions,u\n")
    batch = read_articles([path])
    row = batch.frame.row(0, named=True)
    assert (row["article_id"], row["source"], row["language"]) == ("2022-1", "federal_register", "en")
    assert batch.ignored_columns == ("topic_hits",)


def test_text_files_take_their_date_from_the_caller(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("A short title\n\nThe body of it.\nMore.", encoding="utf-8")
    (tmp_path / "two.txt").write_text("The first sentence is no title.\nMore.", encoding="utf-8")
    (tmp_path / "PROVENANCE.md").write_text("about the files")
    batch = read_articles([tmp_path], published_at=date(2024, 8, 5))
    assert batch.frame.select("article_id", "title", "text").rows() == [
        ("one", "A short title", "The body of it.\nMore."),
        ("two", None, "The first sentence is no title.\nMore."),
    ]
    assert batch.frame["published_at"].to_list() == [datetime(2024, 8, 5, tzinfo=UTC)] * 2
    assert [f.reader for f in batch.files] == ["plain-text", "plain-text", "skipped: a note, not data"]
    assert read_articles([tmp_path]).frame["published_at"].null_count() == 2


def test_text_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes("Größe".encode("latin-1"))
    with pytest.raises(InputUnreadable, match=r"one\.txt is not UTF-8 text: byte 2"):
        read_articles([tmp_path])


def test_quoted_newlines_and_commas_stay_in_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,date,title,text\n1,2023-01-02,"a, b","line one\nline ""two"""\n')
    assert read_articles([path]).frame["text"].to_list() == ['line one\nline "two"']


@pytest.mark.parametrize("key", ["entries", "items", "articles", "data"])
def test_feeds_as_json_are_read(tmp_path: Path, key: str) -> None:
    """Entries of RSS and Atom feeds, JSON Feed and news services: a list inside an object, nested cells."""
    entry = {
        "id": "1",
        "updated": "2023-05-26T08:27:49Z",
        "source": {"id": None, "name": "Paper"},
        "title": "t",
        "content": [{"type": "text/html", "value": "<p>Goods went on.</p>"}, {"value": "more"}],
        "link": "https://paper.example/1",
    }
    path = tmp_path / "feed.json"
    path.write_text(json.dumps({"version": "1.1", key: [entry, {**entry, "id": "2"}]}))
    row = read_articles([path]).frame.row(1, named=True)
    assert (row["article_id"], row["source"], row["text"]) == ("2", "Paper", "Goods went on.")
    assert row["published_at"] == datetime(2023, 5, 26, 8, 27, 49, tzinfo=UTC)


@pytest.mark.parametrize("text", ["[{not json}]", "{}", '[{"value": 1', "[{]", '{"name": "a text"}'])
def test_text_that_only_looks_like_json_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "date": "2023-05-26", "source": "s", "title": "t", "text": text}))
    assert read_articles([path]).frame["text"].to_list() == [text]


HTML = (
    "<nav>Goods reach Russia through Georgia.</nav><p>Chips reach Russia through <a href='x'>C&ocirc;te "
    "d&#8217;Ivoire</a>,<br/>data show&hellip;</p><script>var a = '<p>';</script><td>Two</td><td>cells</td>"
)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.rss"])
def test_html_is_reduced_to_what_a_reader_sees_in_every_container(tmp_path: Path, name: str) -> None:
    """Crawlers and JSON feeds leave tags and entities in titles and texts; feeds were always reduced."""
    row = {"id": "1", "date": "2023-05-26", "source": "s", "title": "Chips &amp; routes", "text": HTML}
    path = tmp_path / name
    if name.endswith("rss"):
        item = f"<guid>1</guid><title>{escape(row['title'])}</title><description>{escape(HTML)}</description>"
        path.write_text(f"<rss><channel><item>{item}</item></channel></rss>")
    elif name.endswith("jsonl"):
        path.write_text(json.dumps(row))
    else:
        frame = pl.DataFrame([row])
        frame.write_csv(path) if name.endswith("csv") else frame.write_parquet(path)
    read = read_articles([path]).frame.row(0, named=True)
    assert read["title"] == "Chips & routes"
    assert read["text"] == "Chips reach Russia through Côte d’Ivoire,\ndata show…\nTwo\ncells"


def test_a_text_without_html_is_not_touched(tmp_path: Path) -> None:
    text = "R&D of AT&T:\n\n  5 < 6, said A & B"
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "date": "2023-05-26", "source": "s", "title": "t", "text": text}))
    assert read_articles([path]).frame["text"].to_list() == [text]


@pytest.mark.parametrize(
    "text", ["<a " * 50_000, "&#" + "9" * 50_000 + ";", "<![if " * 20_000, "<!" * 50_000]
)
def test_broken_html_is_read_at_once(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    row = {"id": "1", "date": "2023-05-26", "source": "s", "title": "t", "text": text + "<p>Chips.</p>"}
    path.write_text(json.dumps(row))
    assert read_articles([path]).frame["text"][0].endswith("Chips.")
