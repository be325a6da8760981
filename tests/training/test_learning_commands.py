"""`riskmodel retrain` and `riskmodel backtest` as a user calls them: files in, files out, sentences."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from own_tables import own_trade, write_own_trade

from riskmodel.errors import RiskmodelError
from riskmodel.model.estimator import fit_heads
from riskmodel.outcomes.simulated_rows import WorldJob
from riskmodel.publication.digests import digest_file
from riskmodel.registry.champion import champion_id, load, promote, rollback, save, stored_ids
from riskmodel.worlds.corridors.params import WorldParams

Draw = Callable[..., pl.DataFrame]
HOLDER = {
    "target": "transit",
    "trained_on": "simulated worlds",
    "candidate": "logistic",
    "rows": 80,
    "events": 16,
    "worlds": {"seed": 1000, "n": 24},
}


Run = Callable[[Sequence[object]], Any]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_own_trade(tmp_path_factory.mktemp("own"))


@pytest.fixture
def models(draw_panel: Draw, tmp_path: Path) -> Path:
    """A folder of models with a champion that was fitted to drawn rows."""
    panel = draw_panel(40, 2, seed=1)
    heads = fit_heads(panel, panel["target"].to_numpy(), panel["block"].to_numpy(), n_draws=2, wanted=[])
    folder = tmp_path / "models"
    promote(save(heads, HOLDER, "# {model_id}\n", {}, folder), folder)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_retrain_learns_from_own_tables_and_weighs_the_new_model_against_the_champion(
    run: Run, quick: None, table: Path, models: Path
) -> None:
    before = champion_id(models)
    ended = run(["retrain", "--trade", table, "--models", models, "--jobs", 1])
    assert ended.code == 0, ended.err
    (made,) = set(stored_ids(models)) - {before}
    manifest = load(made, models).manifest
    assert manifest["trained_on"] == "own tables" and manifest["inputs"]["simulated"] == ["trade_flows"]
    (file,) = manifest["inputs"]["files"]
    assert file == {"kind": "trade_flows", "name": "trade.csv", "sha256": digest_file(table)}
    assert 0 < manifest["events"] < manifest["rows"]
    assert f"over champion {before}" in ended.out or f"{made} replaces {before}" in ended.out
    assert champion_id(models) == (made if "replaces" in ended.out else before)
    assert f"{made}/card.md" in ended.out
    assert not list(models.glob(".*")), "left behind"


def test_backtest_judges_both_candidates_on_own_tables_and_stores_nothing(
    run: Run, quick: None, table: Path, models: Path, tmp_path: Path
) -> None:
    before = content(models)
    words = ("backtest", "--trade", table, "--models", models, "--jobs", 1, "--out", tmp_path / "out")
    ended = run(words)
    assert ended.code == 0, ended.err
    assert "matched transit" in ended.out and "out/backtest.html" in ended.out
    found = json.loads((tmp_path / "out" / "backtest.json").read_text())
    assert found["simulated"] and "Rolling monthly origins" in found["protocol"]
    assert found["evaluation"]["slices"]["all"]["events"] > 0
    assert (tmp_path / "out" / "backtest.html").read_text().startswith("<!DOCTYPE html>")
    assert content(models) == before


def test_backtest_judges_the_champion_and_the_products_on_worlds(
    run: Run, quick: None, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_small(n_worlds: int, seed: int) -> list[WorldJob]:
        return [WorldJob(WorldParams.small(seed, n_coalition=3, last=date(2023, 6, 1)), step_months=6)]

    monkeypatch.setattr("riskmodel.backtest.run.training_jobs", one_small)
    monkeypatch.setattr("riskmodel.backtest.run.held_out_jobs", one_small)
    before = content(models)
    words = ("--worlds", 2, "--products", "--quiet", "--jobs", 1, "--out", tmp_path / "out")
    ended = run(["backtest", "--models", models, *words])
    assert ended == (0, "", "")
    found = json.loads((tmp_path / "out" / "backtest.json").read_text())
    assert found["model_id"] == champion_id(models)
    assert {"score", "learnt", "others_excess_usd"} <= set(found["products"]["methods"])
    assert "product score" in (tmp_path / "out" / "backtest.html").read_text()
    assert content(models) == before


def short(folder: Path) -> Path:
    """A table that ends before anything can be learnt from it."""
    own_trade().filter(pl.col("period").dt.year() < 2022).write_csv(folder / "short.csv")
    return folder / "short.csv"


def without(column: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        own_trade().drop(column).write_csv(folder / "trade.csv")
        return folder / "trade.csv"

    return write


WRONG = {
    "no file": (lambda folder: folder / "absent.csv", 5, "absent.csv"),
    "a file of something else": (lambda folder: Path(__file__), 5, "test_learning_commands.py"),
    "a column is missing": (without("value_usd"), 3, "value_usd"),
    "nothing to learn from yet": (short, 2, "2021-12"),
}


@pytest.mark.parametrize("command", ["retrain", "backtest"])
@pytest.mark.parametrize("case", WRONG)
def test_a_table_that_cannot_be_used_is_one_sentence_and_the_champion_stays(
    case: str, command: str, run: Run, models: Path, tmp_path: Path
) -> None:
    make, code, word = WRONG[case]
    before = content(models)
    out = ("--out", tmp_path / "out") if command == "backtest" else ()
    ended = run([command, "--trade", make(tmp_path), "--models", models, *out])
    assert ended.code == code, ended.err
    assert word in ended.err and len(ended.err.splitlines()) == 1
    assert "Unexpected" not in ended.err
    assert content(models) == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("retrain", "--articles", "news.jsonl"), 2, "need --trade"),
        (("retrain", "--worlds", "0"), 2, "--worlds"),
        (("retrain", "--models", "a-file"), 2, "--models: cannot use the folder"),
        (("backtest", "--models", "models", "--out", "a-file"), 2, "--out: cannot use the folder"),
        (("backtest", "--models", "models", "--model", "transit-0123456789"), 4, "no model"),
        (("backtest", "--models", "models", "--seed", "1003"), 2, "trained on"),
        (("backtest", "--models", "absent"), 4, "CHAMPION is missing"),
    ],
)
def test_a_wrong_word_is_refused_before_any_work(
    words: tuple[str, ...],
    code: int,
    said: str,
    run: Run,
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def work(*arguments: object, **named: object) -> None:
        raise AssertionError("worlds were simulated first")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("riskmodel.backtest.run.world_rows", work)
    monkeypatch.setattr("riskmodel.training.run.family_rows", work)
    (tmp_path / "a-file").write_text("")
    before = content(models)
    ended = run(words)
    assert ended.code == code, ended.err
    assert said in ended.err and "Unexpected" not in ended.err
    assert content(models) == before


@pytest.mark.parametrize(
    ("place", "number"),
    [("fitting", signal.SIGINT), ("storing", signal.SIGTERM), ("promoting", signal.SIGINT)],
)
def test_a_stop_leaves_the_champion_whole(place: str, number: int, models: Path) -> None:
    """The folder holds the old champion or the new one, nothing half; a second signal adds no noise."""
    before = champion_id(models)
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom types import SimpleNamespace\n"
        "from riskmodel.registry import champion\n"
        "from riskmodel.training import promotion, run\nfrom riskmodel.training.fit import Trained\n"
        f"def stopped(*a, **k):\n    os.kill(os.getpid(), {int(number)})\n    return work(*a, **k)\n"
        "def trained(*a, **k):\n"
        "    heads = champion.load(None, Path(sys.argv[-1])).heads\n"
        "    written = {'target': 'transit', 'trained_on': 'noise'}\n"
        "    manifest = SimpleNamespace(target='transit', to_json=lambda: written)\n"
        "    for head in heads.values(): head.intercepts_ = head.intercepts_ + 0.1\n"
        "    return Trained(heads, manifest, {}, '', None, 'logistic')\n"
        "def compared(made, model_id, holder, folder):\n    promotion.promote(model_id, folder)\n"
        "    return promotion.Promotion(model_id, True, 'promoted')\n"
        "run.from_families = trained\npromotion._compare = compared\n"
        "module, name = {'fitting': (run, 'from_families'), 'storing': (champion, 'put_in_place'),\n"
        "    'promoting': (champion, '_write')}[sys.argv.pop(1)]\n"
        "work = getattr(module, name)\nsetattr(module, name, stopped)\n"
        "from riskmodel.cli import main\nmain()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, place, "retrain", "--models", str(models)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 128 + number, ended.stderr
    assert ended.stderr.startswith("riskmodel: Stopped") and len(ended.stderr.splitlines()) == 1
    holder = load(None, models)  # every check of its files passed
    assert (holder.model_id != before) == (place == "promoting")
    assert len(stored_ids(models)) == (1 if place == "fitting" else 2)
    assert not list(models.glob(".*")), "left behind"
    if place == "promoting":
        assert rollback(models) == before


def test_a_stop_while_the_champion_itself_is_stored_again_keeps_it(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same model came out again, and the machine fails at the moment its folder is exchanged."""
    held = load(None, models)

    def fails(staging: Path, place: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("riskmodel.registry.champion.put_in_place", fails)
    with pytest.raises(RiskmodelError, match="the disk is full"):
        save(held.heads, held.manifest, "", {}, models)
    assert load(None, models).model_id == held.model_id
