"""No row of a delimited text is lost without a word: it is read right, or the file is refused by its row."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.csv_cells import NO_DIALECT
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.table import load
from riskmodel.sources.files.table_parts import load_parts
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade.read import read_trade

HEADER = "reporter,partner,flow,hs6,hs_edition,period,value_usd,description"
CODES = ("854231", "854232", "854233", "854239")


def table(*texts: str, end: str = "\n") -> str:
    rows = [
        f"DEU,KGZ,X,{code},HS2022,2022-05-01,{n},{t}"
        for n, (code, t) in enumerate(zip(CODES, texts, strict=True), 1)
    ]
    return end.join([HEADER, *rows]) + end


def values(path: Path) -> list[int]:
    return read_trade([path]).frame["value_usd"].to_list()


def in_parts(path: Path) -> int:
    source = Source(path, path.name, ReadingLimits(whole_bytes=1))
    return sum(part.frame.height for part in load_parts(source, lambda _: NO_DIALECT))


PLAIN = table("a", "b", "c", "d")
READ_RIGHT = {
    "not doubled at the end": table('"17""', "b", '"19""', "d"),
    "not doubled inside": table('"a 17" b"', "b", "c", '"19" d"'),
    "backslash": table(r'"17\" a"', "b", r'"19\" c"', "d"),
    "backslash and separator": table(r'"a \"b\", c"', "b", r'"\"c\""', "d"),
    "in plain cells": table('17"', "b", '19" c', "d"),
    "one": table("a", '"17" wide"', "c", "d"),
    "doubled": table('"17"""', "b", '"a ""b"" c"', "d"),
    "carriage returns": table("a", "b", "c", "d", end="\r"),
    "two returns": table("a", "b", "c", "d", end="\r\r\n"),
    "windows": table("a", "b", "c", "d", end="\r\n"),
    "line ends in quotes": table('"a\nb"', '"b\n\nc"', "c", '"d\r\ne"'),
    "sep": f"sep=,\n{PLAIN}",
    "sep semicolon": "sep=;\r\n" + PLAIN.replace(",", ";"),
    "bar": PLAIN.replace(",", "|"),
    "blank first": f"\n  \n{PLAIN}",
    "empty cells first": f",,,,,,,\n{PLAIN}",
    "title": f"Trade in chips\n\n{PLAIN}",
    "titles with commas": f"Chips, of Germany\nSource: own, 2022\n{PLAIN}",
    "two marks": "\ufeff\ufeff" + PLAIN,
    "quoted header": PLAIN.replace("description", '"description,\nwide"'),
}


@pytest.mark.parametrize("kind", READ_RIGHT)
def test_every_row_is_read_on_both_ways(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(READ_RIGHT[kind].encode())
    assert values(path) == [1, 2, 3, 4]
    assert in_parts(path) == 4


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_every_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(PLAIN.replace("a\n", "Zürich\n").encode(encoding))
    assert values(path) == [1, 2, 3, 4]
    assert in_parts(path) == 4


HIDDEN = table('"17 inch', "b", '19"', "d")
REFUSED = {
    "opened and never closed": (table('"17', "b", "c", "d"), r"data row [0-4]"),
    "rows within a cell": (table('"17 inch', "b", 'c"', "d"), r"data row 1"),
    "cut in its last line": (PLAIN[:-20], r"data row 4, after 7 of 8 cells|data row 4"),
    "return within a cell": (table("a", "b\rc", "c", "d"), r"data row [23]"),
    "too many cells": (table("a", '"17" b,c', "c", "d"), r"data row [12]"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_is_refused_by_its_row(tmp_path: Path, kind: str) -> None:
    text, words = REFUSED[kind]
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    for read in (values, in_parts):
        with pytest.raises(InputUnreadable, match=rf"t\.csv .*{words}") as error:
            read(path)
        assert len(str(error.value)) <= 400


def test_nul_characters_hide_no_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(table("a\x00", "\x00", "c", "d").encode())
    assert values(path) == [1, 2, 3, 4]


def test_line_above_the_header_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(READ_RIGHT["title"])
    batch = read_trade([path])
    assert batch.dropped == {"line_above_header": 1}
    assert batch.rows_read == 5


CELL = st.text(alphabet='ab1,;"\\ \n\r\t', max_size=6)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3).map(lambda row: ["x", *row]), min_size=1, max_size=6)
KEPT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cells(path: Path, limits: ReadingLimits) -> list[tuple[str | None, ...]]:
    parts = load_parts(Source(path, path.name, limits), lambda _: NO_DIALECT)
    return pl.concat([part.frame.select("k", "a", "b", "c") for part in parts]).rows()


@KEPT
@given(rows=ROWS)
def test_whatever_is_written_by_the_rules_is_read_as_it_was(tmp_path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([["k", "a", "b", "c"], *rows])
    path = tmp_path / "t.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    expected = [tuple(cell or None for cell in row) for row in rows]
    for limits in (ReadingLimits(), ReadingLimits(whole_bytes=1)):
        try:
            read = cells(path, limits)
        except InputUnreadable:
            assert any("\n" in cell or "\r" in cell for row in rows for cell in row)
            continue
        kept = [tuple(c and c.replace("\r\r\n", "\n") for c in row) for row in read]
        assert [r[0] for r in kept] == ["x"] * len(expected)
        if not any("\r" in cell for row in rows for cell in row):
            assert read == expected


@KEPT
@given(
    rows=st.lists(st.lists(st.text('ab1"\\ ', max_size=5), min_size=3, max_size=3), min_size=1, max_size=6)
)
def test_marks_that_are_not_doubled_never_hide_a_row(tmp_path: Path, rows: list[list[str]]) -> None:
    lines = [",".join(["k", *(f'"{cell}"' for cell in row)]) for row in rows]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["k,a,b,c", *lines]) + "\n", encoding="utf-8")
    for limits in (ReadingLimits(), ReadingLimits(whole_bytes=1)):
        try:
            assert len(cells(path, limits)) == len(rows)
        except InputUnreadable as error:
            assert "data row" in str(error)


def test_counting_apart_from_the_parser_refuses_what_it_counts_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HIDDEN)
    with pytest.raises(InputUnreadable, match="data row 1"):
        load(Source(path, path.name))


def test_marks_in_text_between_tabs_are_text(tmp_path: Path) -> None:
    text = table('"a', "b", 'c"', 'd "e" f').replace(",", "\t")
    path = tmp_path / "t.tsv"
    path.write_text(text)
    assert values(path) == [1, 2, 3, 4]
    (tmp_path / "u.tsv").write_text(text.replace("\tb\n", "\tb\tc\td\n"))
    with pytest.raises(InputUnreadable):
        values(tmp_path / "u.tsv")
