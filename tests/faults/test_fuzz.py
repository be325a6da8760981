"""Readers and contracts under generated input: a sentence or a sound batch, and every row accounted for."""

import gzip
import json
import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.checking.check import validate
from data_contracts.contract import Context
from data_contracts.registry import CONTRACTS
from riskmodel.errors import RiskmodelError
from riskmodel.sources.goods import read_goods
from riskmodel.sources.listings import read_listings
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.trade.read import read_trade

EXAMPLES = int(os.environ.get("RISKMODEL_FUZZ_EXAMPLES", "40"))
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
READERS = {
    "trade": lambda path: read_trade([path], hs_edition="HS2022"),
    "articles": lambda path: read_articles([path]),
    "listings": lambda path: read_listings([path]),
    "goods": read_goods,
}
COLUMNS = {kind: tuple(CONTRACTS[name].columns) for kind, name in (
    ("trade", "trade_flows"), ("articles", "articles"), ("listings", "listings"), ("goods", "goods")
)}  # fmt: skip
AWKWARD = ["", "null", "NaN", "inf", "-0", "1e309", "9" * 40, "\x00", '"', "\r", "\n", "\ufeff", "\u2028"]
SOUND = ["TJK", "DEU", "RUS", "X", "854231", "HS2022", "2024-01-01", "2024-01-01T00:00:00Z", "1", "en", "US"]
cells = st.one_of(st.sampled_from(AWKWARD + SOUND), st.text(max_size=12), st.integers().map(str))


def _sound(read, path: Path):
    """The batch, or None where the file was refused in one sentence."""
    try:
        batch = read(path)
    except RiskmodelError as error:
        sentence = str(error)
        assert sentence and "\n" not in sentence and "\x1b" not in sentence
        return None
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    assert min(batch.dropped.values(), default=1) > 0
    return batch


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "txt", "csv.gz"])
@pytest.mark.parametrize("kind", READERS)
def test_noise_is_refused_in_one_sentence(kind, ending, tmp_path):
    @BOUNDED
    @given(
        st.binary(max_size=300),
        st.sampled_from([b"", b"PAR1", b"\x1f\x8b\x08", b"PK\x03\x04", b"[{", b"\xff\xfe"]),
    )
    def noise(data, start):
        path = tmp_path / f"noise.{ending}"
        path.write_bytes(start + data)
        _sound(READERS[kind], path)

    noise()


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "gzip"])
@pytest.mark.parametrize("kind", READERS)
def test_tables_of_odd_cells_keep_every_row(kind, form, tmp_path):
    width = len(COLUMNS[kind])

    @BOUNDED
    @given(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6))
    def table(rows):
        frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS[kind], pl.String), orient="row")
        objects = [dict(zip(COLUMNS[kind], row, strict=True)) for row in rows]
        path = tmp_path / f"table.{form}"
        if form in ("csv", "gzip"):
            text = frame.write_csv(quote_style="always").encode()
            path.write_bytes(gzip.compress(text) if form == "gzip" else text)
        else:
            lines = json.dumps(objects) if form == "json" else "\n".join(map(json.dumps, objects)) + "\n"
            path.write_text(lines, encoding="utf-8")
        batch = _sound(READERS[kind], path)
        if batch is not None:
            assert batch.rows_read == len(rows)

    table()


@settings(BOUNDED, max_examples=max(6, EXAMPLES // 5))
@given(st.data())
def test_contracts_account_for_every_row(data):
    kind = data.draw(st.sampled_from(sorted(CONTRACTS)))
    contract = CONTRACTS[kind]
    names = list(contract.columns)
    rows = data.draw(
        st.lists(st.lists(st.none() | cells, min_size=len(names), max_size=len(names)), max_size=5)
    )
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    checked = validate(contract, frame, Context(as_of=date(2024, 6, 30)))
    assert checked.accepted.height + checked.quarantined.height == frame.height
    if frame.is_empty():
        assert checked.report.critical_failures
    flags = [name for name in checked.quarantined.columns if name.startswith("broke_")]
    if checked.quarantined.height and flags:
        broken = checked.quarantined.select(pl.any_horizontal(flags)).to_series()
        assert broken.all(), "a row was refused under no rule"
