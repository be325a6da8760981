"""Dates of control are facts with a source, never guesses."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from features.reference.facts import (
    WARNED_2022,
    coalition,
    control_candidates,
    control_dates,
    controlled_by,
    priority_list,
)
from features.reference.read import read_reference, word_list


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


def test_the_priority_list_has_its_published_sizes_tiers_and_days() -> None:
    table = priority_list()
    sizes = dict(table.group_by("valid_from").len().iter_rows())
    assert sizes == {date(2023, 9, 19): 45, date(2024, 2, 23): 5}
    assert set(table["tier"]) == {"1", "2", "3.A", "3.B", "4.A", "4.B"}


def test_the_alert_of_june_2022_names_eighteen_places() -> None:
    named = "ARM BRA CHN GEO IND ISR KAZ KGZ MEX NIC SRB SGP ZAF TWN TJK TUR ARE UZB"
    assert set(named.split()) == WARNED_2022


def test_each_word_and_each_member_has_one_row_and_a_source() -> None:
    words, members = read_reference("word_lists.csv"), read_reference("country_sets.csv")
    assert len({row["word"] for row in words}) == len(words)
    assert len({(row["set"], row["member"]) for row in members}) == len(members)
    assert all(row["source"] for row in [*words, *members])


def test_a_list_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="no_such_list"):
        word_list("no_such_list")
