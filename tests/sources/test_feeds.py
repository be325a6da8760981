"""Atom and RSS feeds: entries as articles, and nothing that a hostile feed asks for."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from features.articles.text.html import read_page, tidy_lines
from riskmodel.errors import InputUnreadable
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.articles import article_parts, read_articles

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Trade Wire</title><link>https://wire.example/</link><language>en-gb</language>
<atom:link href="https://wire.example/rss" rel="self"/>
<item><title>Chips &amp; lathes &lt;i&gt;move&lt;/i&gt;</title><link>https://wire.example/1</link>
 <guid isPermaLink="false">w1</guid><pubDate>Fri, 26 May 2023 08:27:49 -0500</pubDate>
 <media:title>Not this</media:title><description>Short.</description>
 <content:encoded><![CDATA[<p>Goods went <b>on</b> to Russia.</p><script>x()</script>
 <p>Again &amp; again.</p>]]></content:encoded></item>
<item><title>No date</title><description>Text.</description><guid>https://wire.example/2</guid></item>
<item><media:title>nothing to read</media:title></item>
<item><title>Odd date</title><description>a &lt; b</description><pubDate>yesterday</pubDate></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Feed</title>
<updated>2024-05-05T00:00:00Z</updated>
<entry><id>tag:a,1</id><title type="html">Ankara &amp;amp; Kyiv</title>
 <link rel="enclosure" href="https://a.example/sound"/><link href="https://www.a.example/1"/>
 <published>2024-03-01T10:00:00+03:00</published><updated>2024-04-01T00:00:00Z</updated>
 <summary>Sum.</summary>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One &lt;b&gt; two.</p><p>Three.</p>
 <style>p {}</style></div></content></entry>
<entry xml:lang="de-AT"><id>tag:a,2</id><title>Zwei</title><updated>2024-03-02T00:00:00Z</updated>
 <source><id>x</id><title>Die Zeitung</title></source><summary>Drei.</summary></entry>
</feed>"""


def read(tmp_path: Path, text: str | bytes, name: str = "a.xml", **options: date) -> pl.DataFrame:
    (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_articles([tmp_path / name], **options).frame


def test_an_rss_entry_becomes_an_article(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(RSS.replace("<pubDate>yesterday</pubDate>", ""))
    batch = read_articles([tmp_path])
    first, second, _ = batch.frame.to_dicts()
    assert first == {
        "article_id": "w1",
        "published_at": datetime(2023, 5, 26, 13, 27, 49, tzinfo=UTC),
        "source": "wire.example",
        "language": "en",
        "title": "Chips & lathes move",
        "text": "Goods went on to Russia.\nAgain & again.",
        "url": "https://wire.example/1",
        "source_file": "a.rss",
        "source_row": 1,
    }
    assert (second["published_at"], second["url"]) == (None, "https://wire.example/2")
    assert batch.frame["source_row"].to_list() == [1, 2, 4]
    assert (batch.rows_read, dict(batch.dropped)) == (4, {"entry_without_title_and_text": 1})
    assert [(file.reader, file.rows) for file in batch.files] == [("feed", 4)]


def test_a_date_that_does_not_parse_stays_for_the_contract_to_refuse(tmp_path: Path) -> None:
    frame = read(tmp_path, RSS)
    assert frame["published_at"].to_list()[1:] == [None, "yesterday"]
    assert frame["text"][2] == "a < b"


def test_an_atom_entry_becomes_an_article(tmp_path: Path) -> None:
    first, second = read(tmp_path, ATOM, "a.atom").to_dicts()
    assert first["published_at"] == datetime(2024, 4, 1, tzinfo=UTC), "no one read the changed text before"
    assert (first["title"], first["text"]) == ("Ankara & Kyiv", "One <b> two.\nThree.")
    assert (first["source"], first["url"]) == ("a.example", "https://www.a.example/1")
    assert first["language"] == "en"
    assert second["published_at"] == datetime(2024, 3, 2, tzinfo=UTC)
    assert (second["language"], second["source"]) == ("de", "Die Zeitung")


def test_rss_1_in_rdf_is_read(tmp_path: Path) -> None:
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>C</title></channel>'
        "<item><title>T</title><link>https://b.example/1</link><description>D.</description>"
        "<dc:date>2023-01-02T03:04:05Z</dc:date><dc:language>ru</dc:language></item></rdf:RDF>"
    )
    row = read(tmp_path, text, "feed.csv").row(0, named=True)
    assert (row["title"], row["text"], row["language"]) == ("T", "D.", "ru")
    assert row["published_at"] == datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_feed_without_any_date_may_be_dated_by_the_caller(tmp_path: Path) -> None:
    item = "<item><title>T</title><description>D</description>{}</item>"
    dated = item.format("<pubDate>Mon, 02 Jan 2023 00:00:00 GMT</pubDate>")
    day = date(2024, 1, 1)
    feed = f"<rss><channel>{item.format('') * 2}</channel></rss>"
    seen = read(tmp_path, feed, published_at=day)["published_at"].dt.date().to_list()
    assert seen == [day, day]
    feed = f"<rss><channel>{item.format('')}{dated}</channel></rss>"
    assert read(tmp_path, feed, published_at=day)["published_at"].dt.date().to_list() == [
        None,
        date(2023, 1, 2),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1251", "iso-8859-1"])
def test_the_encoding_of_the_declaration_is_honoured(tmp_path: Path, encoding: str) -> None:
    word = "Москва" if encoding != "iso-8859-1" else "Zürich"
    label = encoding.removesuffix("-sig")
    item = f"<item><title>{word}</title></item>"
    text = f'<?xml version="1.0" encoding="{label}"?><rss><channel>{item}</channel></rss>'
    assert read(tmp_path, text.encode(encoding))["title"].to_list() == [word]


def test_packed_feeds_and_feeds_in_folders_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(RSS.encode()))
    (tmp_path / "b.atom").write_text(ATOM)
    parts = article_parts([tmp_path])
    assert sum(frame.height for frame in parts) == 5
    assert [file.reader for file in parts.files] == ["feed", "feed"]


LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<rss><channel><item><title>&lol3;</title></item></channel></rss>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<rss><channel><item><title>&x;</title></item></channel></rss>"""
PARAMETER = """<!DOCTYPE rss SYSTEM "https://evil.example/x.dtd"><rss><channel/></rss>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, PARAMETER])
def test_a_document_type_is_refused_before_it_declares_anything(
    tmp_path: Path, text: str, encoding: str
) -> None:
    with pytest.raises(InputUnreadable, match=r"^a\.xml declares a document type"):
        read(tmp_path, text.encode(encoding))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (RSS[:-40], r"breaks off at line \d+; fetch it again"),
        ("<rss>&undefined;</rss>", r"is no well-formed XML at line 1 \(byte \d+\): undefined entity"),
        ("<html><body/></html>", r"is a web page, not a feed"),
        ("<urlset><url><loc>https://a.example/1</loc></url></urlset>", r"is a sitemap.*fetch the pages"),
        ("<opml><body/></opml>", r"is a list of feeds"),
        ("<table/>", r"is XML but no feed: its first element is table"),
        ("no xml at all", r"is no well-formed XML at line 1"),
        ("<rss><channel><title>a</b></channel></rss>", r"line 1 \(byte \d+\): mismatched tag"),
        ('<?xml version="1.0" encoding="none-such"?><rss/>', r"is (XML in an encoding|no well-formed XML)"),
    ],
)
def test_what_is_no_feed_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(
        InputUnreadable, match=rf"a\.xml.*{sentence}" if "a\\" not in sentence else sentence
    ) as e:
        read(tmp_path, text)
    assert "\n" not in str(e.value)


