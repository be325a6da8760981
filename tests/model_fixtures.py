"""Fixtures on drawn rows and on one small simulated world, shared by the tests of several rooms.

Every run of pytest loads this module, so what is heavy is imported by the fixture that needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from riskmodel.model.estimator import Model
    from riskmodel.outcomes.rows import Tables
    from riskmodel.outcomes.simulated_rows import WorldJob
    from riskmodel.worlds.corridors.world import CorridorWorld


def hide_onward(panel: pl.DataFrame) -> pl.DataFrame:
    """The same panel had the country's own reports never come."""
    from features.catalogue import SIGNALS

    names = [signal.name for signal in SIGNALS if "onward" in signal.needs]
    return panel.with_columns(pl.lit(None, dtype=panel.schema[name]).alias(name) for name in names)


@pytest.fixture(scope="session")
def draw_panel() -> Callable[..., pl.DataFrame]:
    from drawn_rows import synthetic_panel

    return synthetic_panel


@pytest.fixture(scope="session")
def without_onward() -> Callable[[pl.DataFrame], pl.DataFrame]:
    return hide_onward


@pytest.fixture(scope="session")
def training(draw_panel: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    return draw_panel(150, 6, seed=1)


@pytest.fixture(scope="session", params=["logistic", "boosting"])
def model(request: pytest.FixtureRequest, training: pl.DataFrame) -> Model:
    from riskmodel.model.estimator import Model, fit_heads

    y, block = training["target"].to_numpy(), training["block"].to_numpy()
    return Model("", fit_heads(training, y, block, candidate=request.param, n_draws=8))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One candidate, two draws, ten resamples, no calibration: the rules are the same, the test is short."""
    from riskmodel.model.head import AdditiveHead
    from riskmodel.training.fit import _choice

    monkeypatch.setattr("riskmodel.training.fit.N_DRAWS", 2)
    monkeypatch.setattr(AdditiveHead, "_calibration", lambda self, X, y, groups, families: (1.0, 0.0))
    monkeypatch.setattr("riskmodel.backtest.protocol.CANDIDATES", ("logistic",))
    monkeypatch.setattr("riskmodel.training.fit.leave_countries_out", lambda *args, **kwargs: None)
    for module in ("training.fit", "backtest.run"):
        monkeypatch.setattr(f"riskmodel.{module}.champion_by_rule", lambda scored: _choice(None))
    monkeypatch.setattr("riskmodel.backtest.measures.N_BOOT", 10)


@pytest.fixture(scope="session")
def world_job() -> WorldJob:
    """The one small world that the tests of the model simulate for its tables."""
    from riskmodel.outcomes.simulated_rows import WorldJob
    from riskmodel.worlds.corridors.params import WorldParams

    return WorldJob(WorldParams.small(5, n_coalition=4))


@pytest.fixture(scope="session")
def world(world_job: WorldJob) -> CorridorWorld:
    from riskmodel.worlds.corridors.world import simulate_world

    return simulate_world(world_job.params)


@pytest.fixture(scope="session")
def tables(world: CorridorWorld) -> Tables:
    from riskmodel.outcomes.rows import Tables
    from riskmodel.outcomes.simulated_rows import undeclared_transit

    return Tables(
        world.trade_flows, world.goods, world.mentions, world.listings, undeclared=undeclared_transit(world)
    )
