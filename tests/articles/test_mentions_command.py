"""`riskmodel mentions`: what it writes, what it says and how it refuses."""

import csv
import json
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from riskmodel.cli import main

ENGLISH = "Dealers in Bishkek sold sanctioned microchips to Russia, according to customs records."
GERMAN = "Die Türkei liefert Mikrochips nach Russland, sagte der Minister in Berlin am Dienstag."


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    file = tmp_path / "articles.jsonl"
    rows = [
        {"article_id": "=1+1", "published_at": "2024-03-01", "source": "=cmd", "title": "", "text": ENGLISH},
        {"article_id": "b", "published_at": "2024-03-02", "source": "paper", "title": "", "text": GERMAN},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


class Ended(NamedTuple):
    """How a command ended: exit code and everything it printed."""

    code: int
    text: str


def run(capfd: pytest.CaptureFixture[str], *words: object) -> Ended:
    with pytest.raises(SystemExit) as ended:
        main(["mentions", *map(str, words)])
    out, err = capfd.readouterr()
    assert isinstance(ended.value.code, int)
    return Ended(ended.value.code, out + err)


def test_parquet_has_the_rows_and_the_summary_counts_the_unread(
    articles: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.parquet"
    result = run(capfd, "--articles", articles, "--out", out)
    assert result.code == 0, result.text
    read = pl.read_parquet(out)
    assert read.select("country", "is_diversion").rows() == [("KGZ", True)]
    assert "1 articles not read for their language (de 1)" in result.text


def test_csv_cells_that_a_spreadsheet_would_run_are_neutralised(
    articles: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    assert run(capfd, "--articles", articles, "--out", out, "--quiet").code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("cmd" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []


def test_a_path_that_is_not_there_is_unreadable_input(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run(capfd, "--articles", tmp_path / "missing.csv", "--out", tmp_path / "out.parquet")
    assert result.code == 5
    assert not (tmp_path / "out.parquet").exists()


def test_an_unknown_ending_of_the_output_is_wrong_usage(
    articles: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run(capfd, "--articles", articles, "--out", tmp_path / "out.txt")
    assert result.code == 2
    assert ".parquet or .csv" in result.text