def test_a_feed_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(RSS)
    with pytest.raises(InputUnreadable, match=r"a\.xml is larger than 500 bytes"):
        list(article_parts([tmp_path / "a.xml"], limits=ReadingLimits(feed_bytes=500)))


def test_deep_nesting_and_entries_in_entries_do_no_harm(tmp_path: Path) -> None:
    deep = "<a>" * 50_000 + "x" + "</a>" * 50_000
    inner = "<item><title>inner</title></item>"
    text = (
        f"<rss><channel><item>{inner}<title>T</title><description>{deep}</description></item></channel></rss>"
    )
    frame = read(tmp_path, text)
    assert frame.select("title", "text").rows() == [("T", "x")]


@pytest.mark.parametrize("piece", ["<!--", "<a ", "</", "&", "<!", "<![CDATA[", "<![x >", "<!-- >", '<a x="'])
def test_html_without_ends_is_read_in_a_moment(piece: str) -> None:
    """Mark-up that is looked through again from each place would take the suite an hour."""
    assert read_page(piece * 100_000 + "end").text.endswith("end")


def test_mark_up_that_ends_is_left_out() -> None:
    html = "<p>One<!-- a <b> c --></p><![endif]><a title='x'>two</a> 1 < 2 <!-- open <i>three</i>"
    assert tidy_lines(read_page(html).text) == "One\ntwo 1 < 2 <!-- open three"


