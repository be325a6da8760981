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


def record(number: int, places: str, themes: str = "") -> str:
    fields = [""] * 27
    fields[0], fields[1], fields[3] = f"20240301120000-{number}", "20240301120000", "paper.example"
    fields[4], fields[8], fields[10] = f"https://paper.example/{number}", themes, places
    return "\t".join(fields)


def test_gdelt_records_are_kept_next_to_articles_with_less_certainty(
    articles: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    turkey, russia = "1#Turkey#TU#TU##39#35#TU#100", "1#Russia#RS#RS##60#100#RS#150"
    lines = [record(1, f"{turkey};{russia}", "SANCTIONS,120;"), "no record"]
    (tmp_path / "20240301.gkg.csv").write_text("\n".join(lines) + "\n")
    out = tmp_path / "out.parquet"
    result = run(capfd, "--articles", articles, "--articles", tmp_path / "20240301.gkg.csv", "--out", out)
    assert result.code == 0, result.text
    assert "GDELT: 1 records without text; left out: not_27_fields 1." in result.text
    read = pl.read_parquet(out)
    assert read["country"].to_list() == ["TUR", "KGZ"], "sorted by article"
    without = read.filter(pl.col("text").is_null()).row(0, named=True)
    assert (without["p_diversion"], without["is_diversion"]) == (0.3, True)
    assert read.filter(pl.col("country") == "KGZ")["p_diversion"][0] > 0.5


def test_parts_pieces_and_processes_change_no_byte(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from features.articles.mentions import find_mentions
    from riskmodel.mentions.run import write_mentions
    from riskmodel.operations.progress import Steps
    from riskmodel.sources.limits import ReadingLimits
    from riskmodel.sources.news.articles import read_articles
    from riskmodel.sources.request import InputRequest

    rows = [
        {"article_id": f"{i * 7919 % 40:02d}", "date": f"2024-03-{1 + i % 28:02d}", "source": "paper",
         "text": f"Dealers in Bishkek sold {i // 2} microchips to Russia. Tbilisi slept. {ENGLISH * (i % 3)}"}
        for i in range(40)
    ]  # fmt: skip
    rows += [rows[3], {**rows[4], "text": "Another text under the same id."}]
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    outs = [tmp_path / f"{name}.{kind}" for name in ("whole", "parts", "jobs") for kind in ("parquet", "csv")]
    for out in outs[:2]:
        assert run(capfd, "--articles", file, "--out", out).code == 0
    small = ReadingLimits(whole_bytes=10, table_rows=6, read_articles=5, sorted_articles=7)
    for out in outs[2:]:
        jobs = 2 if out.stem == "jobs" else 1
        counts = write_mentions(InputRequest(articles=(file,), limits=small), out, jobs, Steps())
        assert counts.refused == 3, "copies across parts"
    assert pl.read_parquet(outs[0]).equals(pl.read_parquet(outs[2]))
    assert outs[1].read_bytes() == outs[3].read_bytes() == outs[5].read_bytes()
    assert outs[2].read_bytes() == outs[4].read_bytes()
    accepted = read_articles([file]).frame.head(40).filter(pl.col("article_id") != rows[4]["article_id"])
    assert pl.read_parquet(outs[2]).equals(find_mentions(accepted))


def test_a_failed_run_leaves_the_last_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.parquet"
    out.write_bytes(b"before")
    (tmp_path / "a.csv").write_text("id,date,title,text\n1,,t,\n2,,t,\n")
    assert run(capfd, "--articles", tmp_path / "a.csv", "--out", out).code == 3
    assert out.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "out.parquet"]


def test_the_second_reader_is_asked_where_the_option_says_so(
    articles: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, both = tmp_path / "first.parquet", tmp_path / "both.parquet"
    assert run(capfd, "--articles", articles, "--out", first).code == 0
    assert run(capfd, "--articles", articles, "--out", both, "--second-reader").code == 0
    one, two = pl.read_parquet(first), pl.read_parquet(both)
    assert one.drop("p_diversion").equals(two.drop("p_diversion"))
    assert one["p_diversion"].item() != two["p_diversion"].item()
