"""The event a score is judged by, on tables small enough to work out by hand."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from data_contracts.tables import GOODS, LISTINGS, TRADE_FLOWS
from features.trade.flows.windows import Windows
from riskmodel.outcomes.labels import final_legs, horizon, listing_labels, transit_labels

AS_OF = date(2022, 12, 31)
WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
GOODS_TABLE = pl.DataFrame(
    [("847150", "2", "847150", None, None, "test"), ("851762", "2", "851762", None, None, "test")],
    schema=GOODS,
    orient="row",
)


def months(year: int) -> list[date]:
    return [date(year, month, 1) for month in range(1, 7)]


def row(
    reporter: str, partner: str, period: date, value: int, hs6: str = "847150", known: date | None = None
):
    known = known or date(2023, 12, 31)
    return (reporter, partner, "X", hs6, "HS2017", period, value, None, known, "test")


def world(
    inbound: int, onward: int, base_in: int = 100_000, base_on: int = 100_000, **changes
) -> pl.DataFrame:
    """Monthly legs through KGZ: recent (2023) and baseline (2020, 2021) values."""
    rows = []
    for year, value_in, value_on in (
        (2020, base_in, base_on),
        (2021, base_in, base_on),
        (2023, inbound, onward),
    ):
        for month in months(year):
            rows.append(row("DEU", "KGZ", month, value_in))
            rows.append(row("KGZ", "RUS", month, value_on, changes.get("onward_code", "847150")))
    return pl.DataFrame(rows, schema=TRADE_FLOWS, orient="row")


def label(flows: pl.DataFrame, **kwargs) -> dict:
    legs = final_legs(flows, GOODS_TABLE, AS_OF, WINDOWS)
    return transit_labels(legs, AS_OF, ["KGZ"], WINDOWS, **kwargs).to_dicts()[0]


def test_the_horizon_is_the_six_full_months_after() -> None:
    assert horizon(date(2022, 8, 15)) == (date(2022, 9, 1), date(2023, 2, 1))


def test_transit_above_a_million_and_twice_the_baseline_is_an_event() -> None:
    found = label(world(500_000, 400_000))
    assert (found["transit_usd"], found["baseline_usd"], found["target"]) == (2_400_000, 600_000, True)


@pytest.mark.parametrize(
    ("inbound", "onward", "base", "event"),
    [
        (166_666, 900_000, 1, False),  # 999,996 is not above the floor
        (166_667, 900_000, 1, True),  # 1,000,002 is
        (400_000, 400_000, 200_000, True),  # exactly twice
        (400_000, 400_000, 200_001, False),
    ],
)
def test_the_thresholds_hold_to_the_dollar(inbound: int, onward: int, base: int, event: bool) -> None:
    assert label(world(inbound, onward, base, base))["target"] is event


def test_different_goods_on_the_two_legs_are_not_transit() -> None:
    found = label(world(900_000, 900_000, onward_code="851762"))
    assert (found["transit_usd"], found["target"]) == (0, False)


def test_an_unpublished_onward_month_censors(  # not reported is not zero
) -> None:
    flows = world(900_000, 900_000)
    gap = flows.filter(~((pl.col("reporter") == "KGZ") & (pl.col("period") == date(2023, 4, 1))))
    found = label(gap)
    assert found["target"] is None and found["transit_usd"] is None
    assert found["why_null"] == "onward_leg_not_published"


def test_a_published_month_without_the_goods_is_a_true_zero() -> None:
    flows = world(900_000, 900_000)
    gap = flows.filter(~((pl.col("reporter") == "KGZ") & (pl.col("period") == date(2023, 4, 1))))
    other = pl.DataFrame([row("KGZ", "UZB", date(2023, 4, 1), 5, "080510")], schema=TRADE_FLOWS, orient="row")
    assert label(pl.concat([gap, other]))["transit_usd"] == 5 * 900_000


def test_the_end_of_the_data_censors_everyone() -> None:
    found = label(world(900_000, 900_000).filter(pl.col("period") < date(2023, 6, 1)))
    assert (found["target"], found["why_null"]) == (None, "inbound_leg_not_published")


def test_no_whole_baseline_year_censors() -> None:
    flows = world(900_000, 900_000)
    short = flows.filter(~((pl.col("reporter") == "KGZ") & pl.col("period").dt.year().is_in([2020, 2021])))
    assert label(short)["why_null"] == "no_whole_baseline_year"


def test_the_final_vintage_decides() -> None:
    """A score is judged by what was finally published, not by first releases."""
    flows = world(900_000, 900_000)
    revised = [row("KGZ", "RUS", month, 10, known=date(2024, 6, 1)) for month in months(2023)]
    both = pl.concat([flows, pl.DataFrame(revised, schema=TRADE_FLOWS, orient="row")])
    assert label(both)["transit_usd"] == 60


def test_undeclared_transit_of_a_simulated_world_counts() -> None:
    flows = world(900_000, 0).filter(pl.col("reporter") != "KGZ")
    truth = pl.DataFrame({"country": ["KGZ"] * 6, "period": months(2023), "value_usd": [300_000] * 6})
    assert label(flows)["target"] is None
    assert label(flows, undeclared=truth)["target"] is True


def listing(country: str, day: date, jurisdiction: str = "US", n: int = 1, about: str = "unknown"):
    return (country, day, jurisdiction, "SDN", n, about, "test")


@pytest.mark.parametrize(
    ("rows", "event"),
    [
        ([listing("TUR", date(2023, 3, 1), n=2)], True),
        ([listing("TUR", date(2023, 3, 1))], False),
        ([listing("TUR", date(2023, 3, 1)), listing("TUR", date(2023, 4, 1), "EU")], True),
        ([listing("TUR", date(2023, 3, 1), n=2, about="false")], False),
        ([listing("TUR", date(2022, 12, 31), n=2)], False),  # known on as_of, not after it
        ([listing("TUR", date(2023, 7, 1), n=2)], False),  # after the horizon
        ([listing("TUR", date(2023, 6, 30), n=2)], True),
        ([listing("ARE", date(2023, 3, 1), n=2)], False),
    ],
)
def test_listing_counts_new_entities_in_the_six_months(rows: list[tuple], event: bool) -> None:
    table = pl.DataFrame(rows, schema=LISTINGS, orient="row")
    assert listing_labels(table, AS_OF, ["TUR"], date(2023, 12, 31))["target"].to_list() == [event]


def test_listings_that_end_early_censor() -> None:
    table = pl.DataFrame([listing("TUR", date(2023, 1, 5), n=3)], schema=LISTINGS, orient="row")
    found = listing_labels(table, AS_OF, ["TUR"], date(2023, 5, 31))
    assert found["target"].to_list() == [None]
    assert listing_labels(table, AS_OF, ["TUR"], date(2023, 6, 30))["target"].to_list() == [True]
