"""One folder of models: the option --models, else RISKMODEL_MODELS_DIR, obeyed by every command."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskmodel.backtest.results import Choice, Evaluation, SliceResult, TrainingBacktest
from riskmodel.errors import WrongUsage
from riskmodel.model.estimator import fit_heads
from riskmodel.registry.champion import champion_id, promote, save, stored_ids
from riskmodel.training.promotion import Promotion

Run = Callable[[Sequence[object]], Any]
MANIFEST = {"target": "transit", "trained_on": "simulated worlds", "rows": 1, "events": 1}
BACKTEST = TrainingBacktest(
    "none",
    True,
    Choice("logistic", "boosting", "logistic", None, None),
    Evaluation({"all": SliceResult(0, 0)}),
)


@pytest.fixture(scope="module")
def two(draw_panel: Callable[..., pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `set` and `given`, each with two models and a champion of its own."""
    place = tmp_path_factory.mktemp("models")
    for seed, name in enumerate(("set", "given")):
        for again in (1, 5):
            panel = draw_panel(40, 2, seed=seed + again)
            y, block = panel["target"].to_numpy(), panel["block"].to_numpy()
            heads = fit_heads(panel, y, block, n_draws=0, wanted=[])
            promote(save(heads, MANIFEST, "# {model_id}\n", BACKTEST, place / name), place / name)
    return place


@pytest.fixture(params=["set", "given"])
def folder(
    request: pytest.FixtureRequest, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, list[object]]:
    """The folder that must be used, and the words that name it: none where the setting does."""
    place = tmp_path / "models"
    shutil.copytree(two, place)
    monkeypatch.setenv("RISKMODEL_MODELS_DIR", str(place / "set"))
    words: list[object] = ["--models", place / "given"] if request.param == "given" else []
    return place / str(request.param), words


def test_models_lists_promotes_and_rolls_back_in_the_folder(
    run: Run, folder: tuple[Path, list[object]]
) -> None:
    place, words = folder
    champion = champion_id(place)
    (other,) = set(stored_ids(place)) - {champion}
    listed = run(["models", "list", *words]).out
    assert [line.split()[0] for line in listed.splitlines()] == stored_ids(place)
    assert f"# {champion}" in run(["models", "show", champion, *words]).out
    said = run(["models", "promote", other, *words]).out
    assert champion_id(place) == other and str(place) in said
    said = run(["models", "rollback", *words]).out
    assert champion_id(place) == champion and str(place) in said


def test_score_loads_the_champion_of_the_folder(
    run: Run, folder: tuple[Path, list[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, words = folder

    def reached(request: object, settings: object, model: Any) -> None:
        raise WrongUsage(f"used {model.model_id}")

    monkeypatch.setattr("riskmodel.scoring.run.fingerprint", reached)
    ended = run(["score", "--trade", "t", "--as-of", "2024-06-30", "--out", tmp_path / "run", *words])
    assert f"used {champion_id(place)}" in ended.err


def test_backtest_judges_the_champion_of_the_folder(
    run: Run, folder: tuple[Path, list[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, words = folder

    def reached(model: Any, *arguments: object, **named: object) -> None:
        raise WrongUsage(f"used {model.model_id}")

    monkeypatch.setattr("riskmodel.backtest.run.on_worlds", reached)
    ended = run(["backtest", "--out", tmp_path / "out", *words])
    assert f"used {champion_id(place)}" in ended.err


def test_retrain_stores_in_the_folder(
    run: Run, folder: tuple[Path, list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, words = folder

    def stored(trained: object, models_dir: Path) -> Promotion:
        return Promotion("transit-0123456789", False, f"stored in {models_dir}")

    monkeypatch.setattr("riskmodel.training.run.from_families", lambda *arguments: None)
    monkeypatch.setattr("riskmodel.training.promotion.store", stored)
    ended = run(["retrain", *words])
    assert f"stored in {place}" in ended.out and f"{place}/transit-0123456789/card.md" in ended.out


def test_doctor_examines_the_champion_of_the_folder(
    run: Run, folder: tuple[Path, list[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, words = folder
    for check in ("python", "libraries", "facts", "contracts"):
        monkeypatch.setattr(f"riskmodel.doctor.run.{check}", lambda: iter(()))
    assert f"model {champion_id(place)}" in run(["doctor", "--out", tmp_path, *words]).out


NEEDS = {
    "score": ("--trade", "t", "--as-of", "2024-06-30", "--out", "run"),
    "backtest": ("--out", "judged"),
    "retrain": (),
    "models list": (),
    "models rollback": (),
}


@pytest.mark.parametrize("command", NEEDS)
def test_a_folder_that_serves_for_nothing_is_named(
    command: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "empty"
    if command == "retrain":
        place.write_text("a file")
    ended = run([*command.split(), *NEEDS[command], "--models", place])
    assert str(place) in ended.out + ended.err
