"""Moments as databases, mails, pages and programs write them; never earlier than they were."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.checking.moments import moment_of, moments

TEN = datetime(2022, 5, 1, 10, tzinfo=UTC)
MIDNIGHT = datetime(2022, 5, 1, tzinfo=UTC)


def one(text: str) -> datetime | None:
    (value,) = moments(pl.Series([text])).to_list()
    return value


@pytest.mark.parametrize(
    "text",
    [
        "2022-05-01 10:00:00 UTC",
        "2022-05-01 10:00:00+00",
        "2022-05-01T13:00:00+03",
        "2022-05-01T10:00:00,000Z",
        "2022-05-01T12:00:00+02:00[Europe/Berlin]",
        "2022-05-01 12:00 Europe/Berlin",
        "2022-05-01 10:00:00 +0000 UTC",
        "1651399200",
        "1651399200.0",
        "1651399200000",
        "1651399200000000",
        "1.6513992e9",
        "20220501T100000Z",
        "202205011000",
        "2022/05/01 10:00",
        "2022/5/1, 10:00:00",
        "Sun May 01 2022 12:00:00 GMT+0200 (Central European Summer Time)",
        "Sun May  1 10:00:00 UTC 2022",
        "Sun May 01 10:00:00 +0000 2022",
        "Sun, 1 May 22 10:00:00 GMT",
        "May 1st, 2022, 6:00 a.m. EDT",
        "Sunday, 1 May 2022 at 10:00",
        "01.05.2022 10:00",
        "2022-05-01T10Z",
        "2022-05-01T07:00:00\u221203:00",
        "2022-05-01 10:00:00 Coordinated Universal Time",
        "2022-05-01 13:00 (\u041c\u0421\u041a)",
        "01-MAY-22 10.00.00.000000 AM",
        "Sunday, 01-May-22 10:00:00 GMT",
        "May 1, 2022 @ 10:00:00.000",
        "Published: May 1, 2022 10:00 GMT",
        "dimanche 1 mai 2022 \u00e0 10:00",
        "1. Mai 2022, 10:00 Uhr",
        "1 de mayo de 2022, 10:00",
        "1 \u043c\u0430\u044f 2022 \u0433., 10:00",
        "1 May\u0131s 2022 10:00",
        "2022\u5e745\u67081\u65e5 10:00",
        "2022. 5. 1. 10:00",
        "20220501 100000",
        "/Date(1651399200000+0300)/",
        "@1651399200",
        'ISODate("2022-05-01T10:00:00Z")',
        "Timestamp('2022-05-01 10:00:00+0000', tz='UTC')",
        '["2022-05-01T10:00:00Z"]',
        "[2022, 5, 1, 10, 0, 0, 6, 121, 0]",
        "\u200e01.05.2022\u200e 10:00",
    ],
)
def test_ten_oclock_in_every_spelling(text: str) -> None:
    assert one(text) == TEN


@pytest.mark.parametrize("text", ["2022/05/01", "May 1, 2022", "1 May 2022", "20220501", "1-May-2022"])
def test_day_alone_is_its_midnight(text: str) -> None:
    assert one(text) == MIDNIGHT


@pytest.mark.parametrize(
    ("zone", "hour"), [("CST", 16), ("IST", 9), ("BST", 9), ("XYZ", 22), ("Nowhere/City", 22), ("K", 22)]
)
def test_ambiguous_and_unknown_zones_are_as_late_as_they_can_be(zone: str, hour: int) -> None:
    assert one(f"2022-05-01 10:00:00 {zone}") == TEN.replace(hour=hour)
    if "/" not in zone:
        assert one(f"Sun, 01 May 2022 10:00:00 {zone}") == TEN.replace(hour=hour)


@pytest.mark.parametrize(
    "text",
    [
        "2022-05-01T10:00:00+15:00",
        "2022-05-01T10:00:00Z, 2022-06-01T10:00:00Z",
        "2 hours ago",
        "May 2022",
        "44682",
        "1 Brumaire 2022",
        "2022-05-01T25:00:00Z",
    ],
)
def test_what_says_no_moment_is_none(text: str) -> None:
    assert one(text) is None


def test_an_hour_of_24_is_the_next_midnight() -> None:
    assert one("2022-04-30T24:00:00Z") == MIDNIGHT


@pytest.mark.parametrize(("zone", "hour"), [("ET", 15), ("Eastern Daylight Time", 14), ("Z+03:00", 22)])
def test_zones_by_name(zone: str, hour: int) -> None:
    assert one(f"2022-05-01 10:00 {zone}") == TEN.replace(hour=hour)


@pytest.mark.parametrize("text", ["2022-10-30 02:30 Europe/Berlin", "2022-03-27 02:30 Europe/Berlin"])
def test_hour_that_comes_twice_or_never_is_the_later_one(text: str) -> None:
    assert str(one(text)).endswith("01:30:00+00:00")


@pytest.mark.parametrize("text", ["31/05/2022", "05/31/2022"])
def test_day_and_month_are_told_apart_only_where_one_cannot_be_a_month(text: str) -> None:
    assert one(text) == datetime(2022, 5, 31, tzinfo=UTC)
    assert one("01/05/2022") is None
    assert one("05/05/2022") == datetime(2022, 5, 5, tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_text_gives_a_moment_or_nothing(text: str) -> None:
    assert moment_of(text) is None or isinstance(moment_of(text), datetime)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), st.integers(-12, 14))
def test_offsets_agree_with_python(local: datetime, hours: int) -> None:
    local = local.replace(microsecond=0)
    text = f"{local:%a %b %d %Y %H:%M:%S} GMT{hours:+03d}00 (Some Time)"
    expected = datetime.fromisoformat(f"{local.isoformat()}{hours:+03d}:00").astimezone(UTC)
    assert one(text) == expected
