"""Bad input: one clear sentence or a quarantined row, the right exit code, nothing half-written."""

import gzip
import json
import os
from pathlib import Path

import polars as pl
import pytest


def _lines(tiny) -> list[str]:
    return (tiny.folder / "trade.csv").read_text().splitlines()


def _with_column(tiny, line: int, column: str, value: str) -> str:
    lines = _lines(tiny)
    place = lines[0].split(",").index(column)
    cells = lines[line].split(",")
    cells[place] = value
    lines[line] = ",".join(cells)
    return "\n".join(lines) + "\n"


UNREADABLE = {
    "missing": lambda tiny, path: None,
    "empty": lambda tiny, path: path.write_bytes(b""),
    "wrong header": lambda tiny, path: path.write_text("alpha,beta\n1,2\n"),
    "not UTF-8": lambda tiny, path: path.write_bytes(
        (tiny.folder / "trade.csv").read_bytes() + b"\xff\xfe\x00\n"
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_unreadable_file_ends_with_five_and_one_sentence(case, tiny, run, tmp_path):
    path = tmp_path / "bad.csv"
    UNREADABLE[case](tiny, path)
    ended = run(tiny.arguments(tmp_path / "run", trade=str(path)))
    assert ended.code == 5, ended.err
    assert "bad.csv" in ended.err and len(ended.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["cut.csv.gz", "cut.parquet"])
def test_a_truncated_file_ends_with_five_and_one_sentence(name, tiny, run, tmp_path):
    whole = tmp_path / f"whole-{name}"
    if name.endswith("gz"):
        whole.write_bytes(gzip.compress((tiny.folder / "trade.csv").read_bytes()))
    else:
        tiny.trade.write_parquet(whole)
    path = tmp_path / name
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    ended = run(tiny.arguments(tmp_path / "run", trade=str(path)))
    assert ended.code == 5, ended.err
    assert name in ended.err and len(ended.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


CRITICAL = {
    "header only": lambda tiny: _lines(tiny)[0] + "\n",
    "column of the wrong type": lambda tiny: tiny.trade.with_columns(value_usd=pl.lit("lots")).write_csv(),
    "all-null column": lambda tiny: tiny.trade.with_columns(period=pl.lit(None, pl.String)).write_csv(),
}


@pytest.mark.parametrize("case", CRITICAL)
def test_a_broken_batch_ends_with_three_and_leaves_its_verdicts(case, tiny, run, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(CRITICAL[case](tiny))
    ended = run(tiny.arguments(tmp_path / "run", trade=str(path)))
    assert ended.code == 3, ended.err
    assert "bad.csv" in ended.err and len(ended.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()
    refused = json.loads((tmp_path / "run-refused" / "manifest.json").read_text())
    assert refused["scored"] is False and refused["failures"]["trade_flows"]


def test_a_missing_column_is_a_broken_contract(tiny, run, tmp_path):
    path = tmp_path / "bad.csv"
    tiny.trade.drop("value_usd").write_csv(path)
    ended = run(tiny.arguments(tmp_path / "run", trade=str(path)))
    assert ended.code == 3, ended.err
    assert "bad.csv lacks column value_usd" in ended.err and len(ended.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


ROWS = {
    "negative value": ("value_usd", "-5"),
    "not a number": ("value_usd", "many"),
    "unknown country": ("partner", "QZZ"),
    "five digits": ("hs6", "85423"),
    "month in the future": ("period", "2090-01-01"),
    "not a date": ("period", "soon"),
    "unknown flow": ("flow", "Z"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_bad_row_is_set_apart_under_a_named_rule(case, tiny, run, tmp_path):
    column, value = ROWS[case]
    path = tmp_path / "bad.csv"
    path.write_text(_with_column(tiny, 7, column, value))
    ended = run(tiny.arguments(tmp_path / "run", trade=str(path)))
    assert ended.code == 0, ended.err
    refused = pl.read_csv(tmp_path / "run" / "quarantine" / "trade_flows.csv", infer_schema=False)
    assert refused.height == 1
    assert refused["source_row"].to_list() == ["7"] and refused["source_file"].to_list() == ["bad.csv"]
    broken = [name for name in refused.columns if name.startswith("broke_") and refused[name][0] == "true"]
    assert broken and value in refused.row(0)


def test_duplicate_keys_are_set_apart(tiny, run, tmp_path):
    lines = _lines(tiny)
    path = tmp_path / "bad.csv"
    path.write_text("\n".join([*lines, lines[3], lines[4].replace(",200000,", ",999999,")]) + "\n")
    ended = run(tiny.arguments(tmp_path / "run", trade=str(path)))
    assert ended.code == 0, ended.err
    refused = pl.read_csv(tmp_path / "run" / "quarantine" / "trade_flows.csv", infer_schema=False)
    assert 1 <= refused.height <= 3


def test_an_article_without_a_date_is_set_apart_unless_the_day_is_given(tiny, run, tmp_path):
    (tmp_path / "note.txt").write_text("Chips bound for Russia pass through Tajikistan, traders say.")
    place = str(tmp_path / "note.txt")
    ended = run(tiny.arguments(tmp_path / "one", articles=place))
    assert ended.code == 3 and "note.txt" in ended.err
    dated = run(tiny.arguments(tmp_path / "two", articles=place, published_at="2024-05-01"))
    assert dated.code == 0, dated.err


def test_a_folder_that_holds_something_else_is_not_replaced(tiny, run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("keep me")
    ended = run(tiny.arguments(tmp_path / "mine"))
    assert ended.code == 2 and "mine" in ended.err
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "keep me"


def test_a_failed_run_leaves_the_last_good_one(tiny, run, tmp_path):
    out = tmp_path / "run"
    assert run(tiny.arguments(out)).code == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert run(tiny.arguments(out, trade=str(tmp_path / "absent.csv"))).code == 5
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"as_of": "yesterday"}, 2),
        ({"as_of": "2090-01-01"}, 2),
        ({"baseline": "2021"}, 2),
        ({"baseline": "2021-12:2019-01"}, 2),
        ({"model": "../../etc/passwd"}, 4),
        ({"model": "transit-0000000000"}, 4),
        ({"trade": "", "articles": "", "listings": ""}, 2),
        ({"as_of": "2022-06-30"}, 2),
    ],
)
def test_wrong_usage_and_refused_models_end_with_their_code(options, code, tiny, run, tmp_path):
    ended = run(tiny.arguments(tmp_path / "run", **options))
    assert ended.code == code, ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "run").exists()


def test_an_earlier_date_with_a_later_goods_list_is_allowed_only_on_request(tiny, run, tmp_path):
    ended = run([*tiny.arguments(tmp_path / "run", as_of="2022-12-31"), "--allow-hindsight"])
    assert ended.code == 0, ended.err
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["goods"]["hindsight"] is True


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_unwritable_folder_is_said_in_one_sentence(tiny, run, tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    ended = run(tiny.arguments(tmp_path / "shut" / "run"))
    assert ended.code == 2 and "shut" in ended.err


def test_a_second_job_on_the_same_folder_is_refused(tiny, run, tmp_path):
    from riskmodel.publication.publish import exclusive

    with exclusive(tmp_path / "run"):
        ended = run(tiny.arguments(tmp_path / "run"))
    assert ended.code == 2 and "Another job" in ended.err


def test_nothing_is_left_behind_by_refused_runs(tiny, run, tmp_path):
    run(tiny.arguments(tmp_path / "run", trade=str(tmp_path / "absent.csv")))
    left = {path.name for path in Path(tmp_path).iterdir()}
    assert left <= {".run.lock"}


def test_a_baseline_after_the_date_is_wrong_usage_and_not_said_as_bad_input(tiny, run, tmp_path):
    ended = run([*tiny.arguments(tmp_path / "run"), "--baseline", "2025-01:2025-12"])
    assert ended.code == 2, ended.err
    assert "starts after --as-of" in ended.err and len(ended.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_a_table_of_imports_alone_is_said_to_be_one(tiny, run, tmp_path):
    path = tmp_path / "imports.csv"
    tiny.trade.with_columns(pl.lit("M").alias("flow")).write_csv(path)
    target = tmp_path / "run"
    ended = run(["score", "--trade", str(path), "--as-of", "2024-03-31", "--out", str(target)])
    assert ended.code == 3, ended.err
    assert "holds imports only (flow M)" in ended.err and "give the exports (flow X)" in ended.err
    assert "No transit country" not in ended.err
    assert not target.exists()
