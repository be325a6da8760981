"""Whether the declared event is met already, from what was known on the day."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.tables import GOODS, TRADE_FLOWS
from features.trade.flows.windows import Windows
from features.trade.signals import trade_signals
from riskmodel.outcomes.already_met import already_met, code_of_family, legs_known
from riskmodel.outcomes.labels import final_legs, transit_labels

AS_OF = date(2023, 9, 30)
WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
CODES = ("847150", "851762", "854231", "854232", "853400", "852691")
GOODS_TABLE = pl.DataFrame(
    [(code, "1", code, None, None, "test") for code in CODES], schema=GOODS, orient="row"
)
COUNTRIES = ("KGZ", "ARM")


def row(
    reporter: str, partner: str, period: date, value: int, hs6: str = "847150", known: date | None = None
):
    edition = "HS2022" if period.year >= 2022 else "HS2017"
    known = known or date(2023, 9, 1)
    return (reporter, partner, "X", hs6, edition, period, value, None, known, "test")


def table(rows: list) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TRADE_FLOWS, orient="row")


def legs_of(year: int, value: int, hs6: str = "847150", country: str = "KGZ", months=range(1, 7)) -> list:
    """Both legs of a country, the same value in each month."""
    days = [date(year, month, 1) for month in months]
    inward = [row("DEU", country, day, value, hs6) for day in days]
    return inward + [row(country, "RUS", day, value, hs6) for day in days]


def route(value: int, base: int = 100_000) -> list:
    return [*legs_of(2020, base), *legs_of(2021, base), *legs_of(2023, value)]


def met(rows: list, as_of: date = AS_OF, countries: tuple[str, ...] = ("KGZ",)) -> dict:
    trade = trade_signals(table(rows), GOODS_TABLE, WINDOWS, as_of)
    found = already_met(legs_known(trade.cells, trade.reported), as_of, countries, WINDOWS)
    assert found["country"].to_list() == list(countries)
    return found.to_dicts()[0]


UNKNOWN = {
    "country": "KGZ",
    "event_met": None,
    "event_met_usd": None,
    "event_met_codes": None,
    "event_met_until": None,
}


def test_the_event_its_amount_its_codes_and_its_months() -> None:
    assert met(route(400_000)) == {
        "country": "KGZ",
        "event_met": True,
        "event_met_usd": 2_400_000,
        "event_met_codes": "847150",
        "event_met_until": date(2023, 6, 1),
    }


@pytest.mark.parametrize(
    ("value", "base", "event"),
    [(166_666, 1, False), (166_667, 1, True), (400_000, 200_000, True), (400_000, 200_001, False)],
)
def test_the_thresholds_hold_to_the_dollar(value: int, base: int, event: bool) -> None:
    assert met(route(value, base))["event_met"] is event


def test_the_five_largest_codes_are_named_largest_first() -> None:
    rows = route(10)
    for place, code in enumerate(CODES[1:]):
        rows += legs_of(2023, 100_000 * (place + 1), code)
    found = met(rows)
    assert found["event_met_codes"] == "852691 853400 854232 854231 851762"
    assert found["event_met_usd"] == 6 * (1_500_000 + 10)


def test_no_transit_is_zero_and_false_where_everything_is_published() -> None:
    rows = [r for r in route(400_000) if not (r[0] == "KGZ" and r[5].year == 2023)]
    rows += [row("KGZ", "UZB", date(2023, month, 1), 5, "080510") for month in range(1, 7)]
    found = met(rows)
    assert (found["event_met"], found["event_met_usd"], found["event_met_codes"]) == (False, 0, None)


@pytest.mark.parametrize(
    "gone",
    [
        lambda r: r[0] == "KGZ",  # the country never reports
        lambda r: r[0] == "KGZ" and r[5] == date(2023, 4, 1),  # a month is missing among the six
        lambda r: r[0] == "DEU" and r[5].year == 2023,  # what comes in is not published
        lambda r: r[0] == "KGZ" and r[5].year < 2022,  # nothing to compare with
    ],
)
def test_not_published_is_unknown_not_zero(gone) -> None:
    assert met([r for r in route(400_000) if not gone(r)]) == UNKNOWN


def test_months_too_old_for_a_score_are_unknown() -> None:
    assert met(route(400_000), date(2024, 12, 31))["event_met"] is True
    assert met(route(400_000), date(2025, 1, 31)) == UNKNOWN


def test_each_country_has_the_newest_months_of_its_own() -> None:
    """A late reporter is judged by older months than a quick one, and takes nothing from it."""
    rows = route(400_000)
    for year, value in ((2020, 10), (2021, 10), (2023, 300_000)):
        rows += legs_of(year, value, country="ARM", months=range(1, 9))
    trade = trade_signals(table(rows), GOODS_TABLE, WINDOWS, AS_OF)
    found = already_met(legs_known(trade.cells, trade.reported), AS_OF, COUNTRIES, WINDOWS)
    assert found["event_met_until"].to_list() == [date(2023, 6, 1), date(2023, 8, 1)]
    assert found["event_met_usd"].to_list() == [2_400_000, 1_800_000]


def test_a_country_without_trade_is_unknown() -> None:
    found = met(route(400_000), countries=("TJK",))
    assert found == UNKNOWN | {"country": "TJK"}


def test_later_months_and_later_vintages_are_not_used() -> None:
    rows = route(400_000)
    for year in (2020, 2021):
        rows += legs_of(year, 100_000, months=(7, 8))
    after = date(2023, 10, 1)
    later = [row(r[0], r[1], r[5], 5_000_000, known=after) for r in rows if r[5].year == 2023]
    later += [
        row(reporter, partner, date(2023, month, 1), 5_000_000, known=after)
        for reporter, partner in (("DEU", "KGZ"), ("KGZ", "RUS"))
        for month in (7, 8)
    ]
    assert met(rows + later) == met(rows)
    shown = met(rows + later, date(2023, 10, 31))
    assert (shown["event_met_usd"], shown["event_met_until"]) == (30_000_000, date(2023, 8, 1))


@st.composite
def whole_tables(draw: st.DrawFn) -> list:
    """Both legs of two countries and three codes, months at random, all of it known on the day."""
    rows = []
    for country in COUNTRIES:
        for hs6 in CODES[:3]:
            for year in (2020, 2021, 2023):
                for month in range(1, 7):
                    for reporter, partner in (("DEU", country), (country, "RUS")):
                        value = draw(st.sampled_from((None, 0, 1, 90_000, 170_000, 2_000_000)))
                        if value is not None:
                            rows.append(row(reporter, partner, date(year, month, 1), value, hs6))
    return rows


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(whole_tables())
def test_where_all_is_known_it_is_the_label_of_these_months(rows: list) -> None:
    flows = table(rows)
    trade = trade_signals(flows, GOODS_TABLE, WINDOWS, AS_OF)
    known = already_met(legs_known(trade.cells, trade.reported), AS_OF, COUNTRIES, WINDOWS)
    final = final_legs(flows, GOODS_TABLE, AS_OF, WINDOWS)
    assert already_met(final, AS_OF, COUNTRIES, WINDOWS).equals(known)
    label = transit_labels(final, date(2022, 12, 31), COUNTRIES, WINDOWS)
    for found, row_of_label in zip(known.iter_rows(named=True), label.iter_rows(named=True), strict=True):
        if row_of_label["target"] is not None:
            assert (found["event_met"], found["event_met_usd"]) == (
                row_of_label["target"],
                row_of_label["transit_usd"],
            )
            assert found["event_met_until"] == date(2023, 6, 1)


def test_a_family_with_a_name_of_its_own_is_shown_as_its_largest_code() -> None:
    cells = pl.DataFrame(
        {
            "leg": ["inbound", "onward", "inbound", "direct"],
            "hs6": ["854231", "854232", "854232", "854233"],
            "family": ["chips"] * 4,
            "value_usd": [10, 8, 7, 99],
        }
    )
    assert code_of_family(cells) == {"chips": "854232"}
