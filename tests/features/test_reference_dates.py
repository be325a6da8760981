"""Dates of control are facts with a source, never guesses."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.reference.facts import (
    coalition,
    control_candidates,
    control_dates,
    controlled_by,
    priority_list,
)


def test_dates_of_control_are_sourced_and_after_the_first_controls() -> None:
    table = control_dates()
    assert not table.is_duplicated().any()
    assert table["controlled_by"].is_between(date(2014, 8, 1), date(2024, 12, 31)).all()
    assert table["code"].str.contains(r"^(\d{2}|\d{6})$").all()


def test_the_earliest_regime_counts_and_unknown_stays_null() -> None:
    codes = pl.Series(["854231", "853400", "880730", "271019"])
    assert controlled_by(codes).to_list() == [date(2023, 1, 31), date(2023, 5, 19), date(2023, 1, 31), None]


def test_every_priority_code_has_a_date() -> None:
    assert controlled_by(priority_list()["hs6"]).null_count() == 0


def test_controls_follow_the_rule() -> None:
    """Far from Russia, no member of the coalition and not named in the alert of June 2022."""
    chosen = set(control_candidates(date(2023, 1, 31)))
    assert {"CHL", "KEN", "PER"} <= chosen
    assert not chosen & coalition(date(2023, 1, 31))
    assert not chosen & {"BRA", "MEX", "NIC", "ZAF", "KAZ", "RUS"}
