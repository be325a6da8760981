"""Which vintage counts: the first day of a month, exports as first published, sums of what a date knew."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from trade_tables import every_month, flows, goods, month

from features.trade.flows.condense import CondensePlan, condense_flows, plan_for
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel, trade_signals

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
CHIPS = "854231"
FIRST, REVISED = date(2022, 2, 10), date(2022, 11, 10)
BETWEEN, AFTER = date(2022, 10, 31), date(2022, 12, 31)


def plan(*dates: date) -> CondensePlan:
    return plan_for(goods(), WINDOWS, dates)


@pytest.mark.parametrize("last_first", [False, True])
def test_a_month_in_two_files_was_public_on_the_first_of_their_days(tmp_path: Path, last_first: bool) -> None:
    early = flows(every_month("DEU", "KAZ", CHIPS, [5_000], start=23, known_at=FIRST))
    late = flows(every_month("DEU", "ARM", CHIPS, [7_000], start=23, known_at=REVISED))
    files = [tmp_path / name for name in ("early.parquet", "late.parquet")]
    for file, table in zip(files, (early, late), strict=True):
        table.write_parquet(file)
    expected = [("DEU", "X", month(23), FIRST)]
    query = pl.scan_parquet(files[::-1] if last_first else files)
    assert condense_flows(query, plan(AFTER)).reported.rows() == expected
    assert condense_flows(query.collect(), plan(AFTER)).reported.rows() == expected


@pytest.mark.parametrize("as_of", [date(2023, 5, 31), date(2023, 12, 31)])
def test_a_later_part_of_a_month_does_not_take_the_month_away(as_of: date) -> None:
    """Without its months a leg is unknown: a revision that is not yet public must not hide what is."""
    onward = every_month("ARM", "RUS", CHIPS, [2_000_000] * 36, known_at=date(2023, 2, 1))
    inbound = every_month("DEU", "ARM", CHIPS, [3_000_000] * 36)
    revised = every_month("ARM", "RUS", "854232", [1] * 36, known_at=date(2023, 12, 1))
    table = flows([*inbound, *onward, *revised])
    found = trade_signals(table, goods(), WINDOWS, as_of).countries
    known = trade_signals(flows([*inbound, *onward]), goods(), WINDOWS, as_of).countries
    columns = ["country", "onward_coverage", "inbound_coverage"]
    assert found.select(columns).rows() == known.select(columns).rows() == [("ARM", 1.0, 1.0)]


def test_baseline_sums_of_one_date_do_not_serve_a_date_that_knows_more() -> None:
    """Both dates share one sorting by leg, and with it what was summed before."""
    inbound = every_month("DEU", "ARM", CHIPS, [300_000] * 24 + [900_000] * 12)
    revised = every_month("DEU", "ARM", CHIPS, [800_000] * 24, known_at=REVISED)
    more = every_month("DEU", "ARM", "854232", [50_000] * 24, known_at=REVISED)
    table = flows([*inbound, *revised, *more])
    panel = trade_panel(table, goods(), WINDOWS, [BETWEEN, AFTER], further=True)
    for as_of in (BETWEEN, AFTER):
        alone = trade_signals(table, goods(), WINDOWS, as_of).countries
        assert panel.filter(pl.col("as_of") == as_of).drop("as_of").equals(alone)
    surges = panel["inbound_surge"].to_list()
    assert surges[0] > surges[1] + 0.5
    assert trade_panel(table, goods(), WINDOWS, [AFTER, BETWEEN], further=True).equals(panel)


def test_what_a_country_makes_is_read_from_its_exports_as_first_published() -> None:
    """A revision of one chapter alone would make a country look like a maker of nothing else."""
    everywhere = [
        row
        for chapter in range(10, 40)
        for reporter in ("VNM", "USA")
        for row in every_month(reporter, "BRA", f"{chapter}0110", [1_000_000] * 24, known_at=FIRST)
    ]
    chips = every_month("USA", "BRA", CHIPS, [1_000_000] * 24, known_at=FIRST)
    through = [
        *every_month("USA", "VNM", CHIPS, [2_000_000] * 34),
        *every_month("VNM", "RUS", CHIPS, [0] * 24 + [2_000_000] * 10),
    ]
    revised = every_month("VNM", "BRA", CHIPS, [9_000_000] * 24, known_at=REVISED)
    for rows in ([*everywhere, *chips, *through], [*everywhere, *chips, *through, *revised]):
        found = trade_signals(flows(rows), goods(), WINDOWS, AFTER).countries
        assert found.filter(pl.col("country") == "VNM")["rca_mismatch"].to_list() == [1.0]
    made = trade_signals(
        flows(
            [*everywhere, *chips, *through, *[{**row, "known_at": FIRST} for row in revised]],
        ),
        goods(),
        WINDOWS,
        AFTER,
    ).countries
    assert made.filter(pl.col("country") == "VNM")["rca_mismatch"].to_list() == [0.0]
