"""`riskmodel models`: what is stored, which one scores, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from riskmodel.backtest.results import Choice, Evaluation, SliceResult, TrainingBacktest
from riskmodel.commands.models import command
from riskmodel.errors import ModelRefused
from riskmodel.model.estimator import fit_heads
from riskmodel.registry.champion import champion_id, promote, save, stored_ids

BACKTEST = TrainingBacktest(
    "none",
    True,
    Choice("logistic", "boosting", "logistic", None, None),
    Evaluation({"all": SliceResult(0, 0)}),
)
MANIFEST = {"target": "transit", "trained_on": "simulated worlds", "rows": 1, "events": 1}


@pytest.fixture(scope="module")
def folder(draw_panel: Callable[..., pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("models")
    for seed in (1, 2):
        panel = draw_panel(40, 2, seed=seed)
        y, block = panel["target"].to_numpy(), panel["block"].to_numpy()
        heads = fit_heads(panel, y, block, n_draws=0, wanted=[])
        save(heads, MANIFEST, "# {model_id}\n", BACKTEST, place)
    return place


def run(*words: object) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_promote_and_rollback_return_to_the_model_before(folder: Path) -> None:
    first, second = stored_ids(folder)
    run("promote", first, "--models", folder)
    run("promote", second, "--models", folder)
    assert f"{second}  champion" in run("list", "--models", folder)
    assert f"{first} is the champion again" in run("rollback", "--models", folder)
    assert champion_id(folder) == first
    with pytest.raises(ModelRefused, match="no earlier champion"):
        run("rollback", "--models", folder)


def test_show_prints_the_card_and_refuses_a_path(folder: Path) -> None:
    first = stored_ids(folder)[0]
    assert f"# {first}" in run("show", first, "--models", folder)
    with pytest.raises(ModelRefused, match="never like a path"):
        run("show", "../../etc", "--models", folder)


def test_a_spoiled_model_is_listed_with_the_reason_and_not_promoted(folder: Path, tmp_path: Path) -> None:
    import shutil

    place = tmp_path / "models"
    shutil.copytree(folder, place)
    first, second = stored_ids(place)
    promote(first, place)
    (place / second / "model.skops").write_bytes(b"changed")
    assert f"{second}  stored  cannot be used" in run("list", "--models", place)
    with pytest.raises(ModelRefused, match="digest"):
        run("promote", second, "--models", place)
    assert champion_id(place) == first
