"""Trade tables that workers read and judge give what reading them here gives: rows, report, counts."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from quick_judge import quick

from riskmodel.engines.choose import EngineChoice, open_engine
from riskmodel.engines.engine import Engine
from riskmodel.engines.parcel import pack, unpack
from riskmodel.errors import InputUnreadable
from riskmodel.sources.checked import Intake, take_in
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade import by_engine, judging
from riskmodel.sources.trade.read import trade_parts
from tools.contracts.examples import sound

pytestmark = [
    pytest.mark.filterwarnings("default"),  # what Dask and tornado deprecate is theirs
    pytest.mark.xdist_group("contracts"),
]
AS_OF = date(2023, 10, 31)
CUT = ReadingLimits(trade_rows=7, whole_bytes=0, engine_bytes=0)
WHOLE_FILES = ReadingLimits(trade_rows=7, engine_bytes=0)


class ByParcels:
    """All in this process, and by way of parcels, as to and from a worker; counts what was read so."""

    def __init__(self) -> None:
        self.pieces = 0

    def map(self, work, arguments, shared=()):
        common = work.take_shared(unpack(pack(work.share(*shared))))
        for each in arguments:
            self.pieces += 1
            taken = work.take(unpack(pack(work.give(*each))))
            assert len(pack(work.give(*each))) < 2_000
            yield work.from_parcel(unpack(pack(work.to_parcel(work.function(*taken, *common)))))


def read(paths: list[Path], limits: ReadingLimits, engine: Engine | None, **asked) -> Intake:
    return take_in(trade_parts(paths, limits=limits, **asked), AS_OF, engine=engine)


def same(one: Intake, other: Intake) -> None:
    assert one.report.to_dict() == other.report.to_dict()
    assert one.accepted.equals(other.accepted)
    assert one.accepted.schema == other.accepted.schema
    assert one.quarantined.collect().equals(other.quarantined.collect())
    assert one.counts() == other.counts()
    assert (one.files, one.ignored_columns, one.failures) == (
        other.files,
        other.ignored_columns,
        other.failures,
    )


def said(paths: list[Path], limits: ReadingLimits, engine: Engine | None, **asked) -> Intake | str:
    try:
        return read(paths, limits, engine, **asked)
    except InputUnreadable as error:
        return str(error)


@pytest.fixture
def was_read_here(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each table that came to an engine: whether it was read here all the same."""
    found: list[bool] = []
    true = by_engine.check_by_engine

    def spied(*words):
        checked = true(*words)
        found.append(checked is None)
        return checked

    monkeypatch.setattr(by_engine, "check_by_engine", spied)
    return found


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """Rows of which some are copies, conflicts, vintages or refused, in more than one part."""
    rows = sound("trade_flows").drop("source_file", "source_row").with_columns(pl.all().cast(pl.String))
    first = pl.int_range(pl.len()) < 9
    return pl.concat(
        [
            rows,
            rows.head(9),
            rows.tail(5).with_columns(value_usd=pl.lit("7")),
            rows.head(8).with_columns(known_at=pl.lit("2023-09-30")),
            rows.with_columns(
                partner=pl.when(first).then(pl.lit("QQQ")).otherwise("partner"), net_kg=pl.lit(None)
            ).head(12),
        ]
    )


