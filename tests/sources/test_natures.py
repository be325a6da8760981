"""What is no table and no text is named as what it is, with the way out, in whatever it is packed."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.trade.read import read_trade

TRADE = "reporter,partner,flow,hs6,hs_edition,period,value_usd\nDEU,KGZ,X,854231,HS2022,2022-05,1000\n"
ARTICLE = '{"id": "1", "title": "t", "text": "x", "date": "2022-05-01"}\n'


def zipped(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["trade", "articles"])
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv.gz", gzip.compress(gzip.compress(TRADE.encode())), "is packed more than once; unpack it"),
        ("a.zip", zipped(), "is an empty zip archive; fetch it again"),
        ("a.zip", zipped(b_dot_zip=zipped(c_dot_csv=TRADE)), r"a.zip/b.zip is an archive; unpack it"),
        ("a.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:a\n", "is a pointer of Git LFS"),
        ("a.rds", gzip.compress(b"X\n\x00\x00\x00\x03rest"), r"is an R object \(.rds\)"),
        ("a.pkl", b"\x80\x04\x95abc", "is a pickle of Python"),
        ("a.npy", b"\x93NUMPY\x01\x00", "is an array of NumPy"),
        ("a.db", b"\x00" * 8 + b"DUCK" + b"\x00" * 40, "is a database of DuckDB"),
        ("a.rtf", rb"{\rtf1\ansi text}", "is an RTF document"),
        ("a.eml", b"Return-Path: <a@b>\nSubject: x, y\n\nText\n", "is a mail"),
        ("a.docx", zipped(**{"[Content_Types]_dot_xml": "x", "word__a_dot_xml": "x"}), "a text document"),
        ("a.json", b'{"statusCode": 429, "message": "Rate limit"}', r"error of its source.*Rate limit"),
        ("a.json", b'{"error": {"code": 3, "message": "no key"}}', "error of its source"),
        ("a.json", b'{"count": 0, "data": null, "error": "Bad request"}', "Bad request"),
        ("a.csv", b'"a,b,c"\n"1,2,3"\n', "has each of its lines between quotation marks"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",  # archives hold the time of day
)  # fmt: skip
def test_what_is_no_table_is_named(tmp_path: Path, kind: str, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputUnreadable, match=words) as refused:
        (read_trade if kind == "trade" else read_articles)([path])
    assert len(str(refused.value)) <= 400


def test_a_pointer_named_as_text_is_no_article(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:a\nsize 5\n")
    with pytest.raises(InputUnreadable, match="is a pointer of Git LFS"):
        read_articles([tmp_path / "a.txt"])


@pytest.mark.parametrize("sign", ["\x01", "^", "~"])
def test_rare_signs_between_cells(tmp_path: Path, sign: str) -> None:
    (tmp_path / "a.csv").write_text(TRADE.replace(",", sign))
    assert read_trade([tmp_path / "a.csv"]).frame["value_usd"].to_list() == [1000]


def test_lists_in_parquet_are_texts(tmp_path: Path) -> None:
    table = {"title": [["t"]], "text": [["one", "two"]], "date": ["2022-05-01"], "source": [{"name": "Wire"}]}
    pl.DataFrame(table).write_parquet(tmp_path / "a.parquet")
    row = read_articles([tmp_path / "a.parquet"]).frame.row(0, named=True)
    assert (row["title"], row["text"], row["source"]) == ("t", "one\ntwo", "Wire")


def test_an_article_about_an_error_is_an_article(tmp_path: Path) -> None:
    item = {**json.loads(ARTICLE), "error": "x", "message": "y"}
    (tmp_path / "a.json").write_text(json.dumps(item))
    assert read_articles([tmp_path / "a.json"]).frame.height == 1


def test_a_table_of_two_forms_at_once_is_refused(tmp_path: Path) -> None:
    header = "freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUEE,2,2023-01\n"
    (tmp_path / "a.csv").write_text(header + "M,DE,KG,85423190,2,VALUE_IN_EUROS,2023-01,1,2,3\n")
    with pytest.raises(InputUnreadable, match="keep one of the two forms"):
        read_trade([tmp_path / "a.csv"])
