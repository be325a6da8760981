"""What is exported from a store can be read elsewhere, each version under its own name."""

import json

import pytest
from runs_of_fetch import current, fetched, small_world, weather

from riskmodel.sources.trade.read import read_trade
from riskmodel.store.layout import open_store


def test_exported_baci_is_read_as_a_trade_table(monkeypatch, tmp_path, run):
    monkeypatch.setenv("RISKMODEL_BACI_VERSION", "HS22_V202501")
    with weather(monkeypatch, small_world(first="202301"), "baci"):
        assert not fetched(tmp_path / "s", "baci").problems
    words = [
        "store",
        "export",
        "--store",
        tmp_path / "s",
        "--source",
        "baci",
        "--unpack",
        "--out",
        tmp_path / "o",
    ]
    assert run(words).code == 0
    lines = [json.loads(text) for text in (tmp_path / "o" / "ledger.jsonl").read_text().splitlines()]
    assert all(line["licence"].startswith("Etalab") for line in lines)
    years = [line["file"] for line in lines if "_Y20" in line["file"]]
    rows = read_trade([tmp_path / "o" / name for name in years]).frame
    assert rows.height and set(rows["source"]) == {"cepii_baci"}


def test_an_archive_of_eurostat_is_exported_as_the_table_in_it(monkeypatch, tmp_path, run):
    pytest.importorskip("py7zr", reason="7z archives need the extra `fetch` (py7zr)")
    with weather(monkeypatch, small_world()):
        assert not fetched(tmp_path / "s", "comext", until="2024-01").problems
    words = [
        "store",
        "export",
        "--store",
        tmp_path / "s",
        "--source",
        "comext",
        "--unpack",
        "--out",
        tmp_path / "o",
    ]
    assert run(words).code == 0
    (table,) = (tmp_path / "o").glob("*.dat")
    assert table.read_text().startswith("REPORTER,PARTNER,")


@pytest.mark.parametrize("name", ["uk-list", "eu-annex-iv", "opensanctions", "federal-register", "comext"])
def test_every_source_can_be_exported_byte_for_byte(monkeypatch, tmp_path, run, name):
    if name == "comext":
        pytest.importorskip("py7zr", reason="7z archives need the extra `fetch` (py7zr)")
    with weather(monkeypatch, small_world()):
        assert not fetched(tmp_path / "s", name).problems
    assert (
        run(["store", "export", "--store", tmp_path / "s", "--source", name, "--out", tmp_path / "o"]).code
        == 0
    )
    lines = [json.loads(text) for text in (tmp_path / "o" / "ledger.jsonl").read_text().splitlines()]
    assert len({line["file"] for line in lines}) == len(lines)
    for line in lines:
        assert (tmp_path / "o" / line["file"]).read_bytes() == current(tmp_path / "s", name, line["dataset"])


def test_a_source_that_is_not_there_is_one_sentence(monkeypatch, tmp_path, run):
    open_store(tmp_path / "s", create=True)
    ended = run(["store", "export", "--store", tmp_path / "s", "--source", "baci", "--out", tmp_path / "o"])
    assert ended.code == 2 and "holds nothing of" in ended.err and not (tmp_path / "o").exists()
