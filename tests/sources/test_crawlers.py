"""Articles as crawlers, search engines and data frames give them; no date of theirs is overruled."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.formats import in_memory
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.articles import article_parts, read_articles
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
    "scrapy loader": {"title": ["Chips"], "text": ["", TEXT], "lang": ["eng"],
                      "date": ["2022-05-01T10:00:00Z"], "url": ["https://example.org/1"]},
    "wordpress": {"id": 5, "date": "2022-05-01T12:00:00", "date_gmt": "2022-05-01T10:00:00", "lang": "en",
                  "link": "https://example.org/1", "title": {"rendered": "Chips"},
                  "content": {"rendered": f"<p>{TEXT}</p>\n", "protected": False}},
    "guardian": {"id": "a", "webPublicationDate": "2022-05-01T10:00:00Z", "webTitle": "Chips", "lang": "en",
                 "webUrl": "https://example.org/1", "fields": {"bodyText": TEXT, "headline": "Chips"}},
    "event registry": {"lang": "eng", "date": "2022-05-01", "time": "10:00", "title": "Chips", "body": TEXT,
                       "source": {"title": "example.org"},
                       "dateTimePub": "2022-05-01T10:00:00Z"},
    "nothing said": {"title": "Chips", "text": "None", "maintext": TEXT, "published": "NaT", "language": "en",
                     "date": "0001-01-01T00:00:00Z", "date_publish": "1 mai 2022, 10:00", "source": "nan",
                     "publisher": "example.org"},
    "kibana": {"_source.title": "Chips", "_source.text": TEXT, "_source.date": "May 1, 2022 @ 10:00:00.000",
               "_source.language": "en", "_source.domain": "example.org"},
}  # fmt: skip


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("form", "way"),
    # The fields of the Guardian are objects, which no delimited text holds.
    [(f, w) for f in FORMS for w in ("line", "pretty", "list", "csv") if (f, w) != ("guardian", "csv")],
)
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


ROWS = [
    {"title": "Chips", "text": TEXT, "date": "2022-05-01"},
    {"title": "Again", "text": "x", "date": "2022-05-02"},
]
NAMES = ["title", "text", "date"]
FRAMES: dict[str, Any] = {
    "columns": {name: {str(i): row[name] for i, row in enumerate(ROWS)} for name in NAMES},
    "index": {f"https://example.org/{i}": row for i, row in enumerate(ROWS)},
    "split": {"columns": NAMES, "index": [0, 1], "data": [list(row.values()) for row in ROWS]},
    "list": {name: [row[name] for row in ROWS] for name in NAMES},
    "table": {"schema": {"fields": [{"name": "title", "type": "string"}]}, "data": ROWS},
    "one in the other": {"articles": {"results": ROWS, "totalResults": 2}},
    "graph": {"@context": "https://schema.org", "@graph": ROWS},
}


@pytest.mark.parametrize("form", FRAMES)
def test_data_frames_and_answers_are_their_articles(tmp_path: Path, form: str) -> None:
    frame = read_articles([write(tmp_path / "a.json", json.dumps(FRAMES[form]))]).frame
    assert frame["title"].to_list() == ["Chips", "Again"]
    assert frame["text"].to_list() == [TEXT, "x"]
    assert [str(day.date()) for day in frame["published_at"]] == ["2022-05-01", "2022-05-02"]


def test_line_breaks_within_texts_of_json(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", '[{"title": "t", "text": "one\ntwo", "date": "2022-05-01"}]')
    assert read_articles([path]).frame["text"].to_list() == ["one\ntwo"]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["01/05/2022", "13/05/2022 10:00"], ["2022-05-01", "2022-05-13"]),
        (["01/05/2022 10:00 AM", "01/13/2022"], ["2022-01-05", "2022-01-13"]),
        (["01-05-2022", "31-05-2022"], ["2022-05-01", "2022-05-31"]),
        (["05/05/2022", "2022-05-01"], ["2022-05-05", "2022-05-01"]),
        (["01/05/2022", "02/05/2022"], None),
        (["01/05/2022", "13/05/2022", "05/13/2022"], None),
    ],
)
def test_day_or_month_first_is_decided_by_the_whole_file(
    tmp_path: Path, ending: str, written: list[str], read: list[str] | None
) -> None:
    frame = pl.DataFrame({"title": "t", "text": [str(i) for i, _ in enumerate(written)], "date": written})
    path = tmp_path / f"a.{ending}"
    (frame.write_csv if ending == "csv" else frame.write_ndjson)(path)
    # The file in parts of one row: the cell that decides comes in a later part.
    parts = article_parts([path], limits=ReadingLimits(table_rows=1, whole_bytes=1))
    found = in_memory(parts).frame["published_at"]
    if read is None:
        assert found[0] == "01/05/2022 (is the day or the month first?)"
    else:
        assert [str(moment)[:10] for moment in found] == read


PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Chips</title>
<meta property="og:site_name" content="Example"><link rel="canonical" href="https://example.org/1">
<meta property="article:published_time" content="2022-05-01T12:00:00+02:00"></head>
<body><nav>Georgia</nav><article><p>%s</p></article></body></html>"""


