"""The product score on simulated worlds: labels of families, and measures that know good from bad."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.trade.flows.windows import Windows
from riskmodel.backtest.products import COLUMNS, judge_products, learnt_scores
from riskmodel.outcomes.labels import Legs, product_labels
from riskmodel.outcomes.simulated_rows import undeclared_by_code, undeclared_transit
from riskmodel.worlds.corridors.world import CorridorWorld

WINDOWS = Windows(date(2021, 1, 1), date(2021, 12, 1))
AS_OF = date(2022, 12, 31)


def legs(*rows: tuple[str, str, date, int]) -> Legs:
    trade = pl.DataFrame(
        [(leg, "KGZ", family, period, usd) for leg, family, period, usd in rows],
        schema=["leg", "country", "family", "period", "value_usd"],
        orient="row",
    )
    months = pl.Series([date(year, month, 1) for year in (2021, 2022, 2023) for month in range(1, 13)])
    return Legs(trade, months, pl.DataFrame({"country": ["KGZ"], "period": [AS_OF]}))


def both(family: str, usd: int, base: int = 0) -> list[tuple[str, str, date, int]]:
    return [
        (leg, family, day, amount)
        for leg in ("inbound", "onward")
        for day, amount in ((date(2023, 3, 1), usd), (date(2021, 3, 1), base))
        if amount
    ]


def test_a_product_has_the_event_above_the_floor_and_at_twice_its_baseline() -> None:
    found = product_labels(
        legs(
            *both("a", 100_001),
            *both("b", 100_000),
            *both("c", 400_000, 200_001),
            *both("d", 400_000, 200_000),
        ),
        AS_OF,
        WINDOWS,
    )
    assert dict(found.select("family", "target").iter_rows()) == {
        "a": True,
        "b": False,
        "c": False,
        "d": True,
    }


def test_what_nobody_declared_adds_to_a_product_and_stands_in_for_a_silent_leg() -> None:
    hidden = pl.DataFrame(
        {"country": ["ARM"], "family": ["a"], "period": [date(2023, 2, 1)], "value_usd": [150_000]}
    )
    found = product_labels(legs(*both("b", 1_000)), AS_OF, WINDOWS, hidden)
    assert found.filter("target").select("country", "family").rows() == [("ARM", "a")]


def test_six_months_that_were_not_all_published_give_no_label() -> None:
    assert product_labels(legs(*both("a", 500_000)), date(2023, 8, 31), WINDOWS).is_empty()


def test_undeclared_codes_add_up_to_the_undeclared_transit_of_the_country(world: CorridorWorld) -> None:
    codes = undeclared_by_code(world)
    assert codes["value_usd"].sum() == undeclared_transit(world)["value_usd"].sum() > 0


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """Two worlds of products whose onward excess makes the event."""
    rng = np.random.default_rng(0)
    n = 1200
    amounts = {name: rng.integers(0, 1_000_000, n) for name in COLUMNS}
    return pl.DataFrame(
        {
            "world": np.repeat(["a", "b"], n // 2),
            "as_of": [AS_OF] * n,
            "country": [f"C{i % 20:02d}" for i in range(n)],
            "role": ["ordinary", "legal_hubs"] * (n // 2),
            "hs6": ["847150"] * n,
            "score": rng.random(n),
            **amounts,
            "target": amounts["onward_excess_usd"] > 800_000,
        }
    )


def test_the_measures_know_the_column_that_makes_the_event(rows: pl.DataFrame) -> None:
    train, test = (rows.filter(pl.col("world") == name) for name in ("a", "b"))
    found = judge_products(test, learnt_scores(train, test))
    methods = found.methods
    assert methods["onward_excess_usd"].average_precision == 1 == methods["onward_excess_usd"].auc
    assert methods["learnt"].average_precision > 0.95 > 0.4 > methods["score"].average_precision
    assert found.gain_of_learnt.interval_90[0] > 0
    assert set(found.roles) == {"ordinary", "legal_hubs"}
    assert sum(role.in_the_top for role in found.roles.values()) == pytest.approx(0.1, abs=0.03)
