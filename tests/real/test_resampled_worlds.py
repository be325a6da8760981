"""Injection into real tables, and worlds resampled from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data_contracts.checking.check import validate
from data_contracts.registry import CONTRACTS
from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import coalition, priority_list
from riskmodel.outcomes.background import background_in
from riskmodel.sources.trade.read import read_trade
from riskmodel.worlds.planting import InjectionSettings, inject, without_planted
from riskmodel.worlds.resampled import Background, resampled_world
from riskmodel.worlds.world import World

from .real_background import CN8, INDIA, write_background

pytestmark = [pytest.mark.real, pytest.mark.slow]

SEEDS = (11, 12, 13)
KEY = list(TRADE_FLOWS)[:6]


@pytest.fixture(scope="module")
def background(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Background:
    return background_in(write_background(real_data, tmp_path_factory.mktemp("real") / "background"))


@pytest.fixture(scope="module")
def worlds(background: Background) -> list[World]:
    return [resampled_world(seed, background) for seed in SEEDS]


@pytest.mark.parametrize("names", [(CN8,), (INDIA,), (CN8, INDIA)])
def test_injected_real_tables_are_otherwise_as_they_were(real_data: Path, names: tuple[str, ...]) -> None:
    frame = read_trade([real_data / name for name in names]).frame.select(*TRADE_FLOWS)
    done = inject(frame, priority_list()["hs6"], 5, InjectionSettings(countries=1))
    assert without_planted(done).equals(frame)
    added = done.planted.filter(pl.col("partner") != "RUS")["value_usd"].sum()
    assert added == (done.episodes[0].amount_usd if CN8 in names else 0)
    assert done.diverted.height
    report = validate(CONTRACTS["trade_flows"], done.trade_flows).report
    assert report.passed and report.rows_quarantined == 0, report.headline


def test_the_library_is_the_real_table_before_march_2022(background: Background) -> None:
    assert background.series.shape == (62_792, 26)
    assert (background.series > 0).sum() == 594_687
    assert background.pairs.height <= 27 * 7 and background.pairs["to_russia"].sum() == 27
    left = background.falls.select(pl.col("value_ratio") * pl.col("presence_ratio")).to_series()
    assert 0.1 < left.median() < 0.4


def test_some_real_totals_double_without_diversion(background: Background) -> None:
    doubled = (background.growth[:, -12:].mean(axis=1) > 2).mean()
    assert 0.02 < doubled < 0.2


def test_worlds_have_the_size_and_pass_the_contracts(worlds: list[World]) -> None:
    for world in worlds:
        assert 100_000 < world.trade_flows.height < 500_000
        report = validate(CONTRACTS["trade_flows"], world.trade_flows).report
        assert report.passed and report.rows_quarantined == 0, report.headline


def test_direct_trade_falls_by_60_to_97_per_cent(worlds: list[World]) -> None:
    for world in worlds:
        direct = _exports(world).filter(pl.col("hs6").is_in(world.goods["hs6"].implode()), partner="RUS")
        before = direct.filter(pl.col("period").dt.year() == 2021)["value_usd"].sum()
        after = direct.filter(pl.col("period").dt.year() == 2023)["value_usd"].sum()
        assert 0.60 <= 1 - after / before <= 0.97


def test_lumps_and_zeros_are_those_of_the_real_table(worlds: list[World], background: Background) -> None:
    """Of series of members' sales to countries where nothing is diverted: shares of active months."""
    real = (background.series > 0).mean(axis=1)
    for world in worlds:
        calm = world.roles.filter(role="ordinary")["country"].implode()
        rows = _exports(world).filter(pl.col("partner").is_in(calm))
        months = world.trade_flows["period"].n_unique()
        active = rows.group_by("reporter", "partner", "hs6").agg(pl.col("period").n_unique() / months)[
            "period"
        ]
        for quantile in (0.5, 0.75):
            assert active.quantile(quantile) == pytest.approx(np.quantile(real, quantile), abs=0.2)


def _exports(world: World) -> pl.DataFrame:
    """Members' exports in their last vintage."""
    members = sorted(coalition(world.last))
    rows = world.trade_flows.filter(pl.col("reporter").is_in(members), flow="X")
    return rows.sort(*KEY, "known_at").unique(KEY, keep="last", maintain_order=True)
