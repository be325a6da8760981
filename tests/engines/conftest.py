"""Works that workers can import, and a Dask cluster of two workers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers, and this process, find `engine_works`."""
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(ROOT)]))
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")


@dataclass
class Cluster:
    """A scheduler and workers in processes of their own."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    address: str = ""
    workers: list[subprocess.Popen] = field(default_factory=list)
    others: list[subprocess.Popen] = field(default_factory=list)

    def _start(self, *words: str) -> subprocess.Popen:
        paths = os.pathsep.join([str(HERE), str(ROOT)])
        surroundings = {**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "1", **self.settings}
        with (self.folder / "log.txt").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words], env=surroundings, stdout=log, stderr=log, cwd=self.folder
            )

    def start(self, workers: int) -> None:
        file = self.folder / "scheduler.json"
        self.others.append(
            self._start(
                *("distributed.cli.dask_scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard"),
                *("--scheduler-file", str(file)),
            )
        )
        wait_for(lambda: file.exists() and file.read_text().strip().endswith("}"))
        self.address = json.loads(file.read_text())["address"].removeprefix("tcp://")
        for _ in range(workers):
            self.add_worker()

    def add_worker(self) -> None:
        self.workers.append(
            self._start(
                *("distributed.cli.dask_worker", f"tcp://{self.address}", "--nthreads", "1"),
                *("--no-nanny", "--no-dashboard", "--memory-limit", "0"),
            )
        )

    def kill_worker(self) -> None:
        """Kill one that lives, and start another in its place."""
        worker = next(one for one in self.workers if one.poll() is None)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.add_worker()

    def keep_up(self) -> None:
        """Replace what has ended, as a nanny or a supervisor would."""
        for worker in [one for one in self.workers if one.poll() is not None]:
            self.workers.remove(worker)
            self.add_worker()

    def stop(self) -> None:
        for one in [*self.workers, *self.others]:
            one.kill()
            one.wait()


def wait_for(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers of one thread each; the scheduler blames a task for the first death of its worker."""
    pytest.importorskip("distributed", reason="needs Dask: pip install -r requirements-cluster.lock")
    made = Cluster(
        tmp_path_factory.mktemp("cluster"),
        {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"},
    )
    made.start(2)
    yield made
    made.stop()
