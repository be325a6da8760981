"""What moved: signals against training, and one ranking against another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from features.catalogue import MODEL_SIGNALS
from riskmodel.explain.drift import SignalDrift, TrainingSignal, rank_churn, signal_drift, training_signals

Draw = Callable[..., pl.DataFrame]


def by_signal(panel: pl.DataFrame, training: pl.DataFrame) -> dict[str, SignalDrift]:
    return {row.signal: row for row in signal_drift(panel, training_signals(training))}


def test_rows_of_the_same_kind_have_not_moved(training: pl.DataFrame, draw_panel: Draw) -> None:
    found = by_signal(draw_panel(200, 1, seed=8), training)
    assert list(found) == list(MODEL_SIGNALS)
    assert not any(row.moved for row in found.values())


def test_a_signal_that_shifts_is_named_and_no_other(training: pl.DataFrame, draw_panel: Draw) -> None:
    panel = draw_panel(200, 1, seed=8).with_columns(pl.col("inbound_rise_surprise") + 1.0)
    assert [name for name, row in by_signal(panel, training).items() if row.moved] == [
        "inbound_rise_surprise"
    ]


def test_five_countries_move_nothing_and_an_unknown_signal_is_said(training: pl.DataFrame) -> None:
    """A handful of rows differs from any training set by chance; not reported is a share, not a shift."""
    few = by_signal(training.head(5), training)
    assert all(row.psi is None and not row.moved for row in few.values())
    hidden = training.with_columns(pl.lit(None, dtype=pl.Float64).alias("onward_rise_surprise"))
    row = by_signal(hidden, training)["onward_rise_surprise"]
    assert (row.known, row.known_in_training, row.psi, row.moved) == (0.0, 1.0, None, False)


def test_a_model_without_a_record_has_no_drift(training: pl.DataFrame) -> None:
    assert signal_drift(training, {}) == ()


def test_the_index_is_that_of_the_textbook(training: pl.DataFrame) -> None:
    """Half the values beyond the only edge in training, nine tenths of them now."""
    kept = {
        **training_signals(training),
        "article_rate": TrainingSignal(10**9, 1.0, (0.0,), (0.5, 0.5)),
    }
    rate = pl.Series(
        "article_rate",
        np.repeat([-1.0, 1.0], [training.height // 10, training.height - training.height // 10]),
    )
    found = {row.signal: row for row in signal_drift(training.with_columns(rate), kept)}
    assert found["article_rate"].psi == pytest.approx(
        0.4 * np.log(0.9 / 0.5) - 0.4 * np.log(0.1 / 0.5), abs=0.01
    )
    assert found["article_rate"].moved


def ranking(**ranks: int | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"country": list(ranks), "rank": list(ranks.values())}, schema_overrides={"rank": pl.Int64}
    )


def test_churn_counts_moves_of_those_ranked_twice() -> None:
    churn = rank_churn(
        ranking(KGZ=1, ARM=2, KAZ=3, GEO=4, TUR=None), ranking(ARM=1, KGZ=2, KAZ=3, UZB=4, TUR=5)
    )
    assert churn.moves == {"ARM": (2, 1), "KAZ": (3, 3), "KGZ": (1, 2)}
    assert (churn.entered, churn.left) == (("TUR", "UZB"), ("GEO",))
    assert churn.kendall == pytest.approx(1 / 3) and churn.median_move == 1
    assert churn.kept == 3
    assert "TUR" in churn.words() and "GEO" in churn.words()


def test_the_same_ranking_has_no_churn_and_one_country_is_too_few() -> None:
    same = ranking(KGZ=1, ARM=2)
    assert rank_churn(same, same).kendall == 1 and rank_churn(same, same).median_move == 0
    assert "too few" in rank_churn(ranking(KGZ=1), ranking(KGZ=1)).words()
