"""One author left out: nothing of a family is known to the fit that judges it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest
from drawn_rows import frame_of

from riskmodel.backtest import families
from riskmodel.model.estimator import EVENT, Model
from riskmodel.model.head import family_weights
from riskmodel.outcomes.diverted import diverted_ahead
from riskmodel.outcomes.family_rows import FAMILY_FRAME, FamilyJob, family_rows
from riskmodel.training.fit import train_on_families
from riskmodel.training.manifest import FamiliesSource

AUTHORS = ("a", "b", "c")


@pytest.fixture(scope="module")
def rows(draw_panel: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    parts = [
        frame_of(draw_panel(60, 2, seed=seed), f"{name}-{seed}").with_columns(
            pl.lit(name).alias("family"), pl.lit("ordinary").alias("role")
        )
        for name in AUTHORS
        for seed in (1 + 10 * AUTHORS.index(name), 2 + 10 * AUTHORS.index(name))
    ]
    usd = pl.when("target").then(2_000_000).otherwise(0)
    return pl.concat(parts).with_columns(
        usd.alias("diverted_usd"), usd.alias("diverted_before_usd"), pl.col("target").alias("event")
    )


@pytest.mark.usefixtures("quick")
def test_a_family_is_judged_by_fits_on_the_others_alone(
    rows: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(families, "all_folds", lambda folds, *rest: seen.extend(folds) or folds)
    families.leave_families_out(rows)
    assert [test["family"].unique().to_list() for _, test in seen] == [["a"], ["b"], ["c"]]
    for train, test in seen:
        assert not set(train["family"]) & set(test["family"])
        assert train.height + test.height == rows.height


@pytest.mark.usefixtures("quick")
def test_a_model_of_several_authors_has_a_matrix_and_an_event_of_its_own(rows: pl.DataFrame) -> None:
    made = train_on_families(rows, FamiliesSource(AUTHORS, 2, 1), n_jobs=1)
    assert set(made.backtest.families) == set(AUTHORS)
    assert all(
        0 < found.methods["logistic"].average_precision <= 1 for found in made.backtest.families.values()
    )
    assert "Author by author" in made.card and "event_risk" in made.card
    known = {name for name in made.heads if not name.startswith(EVENT)}
    assert {name.removeprefix(EVENT) for name in made.heads if name.startswith(EVENT)} == known
    assert made.manifest.interval.widened == {
        grade: found.widened for grade, found in made.backtest.coverage.items()
    }
    out = Model("", made.heads).predict(rows)
    assert out["event_risk"].null_count() == 0
    assert (out["event_risk_low"] <= out["event_risk"]).all()


def test_every_author_weighs_the_same() -> None:
    weights = family_weights(np.array([1, 1, 1, 2]), 4)
    assert weights[:3].sum() == weights[3:].sum()
    assert family_weights(None, 2).tolist() == [1.0, 1.0]


def test_what_is_diverted_ahead_counts_the_six_months_after_the_date_alone() -> None:
    table = pl.DataFrame(
        {
            "country": ["KEN"] * 3,
            "hs6": ["854231"] * 3,
            "period": [date(2023, 1, 1), date(2023, 2, 1), date(2023, 8, 1)],
            "value_usd": [1, 10, 100],
        }
    )
    assert diverted_ahead(table, date(2023, 1, 31), ["KEN", "GHA"]).to_list() == [10, 0]


def test_rows_of_a_world_have_both_labels() -> None:
    found = family_rows([FamilyJob("markets", 3, step_months=12)], 1)
    assert dict(found.schema) == FAMILY_FRAME
    assert found["target"].null_count() == 0 and found["target"].any()
    assert ((found["diverted_usd"] > 1_000_000) == found["target"]).all()
