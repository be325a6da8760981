"""`riskmodel backtest`: the same content on every run, a page that loads nothing, seen worlds refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from drawn_rows import frame_of

from riskmodel.backtest.page import backtest_page
from riskmodel.backtest.results import Backtest
from riskmodel.backtest.run import on_tables, on_worlds, summary, write_backtest
from riskmodel.errors import WrongUsage
from riskmodel.model.estimator import Model
from riskmodel.outcomes.family_rows import FamilyJob
from riskmodel.publication.typed_json import from_json

pytestmark = pytest.mark.usefixtures("quick")

Draw = Callable[..., pl.DataFrame]


def truth() -> list[pl.Expr]:
    return [
        pl.lit("ordinary").alias("role"),
        pl.lit(None, dtype=pl.Date).alias("diversion_start"),
        pl.lit(None, dtype=pl.Int64).alias("diversion_usd_per_year"),
        pl.lit(None, dtype=pl.Float64).alias("diversion_share"),
        pl.lit(None, dtype=pl.Float64).alias("diversion_declared"),
    ]


@pytest.fixture
def worlds(draw_panel: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn rows in place of simulated worlds."""
    drawn = iter(
        frame_of(draw_panel(60, 3, seed=seed), f"seed-{seed}").with_columns(*truth()) for seed in (1, 2, 1, 2)
    )
    monkeypatch.setattr(
        "riskmodel.backtest.run.world_rows", lambda jobs, target, n_jobs, with_oracles=False: next(drawn)
    )


def stored(model: Model) -> Model:
    manifest = {
        "target": "transit",
        "rows": 10,
        "events": 2,
        "candidate": "logistic",
        "worlds": {"seed": 1000, "n": 24},
    }
    return Model("transit-0123456789", model.heads, manifest)


def say_nothing(words: str) -> None:
    pass


def test_a_stored_model_is_judged_frozen_next_to_the_rules(
    model: Model, worlds: None, tmp_path: Path
) -> None:
    texts = []
    for name in ("a", "b"):
        found = on_worlds(stored(model), 4, 9000, 1, say_nothing)
        write_backtest(found, tmp_path / name)
        texts.append([(tmp_path / name / f"backtest.{kind}").read_bytes() for kind in ("json", "html")])
    assert texts[0] == texts[1]
    assert from_json(Backtest, texts[0][0]) == found
    content = json.loads(texts[0][0])
    assert content["model_id"] == "transit-0123456789"
    methods = content["evaluation"]["slices"]["all"]["methods"]
    assert {"model", "persistence", "article_rate"} <= set(methods)
    recalls = [recall for recall, _ in content["curves"]["model"]]
    assert recalls == sorted(recalls) and recalls[-1] == 1
    assert any("this model" in line for line in summary(found))


def test_worlds_resampled_from_real_tables_are_left_out_by_name_without_these_tables(
    model: Model, draw_panel: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[tuple[str, ...], object]] = []

    def rows(jobs: list[FamilyJob], n_jobs: int) -> pl.DataFrame:
        asked.append((tuple(job.maker for job in jobs), jobs[0].background))
        return frame_of(draw_panel(30, 4, seed=len(asked)), f"firms-{len(asked)}").with_columns(*truth())

    monkeypatch.setattr("riskmodel.backtest.run.family_rows", rows)
    families = {"families": ["firms", "resampled"], "seed": 1000, "n": 10}
    learnt = replace(stored(model), manifest={**stored(model).manifest, "families": families})
    found = on_worlds(learnt, 2, 9000, 1, say_nothing)
    assert asked == [(("firms",) * 4, None), (("firms",) * 2, None)]
    assert "Worlds of resampled are not among them" in found.protocol and "--background" in found.protocol


def test_worlds_of_training_are_refused(model: Model) -> None:
    with pytest.raises(WrongUsage, match="trained on"):
        on_worlds(stored(model), 4, 1010, 1, say_nothing)


def test_the_page_is_self_contained_and_escapes_names(model: Model, worlds: None) -> None:
    found = on_worlds(stored(model), 4, 9000, 1, say_nothing)
    hostile = "<script>alert(1)</script>"
    lines = tuple(replace(line, world=hostile) for line in found.timelines)
    page = backtest_page(replace(found, timelines=lines, protocol=hostile))
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=|https?://|@import|url\(", page)
    assert "Simulated data" in page
    charts, samples = 2 + len(found.timelines), len(found.curves)
    assert page.count('<svg class="chart" role="img" aria-label="') == charts
    assert page.count('<svg class="chart sample" aria-hidden="true"') == samples > 1
    assert page.count("<svg") == charts + samples


def test_own_tables_are_judged_by_rolling_origins(draw_panel: Draw) -> None:
    found = on_tables(frame_of(draw_panel(40, 14, seed=4), "real"), 1, say_nothing)
    assert found.protocol.startswith("Rolling")
    assert found.timelines
    assert "Simulated data" not in backtest_page(found)
    assert "Simulated data" in backtest_page(replace(found, simulated=True))


def test_tables_without_an_event_are_refused_in_one_sentence(draw_panel: Draw) -> None:
    rows = frame_of(draw_panel(10, 3, seed=4), "real").with_columns(pl.lit(False).alias("target"))
    with pytest.raises(WrongUsage, match="with 0 events"):
        on_tables(rows, 1, say_nothing)
