"""A batch checked part by part gets the report, the accepted and the refused rows of the whole."""

import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from quick_judge import quick

from data_contracts.checking.check import Validation, validate
from data_contracts.checking.large.check import PartsValidation, validate_parts
from data_contracts.contract import Context
from data_contracts.registry import CONTRACTS
from tools.contracts.breaks import BREAKS
from tools.contracts.examples import TODAY, sound

pytestmark = pytest.mark.xdist_group("contracts")
CONTEXT = Context(as_of=date(2023, 1, 31), today=TODAY)
# Contracts whose tables may be larger than memory: their measures look at one row at a time.
LARGE = ("trade_flows", "articles", "gkg", "listings")


@pytest.fixture(autouse=True)
def quick_judge(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "true_judge" not in request.fixturenames:
        monkeypatch.setattr("data_contracts.checking.judged_values.breaking_rows", quick)


def same(parts: PartsValidation, whole: Validation) -> None:
    assert parts.report.to_dict() == whole.report.to_dict()
    assert parts.accepted.collect().equals(whole.accepted)
    assert parts.quarantined.collect().equals(whole.quarantined)


def in_parts(contract: str, parts: list[pl.DataFrame], context: Context = CONTEXT) -> None:
    whole = validate(CONTRACTS[contract], pl.concat(parts), context)
    with tempfile.TemporaryDirectory() as folder:
        same(validate_parts(CONTRACTS[contract], parts, context, Path(folder)), whole)


VALUES = {
    "reporter": ["DEU", "FRA", " DEU", "EU27"],
    "partner": ["KGZ", "WLD", "DEU"],
    "flow": ["X"],
    "hs6": ["854231", "85423"],
    "hs_edition": ["HS2022", "HS2017"],
    "period": ["2022-05-01", "2022-06-01", "soon"],
    "value_usd": ["10", "10.0", "90000000", "-1", None],
    "net_kg": ["1", None],
    "known_at": ["2022-09-30", "2022-12-31", None],
    "source": ["a", "b"],
}
ROW = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


@settings(max_examples=30, deadline=None, derandomize=True, phases=[Phase.generate])
@given(rows=st.lists(ROW, min_size=1, max_size=30), size=st.integers(1, 9), repeat=st.booleans())
def test_trade_in_tiny_parts(rows: list[dict[str, str | None]], size: int, repeat: bool) -> None:
    """Rows from few values, so that copies, conflicts and vintages meet across parts."""
    table = pl.DataFrame(rows * 2 if repeat else rows, schema=dict.fromkeys(VALUES, pl.String()))
    table = table.with_columns(source_file=pl.lit("a.csv"), source_row=pl.int_range(1, pl.len() + 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data_contracts.checking.large.duplicates.AT_ONCE", 3)
        patch.setattr("data_contracts.checking.large.duplicates.FILES", 2)
        in_parts("trade_flows", list(table.iter_slices(size)))


@pytest.mark.parametrize("contract", LARGE)
def test_every_broken_batch_in_parts(contract: str) -> None:
    for case in BREAKS:
        if case.contract == contract and case.rule != "has_rows":
            in_parts(contract, list(case.make(sound(contract)).iter_slices(7)), case.context)


@pytest.fixture
def true_judge() -> None:
    """great-expectations itself."""


def test_typed_rows_in_parts(true_judge: None) -> None:
    table = validate(CONTRACTS["trade_flows"], sound("trade_flows"), CONTEXT).accepted
    in_parts("trade_flows", list(pl.concat([table, table.head(9)]).iter_slices(11)))


def test_every_row_the_same() -> None:
    """One key in every row: the rows of one file of keys are more than are held at once."""
    table = pl.concat([sound("trade_flows").head(1)] * 50).with_columns(source_row=pl.int_range(1, 51))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data_contracts.checking.large.duplicates.AT_ONCE", 7)
        in_parts("trade_flows", list(table.iter_slices(6)))


def test_no_part_at_all(tmp_path: Path) -> None:
    found = validate_parts(CONTRACTS["trade_flows"], [], CONTEXT, tmp_path)
    same(found, validate(CONTRACTS["trade_flows"], pl.DataFrame(), CONTEXT))
    assert not found.report.passed


def test_parts_with_other_columns_are_an_error(tmp_path: Path) -> None:
    table = sound("trade_flows")
    with pytest.raises(ValueError, match="must have the same columns"):
        validate_parts(CONTRACTS["trade_flows"], [table, table.drop("source")], CONTEXT, tmp_path)
