"""Measures, baselines, folds and the champion rule: no row is judged by a fit that saw it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest
from drawn_rows import frame_of
from sklearn.metrics import average_precision_score

from riskmodel.backtest import measures
from riskmodel.backtest.baselines import BASELINES, ONLY_REAL, baseline_scores
from riskmodel.backtest.protocol import (
    Scored,
    champion_by_rule,
    evaluate,
    leave_countries_out,
    rolling_origins,
    score_fold,
    usable,
    with_inputs_hidden,
)

Draw = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def rows(draw_panel: Draw) -> pl.DataFrame:
    """Twenty-four monthly dates of forty countries."""
    return frame_of(draw_panel(40, 24, seed=3))


def test_rows_that_cannot_teach_are_counted_by_reason(rows: pl.DataFrame) -> None:
    censored = rows.head(3).with_columns(
        pl.lit(None, dtype=pl.Boolean).alias("target"), pl.lit("onward_leg_not_published").alias("why_null")
    )
    blind = rows.slice(3, 2).with_columns(
        pl.lit(None, dtype=pl.Float64).alias("inbound_surge"),
        pl.lit(None, dtype=pl.Int64).alias("inbound_excess_usd"),
    )
    kept, dropped = usable(pl.concat([censored, blind, rows.slice(5)]))
    assert kept.height == rows.height - 5
    assert dropped == {"onward_leg_not_published": 3, "inbound_leg_unknown": 2}


def test_rolling_origins_learn_only_from_labels_that_were_known(
    rows: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An origin may use rows whose six months and their publication had passed: nine months in all."""
    seen: list[tuple[date, date]] = []

    def spy(train: pl.DataFrame, test: pl.DataFrame, *, simulated: bool, seed: int = 0) -> Scored:
        seen.append((train["as_of"].max(), test["as_of"].min()))
        return Scored(test, {"logistic": np.zeros(test.height)}, {"logistic": np.zeros(test.height)}, 0.1)

    monkeypatch.setattr("riskmodel.backtest.protocol.score_fold", spy)
    rolling_origins(rows, n_jobs=1)
    assert seen
    for last_train, origin in seen:
        months = (origin.year - last_train.year) * 12 + origin.month - last_train.month
        assert months >= 9


def test_leave_countries_out_never_judges_a_country_by_a_fit_that_saw_it(
    rows: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def spy(train: pl.DataFrame, test: pl.DataFrame, *, simulated: bool, seed: int = 0) -> Scored:
        assert not set(train["country"]) & set(test["country"])
        judged.extend(test["country"])
        return Scored(test, {"logistic": np.zeros(test.height)}, {"logistic": np.zeros(test.height)}, 0.1)

    monkeypatch.setattr("riskmodel.backtest.protocol.score_fold", spy)
    leave_countries_out(rows, simulated=False, n_jobs=1)
    assert sorted(judged) == sorted(rows["country"])


def test_every_method_is_judged_on_the_same_rows(rows: pl.DataFrame) -> None:
    train, test = (
        rows.filter(pl.col("as_of") < date(2023, 1, 1)),
        rows.filter(pl.col("as_of") >= date(2023, 1, 1)),
    )
    scored = score_fold(train, test, simulated=False)
    assert set(scored.scores) == {"logistic", "boosting", "equal", *BASELINES}
    assert all(len(score) == test.height and np.isfinite(score).all() for score in scored.scores.values())
    assert all(((risk >= 0) & (risk <= 1)).all() for risk in scored.risks.values())
    content = evaluate(scored, "logistic")
    methods = content.slices["all"].methods
    assert methods["logistic"].average_precision == pytest.approx(
        average_precision_score(test["target"].to_numpy(), scored.scores["logistic"]), abs=1e-6
    )
    low, high = methods["logistic"].average_precision_90
    assert low <= methods["logistic"].average_precision <= high
    hidden = with_inputs_hidden(train, test, "logistic")
    assert hidden["all inputs"].average_precision == methods["logistic"].average_precision
    assert hidden["coalition trade only"] != hidden["all inputs"]


def test_the_us_list_is_no_baseline_where_roles_are_random(rows: pl.DataFrame) -> None:
    assert set(baseline_scores(rows, rows, simulated=True)) == set(BASELINES) - ONLY_REAL


def fixed(scores: dict[str, np.ndarray], draw_panel: Draw) -> Scored:
    panel = frame_of(draw_panel(100, 2, seed=7))
    return Scored(panel, scores, scores, 0.1)


def test_the_simpler_candidate_stays_unless_the_gain_is_beyond_doubt(draw_panel: Draw) -> None:
    y = frame_of(draw_panel(100, 2, seed=7))["target"].to_numpy().astype(float)
    noise = np.random.default_rng(0).normal(size=len(y))
    same = fixed({"logistic": y + noise, "boosting": y + noise}, draw_panel)
    better = fixed({"logistic": noise, "boosting": y + 0.1 * noise}, draw_panel)
    worse = fixed({"logistic": y + 0.1 * noise, "boosting": noise}, draw_panel)
    assert champion_by_rule(same).choice == "logistic"
    assert champion_by_rule(better).choice == "boosting"
    assert champion_by_rule(better).interval_90[0] > 0
    assert champion_by_rule(worse).choice == "logistic"


def test_calibration_error_is_zero_for_a_true_probability_and_large_for_a_false_one() -> None:
    rng = np.random.default_rng(1)
    risk = rng.uniform(0, 1, 20_000)
    y = (rng.random(20_000) < risk).astype(np.int64)
    assert measures.calibration_error(y, risk) < 0.02
    assert measures.calibration_error(y, np.sqrt(risk)) > 0.1


def test_brier_skill_is_zero_at_the_base_rate_and_one_for_certainty() -> None:
    y = np.array([0, 0, 1, 0])
    assert measures.brier_skill(y, np.full(4, 0.25), 0.25) == 0
    assert measures.brier_skill(y, y.astype(float), 0.25) == 1


def test_bootstrap_draws_whole_countries() -> None:
    blocks = np.array([1, 1, 2, 3, 3, 3])
    weights = measures.block_weights(blocks, n_boot=50)
    assert (weights[:, 0] == weights[:, 1]).all() and (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()
