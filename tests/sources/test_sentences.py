"""Sentences that send the user the right way: what a file is, what it nearly is, what became of its rows."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskmodel.cli import cli
from riskmodel.errors import InputUnreadable
from riskmodel.sources.known_formats import KINDS, known_formats
from riskmodel.sources.listings import read_listings
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.trade.read import read_trade

MOST = 400
READERS = {"trade": read_trade, "listings": read_listings, "articles": read_articles}
TRADE = "reporter,partner,flow,hs6,hs_edition,period,value_usd\nDEU,KGZ,X,854231,HS2022,2022-05-01,1\n"
SDN = "<sdnList><publshInformation/><sdnEntry><uid>1</uid></sdnEntry></sdnList>"


def refusal(folder: Path, kind: str, data: bytes | str, name: str = "t.csv") -> str:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(InputUnreadable) as caught:
        READERS[kind]([path])
    sentence = str(caught.value)
    assert len(sentence) <= MOST and sentence.startswith(name)
    return sentence


@pytest.mark.parametrize("kind", ["trade", "listings"])
@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"Rar!\x1a\x07\x00", "is a RAR archive"),
        (b"%PDF-1.7", "is a PDF"),
        (b"SQLite format 3\x00", "is an SQLite database"),
        (b"RDX3\n", "write.csv"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"\x04\x22\x4d\x18", "is packed with LZ4"),
    ],
)
def test_a_file_is_named_as_what_it_is(tmp_path: Path, kind: str, head: bytes, words: str) -> None:
    assert words in refusal(tmp_path, kind, head + b"\x00" * 300)


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    assert "is a trade table (canonical): give it as --trade" in refusal(tmp_path, "listings", TRADE)
    assert "is a trade table (canonical): give it as --trade" in refusal(tmp_path, "articles", TRADE)
    given = "country,listed_on,jurisdiction,list,n_entities\nKGZ,2023-07-20,US,SDN,4\n"
    assert "is a list of sanctioned entities (canonical): give it as --listings" in refusal(
        tmp_path, "trade", given
    )
    articles = "published_at,title,text\n2022-01-01,t,x\n"
    assert "is a table of articles (article-table): give it as --articles" in refusal(
        tmp_path, "trade", articles
    )
    assert "is a goods list (tiered-list): give it as --goods" in refusal(
        tmp_path, "trade", "hs6,tier\n854231,1\n"
    )
    assert "is XML (its first element is 'sdnList')" in refusal(tmp_path, "trade", SDN, "sdn.xml")
    assert "give it as --articles" in refusal(tmp_path, "listings", "<rss><channel/></rss>", "news.xml")


def test_the_nearest_format_and_the_column_it_lacks(tmp_path: Path) -> None:
    sentence = refusal(
        tmp_path, "trade", "freq,reporter,partner,product,flow,indicators,TIME_PERIOD\nM,DE,KG,1,2,V,2022\n"
    )
    assert "is nearly a table of format comext-sdmx, and lacks column OBS_VALUE" in sentence
    assert "riskmodel formats trade" in sentence
    sentence = refusal(tmp_path, "trade", "t,i,j,k\n2021,1,2,3\n")
    assert "format baci, and lacks columns v, q" in sentence


@pytest.mark.parametrize("kind", ["trade", "listings", "articles"])
def test_an_unknown_header_is_short_though_it_has_many_columns(tmp_path: Path, kind: str) -> None:
    header = ",".join(f"column_with_a_long_name_{n}" for n in range(300))
    sentence = refusal(tmp_path, kind, f"{header}\n{','.join('1' * 300)}\n")
    assert "no known format" in sentence and f"riskmodel formats {kind}" in sentence


def test_rows_that_were_all_dropped_are_not_called_absent(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "typeCode,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,primaryValue\n"
        "C,202205,276,X,417,156,H6,854231,600\nC,202205,276,X,417,276,H6,854231,400\n"
    )
    result = CliRunner().invoke(cli, ["validate", "trade", str(path)])
    assert "All 2 rows were dropped as second_partner_part" in str(result.exception)
    assert "There are no rows" not in result.output


def test_every_format_is_listed_with_its_query() -> None:
    found = known_formats()
    assert {one.kind for one in found} == set(KINDS)
    assert all(one.known_by and one.query for one in found)
    assert len({(one.kind, one.name) for one in found}) == len(found)


def test_no_query_is_of_a_format_that_is_gone() -> None:
    from riskmodel.sources.known_formats import _queries

    assert set(_queries()) == {(one.kind, one.name) for one in known_formats()}


def test_the_command_lists_formats_as_text_and_json() -> None:
    text = CliRunner().invoke(cli, ["formats", "listings"])
    assert (
        text.exit_code == 0
        and "listings ofac-advanced-xml" in text.output
        and "trade" not in text.output.split()
    )
    given = json.loads(CliRunner().invoke(cli, ["formats", "--json"]).output)
    assert given == json.loads(CliRunner().invoke(cli, ["--json", "formats"]).output)
    assert {"kind", "name", "known_by", "query"} == set(given[0])
    assert len(given) == len(known_formats())
