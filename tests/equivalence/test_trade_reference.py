"""The fast trade signals agree with the slow reference: to the dollar for sums, to 1e-9 for ratios."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_trade import reference_signals
from trade_tables import goods, trade_tables

from features.trade.families import goods_in_force
from features.trade.signals import trade_signals
from features.trade.windows import Windows

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 3, 31)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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
