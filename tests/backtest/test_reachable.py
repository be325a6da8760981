"""What a score could reach: who knows more ranks better, shares of the gap are counted."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskmodel.backtest.measures import average_precision
from riskmodel.backtest.names import reachable_words
from riskmodel.backtest.reachable import reachable
from riskmodel.outcomes.labels import final_legs, transit_labels
from riskmodel.outcomes.oracles import CAUSES, ORACLES, oracle_columns
from riskmodel.outcomes.rows import Tables
from riskmodel.outcomes.simulated_rows import WorldJob
from riskmodel.worlds.corridors.world import CorridorWorld

DATES = [date(2022, 12, 31), date(2023, 6, 30), date(2023, 9, 30)]


@pytest.fixture(scope="module")
def rows(world: CorridorWorld, world_job: WorldJob, tables: Tables) -> pl.DataFrame:
    """Oracle columns and labels of the shared world on three dates."""
    windows = world_job.windows()
    legs = final_legs(tables.trade, tables.goods, max(DATES), windows)
    known = oracle_columns(world, legs, tables.undeclared, DATES, windows)
    labels = pl.concat(
        transit_labels(
            legs, day, known.filter(pl.col("as_of") == day)["country"].to_list(), windows, tables.undeclared
        )
        for day in DATES
    )
    return known.with_columns(labels["target"], labels["transit_usd"]).filter(pl.col("target").is_not_null())


def test_who_knows_more_ranks_better(rows: pl.DataFrame) -> None:
    y = rows["target"].cast(pl.Int64).to_numpy()
    found = [average_precision(y, rows[name].fill_null(0.0).to_numpy()) for name in ORACLES]
    assert found == sorted(found)
    assert found[0] < found[-1] and found[-1] > 0.85


def test_causes_follow_the_truth_table(rows: pl.DataFrame, world: CorridorWorld) -> None:
    """Diversion that runs on the date makes the event nearly always; no ghost trade counts as running."""
    share = dict(rows.group_by("cause").agg(pl.col("target").mean()).iter_rows())
    assert share["running"] > 0.8 > 0.2 > share["ordinary"]
    ghosts = set(world.truth.filter(pl.col("kind") == "ghost_trade")["country"])
    assert not ghosts & set(rows.filter(pl.col("cause") == "running")["country"])
    first = world.truth.filter(pl.col("kind") == "diversion")["start"].min()
    assert rows.filter(pl.col("as_of") < first, pl.col("cause") == "running").is_empty()


def test_shares_of_the_gaps_are_counted_from_the_best_rule(rows: pl.DataFrame) -> None:
    n = rows.height
    noise = np.random.default_rng(0).normal(size=n)
    truth = rows["truth_now"].fill_null(0.0).to_numpy()
    scores = {"model": truth, "persistence": noise, "article_rate": noise - rows["target"].to_numpy()}
    found = reachable(rows, scores, np.where(truth > 1, 0.9, 0.1), "model")
    assert found.best_rule.name == "persistence"
    assert found.share_of_reachable_gap == pytest.approx(1)
    assert 0 < found.share_of_gap_to_1 < 1
    assert sum(cause.rows for cause in found.causes.values()) == n
    assert set(found.causes) == set(CAUSES)
    assert found.causes["running"].high > 0.5
    assert "100 %" in reachable_words(found)
