"""Sums by reporter, flow and year: of our tables, and of a plain read with pandas."""

import pandas as pd
import polars as pl

Sums = dict[tuple[str, str, int], int]


def ours(frame: pl.DataFrame) -> Sums:
    """Dollars by reporter, flow and year, partners only."""
    year = pl.col("period").dt.year().alias("year")
    rows = frame.filter(pl.col("partner") != "WLD").group_by("reporter", "flow", year)
    return {(r, f, y): v for r, f, y, v in rows.agg(pl.col("value_usd").sum()).rows()}


def theirs(frame: pd.DataFrame, reporter: str, flow: str, year: str, value: str) -> Sums:
    sums = frame.groupby([frame[reporter], frame[flow], frame[year].astype(int)])[value].sum()
    return {(r, f, int(y)): round(v) for (r, f, y), v in sums.items()}


def same(found: Sums, expected: Sums, rows: int) -> None:
    """The same keys; a rounding of half a dollar for each row that was summed is allowed."""
    assert found.keys() == expected.keys()
    assert len(expected)
    for key, value in expected.items():
        assert abs(found[key] - value) <= max(1, rows // 2), key
