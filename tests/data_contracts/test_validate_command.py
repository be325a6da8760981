"""`riskmodel validate`: verdicts, exit codes, reports safe to open, and refused rows that can be fixed."""

import json
from pathlib import Path

import polars as pl
import pytest

from data_contracts.registry import CONTRACTS
from riskmodel.cli import main
from riskmodel.publication.safe_csv import write_quarantine_csv
from tools.contracts.examples import sound

pytestmark = pytest.mark.xdist_group("contracts")
HOSTILE = "<script>alert(1)</script>"


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["validate", *map(str, arguments)])
    return int(ended.value.code or 0)


def write(contract: str, path: Path, **cells: tuple[int, str]) -> Path:
    """The sound batch as CSV, with single cells (row from 1, value) replaced."""
    frame = sound(contract).drop("source_file", "source_row").cast(pl.String)
    for column, (row, value) in cells.items():
        here = pl.int_range(1, pl.len() + 1) == row
        frame = frame.with_columns(pl.when(here).then(pl.lit(value)).otherwise(column).alias(column))
    frame.write_csv(path)
    return path


@pytest.mark.parametrize(
    ("kind", "contract"),
    [("trade", "trade_flows"), ("articles", "articles"), ("listings", "listings"), ("goods", "goods")],
)
def test_sound_file_exits_zero(
    kind: str, contract: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kind, write(contract, tmp_path / "sound.csv")) == 0
    said = capsys.readouterr().out
    assert "40 rows read, 40 accepted, 0 refused" in said
    assert contract in said


def test_refused_row_is_named_and_the_batch_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("trade_flows", tmp_path / "flows.csv", hs6=(7, "10121"))
    assert run("trade_flows", path, "--report", tmp_path / "r.json") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "39 accepted, 1 refused" in said
    assert "flows.csv row 7: hs6 10121 (hs6_is_six_digits)" in said
    assert "leading zero" in said
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["report"]["rows_quarantined"] == 1
    assert report["examples"][0] == {
        "rule": "hs6_is_six_digits",
        "file": "flows.csv",
        "row": 7,
        "column": "hs6",
        "value": "10121",
    }


def test_critical_failure_exits_three_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = sound("trade_flows").drop("source_file", "source_row").with_columns(hs6=pl.lit("10121"))
    frame.write_csv(tmp_path / "lost_zeros.csv")
    assert run("trade", tmp_path / "lost_zeros.csv") == 3
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    for part in ("lost_zeros.csv", "some_rows_accepted", "40 of 40 rows", "row 1", "'10121'", "leading zero"):
        assert part in said


def test_unreadable_file_exits_five(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("trade", tmp_path / "absent.csv") == 5
    assert "absent.csv" in capsys.readouterr().err


def test_wrong_usage_exits_two(tmp_path: Path) -> None:
    path = write("goods", tmp_path / "goods.csv")
    assert run("shoes", path) == 2
    assert run("goods", path, "--report", tmp_path / "r.pdf") == 2
    assert run("goods", path, path) == 2
    assert run("goods", path, "--report", tmp_path / "no" / "folder" / "r.json") == 2
    assert not (tmp_path / "no").exists()


def test_html_report_escapes_what_files_hold(tmp_path: Path) -> None:
    path = write("trade_flows", tmp_path / "flows.csv", partner=(3, HOSTILE))
    assert run("trade", path, "--report", tmp_path / "r.html") == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "partner_is_a_country" in page


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    path = write("listings", tmp_path / "listings.csv", n_entities=(3, "0"))
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        assert run("listings", path, "--report", folder / "r.json", "--quarantine", folder) == 0
    for file in ("r.json", "listings.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


WRONG = {
    "trade_flows": ("value_usd", "-5", "5"),
    "articles": ("published_at", "5 Nov", "2023-10-05"),
    "listings": ("country", "=Dubai", "ARE"),
    "goods": ("hs6", "85420", "854299"),
}


@pytest.mark.parametrize("contract", WRONG)
def test_fixed_quarantine_is_accepted(contract: str, tmp_path: Path) -> None:
    """The refused row comes back with its other values as they were, and the fixed file passes."""
    column, wrong, right = WRONG[contract]
    path = write(contract, tmp_path / "given.csv", **{column: (7, wrong)})
    assert run(contract, path, "--quarantine", tmp_path / "refused") == 0
    refused = pl.read_csv(tmp_path / "refused" / f"{contract}.csv", infer_schema=False)
    assert refused.height == 1
    assert refused.row(0, named=True)["source_row"] == "7"
    assert refused.row(0, named=True)["source_file"] == "given.csv"
    flags = [name for name in refused.columns if name.startswith("broke_")]
    assert len(flags) == len(CONTRACTS[contract].row_rules)
    fixed = refused.with_columns(pl.lit(right).alias(column))
    fixed.write_csv(tmp_path / "fixed.csv")
    out = tmp_path / "again"
    assert run(contract, tmp_path / "fixed.csv", "--quarantine", out, "--report", tmp_path / "r.json") == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["report"]["rows_accepted"] == 1
    assert report["report"]["rows_quarantined"] == 0


def test_quarantine_csv_is_no_formula_and_keeps_numbers(tmp_path: Path) -> None:
    rows = pl.DataFrame({"name": ["=1+1", "@x", "+SUM(A1)", "-5", "+7.5", "plain", None]})
    write_quarantine_csv(rows.lazy(), tmp_path / "q.csv")
    lines = (tmp_path / "q.csv").read_text().splitlines()
    assert lines == ["name", "'=1+1", "'@x", "'+SUM(A1)", "-5", "+7.5", "plain", ""]


def test_an_earlier_batch_is_compared_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reporter that is gone since the last batch is named; without an earlier batch nothing is judged."""
    before = write("trade_flows", tmp_path / "before.csv")
    after = tmp_path / "after.csv"
    pl.read_csv(before, infer_schema=False).filter(pl.col("reporter") == "DEU").write_csv(after)
    report = tmp_path / "before.json"
    assert run("trade", before, "--report", report) == 0
    written = json.loads(report.read_text())
    assert not {r["rule"]: r for r in written["report"]["results"]}["reporters_still_there"]["judged"]
    assert run("trade", after, "--previous", report, "--report", tmp_path / "after.json") == 0
    results = {r["rule"]: r for r in json.loads((tmp_path / "after.json").read_text())["report"]["results"]}
    assert "Gone since the last batch: FRA" in results["reporters_still_there"]["detail"]
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    (run_folder / "contracts.json").write_text(json.dumps([written["report"]]))
    assert run("trade", after, "--previous", run_folder) == 0
    assert "Gone since the last batch" in capsys.readouterr().out
    assert run("articles", after, "--previous", report) == 2
