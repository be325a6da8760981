"""Fit on a synthetic panel and predict: probabilities, intervals, heads and exact contributions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from features.catalogue import BY_NAME, MODEL_SIGNALS, SIGNALS
from riskmodel.model.estimator import Model, fit_heads
from riskmodel.registry.archive import dump_heads

Draw = Callable[..., pl.DataFrame]


def test_contributions_and_intercept_add_up_to_the_log_odds(model: Model, training: pl.DataFrame) -> None:
    """The drivers a user reads are the whole score, nothing is left over."""
    out = model.predict(training)
    sums = (
        model.contributions(training)
        .group_by("as_of", "country", maintain_order=True)
        .agg(pl.col("contribution").sum())
    )
    logit = out["intercept"].to_numpy() + sums["contribution"].to_numpy()
    assert np.abs(logit - out["logit"].to_numpy()).max() < 1e-9
    assert np.abs(1 / (1 + np.exp(-logit)) - out["risk"].to_numpy()).max() < 1e-9


def test_additivity_also_holds_without_the_onward_leg(
    model: Model, training: pl.DataFrame, without_onward: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    hidden = without_onward(training)
    out = model.predict(hidden)
    assert out["head"].unique().to_list() == ["coalition_only"]
    sums = (
        model.contributions(hidden)
        .group_by("as_of", "country", maintain_order=True)
        .agg(pl.col("contribution").sum())
    )
    assert np.abs(out["intercept"] + sums["contribution"] - out["logit"]).max() < 1e-9


@pytest.mark.parametrize("name", MODEL_SIGNALS)
def test_risk_moves_only_in_the_direction_of_the_signal(
    model: Model, training: pl.DataFrame, name: str
) -> None:
    """Easing never raises a score, an excess never lowers one; beyond the training range it is flat."""
    grid = np.linspace(-5, 25, 200) if BY_NAME[name].transform == "identity" else np.geomspace(1, 1e13, 200)
    row = training.head(1).select(pl.all().exclude(name))
    panel = row.join(pl.DataFrame({name: grid}).cast({name: training.schema[name]}), how="cross")
    for frame in (
        panel,
        panel.with_columns(pl.lit(None).cast(training.schema["onward_surge"]).alias("onward_surge")),
    ):
        risk = model.predict(frame.select(training.columns))["logit"].to_numpy()
        assert (BY_NAME[name].direction * np.diff(risk) >= -1e-12).all()
        assert risk[-1] == risk[-2]


def test_the_interval_contains_the_risk_and_opens(model: Model, training: pl.DataFrame) -> None:
    out = model.predict(training)
    assert (out["risk_low"] <= out["risk"]).all() and (out["risk"] <= out["risk_high"]).all()
    assert (out["risk_high"] - out["risk_low"]).max() > 0.01


def test_a_row_without_an_inbound_leg_has_no_score(model: Model, training: pl.DataFrame) -> None:
    """Not reported is not zero: the model says nothing rather than 'low'."""
    panel = training.head(3).with_columns(
        pl.lit(None, dtype=pl.Float64).alias("inbound_surge"),
        pl.lit(None, dtype=pl.Int64).alias("inbound_excess_usd"),
    )
    out = model.predict(panel)
    assert out["risk"].null_count() == 3 and out["head"].null_count() == 3
    assert model.contributions(panel).is_empty()


def test_unknown_articles_contribute_exactly_nothing(model: Model, training: pl.DataFrame) -> None:
    names = ["article_rate", "article_easing", "listing_history"]
    panel = training.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in names)
    terms = model.contributions(panel).filter(pl.col("signal").is_in(names))
    assert terms["contribution"].unique().to_list() == [0.0]
    assert terms["value"].null_count() == terms.height


def test_a_typical_country_has_contributions_of_zero(model: Model, training: pl.DataFrame) -> None:
    """Contributions are read as 'compared with a typical country'."""
    head = model.heads["full"]
    assert np.abs(head.contributions(head.reference_[None, :])).max() == 0.0


def test_a_country_that_stops_reporting_keeps_most_of_its_risk(
    model: Model, draw_panel: Draw, without_onward: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    """Hiding the onward leg changes the head; it must not read as 'nothing goes onward'."""
    held_out = draw_panel(100, 6, seed=9)
    risky = held_out.filter(pl.Series(model.predict(held_out)["risk"] > 0.5))
    hidden = model.predict(without_onward(risky))
    as_zero = model.predict(
        risky.with_columns(
            pl.lit(0, dtype=risky.schema[signal.name]).alias(signal.name)
            for signal in SIGNALS
            if "onward" in signal.needs
        )
    )
    assert hidden["risk"].median() > 0.4
    assert hidden["risk"].median() > as_zero["risk"].median()


def test_the_same_rows_and_seed_give_the_same_bytes(training: pl.DataFrame) -> None:
    y, block = training["target"].to_numpy(), training["block"].to_numpy()
    first, second = (dump_heads(fit_heads(training, y, block, n_draws=3, seed=4)) for _ in range(2))
    assert first == second
    assert first != dump_heads(fit_heads(training, y, block, n_draws=3, seed=5))


def test_one_class_cannot_be_learned(training: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="one class only"):
        fit_heads(training, np.zeros(training.height, dtype=np.int64), training["block"].to_numpy())


def test_without_any_onward_report_one_head_serves_all(
    training: pl.DataFrame, without_onward: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    hidden = without_onward(training)
    heads = fit_heads(hidden, training["target"].to_numpy(), training["block"].to_numpy(), n_draws=2)
    assert {name.split(" ")[0] for name in heads} == {"coalition_only"}
    assert Model("", heads).predict(training)["head"].unique().to_list() == ["coalition_only"]


def test_trade_alone_speaks_louder_where_nothing_else_is_given(model: Model, training: pl.DataFrame) -> None:
    """Without articles and listings a row gets the head that was calibrated for that."""
    lacking = ["article_rate", "article_easing", "listing_history"]
    hidden = training.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in lacking)
    out = model.predict(hidden)
    assert out["head"].unique().to_list() == ["full without articles and listings"]
    own = model.heads["full without articles and listings"]
    assert set(own.signals) == set(MODEL_SIGNALS) - set(lacking)


def test_a_model_without_a_head_takes_the_next_that_fits(model: Model, training: pl.DataFrame) -> None:
    fewer = {name: head for name, head in model.heads.items() if name != "full"}
    assert Model("", fewer).predict(training)["head"].unique().to_list() == ["full without articles"]
