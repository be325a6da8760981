"""The drawn legs: gaps where nothing was reported, a dot for a lone month, words for those who cannot see."""

from datetime import date

import polars as pl

from features.trade.series import SERIES
from riskmodel.report.charts.timeline import timeline


def series(values: list[int | None], leg: str = "inbound", baseline: int | None = None) -> pl.DataFrame:
    rows = [("KGZ", leg, date(2023, n + 1, 1), value, baseline) for n, value in enumerate(values)]
    return pl.DataFrame(rows, schema=SERIES, orient="row")


def test_a_gap_parts_the_line_and_a_lone_month_is_a_dot() -> None:
    svg = timeline(series([5, 6, None, 7, None, 8, 9]), None, None, "Kyrgyzstan")
    assert svg.count('class="leg inbound"') == 2
    assert svg.count('class="lone inbound"') == 1
    assert svg.count('class="gap"') == 2


def test_a_month_absent_from_the_table_is_a_gap_too() -> None:
    frame = series([5, 6, 7, 8, 9]).filter(pl.col("period") != date(2023, 3, 1))
    assert timeline(frame, None, None, "x").count('class="leg inbound"') == 2


def test_excess_is_tinted_only_above_the_baseline() -> None:
    assert 'class="excess' not in timeline(series([1, 2, 3], baseline=5), None, None, "x")
    assert 'class="excess' in timeline(series([1, 8, 9], baseline=5), None, None, "x")


def test_zero_is_drawn_and_null_is_not() -> None:
    assert 'class="leg inbound"' in timeline(series([0, 0, 0]), None, None, "x")
    assert "not reported</text>" in timeline(series([None, None]), None, None, "x")


def test_label_is_escaped_and_says_what_is_drawn() -> None:
    svg = timeline(series([1_000_000, 2_500_000]), date(2023, 6, 30), 12, '"><b>')
    assert "<b>" not in svg
    assert "between US$1.0m and US$2.5m a month" in svg
    assert "onward leg not reported" in svg


def test_empty_series_draws_nothing() -> None:
    assert timeline(pl.DataFrame(schema=SERIES), None, None, "x") == ""
