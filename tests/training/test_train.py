"""Training end to end on synthetic rows: reproducible, and promoted only by the written rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from drawn_rows import frame_of

from features.articles.rates import ArticleWindows
from riskmodel.errors import WrongUsage
from riskmodel.outcomes.simulated_rows import WorldJob
from riskmodel.registry.champion import champion_id, load
from riskmodel.training.fit import Trained, train_on_tables, train_on_worlds
from riskmodel.training.manifest import TablesSource, WorldsSource
from riskmodel.training.promotion import store
from riskmodel.training.run import from_worlds
from riskmodel.worlds.corridors.params import WorldParams

pytestmark = pytest.mark.usefixtures("quick")

Draw = Callable[..., pl.DataFrame]
SOURCE = WorldsSource(2, 1, 2, 9, "synthetic")


@pytest.fixture(scope="module")
def learn(draw_panel: Draw) -> pl.DataFrame:
    return frame_of(draw_panel(60, 2, seed=1), "seed-1")


@pytest.fixture(scope="module")
def judge(draw_panel: Draw) -> pl.DataFrame:
    return frame_of(draw_panel(60, 2, seed=2), "seed-9")


def trained(learn: pl.DataFrame, judge: pl.DataFrame) -> Trained:
    return train_on_worlds(learn, judge, SOURCE, "transit", n_jobs=1)


def blind(learn: pl.DataFrame) -> pl.DataFrame:
    """The same rows with labels that have nothing to do with them."""
    return learn.with_columns(pl.col("target").shuffle(seed=5))


def test_the_same_rows_give_the_same_folder(learn: pl.DataFrame, judge: pl.DataFrame, tmp_path: Path) -> None:
    """A model can be made again, to the byte, from what its manifest names."""
    folders = []
    for name in ("a", "b"):
        verdict = store(trained(learn, judge), tmp_path / name)
        folders.append({p.name: p.read_bytes() for p in (tmp_path / name / verdict.model_id).iterdir()})
    assert folders[0] == folders[1]


def test_retraining_from_worlds_gives_the_same_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The whole way from seeds to files, one world to learn from and one to judge on: the same bytes."""

    def jobs(n_worlds: int, seed: int) -> list[WorldJob]:
        return [WorldJob(WorldParams.small(seed + i, n_coalition=3), step_months=9) for i in range(n_worlds)]

    monkeypatch.setattr("riskmodel.training.run.training_jobs", jobs)
    monkeypatch.setattr("riskmodel.training.run.held_out_jobs", jobs)
    folders = []
    for name in ("a", "b"):
        made = from_worlds(1, 1, 5, "transit", 1, lambda words: None)
        verdict = store(made, tmp_path / name)
        folders.append({p.name: p.read_bytes() for p in (tmp_path / name / verdict.model_id).iterdir()})
    assert folders[0] == folders[1]


def test_the_card_says_what_a_reader_must_know(learn: pl.DataFrame, judge: pl.DataFrame) -> None:
    card = trained(learn, judge).card
    for words in (
        "**simulated worlds only**",
        "no proof",
        "must not be used for",
        "## Limits",
        "persistence",
    ):
        assert words in card


def test_a_first_model_becomes_champion_and_a_worse_one_does_not_replace_it(
    learn: pl.DataFrame, judge: pl.DataFrame, tmp_path: Path
) -> None:
    first = store(trained(learn, judge), tmp_path)
    assert first.promoted and "none before" in first.words
    assert "already" in store(trained(learn, judge), tmp_path).words
    worse = store(trained(blind(learn), judge), tmp_path)
    assert not worse.promoted and "does not lie above 0" in worse.words
    assert champion_id(tmp_path) == first.model_id
    assert load(worse.model_id, tmp_path).model_id == worse.model_id


def test_a_better_model_replaces_the_champion(
    learn: pl.DataFrame, judge: pl.DataFrame, tmp_path: Path
) -> None:
    store(trained(blind(learn), judge), tmp_path)
    better = store(trained(learn, judge), tmp_path)
    assert better.promoted and "replaces" in better.words
    assert champion_id(tmp_path) == better.model_id


def test_a_champion_that_is_refused_is_replaced_and_the_reason_said(
    learn: pl.DataFrame, judge: pl.DataFrame, tmp_path: Path
) -> None:
    old = store(trained(blind(learn), judge), tmp_path).model_id
    (tmp_path / old / "model.skops").write_bytes(b"changed")
    verdict = store(trained(learn, judge), tmp_path)
    assert verdict.promoted and "cannot be used" in verdict.words and "digest" in verdict.words


def test_own_tables_are_judged_by_rolling_origins(draw_panel: Draw) -> None:
    rows = frame_of(draw_panel(30, 13, seed=4), "real")
    found = train_on_tables(
        rows, TablesSource((), ("trade_flows",), "2019-01:2021-12", 12, ArticleWindows()), "transit", n_jobs=1
    )
    assert "**Simulated data**: trade_flows" in found.card
    assert found.manifest.trained_on == "own tables"
    assert "Rolling monthly origins" in found.backtest.protocol
    assert "us_list_2022" in found.backtest.evaluation.slices["all"].methods


def test_rows_without_events_are_refused_in_one_sentence(learn: pl.DataFrame, judge: pl.DataFrame) -> None:
    with pytest.raises(WrongUsage, match="with 0 events"):
        trained(learn.with_columns(pl.lit(False).alias("target")), judge)