def test_a_saved_page_is_an_article(tmp_path: Path) -> None:
    write(tmp_path / "a.html", PAGE % TEXT)
    row = read_articles([tmp_path], published_at=date(2024, 1, 1)).frame.row(0, named=True)
    assert (row["title"], row["text"], row["url"]) == ("Chips", TEXT, "https://example.org/1")
    assert (row["source"], row["language"]) == ("Example", "en")
    assert str(row["published_at"]) == "2022-05-01 10:00:00+00:00", "a known date is never overruled"


@pytest.mark.parametrize(
    ("old", "new", "day"),
    [
        ("article:published_time", "x", None),
        ("<nav>", '<script type="application/ld+json">{"datePublished": "2022-04-01"}</script><nav>',
         "2022-05-01"),
        ('<meta property="article:published_time" content="2022-05-01T12:00:00+02:00">',
         '<script type="application/ld+json">{"datePublished": "2022-04-01"}</script>',
         "2022-04-01"),
        ('<meta property="article:published_time" content="2022-05-01T12:00:00+02:00"></head>\n<body>',
         '</head><body><time itemprop="datePublished" datetime="2022-03-01">x</time>', "2022-03-01"),
    ],
)  # fmt: skip
def test_the_day_that_a_page_gives(tmp_path: Path, old: str, new: str, day: str | None) -> None:
    assert old in PAGE
    path = write(tmp_path / "a.htm", PAGE.replace(old, new) % TEXT)
    found = read_articles([path]).frame["published_at"][0]
    assert (found and str(found)[:10]) == day


XML = f"""<doc sitename="Example" title="Chips" date="2022-05-01" source="https://example.org/1" hostname="e">
<main><head>Chips</head><p>{TEXT}</p></main><comments><p>Georgia</p></comments></doc>"""
TEI = f"""<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Chips</title></titleStmt>
<publicationStmt><publisher>Example</publisher></publicationStmt><sourceDesc><bibl><ptr target="https://example.org/1"/>
<date>2022-05-01</date></bibl></sourceDesc></fileDesc></teiHeader>
<text><body><div type="entry"><p>Chips</p><p>{TEXT}</p></div></body></text></TEI>"""


@pytest.mark.parametrize("text", [XML, TEI])
def test_xml_of_trafilatura(tmp_path: Path, text: str) -> None:
    row = read_articles([write(tmp_path / "a.xml", text)]).frame.row(0, named=True)
    assert (row["title"], row["text"]) == ("Chips", f"Chips\n{TEXT}")
    assert (row["source"], row["url"]) == ("Example", "https://example.org/1")
    assert str(row["published_at"].date()) == "2022-05-01"
    with pytest.raises(InputUnreadable, match="declares a document type"):
        read_articles([write(tmp_path / "b.xml", f"<!DOCTYPE doc [<!ENTITY x 'y'>]>{text}")])


