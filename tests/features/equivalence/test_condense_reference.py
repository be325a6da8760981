"""Condensing agrees with the same written in pandas, to the last row and dollar."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from reference_condense import pandas_condense
from trade_tables import goods, long_table

from features.trade.flows.condense import condense_flows, plan_for
from features.trade.flows.windows import Windows

PLAN = plan_for(goods(), Windows(date(2020, 1, 1), date(2021, 12, 1)), [date(2022, 1, 31), date(2023, 3, 31)])


@pytest.mark.parametrize("seed", range(3))
def test_condensed_tables_agree(tmp_path: Path, seed: int) -> None:
    table = long_table(seed)
    late = table.head(200).with_columns(pl.col("value_usd") + 7, pl.lit(date(2023, 1, 5)).alias("known_at"))
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for part, file in zip((table, late), files, strict=True):
        part.write_parquet(file)
    fast = condense_flows(pl.scan_parquet(files), PLAN)
    slow = pandas_condense(files, PLAN)
    for name, expected in slow.items():
        found = getattr(fast, name)
        days = [column for column in ("period", "known_at") if column in found.columns]
        made = pl.from_pandas(expected.astype(dict.fromkeys(days, "datetime64[us]")))
        assert found.rows() == made.with_columns(pl.col(days).cast(pl.Date)).select(found.columns).rows(), (
            name
        )
    assert isinstance(slow["rows"], pd.DataFrame) and fast.rows.height > 0