@pytest.fixture(scope="module")
def files(table: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A text and a Parquet file of odd row groups, which share keys."""
    folder = tmp_path_factory.mktemp("trade")
    table.write_csv(folder / "a.csv")
    typed = table.with_columns(pl.col("value_usd", "net_kg").cast(pl.Int64), pl.col("period").str.to_date())
    typed.with_columns(extra=pl.lit(1)).write_parquet(folder / "b.parquet", row_group_size=5)
    return [folder / "a.csv", folder / "b.parquet"]


@pytest.fixture(scope="module")
def here(files: list[Path]) -> Intake:
    return read(files, CUT, None)


@contextlib.contextmanager
def engine_of(name: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    if name == "none":
        yield ByParcels()
        return
    parts = str(folder / "parts")
    if name == "dask":
        name = f"dask://{request.getfixturevalue('cluster').address}"
    with open_engine(EngineChoice(name, parts)) as engine:
        yield engine


ENGINES = ["none", "local:2", *(pytest.param(name, marks=pytest.mark.long) for name in ("local:1", "dask"))]


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_what_reading_here_gives(name, files, here, was_read_here, request, tmp_path):
    with engine_of(name, request, tmp_path) as engine:
        same(read(files, CUT, engine), here)
    assert was_read_here == [False]
    assert here.rows_quarantined > 20
    broken = {result.rule for result in here.report.results if not result.passed}
    assert {"exact_duplicate", "conflicting_duplicate", "partner_is_a_country"} <= broken
    receipts = (tmp_path / "parts" / "ledger.jsonl").read_text().splitlines() if name != "none" else []
    assert all(len(line) < 1_000 for line in receipts)


def test_small_files_are_pieces_of_their_own(table, was_read_here, tmp_path):
    for number, rows in enumerate(table.iter_slices(4)):
        (tmp_path / "in" / f"year={2000 + number}").mkdir(parents=True)
        rows.write_csv(tmp_path / "in" / f"year={2000 + number}" / "a.csv")
    engine = ByParcels()
    same(read([tmp_path / "in"], WHOLE_FILES, engine), read([tmp_path / "in"], WHOLE_FILES, None))
    assert was_read_here == [False]
    assert engine.pieces == -(-table.height // 4)


VALUES = {
    "reporter": ["DEU", "FRA", "EU27"],
    "partner": ["KGZ", "WLD", "DEU"],
    "flow": ["X"],
    "hs6": ["854231", "85423"],
    "hs_edition": ["HS2022", "HS2017", None],
    "period": ["2022-05-01", "2022-06-01"],
    "value_usd": ["10", "90000000", "-1", None],
    "net_kg": ["1", None],
    "known_at": ["2022-09-30", "2022-12-31", None],
    "source": ["a", "b"],
}
ODD = {"value_usd": ["10.0", "1,5", "soon"], "period": ["soon", "2022-07", "05/06/2022"]}
ROW = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})
ODD_CELL = st.sampled_from([(name, value) for name, values in ODD.items() for value in values])


def written(rows: pl.DataFrame, path: Path, kind: str) -> Path:
    if kind == "csv":
        rows.write_csv(path)
    elif kind == "text in Parquet":
        rows.write_parquet(path, row_group_size=3)
    else:
        whole = pl.col("value_usd", "net_kg").cast(pl.Int64, strict=False)
        rows.with_columns(whole, pl.col("period").str.to_date(strict=False)).write_parquet(
            path, row_group_size=4
        )
    return path


@settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    tables=st.lists(
        st.tuples(
            st.lists(ROW, min_size=1, max_size=20),
            st.sampled_from(["csv", "text in Parquet", "Parquet"]),
            st.none() | st.tuples(st.integers(0, 19), ODD_CELL),
        ),
        min_size=1,
        max_size=3,
    ),
    size=st.integers(1, 9),
    whole=st.booleans(),
)
def _drawn(tables, size, whole, seen) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("data_contracts.checking.large.duplicates.AT_ONCE", 3)
        patch.setattr("data_contracts.checking.large.duplicates.FILES", 2)
        paths = []
        for number, (rows, kind, odd) in enumerate(tables):
            if odd is not None:
                place, (name, value) = odd
                rows = [{**row, name: value} if n == place else row for n, row in enumerate(rows)]
            frame = pl.DataFrame(rows, schema=dict.fromkeys(VALUES, pl.String()))
            paths.append(written(frame, Path(folder) / f"{number}.{kind[-3:].lower()}", kind))
        limits = replace(CUT, trade_rows=size, whole_bytes=1 << 20 if whole else 0)
        engine = ByParcels()
        expected, found = said(paths, limits, None), said(paths, limits, engine)
        seen.append(engine.pieces)
        if isinstance(expected, str) or isinstance(found, str):
            assert found == expected
        else:
            same(found, expected)


def test_drawn_tables_with_copies_across_parts(was_read_here, monkeypatch):
    """Rows from few values; now and then a cell whose spelling the whole file has to decide."""
    monkeypatch.setattr("data_contracts.checking.judged_values.breaking_rows", quick)
    judging._verdicts.cache_clear()
    pieces: list[int] = []
    _drawn(seen=pieces)
    judging._verdicts.cache_clear()
    assert was_read_here.count(False) > 10
    assert was_read_here.count(True) > 3
    assert sum(pieces) > 60