def test_an_index_in_lines_says_what_to_fetch(tmp_path: Path) -> None:
    line = (
        'com,example)/1 20220501101500 {"url": "https://example.org/1", "mime": "text/html", "offset": "1"}\n'
    )
    with pytest.raises(InputUnreadable, match=r"is an index of Common Crawl.*fetch the pages"):
        read_articles([write(tmp_path / "a.jsonl", line * 2)])


HTML = (
    "<p>Microchips<svg><title>Share</title></svg> reach&nbsp;Russia<br>via T&uuml;rkiye &amp; Oman.</p>"
    "<table><tr><td>A</td><td>B</td></tr></table><nav>Georgia</nav><script>1</script><p hidden>Iran</p>"
    '<div style="display: none">Iraq</div><ul><li>5 &lt; 6</li></ul>'
)
SHOWN = "Microchips reach Russia\nvia T\u00fcrkiye & Oman.\nA\nB\n5 < 6"
RSS = "<rss><channel><item><guid>1</guid><description>{}</description></item></channel></rss>"
RESPONSE = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML
XHTML = HTML.replace("<br>", "<br/>").replace("&nbsp;", "&#160;").replace("&uuml;", "&#252;")
ONE_TEXT = {
    "cdata.rss": RSS.format(f"<![CDATA[{HTML}]]>"),
    "escaped.rss": RSS.format(HTML.replace("&", "&amp;").replace("<", "&lt;")),
    "xhtml.atom": "<feed><entry><id>1</id><content type='xhtml'><div>"
    + XHTML.replace("<p hidden>", "<p hidden='hidden'>") + "</div></content></entry></feed>",
    "items.json": json.dumps({"items": [{"id": "1", "title": "t", "content_html": HTML}]}),
    "lines.jsonl": json.dumps({"id": "1", "title": "t", "maintext": HTML}),
    "table.csv": pl.DataFrame({"id": ["1"], "title": ["t"], "text": [HTML]}).write_csv(),
    "page.html": f"<html><head><title>t</title></head><body>{HTML}</body></html>",
    "text.txt": HTML,
    "page.warc": "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
    f"Content-Length: {len(RESPONSE)}\r\n\r\n{RESPONSE}\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_TEXT)
def test_html_is_one_text_in_every_form(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(ONE_TEXT[name].encode())
    frame = read_articles([tmp_path / name], published_at=date(2022, 5, 1)).frame
    assert frame["text"].to_list() == [SHOWN]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"body": {"summary": [], "sections": [{"headline": "h", "paragraphs": ["a", "b"]}]}}, "h\na\nb"),
        ({"text": [{"type": "bold", "text": "Chips"}, " reach ", {"type": "link", "text": "Russia"}]},
         "Chips reach Russia"),
        ({"text": ["one", "", "two"]}, "one\ntwo"),
        ({"text": [1, 2]}, "[1, 2]"),
        ({"text": '{"sections": broken'}, '{"sections": broken'),
    ],
)  # fmt: skip
def test_texts_that_are_given_in_parts(tmp_path: Path, item: dict[str, Any], text: str) -> None:
    path = write(tmp_path / "a.json", json.dumps([{"title": "t", "publishing_date": "2022-05-01", **item}]))
    frame = read_articles([path]).frame
    assert frame["text"].to_list() == [text]
    assert str(frame["published_at"][0].date()) == "2022-05-01"


@pytest.mark.parametrize("name", ["items", "messages", "data", "records"])
def test_an_article_that_has_lists_is_one_article(tmp_path: Path, name: str) -> None:
    item = {"title": "Chips", "text": TEXT, "date": "2022-05-01", name: [{"id": 1}, {"id": 2}]}
    frame = read_articles([write(tmp_path / "a.json", json.dumps(item, indent=1))]).frame
    assert frame["title"].to_list() == ["Chips"]


def test_other_xml_named_doc_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="its first element is doc"):
        read_articles([write(tmp_path / "a.xml", "<doc><title>x</title><body>y</body></doc>")])
