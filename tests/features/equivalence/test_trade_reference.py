"""The fast trade signals agree with the slow reference: to the dollar for sums, to 1e-9 for ratios."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import polars as pl
import pytest
import reference_further as further
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_newest import newest_quarter
from reference_trade import World, growth, reference_signals, window_sums
from trade_tables import SENDERS, goods, long_table, trade_tables

from features.catalogue import signals_of
from features.trade.flows.families import goods_in_force
from features.trade.flows.windows import Windows
from features.trade.signals import trade_signals

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 3, 31)
EVIDENCE = [signal.name for signal in signals_of("trade") if not (signal.in_model or signal.in_panels)]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(trade_tables(), st.sampled_from((3, 12)))
def test_country_signals_agree(table: pl.DataFrame, recent: int) -> None:
    windows = Windows(WINDOWS.baseline_start, WINDOWS.baseline_end, recent)
    listed = goods()
    fast = trade_signals(table, listed, windows, AS_OF).countries
    in_force = goods_in_force(listed, AS_OF, first_month=windows.baseline_start)
    slow = reference_signals(pd.DataFrame(table.to_dicts()), in_force, windows, AS_OF)
    assert fast["country"].to_list() == list(slow)
    for row in fast.to_dicts():
        for name, expected in slow[row["country"]].items():
            found = row[name]
            if isinstance(expected, float) and not math.isnan(expected):
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (row["country"], name)
            else:
                assert found == expected, (row["country"], name)


def agree_on_the_newest_quarter(table: pl.DataFrame, windows: Windows) -> set[str]:
    """Assert agreement; the signals that some country had a value above its least in."""
    listed = goods()
    fast = trade_signals(table, listed, windows, AS_OF).countries
    in_force = goods_in_force(listed, AS_OF, first_month=windows.baseline_start)
    slow = newest_quarter(pd.DataFrame(table.to_dicts()), in_force, windows, AS_OF, fast["country"].to_list())
    inbound = fast["inbound_surge"].is_not_null().any()
    reached: set[str] = set()
    for row in fast.to_dicts():
        for name, expected in slow[row["country"]].items():
            known = inbound if name == "new_lines" else row["onward_surge"] is not None
            known = known and (inbound or name == "onward_lines")
            wanted = expected if known else None
            assert row[name] == (None if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-9)), (
                row["country"],
                name,
            )
            reached |= {name} if wanted is not None and wanted > -2.3 and wanted != 0 else set()
    return reached


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(trade_tables(), st.sampled_from((3, 12)))
def test_signals_of_the_newest_quarter_agree(table: pl.DataFrame, recent: int) -> None:
    senders = table.filter(pl.col("reporter").is_in(SENDERS), pl.col("flow") == "X")
    if not senders.is_empty():
        agree_on_the_newest_quarter(table, replace(WINDOWS, recent_months=recent))


def test_long_tables_agree_and_reach_every_signal_of_the_newest_quarter() -> None:
    reached = set.union(*(agree_on_the_newest_quarter(long_table(seed), WINDOWS) for seed in range(6)))
    assert reached == {"new_lines", "onward_lines", "transit_ratio"}


def slow_further(table: pl.DataFrame, windows: Windows) -> dict[str, dict[str, float | None]]:
    listed = goods_in_force(goods(), AS_OF, first_month=windows.baseline_start)
    world = World(pd.DataFrame(table.to_dicts()), listed, windows, AS_OF)
    sums = window_sums(world)
    placebo = window_sums(world, further.placebo_cells(world))
    factors = growth(world, placebo)
    core = reference_signals(pd.DataFrame(table.to_dicts()), listed, windows, AS_OF)
    found: dict[str, dict[str, float | None]] = {}
    for country, row in core.items():
        inbound, onward = row["inbound_surge"] is not None, row["onward_surge"] is not None
        surge = further.placebo_surge(placebo, factors, country)
        gap, ghost = further.mirror(world, country)
        through = row["matched_transit_usd"] / row["inbound_excess_usd"] if (
            inbound and onward and row["inbound_excess_usd"] >= 1_000_000
        ) else None  # fmt: skip
        values = {
            "pass_through": through,
            "placebo_gap": row["inbound_surge"] - surge if inbound and surge is not None else None,
            "mirror_gap": gap if inbound else None,
            "ghost_usd": ghost if inbound else None,
            "new_routes": further.new_routes(world, country) if onward else None,
            "rca_mismatch": further.rca_mismatch(world, sums, country) if onward else None,
            "unit_value_premium": further.unit_value_premium(world, country) if onward else None,
            "lead_lag": further.lead_lag(world, country) if inbound and onward else None,
            "eu_rule_count": further.eu_rule_count(world, sums, country) if inbound and onward else None,
        }
        found[country] = values
    return found


@pytest.mark.parametrize("seed", range(6))
def test_further_signals_agree(seed: int) -> None:
    table = long_table(seed)
    fast = trade_signals(table, goods(), WINDOWS, AS_OF).countries
    slow = slow_further(table, WINDOWS)
    assert fast["country"].to_list() == list(slow)
    for row in fast.to_dicts():
        for name, expected in slow[row["country"]].items():
            found = row[name]
            if expected is None or isinstance(expected, int):
                assert found == expected, (row["country"], name)
            else:
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (row["country"], name)


def test_long_tables_reach_every_further_signal() -> None:
    """The agreement above would be empty if the made tables never had enough data for a signal."""
    reached: set[str] = set()
    for seed in range(6):
        found = trade_signals(long_table(seed), goods(), WINDOWS, AS_OF).countries
        reached.update(name for name in EVIDENCE if found[name].null_count() < found.height)
    assert reached == set(EVIDENCE)
