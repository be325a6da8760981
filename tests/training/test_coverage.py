"""Intervals hold for authors left out, and are never narrower where less was reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from scipy.special import expit

from riskmodel.backtest import coverage
from riskmodel.backtest.coverage import WIDEST, widened_by_grade
from riskmodel.model.estimator import Model
from riskmodel.model.grade import with_grade


def judged(grade: str, logit: float, below: float, share: float, n: int = 400) -> pl.DataFrame:
    """One bin of `n` countries of which `share` have an event."""
    return pl.DataFrame(
        {
            "grade": [grade] * n,
            "bin": [f"{grade}{logit}"] * n,
            "country": [f"{grade}{i}" for i in range(n)],
            "target": [i < share * n for i in range(n)],
            "logit": [logit] * n,
            "below": [below] * n,
            "above": [below] * n,
        }
    )


def test_an_interval_that_holds_nothing_is_widened_until_it_does() -> None:
    rows = judged("A", -2.0, 0.5, share=0.5)
    assert coverage._covered(rows, 1.0) == 0.0
    found = widened_by_grade(rows)["A"]
    assert 1 < found.widened < WIDEST and (found.of_draws, found.after) == (0, 1)
    assert coverage._covered(rows, found.widened - coverage.STEP) == 0.0
    assert found.width == pytest.approx(
        float(expit(-2 + found.widened / 2) - expit(-2 - found.widened / 2)), abs=1e-6
    )


def test_less_known_is_never_narrower_on_average() -> None:
    rows = [
        judged("A", -2.0, 0.5, share=0.5),
        judged("B", -4.0, 0.1, share=float(expit(-4.0))),  # holds as it is, and is narrow
        judged("D", -1.0, 0.5, share=float(expit(-1.0))),
    ]
    found = widened_by_grade(pl.concat(rows))
    assert found["B"].widened == WIDEST, "even the widest is narrower here than that of A"
    assert found["C"].widened == WIDEST and found["C"].width is None and found["C"].bins == 0
    assert found["D"].widened == WIDEST
    wide = widened_by_grade(pl.concat([rows[0], judged("B", -2.0, 0.5, share=float(expit(-2.0)))]))
    assert wide["A"].widened == wide["B"].widened > 1


def test_a_row_has_the_width_of_its_grade(model: Model, draw_panel: Callable[..., pl.DataFrame]) -> None:
    half = pl.int_range(pl.len()) % 2 == 0
    thin = pl.when(half).then(0.5).otherwise("inbound_coverage").alias("inbound_coverage")
    panel = draw_panel(40, 2, seed=3).with_columns(thin)
    grades = with_grade(panel)["grade"]
    assert grades.n_unique() > 1
    first = sorted(set(grades.drop_nulls()))[0]
    widened = replace(model, manifest={"interval": {"widened": {first: 3.0, "other": 5.0}}})
    plain, wide = replace(model, manifest={}).predict(panel), widened.predict(panel)
    assert wide["risk"].equals(plain["risk"])

    def width(table: pl.DataFrame) -> pl.Series:
        logit = {name: (table[name] / (1 - table[name])).log() for name in ("risk", "risk_high")}
        return logit["risk_high"] - logit["risk"]

    times = (width(wide) / width(plain)).round(6)
    assert set(times.filter(grades == first).drop_nulls().drop_nans()) == {3.0}
    assert set(times.filter(grades != first).drop_nulls().drop_nans()) == {5.0}
