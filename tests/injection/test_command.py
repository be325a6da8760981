"""`riskmodel inject`: the same bytes every time, all of a folder or none, one clear sentence on errors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts.tables import TRADE_FLOWS
from riskmodel.injection.run import FILES
from riskmodel.scoring.manifest import is_simulated
from riskmodel.worlds.world import DIVERTED, ROLES

Run = Callable[..., Any]
MONTHS = pl.date_range(date(2021, 6, 1), date(2023, 6, 1), "1mo", eager=True).to_list()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [
        (
            reporter,
            partner,
            "X",
            hs6,
            "HS2022" if month.year > 2021 else "HS2017",
            month,
            9_000 + place,
            70,
            None,
            "o",
        )
        for place, reporter in enumerate(("DEU", "ITA", "KEN"))
        for partner in ("PER", "EGY", "RUS", "KEN", "VNM", "MYS")
        if partner != reporter
        for hs6 in ("853400", "847150", "870323")
        for month in MONTHS
    ]
    path = tmp_path / "trade.csv"
    pl.DataFrame(rows, schema=TRADE_FLOWS, orient="row").write_csv(path)
    return path


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _words(table: Path, out: Path, *more: object) -> list[object]:
    return [
        "inject",
        "--trade",
        table,
        "--seed",
        4,
        "--countries",
        2,
        "--amount",
        "400,000",
        "--out",
        out,
        *more,
    ]


def test_a_folder_is_written_and_says_what_it_is(table: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "injected"
    ended = run(_words(table, out))
    assert ended.code == 0 and "simulated" in ended.out
    assert {path.name for path in out.iterdir()} == set(FILES)
    flows = pl.read_parquet(out / "trade_flows.parquet")
    assert dict(flows.schema) == TRADE_FLOWS and is_simulated(flows)
    diverted = pl.read_csv(out / "diverted.csv", schema=DIVERTED)
    roles = pl.read_csv(out / "roles.csv", schema=ROLES)
    planted = pl.read_csv(out / "planted.csv", schema_overrides={"hs6": pl.String})
    assert roles.filter(role="diverter")["country"].to_list() == diverted["country"].unique().sort().to_list()
    content = json.loads((out / "inject.json").read_text())
    assert content["simulated"] is True and "did not happen" in content["statement"]
    assert content["sha256"] == {
        name: digest for name, digest in _digests(out).items() if name != "inject.json"
    }
    assert content["inputs"][0]["sha256"] == hashlib.sha256(table.read_bytes()).hexdigest()
    assert content["rows"]["trade_flows"]["accepted"] == content["rows"]["trade_flows"]["read"]
    inbound = planted.filter(pl.col("reporter").is_in(["DEU", "ITA"]))["value_usd"].sum()
    assert inbound == 800_000
    assert str(tmp_path) not in (out / "inject.json").read_text()


def test_the_same_request_gives_the_same_bytes_and_is_done_once(
    table: Path, tmp_path: Path, run: Run
) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    run(_words(table, first))
    run(_words(table, second))
    assert _digests(first) == _digests(second)
    assert "nothing was done" in run(_words(table, first)).out


def test_what_is_there_is_not_lost_unasked(table: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "injected"
    run(_words(table, out))
    before = _digests(out)
    refused = run(_words(table, out, "--seed", 5))
    assert refused.code == 2 and "--force" in refused.err and _digests(out) == before
    assert run(_words(table, out, "--seed", 5, "--force")).code == 0 and _digests(out) != before
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    assert run(_words(table, other, "--force")).code == 2 and (other / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--amount", "many"), 2, "range like"),
        (("--amount", "5:1"), 2, "range of amount"),
        (("--first-month", "2022-13"), 2, "not a month"),
        (("--first-month", "2019-01"), 2, "outside the trade table"),
        (("--countries", "9"), 2, "9 cannot be drawn"),
        (("--trade", "absent.csv"), 5, "absent.csv"),
    ],
)
def test_errors_are_one_sentence_and_leave_nothing(
    table: Path, tmp_path: Path, run: Run, more: tuple[str, ...], code: int, words: str
) -> None:
    out = tmp_path / "injected"
    ended = run(_words(table, out, *more))
    assert ended.code == code and words in ended.err and not out.exists()


def test_a_goods_list_of_ones_own(table: Path, tmp_path: Path, run: Run) -> None:
    goods = tmp_path / "goods.csv"
    goods.write_text("code\n870323\n")
    out = tmp_path / "injected"
    assert run(_words(table, out, "--goods", goods)).code == 0
    planted = pl.read_csv(out / "planted.csv", schema_overrides={"hs6": pl.String})
    assert set(planted["hs6"]) == {"870323"}
