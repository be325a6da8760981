"""The product score: a country gains nothing by not reporting what leaves it, and loses nothing either."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl
import pytest
from trade_tables import every_month, flows, goods

from features.trade.flows.windows import Windows
from features.trade.products import product_table, with_score
from features.trade.signals import trade_signals

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 6, 30)
CHIPS = "854231"
AMOUNTS = (
    "inbound_code_usd",
    "inbound_excess_usd",
    "direct_fall_usd",
    "onward_excess_usd",
    "matched_transit_usd",
)


def scored(*rows: dict[str, Any]) -> list[float]:
    """Scores of codes of one country by amounts; what is not given is zero."""
    zero: dict[str, Any] = dict.fromkeys(AMOUNTS, 0)
    table = pl.DataFrame(
        [{"hs6": f"85423{place}", **zero, **row} for place, row in enumerate(rows)],
        schema={"hs6": pl.String, **dict.fromkeys(AMOUNTS, pl.Int64)},
    )
    return with_score(table)["score"].to_list()


def strength(usd: int) -> float:
    return math.log1p(usd / 10_000) / math.log1p(100_000)


def test_the_score_is_the_weighted_mean_of_the_strengths() -> None:
    amounts = dict(zip(AMOUNTS, (1_000_000, 500_000, 80_000, 2_000_000, 700_000), strict=True))
    by_hand = (
        strength(1_000_000)
        + strength(500_000)
        + 0.5 * strength(80_000)
        + 4 * strength(2_000_000)
        + 2 * strength(700_000)
    ) / 9.5
    assert scored(amounts) == pytest.approx([by_hand])
    assert scored(dict.fromkeys(AMOUNTS, 5_000_000_000)) == pytest.approx([8.5 / 9.5])  # none elsewhere


def test_an_unreported_onward_leg_counts_as_an_average_code() -> None:
    unreported = {"onward_excess_usd": None, "matched_transit_usd": None}
    assert scored(unreported) == pytest.approx([(4 * 0.04 + 2 * 0.02) / 9.5])
    inbound = {"inbound_code_usd": 9_000_000, "inbound_excess_usd": 9_000_000}
    silent, honest, route = scored(
        {**inbound, **unreported}, inbound, {**inbound, "onward_excess_usd": 900_000}
    )
    assert honest < silent < route


def test_other_legs_that_were_not_reported_are_left_out() -> None:
    """Without the direct leg the mean is taken over the rest: unknown is neither zero nor an average."""
    amounts = {"inbound_code_usd": 1_000_000, "direct_fall_usd": None}
    assert scored(amounts) == pytest.approx([strength(1_000_000) / 9.0])


def test_countries_that_differ_only_in_what_they_report_rank_by_it() -> None:
    inbound = [
        row
        for country in ("ARM", "KAZ", "TUR")
        for row in every_month("DEU", country, CHIPS, [1_000_000] * 26 + [3_000_000] * 10)
    ]
    zero = every_month("KAZ", "RUS", "010121", [5_000] * 36)  # reports, and sends no listed goods
    route = every_month("TUR", "RUS", CHIPS, [10_000] * 26 + [2_000_000] * 10)
    direct = every_month("DEU", "RUS", CHIPS, [4_000_000] * 26 + [0] * 10)
    signals = trade_signals(flows([*inbound, *zero, *route, *direct]), goods(), WINDOWS, AS_OF)
    table = product_table(signals)
    assert table.sort("score")["country"].to_list() == ["KAZ", "ARM", "TUR"]
    onward = dict(table.select("country", "onward_excess_usd").iter_rows())
    assert onward["ARM"] is None and onward["KAZ"] == 0 < onward["TUR"]
