"""Bad files give one sentence that names the file and how to fix it; bad cells reach the contract."""

import gzip
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable, WrongUsage
from riskmodel.sources.files import unpack
from riskmodel.sources.goods import read_goods
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.listings import read_listings
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.trade.read import read_trade

HEADER = "reporter,partner,flow,hs6,hs_edition,period,value_usd,net_kg,known_at,source"
ROW = "DEU,KGZ,X,854231,HS2022,2022-05-01,1200,3,2022-07-15,own"
CSV = f"{HEADER}\n{ROW}\n".encode()


def parquet_bytes(folder: Path) -> bytes:
    path = folder / "whole.parquet"
    pl.DataFrame({"a": list(range(1000))}).write_parquet(path)
    content = path.read_bytes()
    path.unlink()
    return content


UNREADABLE = {
    "empty.csv": (b"", "is empty"),
    "latin.csv": (CSV + "DEU,KGZ,X,854231,HS2022,2022-05-01,1,1,,Zür".encode("latin-1"), "not UTF-8"),
    "utf16.csv": (CSV.decode().encode("utf-16")[:-1], "UTF-16"),
    "cut.csv.gz": (gzip.compress(CSV * 50)[:-20], "truncated or corrupt gzip"),
    "flipped.csv.gz": (gzip.compress(CSV)[:20] + b"\x00\xff" + gzip.compress(CSV)[22:], "corrupt gzip"),
    "hollow.csv.gz": (gzip.compress(b""), "empty once unpacked"),
    "fake.parquet": (b"PAR1 but nothing else", "truncated or corrupt Parquet"),
    "named.parquet": (CSV, "is not a Parquet file"),
    "header.csv": (b"colour,weight\nred,3\n", "header of no known format"),
    "near.csv": (CSV.replace(b"partner,", b"partnr,"), "lacks column partner"),
    "twice.csv": (CSV.replace(b"partner,", b"reporter,"), "names column 'reporter' twice"),
    "long.csv": (CSV + f"{ROW},extra,more\n".encode(), "data row 2"),
    "shifted.csv": (f"{HEADER}\n{ROW},extra\n".encode(), "data row 1"),
    "quote.csv": (CSV + b'DEU,"KGZ,X\n', "inside a quoted cell"),
    "sheet.csv": (b"PK\x03\x04rest", "truncated or corrupt zip archive"),
    "blank.csv": (b"\n\n", "no header"),
    "list.json": (b"[1, 2, 3]", "no JSON object"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_file_gives_one_sentence_naming_it(tmp_path: Path, name: str) -> None:
    content, words = UNREADABLE[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputUnreadable, match=words) as error:
        read_trade([path])
    sentence = str(error.value)
    assert name in sentence
    assert "\n" not in sentence
    assert str(tmp_path) not in sentence


def test_truncated_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    path.write_bytes(parquet_bytes(tmp_path)[:-30])
    with pytest.raises(InputUnreadable, match=r"cut\.parquet is a truncated or corrupt Parquet file"):
        read_trade([path])


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match=r"nowhere\.csv does not exist"):
        read_trade([tmp_path / "nowhere.csv"])


def test_utf8_fault_is_named_by_its_byte_even_past_the_first_block(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    good = CSV + f"{ROW}\n".encode() * 30_000
    path.write_bytes(good + b"\xff")
    with pytest.raises(InputUnreadable, match=f"byte {len(good)} "):
        read_trade([path])


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(CSV + b"," * 5_000_000))
    limits = ReadingLimits(small_bytes=1_000_000)
    with (
        pytest.raises(InputUnreadable, match="unpacks to more than"),
        unpack.utf8_file(unpack.Source(path, path.name, limits)),
    ):
        pass


def test_unknown_format_name_lists_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_bytes(CSV)
    with pytest.raises(WrongUsage, match="canonical, comext-cn8"):
        read_trade([path], format="unheard-of")


def test_unknown_header_lists_columns_found_and_where_formats_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("colour,weight\nred,3\n")
    with pytest.raises(InputUnreadable, match=r"columns colour, weight.*riskmodel formats trade"):
        read_trade([path])


def test_a_near_miss_is_said_what_it_lacks_and_not_what_it_may_lack(tmp_path: Path) -> None:
    path = tmp_path / "near.csv"
    path.write_text(
        "reporter,partner,flow,hs6,hs_edition,period,source\nDEU,KGZ,X,854231,HS2022,2023-01-01,t\n"
    )
    with pytest.raises(InputUnreadable, match="lacks column value_usd, which"):
        read_trade([path])


BAD_CELLS = {
    "value_usd": ("-5", "12.5", "many", "1e6"),
    "period": ("2022-13-01", "Mayday 2022", "31.31.2022"),
    "hs6": ("54231", "ABCDEF"),
    "reporter": ("Atlantis", "QX"),
    "known_at": ("soon",),
}


@pytest.mark.parametrize(("column", "cell"), [(c, x) for c, cells in BAD_CELLS.items() for x in cells])
def test_bad_cell_reaches_the_contract_as_written(tmp_path: Path, column: str, cell: str) -> None:
    good = dict(zip(HEADER.split(","), ROW.split(","), strict=True))
    path = tmp_path / "trade.csv"
    pl.DataFrame([good, good | {column: cell}]).write_csv(path)
    batch = read_trade([path])
    assert str(batch.frame[column][1]) == cell
    assert str(batch.frame[column][0]) == good[column]
    assert batch.rows_read == batch.frame.height == 2


def test_header_without_rows_gives_an_empty_batch_with_all_columns(tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_text(HEADER + "\n")
    batch = read_trade([path])
    assert batch.frame.height == batch.rows_read == 0
    assert set(HEADER.split(",")) <= set(batch.frame.columns)


def test_all_null_column_stays_null(tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_text(f"{HEADER}\n{ROW.replace('1200', '')}\n{ROW.replace('1200', '')}\n")
    assert read_trade([path]).frame["value_usd"].null_count() == 2


def test_article_without_date_stays_undated(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps({"id": "1", "title": "t", "text": "x"}) + "\n")
    assert read_articles([path]).frame["published_at"].to_list() == [None]


def test_published_at_does_not_overrule_a_date_column(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text(
        '{"id": "1", "date": null, "text": "x"}\n{"id": "2", "date": "2023-01-02", "text": "y"}\n'
    )
    batch = read_articles([path], published_at=date(2024, 1, 1))
    assert [str(d)[:10] for d in batch.frame["published_at"]] == ["None", "2023-01-02"]


@pytest.mark.parametrize("read", [read_articles, read_listings, lambda paths: read_goods(paths[0])])
def test_other_kinds_refuse_what_they_do_not_know(tmp_path: Path, read) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("colour,weight\nred,3\n")
    with pytest.raises(InputUnreadable, match="header of no known format"):
        read([path])


def test_hostile_json_is_text_or_counted_never_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    deep = "[" * 100_000
    lines = [
        '{"id": 1, "date": "2023-01-02", "text": "half \\ud800 pair"}',
        deep,
        "{not json",
        '{"id": 2, "date": [1], "text": {"a": 1}}',
        '{"id": ' + "9" * 6000 + ', "text": "x"}',
    ]
    path.write_text("\n".join(lines) + "\n")
    batch = read_articles([path])
    assert batch.dropped == {"not_a_json_object": 3}
    assert batch.frame["source_row"].to_list() == [1, 4]
    assert batch.frame["text"].to_list() == ["half ? pair", '{"a": 1}']
