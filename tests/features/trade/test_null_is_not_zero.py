"""Not reported is unknown; reported without the goods is zero; a reporter that comes or goes is coverage."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl
import pytest
from trade_tables import every_month, flows, goods

from features.trade.flows.windows import Windows
from features.trade.signals import trade_signals

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 3, 31)
CHIPS = "854231"
FLAT = every_month("DEU", "ARM", CHIPS, [3_000_000] * 36)
DIRECT = every_month("DEU", "RUS", CHIPS, [4_000_000] * 26 + [0] * 10)
RISING = every_month("DEU", "ARM", CHIPS, [1_000_000] * 26 + [3_000_000] * 10)


def row(rows: list[dict[str, Any]], country: str = "ARM", as_of: date = AS_OF) -> dict[str, Any]:
    countries = trade_signals(flows(rows), goods(), WINDOWS, as_of).countries
    return countries.row(by_predicate=pl.col("country") == country, named=True)


def test_onward_leg_not_reported_is_null() -> None:
    """Trap 4: inside the customs union the onward leg is often missing; the other legs still speak."""
    found = row(RISING + DIRECT)
    assert found["onward_surge"] is None
    assert found["onward_excess_usd"] is None
    assert found["matched_transit_usd"] is None
    assert found["onward_coverage"] == 0
    assert found["displaced_usd"] > 1_000_000
    assert found["inbound_surge"] > 0.5


def test_a_country_that_reports_without_listed_goods_to_russia_has_a_zero() -> None:
    found = row(RISING + DIRECT + every_month("ARM", "RUS", "010121", [5_000] * 36))
    assert found["onward_surge"] == 0
    assert found["onward_excess_usd"] == 0
    assert found["matched_transit_usd"] == 0
    assert found["onward_coverage"] == 1


def test_onward_leg_of_old_months_only_is_null() -> None:
    old = every_month("ARM", "RUS", CHIPS, [2_000_000] * 14)
    assert row(RISING + old)["onward_surge"] is None
    # Eighteen months after the newest usable month the leg is unknown again.
    onward = every_month("ARM", "RUS", CHIPS, [2_000_000] * 30)
    assert row(RISING + onward)["onward_surge"] is not None
    assert row(RISING + onward, as_of=date(2024, 2, 29))["onward_surge"] is None


def test_month_reported_without_rows_is_a_zero_month() -> None:
    other = every_month("DEU", "ARM", "010121", [1] * 36)
    gone = every_month("DEU", "ARM", CHIPS, [3_000_000] * 24 + [None] * 12)
    found = row(gone + other)
    assert found["inbound_coverage"] == 1
    assert found["inbound_surge"] == pytest.approx(math.log(1e6 / (36e6 + 1e6)))


def test_reporter_that_stops_moves_coverage_not_surge() -> None:
    both = [*FLAT, *every_month("POL", "ARM", CHIPS, [1_000_000] * 36)]
    stopped = [*FLAT, *every_month("POL", "ARM", CHIPS, [1_000_000] * 28)]
    assert row(both)["inbound_surge"] == row(stopped)["inbound_surge"] == 0
    assert row(both)["inbound_coverage"] == 1
    # Poland, a quarter of the trade, published 4 of the 12 recent months.
    assert row(stopped)["inbound_coverage"] == pytest.approx((12 * 3 + 4 * 1) / (12 * 4), abs=1e-6)


def test_reporter_that_starts_moves_coverage_not_surge() -> None:
    started = [*FLAT, *every_month("POL", "ARM", CHIPS, [9_000_000] * 12, start=24)]
    assert row(started)["inbound_surge"] == row(FLAT)["inbound_surge"] == 0
    assert row(started)["inbound_excess_usd"] == 0
    assert row(started)["inbound_coverage"] < row(FLAT)["inbound_coverage"] == 1


def test_small_reporter_costs_little_coverage() -> None:
    stopped = [*FLAT, *every_month("POL", "ARM", CHIPS, [1_000] * 24)]
    assert row(stopped)["inbound_coverage"] > 0.99


def test_coalition_that_reports_no_exports_to_russia_leaves_displacement_unknown() -> None:
    found = row(RISING)
    assert found["displaced_usd"] is None
    assert found["substitution"] is None
    assert found["direct_coverage"] == 0


def test_no_coalition_report_leaves_inbound_unknown() -> None:
    found = row(every_month("ARM", "RUS", CHIPS, [2_000_000] * 36))
    assert found["inbound_surge"] is None
    assert found["inbound_excess_usd"] is None
    assert found["matched_transit_usd"] is None
    assert found["onward_surge"] == 0
