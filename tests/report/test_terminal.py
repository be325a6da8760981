"""The printed ranking: 80 columns, plain in a pipe, honest about what is made up."""

import io
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest
from rich.cells import cell_len
from rich.console import Console

from features.catalogue import SIGNALS
from riskmodel.explain.drivers import Driver
from riskmodel.report.terminal import print_ranking
from riskmodel.report.view import ReportInput
from riskmodel.report.words import SHORT_DRIVERS, short_driver

MakeReport = Callable[..., ReportInput]


def printed(report: ReportInput, width: int = 80, terminal: bool = False, limit: int = 15) -> str:
    out = io.StringIO()
    print_ranking(report, Console(file=out, width=width, force_terminal=terminal), limit)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 132])
def test_fits_eighty_columns_and_is_plain_in_a_pipe(width: int, make_report: MakeReport) -> None:
    text = printed(make_report(), width)
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_shows_rank_name_risk_interval_band_grade_driver(make_report: MakeReport) -> None:
    line = next(line for line in printed(make_report()).splitlines() if "Kyrgyzstan" in line)
    assert line.split()[:7] == ["1", "Kyrgyzstan", "93%", "67–99%", "high", "A", "yes"]
    assert len(line.split()) > 8


def test_what_is_met_is_marked_and_explained(make_report: MakeReport) -> None:
    text = printed(make_report())
    marks = [
        next(line for line in text.splitlines() if name in line).split()[6]
        for name in ("Kyrgyzstan", "Armenia", "Kazakhstan")
    ]
    assert marks == ["yes", "no", "–"]
    assert "met: the declared event is met in the newest published six months" in text


def test_the_ends_read_as_more_and_less(make_report: MakeReport) -> None:
    run = make_report(n_countries=2, n_abstained=0)
    ends = run.countries.with_columns(
        pl.Series("risk", [0.993, 0.007]),
        pl.Series("risk_low", [0.6, 0.001]),
        pl.Series("risk_high", [0.997, 0.3]),
    )
    text = printed(replace(run, countries=ends))
    assert ">99% 60–>99%" in text and "<1%  <1–30%" in text
    assert not set(text.split()) & {"99%", "1%", "100%", "0%"}


def test_limit_and_abstained_are_said(make_report: MakeReport) -> None:
    text = printed(make_report(), limit=3)
    assert "17 more in the report." in text
    assert "Not scored, too little reported: Tajikistan, Turkmenistan." in text
    assert "Georgia" not in text


def test_hostile_names_stay_on_their_line(hostile_report: ReportInput) -> None:
    text = printed(hostile_report)
    assert "[red]not markup" in text
    assert not set(text) & set("\x1b\x07\r\u202e")
    assert max(cell_len(line) for line in text.splitlines()) <= 80


def test_simulated_lines_stand_only_where_they_are_true(make_report: MakeReport) -> None:
    run = make_report()
    assert "SIMULATED data" in printed(run)
    real = replace(
        run.manifest, simulated=False, simulated_inputs=(), model=replace(run.manifest.model, trained_on=None)
    )
    assert "simulated" not in printed(replace(run, manifest=real)).lower()
    partly = replace(real, simulated=True, simulated_inputs=("articles",))
    assert "PARTLY SIMULATED data (articles)" in printed(replace(run, manifest=partly))


def test_null_risk_and_no_country(make_report: MakeReport) -> None:
    run = make_report(n_countries=2, n_abstained=0)
    blank = run.countries.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in ("risk", "risk_low", "risk_high")
    )
    assert "None" not in printed(replace(run, countries=blank))
    assert "No country could be scored" in printed(replace(run, countries=run.countries.clear()))


def test_every_signal_of_the_catalogue_has_short_words_that_fit() -> None:
    assert set(SHORT_DRIVERS) == {signal.name for signal in SIGNALS if signal.in_model}
    for signal in SIGNALS:
        value = 999_900_000 if signal.unit == "US$" else 2.5
        driver = Driver(signal.name, value, signal.unit, 1.0, None, "")
        assert len(short_driver(driver)) <= 29