def test_an_empty_feed_is_a_table_without_rows(tmp_path: Path) -> None:
    assert read(tmp_path, "<rss><channel><title>T</title></channel></rss>").height == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("&amp; lathes", "& lathes"),
        ("<?xml", "\n \n<?xml"),
        ("&amp; lathes", "&amp;&nbsp;lathes"),
        ("&amp; lathes", "&amp; \x0blathes"),
        ("<?xml", "<br />\n<b>Warning</b>: no memory in /x.php\n<?xml"),
        ("</rss>", "</rss>\n<!-- cached --><script>x</script>"),
        ("</rss>", "</rss>\nNotice: done"),
        (RSS, RSS.replace("item>", "ITEM>").replace("pubDate", "pubdate").replace("title>", "Title>")),
    ],
)
def test_usual_faults_are_repaired_to_the_same_articles(tmp_path: Path, old: str, new: str) -> None:
    sound = read(tmp_path, RSS.encode())
    broken = RSS.replace(old, new)
    assert broken != RSS
    assert read(tmp_path, broken.encode()).equals(sound)


ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title><id>1</id>
<issued>2022-04-01T10:00:00Z</issued><modified>2022-05-01T10:00:00Z</modified>
<content type="text/html" mode="escaped">&lt;p&gt;Chips &amp;amp; lathes&lt;/p&gt;</content></entry></feed>"""


def test_atom_0_3_stands_at_its_last_change(tmp_path: Path) -> None:
    frame = read(tmp_path, ATOM_03.encode())
    assert frame["text"].to_list() == ["Chips & lathes"]
    assert [str(day.date()) for day in frame["published_at"]] == ["2022-05-01"]


def test_prefix_that_no_one_declared_is_known(tmp_path: Path) -> None:
    feed = (
        b"<rss><channel><item><title>T</title><content:encoded>whole</content:encoded></item></channel></rss>"
    )
    assert read(tmp_path, feed)["text"].to_list() == ["whole"]


@pytest.mark.parametrize("encoding", ["gb2312", "euc-kr", "shift_jis", "big5"])
def test_encodings_of_several_bytes(tmp_path: Path, encoding: str) -> None:
    word = {"euc-kr": "\ub7ec\uc2dc\uc544", "shift_jis": "\u30ed\u30b7\u30a2"}.get(encoding, "\u4e2d\u6587")
    item = f"<item><title>{word}</title></item>"
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel>{item}</channel></rss>'
    assert read(tmp_path, text.encode(encoding))["title"].to_list() == [word]


def test_entities_in_utf_16_and_a_wrong_declaration(tmp_path: Path) -> None:
    item = "<item><title>a&nbsp;b</title></item>"
    text = f'<?xml version="1.0" encoding="utf-16"?><rss><channel>{item}</channel></rss>'
    for data in (text.encode("utf-16"), text.encode()):
        assert read(tmp_path, data)["title"].to_list() == ["a b"]


def test_the_named_type_of_rss_0_91_is_passed_over(tmp_path: Path) -> None:
    kind = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/x.dtd">'
    )
    feed = '<?xml version="1.0"?>{}<rss version="0.91"><channel><item><title>T</title></item></channel></rss>'
    assert read(tmp_path, feed.format(kind))["title"].to_list() == ["T"]
    with pytest.raises(InputUnreadable, match="declares a document type"):
        read(tmp_path, feed.format(kind[:-1] + ' [<!ENTITY x "y">]>'))


def test_entries_of_an_unknown_namespace_do_not_vanish(tmp_path: Path) -> None:
    feed = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://example.org/own/">'
        "<item><title>T</title><link>https://b.example/1</link></item></rdf:RDF>"
    )
    assert read(tmp_path, feed)["title"].to_list() == ["T"]


@pytest.mark.parametrize(
    ("feed", "url"),
    [
        ('<rss><channel><link>https://a.example/news/</link><item><title>T</title><link>/1</link></item></channel></rss>',
         "https://a.example/1"),
        ('<feed xml:base="https://a.example/news/"><entry><title>T</title><link href="1"/></entry></feed>',
         "https://a.example/news/1"),
        ('<feed xml:base="https://a.example/"><entry xml:base="b/"><title>T</title><link href="1"/>'
         "</entry></feed>", "https://a.example/b/1"),
        ("<rss><channel><item><title>T</title><link>/1</link></item></channel></rss>", "/1"),
        ("<rss><channel><link>file:///e/</link><item><title>T</title><link>x</link></item></channel></rss>",
         "x"),
    ],
)  # fmt: skip
def test_relative_addresses(tmp_path: Path, feed: str, url: str) -> None:
    assert read(tmp_path, feed)["url"].to_list() == [url]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<content type="image/png">iVBORw0KGgo=</content><summary>S</summary>', "S"),
        ('<content type="text/html" mode="base64">PGI+</content><summary>S</summary>', "S"),
        ('<content type="text">&lt;p&gt;A&lt;/p&gt;</content>', "A"),
        ('<content type="text">a &lt;b&gt; c</content>', "a <b> c"),
    ],
)
def test_what_content_is_not_text_is_not_the_text(tmp_path: Path, content: str, text: str) -> None:
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title>{content}</entry></feed>'
    assert read(tmp_path, feed)["text"].to_list() == [text]


def test_json_named_as_a_feed_is_read_as_what_it_is(tmp_path: Path) -> None:
    text = '{"version": "1.1", "items": [{"id": "1", "title": "T", "content_text": "x"}]}'
    assert read(tmp_path, text)["text"].to_list() == ["x"]


def test_an_icon_ends_no_line(tmp_path: Path) -> None:
    feed = (
        "<rss><channel><item><description><![CDATA[<p>Chips<svg><title>Share</title></svg>reach Russia</p>]]>"
    )
    assert read(tmp_path, feed + "</description></item></channel></rss>")["text"].to_list() == [
        "Chips reach Russia"
    ]
