"""Casting is strict and row by row: what does not parse is marked, never guessed or silently null."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from data_contracts.checking.casting import as_text, cast_columns

MOMENT = pl.Datetime("us", "UTC")


def one(value: Any, dtype: pl.DataType, found: pl.DataType | None = None) -> tuple[Any, int | None]:
    frame = pl.DataFrame({"c": pl.Series([value], dtype=found)})
    return cast_columns(frame, {"c": dtype}).select("c", "c__state").row(0)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), (" 12 ", 12), ("+12", 12), ("-3", -3), ("12.0", 12), ("12.", 12), ("007", 7), ("0.00", 0)],
)
def test_whole_numbers(text: str, number: int) -> None:
    assert one(text, pl.Int64()) == (number, 1)


@pytest.mark.parametrize(
    "text", ["12.5", "1,000", "1e6", "0x10", "12 kg", "--3", "NaN", "9223372036854775808", "١٢"]
)
def test_what_is_no_whole_number(text: str) -> None:
    assert one(text, pl.Int64()) == (None, 0)


@pytest.mark.parametrize("value", [None, "", "   ", "\t"])
def test_blank_says_nothing(value: str | None) -> None:
    for dtype in (pl.Int64(), pl.Date(), pl.String(), pl.Float64(), pl.Boolean(), MOMENT):
        assert one(value, dtype, pl.String()) == (None, None)


def test_floats_from_parquet() -> None:
    assert one(12.0, pl.Int64()) == (12, 1)
    assert one(12.5, pl.Int64()) == (None, 0)
    assert one(float("nan"), pl.Int64()) == (None, 0)
    assert one(1e300, pl.Int64()) == (None, 0)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2022-05-01", date(2022, 5, 1)), ("2022-05", date(2022, 5, 1)), (" 2022-05-31 ", date(2022, 5, 31))],
)
def test_dates(text: str, day: date) -> None:
    assert one(text, pl.Date()) == (day, 1)


@pytest.mark.parametrize("found", [pl.String(), pl.Date(), pl.Datetime("us"), pl.Datetime("us", "UTC")])
def test_a_year_that_cannot_be_shown_is_no_date(found: pl.DataType) -> None:
    """The year 0 reads as a date, and raises wherever Python meets it."""
    text = pl.DataFrame({"c": ["0000-01-01", "10000-01-01", "2022-05-01"]})
    days = pl.Series("c", [-719_528, 2_932_897, 19_113], pl.Int32).cast(pl.Date)
    frame = text if found == pl.String() else pl.DataFrame({"c": days.cast(pl.Datetime("us")).cast(found)})
    for wanted in (pl.Date(), MOMENT):
        assert cast_columns(frame, {"c": wanted})["c__state"].to_list() == [0, 0, 1]


@pytest.mark.parametrize("text", ["2022-13-01", "2022-02-30", "2022-5-1", "01.05.2022", "2022", "20220501"])
def test_what_is_no_date(text: str) -> None:
    assert one(text, pl.Date()) == (None, 0)


def test_a_time_of_day_is_no_date_but_midnight_is() -> None:
    assert one(datetime(2022, 5, 1), pl.Date()) == (date(2022, 5, 1), 1)
    assert one(datetime(2022, 5, 1, 12), pl.Date()) == (None, 0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-11-05", datetime(2023, 11, 5, tzinfo=UTC)),
        ("2023-11-05T12:30", datetime(2023, 11, 5, 12, 30, tzinfo=UTC)),
        ("2023-11-05 12:30:15Z", datetime(2023, 11, 5, 12, 30, 15, tzinfo=UTC)),
        ("2023-11-05T12:00:00+03:00", datetime(2023, 11, 5, 9, tzinfo=UTC)),
        ("2023-11-05T12:00:00.5-0130", datetime(2023, 11, 5, 13, 30, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert one(text, MOMENT) == (moment, 1)


@pytest.mark.parametrize(
    "text", ["2023-11-05T25:00", "2023-11-05T", "01/05/2022", "Nov 2023", "2022", "854231"]
)
def test_what_is_no_moment(text: str) -> None:
    assert one(text, MOMENT) == (None, 0)


def test_codes_stored_as_numbers_stay_as_they_are() -> None:
    """A lost leading zero must show as five digits, not be fixed in silence."""
    assert one(10121, pl.String()) == ("10121", 1)
    assert one(854231, pl.String()) == ("854231", 1)


def test_lists_are_no_text() -> None:
    assert one(["854231"], pl.String()) == (None, 0)


def test_booleans() -> None:
    assert one("TRUE", pl.Boolean()) == (True, 1)
    assert one("0", pl.Boolean()) == (False, 1)
    assert one("yes", pl.Boolean()) == (None, 0)


def test_unknown_target_type_is_refused() -> None:
    with pytest.raises(ValueError, match="No cast to"):
        cast_columns(pl.DataFrame({"c": ["x"]}), {"c": pl.Time()})


def test_text_of_the_original_values() -> None:
    frame = pl.DataFrame({"a": [1.5, None], "b": [["x"], None], "d": [date(2022, 5, 1), None]})
    columns = {"a": pl.Int64(), "b": pl.String(), "d": pl.Date(), "absent": pl.String()}
    assert as_text(frame, columns).rows() == [("1.5", '["x"]', "2022-05-01", None), (None, None, None, None)]
