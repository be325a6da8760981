"""Where the flow moved next: places and codes that rise as a country's arrivals fall."""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.months import start_of_month
from features.trade.moves import MOVES, leg_moves

FIRST = date(2022, 1, 1)
Row = tuple[str, str, str, int, int]  # reporter, country, hs6, month of 18, US$


Silent = frozenset[tuple[str, int]]


def table(rows: list[Row], silent: Silent = frozenset()) -> tuple[pl.DataFrame, pl.DataFrame]:
    schema = ["leg", "reporter", "country", "hs6", "family", "period", "value_usd"]
    cells = pl.DataFrame(
        [
            ("inbound", reporter, country, hs6, hs6, start_of_month(FIRST, month), usd)
            for reporter, country, hs6, month, usd in rows
            if (reporter, month) not in silent
        ],
        schema=schema,
        orient="row",
    )
    return cells, cells.select("reporter", "period").unique()


def flat(country: str, hs6: str, early: int, late: int, reporter: str = "DEU") -> list[Row]:
    """18 months; the last six have another value."""
    return [(reporter, country, hs6, month, late if month >= 12 else early) for month in range(18)]


FALL = [
    *flat("KAZ", "854231", 100_000, 10_000),
    *flat("KAZ", "854239", 0, 20_000),
    *flat("KGZ", "854231", 10_000, 60_000),
    *flat("THA", "854231", 10_000, 90_000),
    *flat("UZB", "850110", 10_000, 500_000),  # rises, in goods that did not fall
    *flat("CHN", "854231", 80_000, 81_000),
]


def test_a_fall_is_matched_with_what_rises_in_the_same_goods_and_neighbours_are_named() -> None:
    found = leg_moves(*table(FALL))
    assert dict(found.schema) == MOVES
    assert found["country"].unique().to_list() == ["KAZ"]
    by_place = {row["to_country"]: row for row in found.rows(named=True)}
    assert by_place["THA"]["moved_usd"] == 6 * 80_000 and by_place["THA"]["neighbour"] is False
    assert by_place["KGZ"]["moved_usd"] == 6 * 50_000 and by_place["KGZ"]["neighbour"] is True
    assert by_place["CHN"]["moved_usd"] == 6_000
    assert "UZB" not in by_place
    own = by_place["KAZ"]
    assert own["moved_usd"] == 6 * 20_000 and own["codes"] == "854239" and own["neighbour"] is None
    assert found["before_usd"].unique().to_list() == [600_000]
    assert found["until"].unique().to_list() == [date(2023, 6, 1)]


def test_what_moved_is_never_more_than_the_fall_nor_the_rise() -> None:
    rows = [*flat("KAZ", "854231", 50_000, 0), *flat("THA", "854231", 0, 900_000)]
    assert leg_moves(*table(rows))["moved_usd"].to_list() == [300_000]


def test_small_falls_and_rises_are_no_move() -> None:
    small = [*flat("KAZ", "854231", 1_000, 0), *flat("THA", "854231", 0, 900_000)]
    assert leg_moves(*table(small)).is_empty()
    shallow = [*flat("KAZ", "854231", 100_000, 80_000), *flat("THA", "854231", 0, 900_000)]
    assert leg_moves(*table(shallow)).is_empty()


def test_a_sender_that_stopped_reporting_is_no_fall() -> None:
    rows = [
        *flat("KAZ", "854231", 100_000, 0, "FRA"),
        *flat("KAZ", "854231", 200_000, 200_000),
        *flat("THA", "854231", 0, 900_000),
    ]
    fallen = leg_moves(*table([*rows[:18], *rows[36:]]))
    assert not fallen.is_empty(), "had it reported zero, it would be one"
    silent = frozenset(("FRA", month) for month in range(12, 18))
    assert leg_moves(*table(rows, silent)).is_empty()


def test_nothing_published_is_an_empty_table() -> None:
    cells, reported = table(FALL)
    assert leg_moves(cells.clear(), reported.clear()).is_empty()
    assert leg_moves(
        cells.filter(pl.col("period") > date(2022, 12, 1)),
        reported.filter(pl.col("period") > date(2022, 12, 1)),
    ).is_empty(), "twelve months are needed"
