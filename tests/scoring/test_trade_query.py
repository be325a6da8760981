"""A trade table in many files gives the signals, counts and evidence of the same table in memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import priority_list
from features.trade.flows.accounting import account
from features.trade.flows.windows import Windows
from features.trade.signals import trade_signals
from riskmodel.explain.evidence import trade_evidence
from riskmodel.sources.checked import is_simulated

WINDOWS = Windows()


@pytest.fixture(scope="module")
def table(tiny) -> pl.DataFrame:
    rows = tiny.trade.select(pl.col(name).cast(dtype) for name, dtype in TRADE_FLOWS.items())
    return rows.with_columns(
        pl.lit("trade.parquet").alias("source_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("source_row"),
    )


def test_a_query_over_files_gives_what_memory_gives(table: pl.DataFrame, tmp_path: Path) -> None:
    for number, part in enumerate(table.iter_slices(table.height // 5 + 1)):
        part.write_parquet(tmp_path / f"{number}.parquet")
    query = pl.scan_parquet(sorted(tmp_path.iterdir()))
    as_of = date(2024, 6, 30)
    whole, parts = (trade_signals(flows, priority_list(), WINDOWS, as_of) for flows in (table, query))
    for name in ("countries", "families", "cells", "reported", "counts", "revisions"):
        assert getattr(whole, name).equals(getattr(parts, name)), name
    counts = [
        account(flows, whole.goods, whole.broken_codes, whole.counts, as_of)
        for flows in (table.lazy(), query)
    ]
    assert counts[0] == counts[1] and sum(counts[0].values()) == table.height
    evidence = [trade_evidence(flows, whole, WINDOWS, as_of, 5) for flows in (table.lazy(), query)]
    assert evidence[0].equals(evidence[1]) and evidence[0].height > 0
    assert evidence[0]["source_row"].null_count() == 0
    assert is_simulated(table) == is_simulated(query)
