"""Every engine leaves the same bytes as none: mentions, rows of worlds to learn from, earlier scores."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from acting_engine import Acting

from data_contracts.tables import ARTICLES
from features.reference.facts import priority_list
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel
from riskmodel.engines.choose import EngineChoice, open_engine
from riskmodel.engines.engine import Engine, InProcesses
from riskmodel.mentions.run import write_mentions
from riskmodel.operations.progress import Steps
from riskmodel.outcomes.family_rows import FAMILY_WORLDS, FamilyJob, family_jobs, family_rows
from riskmodel.outcomes.simulated_rows import (
    SIMULATED_WORLDS,
    held_out_jobs,
    training_jobs,
    world_rows,
)
from riskmodel.scoring import days
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.request import InputRequest
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.world import simulate_world

pytestmark = pytest.mark.filterwarnings("default")  # what Dask and tornado deprecate is theirs
ENGINES = ["local:2", *(pytest.param(name, marks=pytest.mark.long) for name in ("none", "local:1", "dask"))]
FAMILIES = [replace(job, step_months=12) for job in family_jobs(("firms", "networks"), 1, 40)]
LIMITS = ReadingLimits(read_articles=8)


@pytest.fixture(scope="module")
def world():
    return simulate_world(WorldParams.small(5))


@pytest.fixture(scope="module")
def articles(world, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty articles, thus eight parts; every tenth is a copy of one in another part."""
    text = [
        f"Traders in Kyrgyzstan sold {n - 20 if n % 10 == 9 else n} lathes to buyers in Russia, officials in "
        f"{['Armenia', 'Turkey', 'Kazakhstan'][n % 3]} said. Data show re-export of microchips to Moscow."
        for n in range(60)
    ]
    made = pl.DataFrame(
        {
            "article_id": [f"a{n:03d}" for n in range(60)],
            "published_at": [f"2024-01-{1 + n % 28:02d}T00:00:00Z" for n in range(60)],
            "title": ["Trade with Russia"] * 60,
            "text": text,
            "source": [f"outlet {n % 7}" for n in range(60)],
        }
    )
    file = tmp_path_factory.mktemp("news") / "articles.jsonl"
    assert set(made.columns) <= ARTICLES.keys()
    made.write_ndjson(file)
    return file


