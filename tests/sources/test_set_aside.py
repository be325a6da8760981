"""One bad file of a folder does not stop the others, and is not lost without a word."""

import gzip
import json
from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.checked import passed_over
from riskmodel.sources.formats import in_memory
from riskmodel.sources.request import InputRequest, open_input
from riskmodel.sources.trade.read import read_trade

TRADE = "reporter,partner,flow,hs6,hs_edition,period,value_usd\nDEU,KGZ,X,854231,HS2022,2022-05-01,1\n"
ARTICLE = json.dumps({"title": "t", "text": "x", "date": "2022-05-01"})
RECORD = "\t".join(["20220501101500-1", "20220501101500", "1", "e.org", "https://e.org/1", *[""] * 3, "", "",
                    "1#Turkey#TU#TU##39#35#TU#10", *[""] * 16])  # fmt: skip
GOOD = {"trade": ("a.csv", TRADE), "articles": ("a.jsonl", ARTICLE), "gkg": ("a.gkg.csv", RECORD)}
BAD = {
    "trade": {"b.csv": b"colour,weight\nred,3\n", "c.csv.gz": gzip.compress(TRADE.encode())[:-9], "d.csv": b"",  # noqa: E501
              "e.csv": TRADE.encode() + b'DEU,"KGZ,X\n', "f.parquet": b"PAR1xx"},
    "articles": {"b.rss": b"<rss><channel>", "c.json": b"[1, 2]", "d.txt": b"\xff\xfe\xfa", "e.warc": b"no",
                 "f.xml": b"<!DOCTYPE a><rss/>"},
    "gkg": {"b.gkg.csv.gz": gzip.compress(RECORD.encode() * 99)[:-9], "c.gkg.csv.zip": b"PK\x03\x04xx"},
}  # fmt: skip


def folder(root: Path, kind: str) -> Path:
    name, text = GOOD[kind]
    (root / name).write_text(text)
    for other, content in BAD[kind].items():
        (root / other).write_bytes(content)
    return root


def read(path: Path, kind: str, strict: bool = False) -> list[tuple[int, dict[str, str]]]:
    name = "trade" if kind == "trade" else "articles"
    request = InputRequest(**{name: (path,)}, strict=strict)
    tables = [in_memory(table) for table in open_input(name, request)]
    return [(table.frame.height, {f.name: f.reader for f in table.files}) for table in tables]


@pytest.mark.parametrize("kind", GOOD)
def test_bad_files_are_set_aside_with_their_reason(tmp_path: Path, kind: str) -> None:
    ((rows, readers),) = read(folder(tmp_path, kind), kind)
    assert rows == 1
    assert set(readers) == {GOOD[kind][0], *BAD[kind]}
    for name in BAD[kind]:
        assert readers[name].startswith("skipped: set aside, "), readers


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("number", [0, 1])
def test_strict_stops_and_so_does_a_file_named_outright(tmp_path: Path, kind: str, number: int) -> None:
    name, content = list(BAD[kind].items())[number]
    (tmp_path / GOOD[kind][0]).write_text(GOOD[kind][1])
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputUnreadable, match=name.replace(".", r"\.")):
        read(tmp_path, kind, strict=True)
    with pytest.raises(InputUnreadable, match=name.replace(".", r"\.")):
        read(tmp_path / name, kind)


@pytest.mark.parametrize("kind", GOOD)
def test_folder_of_bad_files_is_refused(tmp_path: Path, kind: str) -> None:
    folder(tmp_path, kind)
    (tmp_path / GOOD[kind][0]).unlink()
    with pytest.raises(InputUnreadable):
        read(tmp_path, kind)


def test_tables_read_together_lose_only_the_bad_one(tmp_path: Path) -> None:
    head = "period,reporterCode,partnerCode,flowCode,cmdCode,primaryValue,classificationCode,typeCode\n"
    (tmp_path / "a.csv").write_text(head + "202205,276,417,X,854231,5,H6,C\n")
    (tmp_path / "b.csv").write_text(head + "202205,276,417,X,TOTAL,5,H6,C\n202205,276,417,X,85,5,H6,C\n")
    assert read_trade([tmp_path / "a.csv"]).frame.height == 1
    with pytest.raises(InputUnreadable, match="only totals"):
        read_trade([tmp_path / "b.csv"])
    assert read_trade([tmp_path]).frame["value_usd"].to_list() == [5]


def test_sentence_names_what_could_not_be_read_first(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x")
    batch = read_trade([folder(tmp_path, "trade")])
    sentence = passed_over(batch.files)
    assert sentence.startswith("Not used, 6 of 7 files: ")
    assert "b.csv: set aside, has a header of no known format" in sentence
    assert "README.md" not in sentence and "and 1 more" in sentence
    assert passed_over(batch.files[:1]) == ""
