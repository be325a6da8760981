"""Condensing written in pandas, file by file: the reference of `features.trade.flows.condense`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import DEFAULT_LAG_DAYS, reporter_lags
from features.trade.flows.condense import COLUMNS, CondensePlan

SERIES = ["reporter", "partner", "flow", "hs6"]


def pandas_condense(paths: Iterable[Path], plan: CondensePlan) -> dict[str, pd.DataFrame]:
    """The four tables of `Condensed`; each file is read once and only its few useful rows are kept."""
    rows, reported, exports = [], [], []
    for path in paths:
        table = pd.read_parquet(path, columns=list(COLUMNS))
        export, listed = table["flow"] == "X", table["hs6"].isin(plan.codes)
        to_russia = table["partner"] == "RUS"
        sent = (
            export
            & table["reporter"].isin(plan.members)
            & ~table["partner"].isin({*plan.lasting, *NEVER_SCORED})
            & table["hs6"].str[:4].isin(plan.headings)
        )
        arrived = (table["flow"] == "M") & table["partner"].isin(plan.members)
        rows.append(table[sent | (listed & ((export & to_russia) | arrived))])
        months = table.loc[table["flow"].isin(["X", "M"]), ["reporter", "flow", "period", "known_at"]]
        reported.append(months.drop_duplicates())
        period = pd.to_datetime(table["period"])
        in_baseline = (period >= pd.Timestamp(plan.first)) & (period <= pd.Timestamp(plan.last))
        elsewhere = table[export & in_baseline & ~to_russia & (table["partner"] != "WLD")]
        code = elsewhere["hs6"].where(elsewhere["hs6"].isin(plan.codes), elsewhere["hs6"].str[:2])
        keys = ["reporter", "code", "period", "known_at"]
        groups = elsewhere.assign(code=code).groupby(keys, dropna=False, sort=False)
        exports.append(groups["value_usd"].sum().reset_index())
    series, kept = _series(_dated(pd.concat(rows)))
    months = _dated(pd.concat(reported)).groupby(["reporter", "flow", "period"])["known_at"].min()
    sums = _dated(pd.concat(exports)).groupby(["reporter", "code", "period", "known_at"])["value_usd"].sum()
    return {
        "series": series,
        "rows": kept,
        "reported": months.reset_index(),
        "exports": sums.reset_index(),
    }


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Days as timestamps, with the documented day of publication where the row says none."""
    period, known = pd.to_datetime(table["period"]), pd.to_datetime(table["known_at"])
    lags = table["reporter"].map(dict(reporter_lags().iter_rows())).fillna(DEFAULT_LAG_DAYS)
    documented = period + pd.offsets.MonthEnd(0) + pd.to_timedelta(lags, unit="D")
    return table.assign(period=period, known_at=known.fillna(documented))


def _series(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ordered = rows.sort_values([*SERIES, "period", "known_at", "value_usd", "net_kg"], na_position="first")
    series_id = ordered.groupby(SERIES, sort=True).ngroup().astype("int64")
    ordered = ordered.assign(series_id=series_id)
    series = ordered[["series_id", *SERIES]].drop_duplicates().reset_index(drop=True)
    columns = ["series_id", "period", "known_at", "value_usd", "net_kg"]
    return series, ordered[columns].reset_index(drop=True)
