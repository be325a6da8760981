"""Does the product score order a country's later arrivals better than any single column does?

Re-exports by product are published for few countries, so both checks look ahead in the coalition's own
reports: scores of September 2022, from March to July, against the rise of August to November 2022. In the
first the same reporters are looked at later. In the second one half of the EU's members is scored and the
other half is looked at later, so what is predicted is not what was counted; a logistic regression learnt
there, on the other countries and other headings, is the yardstick for the weights.

No weight was fitted, but ten sets of whole and half weights were compared on the first check before one was
taken, so its figures are no independent measure. None was changed after the second.
"""

from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from features.trade.flows.windows import Windows
from features.trade.products import others_excess_usd, product_table
from features.trade.signals import trade_signals
from riskmodel.backtest.products import learnt_scores, product_rows
from riskmodel.outcomes.simulated_rows import training_jobs
from riskmodel.sources.goods import read_goods
from riskmodel.sources.trade.read import read_trade

pytestmark = [pytest.mark.real, pytest.mark.long]

COUNTRIES = ("ARM", "GEO", "KAZ", "KGZ", "UZB")
LATER = pl.col("period").dt.month().is_between(8, 11)
SINGLE = ("inbound_recent_usd", "inbound_excess_usd", "displaced_usd")
WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1), recent_months=5)
AS_OF = date(2022, 9, 20)
HALVES, FOLDS = 3, 4


@pytest.fixture(scope="module")
def flows(real_data: Path) -> pl.DataFrame:
    return read_trade(
        [real_data / "eu27-sanctioned-cn8-monthly" / "eu27_exports_cn8_monthly_2020_2022.parquet"]
    ).frame


@pytest.fixture(scope="module")
def goods(real_data: Path) -> pl.DataFrame:
    return read_goods(real_data / "trade-reference" / "eu_export_sanctions_cn8_jan2023.csv.gz").frame


def rows_with_outcome(
    seen: pl.DataFrame, later: pl.DataFrame, goods: pl.DataFrame, least: int
) -> pl.DataFrame:
    """Product scores from `seen`, and whether the trade in `later` rose by more than `least` dollars."""
    year = pl.col("period").dt.year()
    rise = (
        pl.col("value_usd").filter(year == 2022).sum() - pl.col("value_usd").filter(year < 2022).sum() // 2
        > least
    )
    rose = later.filter(LATER).group_by(pl.col("partner").alias("country"), "hs6").agg(rise.alias("rose"))
    return (
        product_table(trade_signals(seen, goods, WINDOWS, AS_OF))
        .join(rose, on=["country", "hs6"], how="left")
        .with_columns(pl.col("rose").fill_null(False), pl.col(*SINGLE).fill_null(0))
    )


def measured(rows: pl.DataFrame, columns: tuple[str, ...]) -> dict[str, npt.NDArray[np.float64]]:
    """Average precision and AUC of each column, means of the countries."""
    parts = [rows.filter(pl.col("country") == country) for country in COUNTRIES]
    return {
        column: np.mean(
            [
                (
                    average_precision_score(part["rose"], part[column]),
                    roc_auc_score(part["rose"], part[column]),
                )
                for part in parts
            ],
            axis=0,
        )
        for column in columns
    }


def learnt(rows: pl.DataFrame) -> pl.Series:
    """Scores of a logistic regression that saw neither the country nor the headings it is asked about."""
    others = pl.col("inbound_excess_usd").sum().over("hs6") - pl.col("inbound_excess_usd")
    amounts = rows.select(*SINGLE, others.alias("others")).to_numpy()
    strength, rose = np.log1p(amounts / 10_000), rows["rose"].to_numpy()
    headings = rows["hs6"].str.head(4)
    fold = dict(
        zip(headings.unique().sort(), np.random.default_rng(0).integers(FOLDS, size=2000), strict=False)
    )
    folds = np.array([fold[heading] for heading in headings])
    found = np.zeros(rows.height)
    for country in COUNTRIES:
        here = (rows["country"] == country).to_numpy()
        for number in range(FOLDS):
            model = make_pipeline(StandardScaler(), LogisticRegression())
            model.fit(strength[~here & (folds != number)], rose[~here & (folds != number)])
            asked = here & (folds == number)
            found[asked] = model.decision_function(strength[asked])
    return pl.Series("learnt", found)


def test_the_score_orders_later_arrivals_better_than_any_single_column(
    flows: pl.DataFrame, goods: pl.DataFrame
) -> None:
    found = measured(rows_with_outcome(flows, flows, goods, 1_000_000), ("score", *SINGLE))
    print("\nsame reporters, average precision and AUC:", {k: v.round(3) for k, v in found.items()})
    assert all((found["score"] > found[column]).all() for column in SINGLE)


def learnt_in_worlds(rows: pl.DataFrame, worlds: pl.DataFrame) -> pl.Series:
    """Scores of the additive rule that is learnt on simulated worlds."""
    asked = rows.with_columns(others_excess_usd())
    return pl.Series("learnt_in_worlds", learnt_scores(worlds, asked))


def test_the_score_foresees_what_other_suppliers_send_later(flows: pl.DataFrame, goods: pl.DataFrame) -> None:
    members = np.array(sorted(flows["reporter"].unique()))
    worlds = product_rows(training_jobs(5, 610_000))
    halves = []
    for seed in range(HALVES):
        first = list(np.random.default_rng(seed).permutation(members)[: len(members) // 2])
        seen = pl.col("reporter").is_in(first)
        rows = rows_with_outcome(flows.filter(seen), flows.filter(~seen), goods, 300_000)
        rows = rows.with_columns(learnt(rows), learnt_in_worlds(rows, worlds))
        halves.append(measured(rows, ("score", "learnt", "learnt_in_worlds", *SINGLE)))
    found = {column: np.mean([half[column] for half in halves], axis=0) for column in halves[0]}
    print("\nother reporters, average precision and AUC:", {k: v.round(3) for k, v in found.items()})
    assert all((found["score"] > found[column]).all() for column in SINGLE)
    assert (found["score"] > found["learnt"] - 0.02).all()
    assert (found["score"] > found["learnt_in_worlds"]).all()
