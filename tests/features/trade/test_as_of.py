"""A score of a day uses only what was public on that day."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from trade_tables import every_month, flows, goods, month, trade_tables

from features.panel import build_panel
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel, trade_signals

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 3, 31)


def later(table: pl.DataFrame) -> pl.DataFrame:
    """Copies of a table's rows with other values, none of them public on AS_OF."""
    dated = table.with_columns(
        pl.lit(date(2023, 4, 1)).alias("known_at"), (pl.col("value_usd") * 7 + 1).alias("value_usd")
    )
    # Without a publication day: the month's end is past, its documented lag is not.
    undated = table.with_columns(
        pl.lit(date(2023, 3, 1)).alias("period"), pl.lit(None, dtype=pl.Date).alias("known_at")
    )
    return pl.concat([dated, undated.unique(["reporter", "partner", "flow", "hs6"], maintain_order=True)])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(trade_tables())
def test_later_rows_change_nothing(table: pl.DataFrame) -> None:
    now = trade_signals(table, goods(), WINDOWS, AS_OF)
    after = trade_signals(
        pl.concat([table, later(table)]).sample(fraction=1, shuffle=True, seed=1), goods(), WINDOWS, AS_OF
    )
    for name in ("countries", "families", "cells"):
        assert_same_bytes(getattr(now, name), getattr(after, name))
    for name in ("families", "codes", "coverage", "months"):
        assert_same_bytes(getattr(now.sums, name), getattr(after.sums, name))
    assert_same_bytes(
        build_panel(AS_OF, now.countries, None, None), build_panel(AS_OF, after.countries, None, None)
    )


def test_a_leg_that_a_sender_enters_later_does_not_show_before() -> None:
    known = [
        *every_month("DEU", "RUS", "854231", [100_000] * 38),
        *every_month("FRA", "KAZ", "854231", [100_000] * 38),
    ]
    new = every_month("DEU", "KAZ", "854231", [5_000_000] * 3, start=20, known_at=date(2024, 1, 1))
    now, after = (trade_signals(flows(rows), goods(), WINDOWS, AS_OF) for rows in (known, known + new))
    assert_same_bytes(now.sums.coverage, after.sums.coverage)
    assert_same_bytes(now.countries, after.countries)


def assert_same_bytes(a: pl.DataFrame, b: pl.DataFrame) -> None:
    assert a.schema == b.schema
    assert a.write_csv(float_precision=17) == b.write_csv(float_precision=17)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(trade_tables())
def test_panel_of_many_dates_is_the_single_dates(table: pl.DataFrame) -> None:
    dates = [date(2022, 3, 31), date(2022, 9, 30), AS_OF]
    panel = trade_panel(table, goods(), WINDOWS, dates, further=True)
    for as_of in dates:
        alone = trade_signals(table, goods(), WINDOWS, as_of).countries
        assert_same_bytes(panel.filter(pl.col("as_of") == as_of).drop("as_of"), alone)


def two_vintages(value: int, known_at: date) -> list[dict[str, Any]]:
    return every_month("DEU", "KAZ", "854231", [value], start=30, known_at=known_at)


BASE = [
    *every_month("DEU", "KAZ", "854231", [100_000] * 30),
    *every_month("DEU", "KAZ", "854231", [100_000] * 5, start=31),
]


@pytest.mark.parametrize(
    ("as_of", "value"), [(date(2022, 12, 31), 5_000_000), (date(2023, 6, 30), 9_000_000)]
)
def test_latest_vintage_known_then_is_used(as_of: date, value: int) -> None:
    table = flows([*BASE, *two_vintages(5_000_000, month(32)), *two_vintages(9_000_000, date(2023, 4, 1))])
    found = trade_signals(table, goods(), WINDOWS, as_of).cells
    assert found.filter(pl.col("period") == month(30))["value_usd"].to_list() == [value]


def test_month_without_publication_day_waits_for_the_reporters_lag() -> None:
    table = flows(every_month("DEU", "KAZ", "854231", [100_000] * 36))
    newest = {
        as_of: trade_signals(table, goods(), WINDOWS, as_of).cells["period"].max()
        for as_of in (date(2023, 2, 12), date(2023, 2, 13))
    }
    # December's data: month end plus 44 days.
    assert newest == {date(2023, 2, 12): month(34), date(2023, 2, 13): month(35)}
