"""Trade tables that workers read and judge give what reading them here gives: rows, report, counts."""

import contextlib
import gzip
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from acting_engine import Acting
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from quick_judge import quick

from data_contracts.checking import duplicates
from data_contracts.checking.large import check as large_check
from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import priority_list
from features.trade.flows.condense import condense_flows, condense_part, condense_parts, plan_for
from features.trade.flows.windows import Windows
from riskmodel.engines.choose import EngineChoice, open_engine
from riskmodel.engines.engine import Engine
from riskmodel.engines.parcel import pack, unpack
from riskmodel.errors import InputUnreadable, WrongUsage
from riskmodel.operations.progress import Steps
from riskmodel.scoring.condensing import condenser
from riskmodel.scoring.request import ScoreRequest
from riskmodel.scoring.run import score
from riskmodel.settings import resolve_settings
from riskmodel.sources.checked import Intake, take_in
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.request import InputRequest
from riskmodel.sources.trade import by_engine, judging
from riskmodel.sources.trade.pieces import cut
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


class _Never:
    """An engine that no small table comes to."""

    def map(self, work, arguments, shared=()):
        raise AssertionError


def test_small_tables_stay_here(files, here):
    same(read(files, replace(CUT, engine_bytes=1 << 20), _Never()), here)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.with_name("a.csv.gz").write_bytes(gzip.compress(path.read_bytes())),
        lambda path: path.with_name("b.jsonl").write_text('{"reporter": "DEU"}\n'),
        lambda path: path.with_name("b.csv").write_text(path.read_text().replace("DEU", '"D\nEU"', 1)),
        lambda path: path.with_name("b.csv").write_text("Trade of all\n\n" + path.read_text()),
        lambda path: path.with_name("b.csv").write_text(path.read_text()[:-20]),
        lambda path: path.with_name("b.csv").write_text(path.read_text().replace("\n", ",x\n", 3)),
        lambda path: path.with_name("b.csv").write_bytes(path.read_bytes() + b"\n\n"),
        lambda path: path.with_name("b.csv").write_bytes(b"\xef\xbb\xbf" + path.read_bytes()),
        lambda path: pl.read_csv(path).with_columns(pl.col("flow").cast(pl.Categorical)).write_parquet(
            path.with_name("b.parquet")
        ),
    ],
    ids=["packed", "JSON", "a line end in a cell", "a title", "cut off", "longer rows", "blank lines", "mark",
         "categories"],
)  # fmt: skip
def test_what_cannot_be_cut_is_read_as_ever(change, files, tmp_path):
    path = Path(shutil.copy(files[0], tmp_path / "a.csv"))
    change(path)
    path.unlink()
    expected, found = (said([tmp_path], CUT, engine) for engine in (None, ByParcels()))
    if isinstance(expected, str):
        assert found == expected
    else:
        same(found, expected)


def test_a_damaged_file_of_a_folder_is_set_aside_as_ever(files, was_read_here, tmp_path):
    for file in files:
        shutil.copy(file, tmp_path)
    broken = bytearray(files[1].read_bytes())
    broken[4:40] = b"\xff" * 36
    (tmp_path / "c.parquet").write_bytes(bytes(broken))
    expected = read([tmp_path], WHOLE_FILES, None)
    assert any("set aside" in file.reader for file in expected.files)
    same(read([tmp_path], WHOLE_FILES, ByParcels()), expected)
    assert said([tmp_path], CUT, ByParcels()) == said([tmp_path], CUT, None)
    assert was_read_here == [True, True]


def test_an_edition_that_no_file_says_is_asked_for_as_ever(table, tmp_path):
    table.drop("hs_edition").write_csv(tmp_path / "a.csv")
    sentence = said([tmp_path / "a.csv"], CUT, None)
    assert "--hs-edition" in sentence
    assert said([tmp_path / "a.csv"], CUT, ByParcels()) == sentence
    found, expected = (
        read([tmp_path / "a.csv"], CUT, engine, hs_edition="HS2022") for engine in (ByParcels(), None)
    )
    same(found, expected)


class _OtherMachines(ByParcels):
    """Workers whose processors make other fingerprints."""

    def map(self, work, arguments, shared=()):
        for found in super().map(work, arguments, shared):
            part = found.part
            prints = replace(part.prints, prints=part.prints.prints[::-1] * 7)
            yield replace(found, part=replace(part, prints=prints, probe=part.probe + 1))


def test_copies_are_found_where_machines_make_other_fingerprints(files, here):
    same(read(files, CUT, _OtherMachines()), here)
    assert large_check.probe() == duplicates.probe()


def test_a_worker_that_does_not_see_the_file_says_so(files, tmp_path):
    path = Path(shutil.copy(files[0], tmp_path))
    piece = cut(trade_parts([path], limits=CUT))[1]
    assert len(pack(judging.JUDGING.give(piece))) < 2_000
    assert judging.JUDGING.describe(piece) == "a.csv, rows 8 to 14"
    path.write_bytes(path.read_bytes().replace(b"DEU", b"FRA"))
    with pytest.raises(WrongUsage, match=r"finds another file at .*a\.csv"):
        piece.source(CUT)
    path.unlink()
    with pytest.raises(WrongUsage, match=r"cannot read .*a\.csv .* all workers see") as caught:
        piece.source(CUT)
    assert len(str(caught.value)) <= 400


