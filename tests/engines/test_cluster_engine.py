"""A Dask cluster: the same results, losses that cost time only, innocent parts not blamed."""

import signal
import threading
from pathlib import Path

import polars as pl
import pytest

from riskmodel.engines import cluster as cluster_module
from riskmodel.engines.choose import EngineChoice, open_engine
from riskmodel.errors import RiskmodelError, WorkerLost, WrongUsage

distributed = pytest.importorskip(
    "distributed", reason="needs Dask: pip install -r requirements-cluster.lock"
)
pytestmark = pytest.mark.filterwarnings("default")  # what Dask and tornado deprecate is theirs


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    return folder


@pytest.fixture
def choice(cluster, tmp_path: Path) -> EngineChoice:
    return EngineChoice(f"dask://{cluster.address}", str(tmp_path / "parts"))


def given(calls: Path, behaviour: dict[int, str] | None = None, number: int = 7):
    return ((n, (behaviour or {}).get(n, ""), str(calls)) for n in range(number))


def test_two_workers_give_what_one_process_gives_and_a_killed_one_changes_nothing(cluster, choice, calls):
    from engine_works import SQUARE

    with open_engine(choice) as engine:
        found = [rows["square"].item() for rows in engine.map(SQUARE, given(calls), (3,))]
        assert found == [n * n + 3 for n in range(7)]
        for moment in range(0, 12, 4):
            results = engine.map(SQUARE, given(calls, number=12), (moment,))
            found = []
            for number, rows in enumerate(results):
                if number == moment:
                    cluster.kill_worker()
                found.append(rows["square"].item())
            assert found == [n * n + moment for n in range(12)]


def test_a_part_that_ends_its_workers_is_named_and_no_other(cluster, choice, calls):
    from engine_works import SQUARE

    stop = threading.Event()

    def supervise() -> None:
        while not stop.wait(0.2):
            cluster.keep_up()

    thread = threading.Thread(target=supervise)
    thread.start()
    try:
        with (
            pytest.raises(WorkerLost, match=r"squaring \(number 3\) ends its workers") as caught,
            open_engine(choice) as engine,
        ):
            list(engine.map(SQUARE, given(calls, {3: "kill", 5: "kill once"})))
        assert len(str(caught.value)) <= 400
        # All others are done: a restart does only the one that was to blame.
        before = len(list(calls.iterdir()))
        with open_engine(choice) as engine:
            found = pl.concat(engine.map(SQUARE, given(calls, {5: "kill once"})))
    finally:
        stop.set()
        thread.join()
    assert found["square"].to_list() == [n * n for n in range(7)]
    assert len(list(calls.iterdir())) > before


def test_what_a_part_raises_ends_the_job_with_one_sentence(choice, calls):
    from engine_works import SQUARE

    with (
        pytest.raises(RiskmodelError, match=r"squaring \(number 2\) cannot be done; .* kept: ValueError"),
        open_engine(choice) as engine,
    ):
        list(engine.map(SQUARE, given(calls, {2: "raise"})))


def test_without_a_worker_or_a_scheduler_the_job_ends(cluster, choice, calls, monkeypatch):
    from engine_works import SQUARE

    monkeypatch.setattr(cluster_module, "ALONE_SECONDS", 0.5)
    for worker in cluster.workers:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with pytest.raises(WorkerLost, match="No worker is left at 127"), open_engine(choice) as engine:
        list(engine.map(SQUARE, given(calls)))
    cluster.others[0].kill()
    cluster.others[0].wait()
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 1)
    with pytest.raises(WrongUsage, match="No Dask scheduler answers at 127"), open_engine(choice):
        pass


def test_a_scheduler_that_goes_away_ends_the_job(cluster, choice, calls):
    from engine_works import SQUARE

    with pytest.raises(WorkerLost, match="is gone"), open_engine(choice) as engine:
        for _ in engine.map(SQUARE, given(calls, number=10_000)):
            cluster.others[0].kill()
