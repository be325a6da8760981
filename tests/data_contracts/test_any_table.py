"""Whatever a table holds, every row ends as accepted or quarantined, and nothing is raised."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_contracts.checking.check import Validation, validate, validate_batches
from data_contracts.contract import Context, Contract
from data_contracts.registry import CONTRACTS
from tools.contracts.examples import SOUND_CONTEXT, TODAY, sound

pytestmark = pytest.mark.xdist_group("contracts")

TEXT = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        [
            "DEU",
            "KGZ",
            "WLD",
            "X",
            "854231",
            "10121",
            "HS2022",
            "2022-05-01",
            "2022-05",
            "-1",
            "12.0",
            "1e9",
            "\x00",
        ]
    ),
)
OTHER = st.sampled_from(
    [
        pl.Series([1.5, float("nan"), None], dtype=pl.Float64),
        pl.Series([True, False, None], dtype=pl.Boolean),
        pl.Series([2**62, -1, None], dtype=pl.Int64),
        pl.Series([date(2022, 5, 1), date(9999, 12, 31), None], dtype=pl.Date),
        pl.Series([["a"], [], None], dtype=pl.List(pl.String)),
        pl.Series([b"\xff", b"a", None], dtype=pl.Binary),
        pl.Series([None, None, None], dtype=pl.Null),
        pl.Series([2**63, 0, None], dtype=pl.UInt64),
        pl.Series([{"a": 1}, None, {"a": 2}], dtype=pl.Struct({"a": pl.Int64})),
        pl.Series([time(1, 2), None, time(0)], dtype=pl.Time),
        pl.Series([timedelta(1), None, timedelta(0)], dtype=pl.Duration("us")),
        pl.Series([Decimal("1.50"), Decimal("2.00"), None], dtype=pl.Decimal(10, 2)),
        pl.Series([datetime(2022, 5, 1), datetime(1, 1, 1), None], dtype=pl.Datetime("us")),
        pl.Series(
            [datetime(2022, 5, 1), datetime(2022, 5, 1, 2), None], dtype=pl.Datetime("ns", "Asia/Tokyo")
        ),
        pl.Series(["a", "b", None], dtype=pl.Categorical),
    ]
)


@st.composite
def tables(draw: st.DrawFn, contract: str) -> pl.DataFrame:
    columns = draw(st.lists(st.sampled_from(list(CONTRACTS[contract].columns)), unique=True))
    if draw(st.booleans()):
        columns = list(CONTRACTS[contract].columns)
    odd = draw(st.booleans())
    series = []
    for name in columns:
        if odd and draw(st.booleans()):
            series.append(draw(OTHER).alias(name))
        else:
            series.append(pl.Series(name, draw(st.lists(TEXT, min_size=3, max_size=3)), dtype=pl.String))
    return pl.DataFrame(series)


@pytest.mark.parametrize("contract", CONTRACTS)
@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(data=st.data())
def test_rows_are_never_lost(contract: str, data: st.DataObject) -> None:
    """Twenty tables at a time, since the judge costs half a second whatever it is given."""
    frames = data.draw(st.lists(tables(contract), min_size=20, max_size=20))
    context = Context(as_of=date(2023, 1, 31), today=TODAY)
    found = validate_batches(CONTRACTS[contract], [(frame, context) for frame in frames])
    for frame, one in zip(frames, found, strict=True):
        none_is_lost(CONTRACTS[contract], frame, one)


def none_is_lost(contract: Contract, frame: pl.DataFrame, found: Validation) -> None:
    assert found.report.rows_in == frame.height == found.accepted.height + found.quarantined.height
    assert found.accepted.columns == [*contract.columns, "source_file", "source_row"]
    flags = [name for name in found.quarantined.columns if name.startswith("broke_")]
    refusing = [r.name for r in contract.row_rules if r.effect == "refuses the rows"]
    assert flags == [f"broke_{rule.name}" for rule in contract.row_rules]
    if set(contract.required) <= set(frame.columns):
        assert found.quarantined.filter(~pl.any_horizontal(f"broke_{name}" for name in refusing)).is_empty()
    assert found.quarantined["reasons"].null_count() == 0
    assert not found.quarantined["reasons"].str.len_chars().eq(0).any()


@pytest.mark.parametrize("contract", ["trade_flows", "articles", "listings", "goods"])
def test_accepted_rows_are_accepted_again(contract: str) -> None:
    first = validate(CONTRACTS[contract], sound(contract), SOUND_CONTEXT)
    again = validate(CONTRACTS[contract], first.accepted, SOUND_CONTEXT)
    assert again.accepted.equals(first.accepted)
    assert again.report.to_dict() == first.report.to_dict()


def test_many_refused_rows_in_several_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are judged in parts; where a part ends must not matter."""
    frame = pl.concat([sound("listings")] * 3).with_columns(
        n_entities=pl.when(pl.int_range(pl.len()) % 7 == 0).then(pl.lit("none")).otherwise("n_entities")
    )
    whole = validate(CONTRACTS["listings"], frame, SOUND_CONTEXT)
    monkeypatch.setattr("data_contracts.checking.judged_values.CHUNKS", (2, 3))
    monkeypatch.setattr("data_contracts.checking.judged_values.REMEMBERED", 1)
    parts = validate(CONTRACTS["listings"], frame, SOUND_CONTEXT)
    assert whole.quarantined.height > 11
    assert parts.report.to_dict() == whole.report.to_dict()
    assert parts.quarantined.equals(whole.quarantined)
