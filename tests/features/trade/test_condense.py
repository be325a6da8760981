"""Condensing does not depend on how rows are cut into partitions, nor on their order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from trade_tables import goods, long_table

from features.trade.flows.condense import condense_flows, plan_for
from features.trade.flows.windows import Windows

PLAN = plan_for(goods(), Windows(date(2020, 1, 1), date(2021, 12, 1)), [date(2022, 1, 31), date(2023, 3, 31)])


def test_partitions_and_order_do_not_matter(tmp_path: Path) -> None:
    table = long_table(3)
    whole = condense_flows(table, PLAN)
    shuffled = table.sample(fraction=1, shuffle=True, seed=5)
    for number in range(3):
        shuffled.gather_every(3, number).write_parquet(tmp_path / f"{number}.parquet")
    files = sorted(tmp_path.iterdir(), reverse=True)
    folder = condense_flows(pl.scan_parquet(files), PLAN)
    for name in ("series", "rows", "reported", "exports"):
        assert getattr(whole, name).equals(getattr(condense_flows(shuffled, PLAN), name)), name
        assert getattr(whole, name).equals(getattr(folder, name)), name


def test_only_what_signals_need_is_kept() -> None:
    table = long_table(3)
    condensed = condense_flows(table, PLAN)
    assert 0 < condensed.rows.height < table.height
    kept = condensed.series
    to_russia, arrivals = pl.col("partner") == "RUS", pl.col("flow") == "M"
    from_members = pl.col("reporter").is_in(PLAN.members)
    assert kept.filter(~(to_russia | arrivals | from_members)).is_empty()
    assert set(kept["hs6"].str.head(4)) <= set(PLAN.headings)