@contextlib.contextmanager
def engine_of(name: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    if name == "none":
        yield InProcesses()
        return
    parts = None
    if name == "dask":
        name, parts = f"dask://{request.getfixturevalue('cluster').address}", str(folder / "parts")
    with open_engine(EngineChoice(name, parts)) as engine:
        yield engine


def mentions(articles: Path, out: Path, engine: Engine | None) -> bytes:
    write_mentions(InputRequest(articles=(articles,), limits=LIMITS), out, 1, Steps(), engine)
    return out.read_bytes()


@pytest.fixture(scope="module")
def plain_mentions(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return mentions(articles, tmp_path_factory.mktemp("plain") / "mentions.parquet", None)


@pytest.mark.parametrize("name", ENGINES)
def test_mentions(name, articles, plain_mentions, request, tmp_path):
    with engine_of(name, request, tmp_path) as engine:
        assert mentions(articles, tmp_path / "mentions.parquet", engine) == plain_mentions


def test_mentions_of_the_second_reader(articles, plain_mentions, tmp_path):
    asked = InputRequest(articles=(articles,), limits=LIMITS, second_reader=True)
    write_mentions(asked, tmp_path / "plain.parquet", 1, Steps())
    with open_engine(EngineChoice("local:2", None)) as engine:
        write_mentions(asked, tmp_path / "parts.parquet", 1, Steps(), engine)
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "plain.parquet").read_bytes()
    assert (tmp_path / "plain.parquet").read_bytes() != plain_mentions


@pytest.mark.long
@pytest.mark.parametrize("moments", [range(0, 8, 3)])
def test_mentions_with_one_of_two_workers_killed(moments, cluster, articles, plain_mentions, tmp_path):
    for moment in moments:
        choice = EngineChoice(f"dask://{cluster.address}", str(tmp_path / "parts"))
        with open_engine(choice) as engine:
            counting = Acting(engine, moment, cluster.kill_worker)
            assert mentions(articles, tmp_path / "mentions.parquet", counting) == plain_mentions
        assert counting.done == 8


class _Stopped(Exception):
    pass


@pytest.mark.long
def test_a_restart_of_mentions_gives_the_same_bytes(articles, plain_mentions, tmp_path):
    def stop() -> None:
        raise _Stopped

    choice = EngineChoice("local:2", str(tmp_path / "parts"))
    with pytest.raises(_Stopped), open_engine(choice) as engine:
        mentions(articles, tmp_path / "mentions.parquet", Acting(engine, 4, stop))
    assert not (tmp_path / "mentions.parquet").exists()
    ledger = tmp_path / "parts" / "ledger.jsonl"
    before = len(ledger.read_text().splitlines())
    assert before >= 5
    with open_engine(choice) as engine:
        assert mentions(articles, tmp_path / "mentions.parquet", engine) == plain_mentions
    assert len(ledger.read_text().splitlines()) == 8


@pytest.fixture(scope="module")
def of_families() -> pl.DataFrame:
    return family_rows(FAMILIES, 1)


@pytest.mark.parametrize("name", ENGINES)
def test_worlds_of_several_authors(name, of_families, request, tmp_path):
    with engine_of(name, request, tmp_path) as engine:
        assert family_rows(FAMILIES, 1, engine).equals(of_families)


@pytest.mark.long
@pytest.mark.parametrize("name", ["local:1"])
def test_simulated_worlds(name, request, tmp_path):
    jobs = [replace(job, step_months=12) for job in held_out_jobs(1, 9)]
    expected = world_rows(jobs, "transit", 1, with_oracles=True)
    with engine_of(name, request, tmp_path) as engine:
        assert world_rows(jobs, "transit", 1, with_oracles=True, engine=engine).equals(expected)


def test_a_world_is_asked_for_with_the_very_numbers_that_were_given(tmp_path):
    """A whole number that came back as a fraction would draw another world."""
    for job in [*training_jobs(3, 0), *held_out_jobs(3, 0)]:
        given = (job, "transit", True)
        assert repr(SIMULATED_WORLDS.take(SIMULATED_WORLDS.give(*given))) == repr(given)
    (tmp_path / "trade").mkdir()
    (tmp_path / "trade" / "a.csv").write_text("1")
    job = FamilyJob("resampled", 3, background=tmp_path)
    assert FAMILY_WORLDS.take(FAMILY_WORLDS.give(job)) == (job,)


DATES = [date(2022, 8, 31), date(2022, 12, 31), date(2023, 6, 30)]
EARLIER = (priority_list(), Windows(date(2020, 1, 1)), DATES)


@pytest.fixture(scope="module")
def at_earlier_dates(world) -> pl.DataFrame:
    """By the one query for all dates, without parts."""
    goods, windows, dates = EARLIER
    return trade_panel(world.trade_flows, goods, windows, dates, allow_hindsight=True)


@pytest.mark.parametrize("name", ENGINES)
def test_earlier_dates(name, world, at_earlier_dates, request, tmp_path, monkeypatch):
    monkeypatch.setattr(days, "DATES", 1)
    with engine_of(name, request, tmp_path) as engine:
        assert days.panel_by_dates(world.trade_flows.lazy(), *EARLIER, engine).equals(at_earlier_dates)
    assert at_earlier_dates["as_of"].unique().sort().to_list() == DATES


def command(*words: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "riskmodel", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        start_new_session=True,
    )


@pytest.mark.long
@pytest.mark.parametrize("name", ["local:2", "dask"])
def test_ctrl_c_ends_the_command_with_its_usual_code_and_a_restart_goes_on(
    name, articles, plain_mentions, request, tmp_path
):
    parts, out = tmp_path / "parts", tmp_path / "mentions.parquet"
    engine = f"dask://{request.getfixturevalue('cluster').address}" if name == "dask" else name
    words = ["mentions", "--articles", articles, "--out", out, "--engine", engine, "--parts", parts]
    job = command(*words)
    while not (parts / "given").exists() or not any((parts / "given").iterdir()):
        assert job.poll() is None, job.communicate()
    os.killpg(job.pid, signal.SIGINT)
    _, said = job.communicate()
    assert (job.returncode, said) == (130, "riskmodel: Stopped; nothing was published.\n")
    assert not out.exists()
    again = command(*words)
    assert again.communicate()[1] == ""
    assert again.returncode == 0
    # One part here, eight there: the number of parts changes no byte either.
    assert out.read_bytes() == plain_mentions


@pytest.mark.parametrize(
    "words",
    [
        ("score", "--listings", "x.csv", "--as-of", "2024-06-30", "--out", "run", "--engine", "local:2"),
        ("retrain", "--target", "listing", "--listings", "x.csv", "--engine", "local:2"),
        ("validate", "articles", "x.jsonl", "--engine", "local:2"),
        ("mentions", "--articles", "x", "--out", "m.csv", "--engine", "local:2", "--jobs", "2"),
        ("mentions", "--articles", "x", "--out", "m.csv", "--engine", "dask://host:1"),
    ],
)
def test_an_engine_that_would_do_nothing_is_refused(words, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = run(words)
    assert ended.code == 2
    assert "--engine" in ended.err
    assert len(ended.err.splitlines()) == 1