class _Stopped(Exception):
    pass


def test_a_restart_does_what_is_left_and_a_killed_worker_changes_nothing(files, here, tmp_path):
    def stop() -> None:
        raise _Stopped

    choice = EngineChoice("local:2", str(tmp_path / "parts"))
    with pytest.raises(_Stopped), open_engine(choice) as engine:
        read(files, CUT, Acting(engine, 6, stop))
    before = (tmp_path / "parts" / "ledger.jsonl").read_text().splitlines()
    assert len(before) >= 7
    for moment in (0, 9):
        with open_engine(choice) as engine:
            kill = Acting(engine, moment, lambda crew=engine._crew: [w.process.kill() for w in crew._workers])
            same(read(files, CUT, kill), here)
        after = (tmp_path / "parts" / "ledger.jsonl").read_text().splitlines()
        if moment == 0:
            assert after[: len(before)] == before
            assert len(after) == kill.done  # none was done twice
    assert list((tmp_path / "parts" / "results").iterdir()) == []


@pytest.mark.long
def test_one_of_two_workers_killed_at_several_moments(files, here, cluster, tmp_path):
    for moment in range(0, 24, 5):
        choice = EngineChoice(f"dask://{cluster.address}", str(tmp_path / "parts"))
        with open_engine(choice) as engine:
            same(read(files, CUT, Acting(engine, moment, cluster.kill_worker)), here)


@pytest.mark.long
def test_a_piece_that_always_fails_is_named_once(files, tmp_path):
    """The file goes away while the job is at work."""
    paths = [Path(shutil.copy(file, tmp_path)) for file in files]
    with (
        pytest.raises(WrongUsage, match=r"cannot read .*b\.parquet") as caught,
        open_engine(EngineChoice("local:1", str(tmp_path / "parts"))) as engine,
    ):
        read(paths, CUT, Acting(engine, 2, paths[1].unlink))
    assert len(str(caught.value).splitlines()) == 1


def drawn_flows(editions: list[str], seed: int = 3) -> pl.DataFrame:
    """Accepted rows of few names and months, in vintages and copies of value."""
    draw = random.Random(seed)
    rows = [
        {
            "reporter": draw.choice(["DEU", "USA", "TJK"]),
            "partner": draw.choice(["RUS", "TJK", "WLD", "DEU"]),
            "flow": draw.choice(["X", "M", "RX"]),
            "hs6": draw.choice(["854231", "854232", "854290", "010121"]),
            "hs_edition": draw.choice(editions),
            "period": date(2019 + draw.randrange(4), 1 + draw.randrange(3), 1),
            "value_usd": draw.randrange(5),
            "net_kg": draw.choice([None, 1, 2]),
            "known_at": draw.choice([None, date(2023, 1, 31), date(2023, 6, 30)]),
        }
        for _ in range(400)
    ]
    return pl.DataFrame(rows, schema={name: TRADE_FLOWS[name] for name in rows[0]})


@pytest.mark.parametrize("editions", [["HS2022"], ["HS2017", "HS2022"]])
def test_rows_condensed_in_parts(editions):
    flows = drawn_flows(editions)
    plan = plan_for(priority_list(), Windows(), [date(2024, 6, 30)])
    whole = condense_flows(flows, plan)
    for size in (1, 7, 150, 400):
        found = condense_parts(condense_part(part, plan) for part in flows.iter_slices(size))
        if len(editions) > 1:
            assert found is None
            continue
        for name in ("series", "rows", "reported", "exports"):
            assert getattr(found, name).equals(getattr(whole, name)), name
            assert getattr(found, name).height > 9


def test_an_intake_is_condensed_by_an_engine(tiny):
    path = tiny.folder / "trade.csv"
    intake = read([path], replace(CUT, trade_rows=2_000), None)
    plan = plan_for(priority_list(), Windows(), [date(2024, 6, 30)])
    engine = ByParcels()
    found = condenser(intake, engine)(intake.lazy(), plan)
    assert engine.pieces == len(intake.stored) > 2
    whole = condenser(intake, None)(intake.lazy(), plan)
    for name in ("series", "rows", "reported", "exports"):
        assert getattr(found, name).equals(getattr(whole, name)), name


@pytest.mark.long
def test_a_score_leaves_the_same_run(tiny, tmp_path):
    files = (tiny.folder / "trade.csv",), (tiny.folder / "articles.jsonl",), (tiny.folder / "listings.csv",)
    (settings_, windows), runs = resolve_settings(None, None), {}
    for name in ("none", "local:2"):
        inputs = InputRequest(*files, limits=replace(CUT, trade_rows=2_000))
        asked = ScoreRequest(date(2024, 6, 30), tmp_path / name, inputs, windows)
        with open_engine(EngineChoice(None if name == "none" else name)) as engine:
            score(asked, settings_, Steps(), None if name == "none" else engine)
        every = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        runs[name] = {str(path.relative_to(tmp_path / name)): path.read_bytes() for path in every}
    assert runs["local:2"] == runs["none"]
    assert len(runs["none"]) > 9
