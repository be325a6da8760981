"""Lead time, false alarms, other shares of events, power and ablation: each on rows with a known answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from features.catalogue import MODEL_SIGNALS
from riskmodel.backtest.ablation import GROUPS, ablation
from riskmodel.backtest.alarms import alarms, at_priors, power, roles

DAYS = [date(2022, 6, 30), date(2022, 9, 30), date(2022, 12, 31), date(2023, 3, 31)]


def rows(**events: list[bool]) -> pl.DataFrame:
    return pl.DataFrame(
        [("w", c, day, event) for c, mine in events.items() for day, event in zip(DAYS, mine, strict=True)],
        schema=["world", "country", "as_of", "target"],
        orient="row",
    )


def test_lead_time_runs_from_the_first_flag_to_the_day_the_figures_are_public() -> None:
    """A: begins in September, flagged in December, public nine months after September: six months early."""
    table = rows(A=[False, True, True, True], B=[True, True, True, True])
    risk = np.array([0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9])
    found = alarms(table, {"model": risk}, risk).methods["model"]
    assert (found.spells, found.found_before_public, found.median_lead_months) == (1, 1.0, 6.0)
    assert found.false_alarms_per_quarter == 0


def test_a_flag_before_or_after_the_spell_finds_nothing_and_is_a_false_alarm() -> None:
    table = rows(A=[False, True, False, False])
    for place in (0, 2):
        risk = np.array([0.9 if i == place else 0.1 for i in range(4)])
        found = alarms(table, {"model": risk}, risk).methods["model"]
        assert found.found_before_public == 0 and found.false_alarms_per_quarter == 0.25


def test_every_method_flags_as_many_rows_as_the_model() -> None:
    table = rows(A=[False, True, True, True], B=[False] * 4)
    risk = np.array([0.1, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1])
    other = np.array([0.0, 0, 0, 0, 5, 5, 4, 4])
    found = alarms(table, {"model": risk, "rule": other}, risk)
    assert found.flagged_rows == 2 and found.methods["rule"].false_alarms_per_quarter == 0.5


def test_rarer_events_make_the_same_ranking_less_precise() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(4000) < 0.2).astype(np.int64)
    logit = np.log(0.25) + 1.5 * (2 * y - 1) + rng.normal(size=4000)
    lines = at_priors(y, logit, 1 / (1 + np.exp(-logit)))
    precisions = [line.average_precision for line in lines]
    assert precisions == sorted(precisions)
    recalls = [line.recall_high for line in lines]
    assert recalls == sorted(recalls) and recalls[0] < recalls[-1]


def test_power_counts_planted_countries_seen_within_six_months() -> None:
    table = rows(A=[False] * 4, B=[False] * 4, C=[False] * 4).with_columns(
        pl.when(pl.col("country") != "C").then(pl.date(2022, 8, 1)).alias("diversion_start"),
        pl.lit(20_000_000).alias("diversion_usd_per_year"),
        pl.lit(0.4).alias("diversion_share"),
        pl.lit(0.9).alias("diversion_declared"),
    )
    risk = np.array([0.9, 0.1, 0.3, 0.9] + [0.9, 0.1, 0.1, 0.9] + [0.9] * 4)
    by_amount, by_share = power(table, risk)
    for line in (by_amount, by_share):
        assert (line.countries, line.elevated, line.high) == (2, 0.5, 0.0)
        assert line.onward_trade == "most declared"
    assert (by_amount.measure, by_amount.at_least) == ("diversion_usd_per_year", 10_000_000)
    assert (by_share.measure, by_share.at_least, by_share.below) == ("diversion_share", 0.25, 0.5)


def test_a_decoy_flagged_above_its_share_of_events_is_said() -> None:
    table = rows(A=[False] * 4, B=[True] * 4).with_columns(
        pl.when(pl.col("country") == "A")
        .then(pl.lit("ghost_trade"))
        .otherwise(pl.lit("diversion"))
        .alias("role")
    )
    judged = roles(table, np.array([0.9, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.1]))
    assert (
        judged["ghost_trade"].flagged_above_base_rate and judged["ghost_trade"].flagged_without_event == 0.25
    )
    assert not judged["diversion"].flagged_above_base_rate


def test_ablation_covers_every_signal_once_and_finds_the_one_that_matters(
    draw_panel: Callable[..., pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(MODEL_SIGNALS)
    two = {"arrivals": GROUPS["arrivals"], "timing": ("timing_surprise",)}
    monkeypatch.setattr("riskmodel.backtest.ablation.GROUPS", two)
    panel = draw_panel(60, 4, seed=1).with_columns(
        pl.lit("w").alias("world"), (pl.lit("C") + pl.col("block").cast(pl.String)).alias("country")
    )
    lines = {(x.signals, x.kept): x.average_precision for x in ablation(panel, panel, "logistic")}
    assert lines["arrivals", "alone"] > lines["timing", "alone"]
    assert len(lines) == 5
