"""A Dask cluster in processes of its own, for tests and measurements."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The scheduler blames a task for the first death of its worker; the engine decides what follows from it.
SETTINGS = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}


@dataclass
class Cluster:
    """A scheduler and workers in processes of their own."""

    folder: Path
    paths: tuple[Path, ...] = (ROOT,)
    address: str = ""
    workers: list[subprocess.Popen] = field(default_factory=list)
    others: list[subprocess.Popen] = field(default_factory=list)

    def _start(self, *words: str) -> subprocess.Popen:
        paths = os.pathsep.join(map(str, self.paths))
        surroundings = {**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "1", **SETTINGS}
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

    def alive(self) -> int:
        """Workers that the scheduler knows."""
        from distributed import Client

        with Client(f"tcp://{self.address}", set_as_default=False) as client:
            return len(client.nthreads())

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
