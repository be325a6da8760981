"""Target `listing` on the public listings of 2022-23: what a fit adds to persistence, printed with -s."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from listing_backtest import judge_listings, listing_rows

from data_contracts.tables import TRADE_FLOWS
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel
from riskmodel.outcomes.rows import month_ends
from riskmodel.sources.goods import read_goods
from riskmodel.sources.listings import read_listings
from riskmodel.sources.trade.read import read_trade

ORIGINS = month_ends(date(2022, 7, 1), date(2023, 6, 1))
END = date(2023, 12, 31)


@pytest.fixture(scope="module")
def listings(real_data: Path) -> pl.DataFrame:
    folder = real_data / "designation-events"
    return pl.concat(
        [
            read_listings([real_data / "ofac-russia-designations"]).frame,
            read_listings([folder / "designation_events_by_country.csv"]).frame,
        ]
    )


@pytest.fixture(scope="module")
def trade(real_data: Path) -> pl.DataFrame:
    """EU exports to five of the countries, from the origins that the table can serve."""
    folder = real_data / "eu27-sanctioned-cn8-monthly"
    flows = read_trade([folder / "eu27_exports_cn8_monthly_2020_2022.parquet"]).frame.select(
        list(TRADE_FLOWS)
    )
    goods = read_goods(real_data / "trade-reference" / "eu_export_sanctions_cn8_jan2023.csv.gz").frame
    windows = Windows(date(2020, 1, 1), date(2021, 12, 1), 9)
    return trade_panel(flows, goods, windows, ORIGINS, allow_hindsight=True)


@pytest.mark.real
def test_listing_backtest_is_what_the_documentation_says(listings: pl.DataFrame, trade: pl.DataFrame) -> None:
    """Guards the sentence of docs/model.md: past listings predict listings; no rule predicts onsets well."""
    lines = judge_listings(listing_rows(listings, ORIGINS, END, trade))
    for line in lines:
        low, high = line["average_precision_90"]
        print(
            f"{line['slice']:<11} {line['method']:<38} AP {line['average_precision']:.2f} "
            f"[{low:.2f}, {high:.2f}] "
            f"precision@10 {line['precision_at_10']:.2f} recall@20 {line['recall_at_20']:.2f} "
            f"({line['rows']} rows, {line['events']} events, {line['origins']} origins)"
        )
    found = {(line["slice"], line["method"]): line["average_precision"] for line in lines}
    assert lines[0]["origins"] >= 6 and lines[0]["events"] > 0
    assert found["all", "listing history"] > 5 * lines[0]["events"] / lines[0]["rows"]
