"""Readers and contracts read numbers, days and moments by one grammar."""

import polars as pl
import pytest

from data_contracts.checking.casting import cast_columns
from riskmodel.sources.files.cells import canonical

MOMENT = pl.Datetime("us", "UTC")
TEXTS: list[tuple[str, pl.DataType]] = [
    *((text, pl.Int64()) for text in ("12", "+12", "12.", "12.00", "1,000", "1e6", "12.5", "-0", "9" * 19)),
    *(
        (text, pl.Date())
        for text in ("2022-05-31", "2022-05", "2022-05-31T00:00:00.0Z", "2022-02-30", "2022")
    ),
    *(
        (text, MOMENT)
        for text in (
            "2022-05-31",
            "2022-05-31  10:30",
            "2022-05-31T10:30:00.5-0130",
            "2022-05-31T10:30:00z",
            "Tue, 31 May 2022 10:30:00 +0200",
            "2022-05-31T10",
            "31/05/2022",
        )
    ),
]


@pytest.mark.parametrize(("text", "dtype"), TEXTS)
def test_a_reader_takes_what_the_contract_takes(text: str, dtype: pl.DataType) -> None:
    frame = pl.DataFrame({"c": [text]})
    read, checked = canonical(frame, {"c": dtype})["c"], cast_columns(frame, {"c": dtype})
    if checked["c__state"].item() == 1:
        assert read.dtype == dtype
        assert read.item() == checked["c"].item()
    else:
        assert read.to_list() == [text]


@pytest.mark.parametrize("text", ["2022-5-1 9:05:00", "2022-05-01T9:05:00", "2022-5-01T09:05:00"])
def test_a_reader_settles_digits_that_lack_their_zero(text: str) -> None:
    read = canonical(
        pl.DataFrame({"day": [text.replace("T", " ").split()[0]], "c": [text]}),
        {"day": pl.Date(), "c": MOMENT},
    )
    assert str(read["c"].item()) == "2022-05-01 09:05:00+00:00"
    assert str(read["day"].item()) == "2022-05-01"


def test_a_cell_that_does_not_parse_keeps_its_text_and_others_get_canonical_spelling() -> None:
    frame = pl.DataFrame({"c": ["2022-05", "2022-05-31T00:00", "soon", None]})
    assert canonical(frame, {"c": pl.Date()})["c"].to_list() == ["2022-05-01", "2022-05-31", "soon", None]


@pytest.mark.parametrize(
    ("text", "moment"),
    [("20220531103000", "2022-05-31 10:30:00+00:00"), ("20220531", "2022-05-31 00:00:00+00:00")],
)
def test_a_reader_settles_moments_without_signs(text: str, moment: str) -> None:
    assert str(canonical(pl.DataFrame({"c": [text]}), {"c": MOMENT})["c"].item()) == moment


@pytest.mark.parametrize("text", ["20221331", "20220531256000", "202205"])
def test_digits_that_are_no_moment_keep_their_text(text: str) -> None:
    assert canonical(pl.DataFrame({"c": [text]}), {"c": MOMENT})["c"].to_list() == [text]
