"""Every row is counted once, and what later vintages changed can be seen."""

from __future__ import annotations

from datetime import date

import polars as pl
from trade_tables import every_month, flows, goods, long_table, month

from features.trade.flows.accounting import account
from features.trade.flows.windows import Windows
from features.trade.signals import TradeSignals, trade_signals

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 3, 31)
STEADY = every_month("DEU", "KAZ", "854231", [100_000] * 36)


def signals(table: pl.DataFrame, as_of: date = AS_OF) -> TradeSignals:
    return trade_signals(table, goods(), WINDOWS, as_of)


def counts_by_reason(table: pl.DataFrame) -> dict[str, int]:
    found = signals(table)
    return account(table.lazy(), found.goods, found.broken_codes, found.counts, AS_OF)


def test_each_fate_is_counted_under_its_name() -> None:
    rows = [
        *STEADY,
        *every_month("DEU", "KAZ", "854231", [90_000] * 2, known_at=date(2020, 4, 1)),
        *every_month("DEU", "KAZ", "854231", [1], start=35, known_at=date(2024, 1, 1)),
        *every_month("KAZ", "RUS", "854231", [1_000] * 3, flow="RX"),
        *every_month("DEU", "USA", "854231", [1_000] * 4),
        *every_month("DEU", "KAZ", "010121", [1_000] * 5),
        *every_month("DEU", "KAZ", "854290", [1_000] * 6),
        *every_month("KAZ", "DEU", "854231", [1_000] * 7, flow="M"),
    ]
    assert counts_by_reason(flows(rows)) == {
        "not_known_at_as_of": 1,
        "not_an_export": 3,
        "not_on_a_leg": 4,
        "not_on_goods_list": 5,
        "older_vintage": 2,
        "used_for_comparison": 13,
        "used": 36,
    }


def test_fates_add_up_whatever_the_table() -> None:
    for seed in range(4):
        table = long_table(seed)
        found = counts_by_reason(table)
        assert sum(found.values()) == table.height and min(found.values()) >= 0


def test_what_a_later_vintage_changed_is_visible_from_its_day_on() -> None:
    later = date(2023, 3, 1)
    revised = every_month("DEU", "KAZ", "854231", [100_000, 70_000], start=10, known_at=later)
    table = flows([*STEADY, *revised])
    before, after = signals(table, date(2023, 2, 28)), signals(table)
    assert before.revisions.is_empty()
    # One month kept its value, and is no revision.
    assert after.revisions.rows() == [("inbound", "DEU", 1, 100_000, 70_000)]
    assert after.cells.filter(pl.col("period") == month(11))["value_usd"].to_list() == [70_000]
