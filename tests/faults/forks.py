"""Jobs forked from a warmed process, so that a fault costs a second and not an interpreter's start.

The parent imports everything once and computes nothing: the threads that polars starts at its first query
would not live on in a child.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LANES = max(1, min(4, os.cpu_count() or 1))
HANGS_AFTER = 180.0
Change = Callable[[], None]


@dataclass
class Job:
    """One forked command line. `change` runs in the child before the command; `kill_after` is in seconds."""

    name: str
    arguments: list[str]
    folder: Path
    change: Change | None = None
    kill_after: float | None = None
    kill_when: str = ""
    pid: int = 0
    born: float = 0.0


@dataclass(frozen=True)
class Ended:
    """How a job ended: exit code (negative: the signal), what it printed, and its seconds."""

    job: Job
    code: int
    err: str
    seconds: float


@dataclass
class Tally:
    """Outcomes of one kind of fault: how many of each exit code, and what must not have happened."""

    runs: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, ended: Ended, complaint: str) -> None:
        """Count one outcome; an empty complaint means that it was as it should be."""
        self.runs += 1
        key = str(ended.code)
        self.codes[key] = self.codes.get(key, 0) + 1
        if complaint:
            self.failures.append(f"{ended.job.name}: {complaint} [exit {ended.code}: {ended.err[:300]!r}]")


def warm(folder: Path) -> None:
    """Write inputs and model to `folder` in another process, then import here what a run imports there."""
    os.environ["RISKMODEL_MODELS_DIR"] = str(folder / "models")
    os.environ["POLARS_MAX_THREADS"] = "1"
    # Its log shows that the material is sound; it is of interest only when it is not.
    made = subprocess.run(
        [sys.executable, __file__, str(folder)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SystemExit(f"the material could not be made:\n{made.stderr}")
    for name in json.loads((folder / "modules.json").read_text()):
        with suppress(Exception):  # some modules import only in an order of their own
            importlib.import_module(name)
    from data_contracts.checking import judge

    judge._engine()


def run_all(jobs: Iterable[Job]) -> Iterator[Ended]:
    """Run jobs, `LANES` at a time, and yield them as they end."""
    waiting, running = iter(jobs), dict[int, Job]()
    more = True
    while more or running:
        while more and len(running) < LANES:
            job = next(waiting, None)
            if job is None:
                more = False
                break
            start(job)
            running[job.pid] = job
        for job in list(running.values()):
            ended = poll(job)
            if ended is not None:
                del running[job.pid]
                yield ended
        time.sleep(0.002)


def start(job: Job) -> None:
    """Fork the job; its output goes to files in its folder."""
    job.folder.mkdir(parents=True, exist_ok=True)
    job.born = time.monotonic()
    job.pid = os.fork()
    if job.pid == 0:
        _child(job)


def poll(job: Job) -> Ended | None:
    """Kill the job if its moment has come; None while it runs."""
    age = time.monotonic() - job.born
    if job.kill_when and job.kill_when in _read(job.folder / "status.json"):
        job.kill_when, job.kill_after = "", age + (job.kill_after or 0.0)
    due = job.kill_after is not None and not job.kill_when and age >= job.kill_after
    if due or age > HANGS_AFTER:
        os.kill(job.pid, signal.SIGKILL)
    pid, status = os.waitpid(job.pid, os.WNOHANG)
    if pid == 0:
        return None
    code = os.waitstatus_to_exitcode(status)
    hung = "" if age <= HANGS_AFTER else "HUNG "
    return Ended(job, code, hung + _read(job.folder / "stderr"), age)


def wait(job: Job) -> Ended:
    """Wait for one job that was started."""
    while (ended := poll(job)) is None:
        time.sleep(0.002)
    return ended


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _child(job: Job) -> None:
    code = 99
    try:
        for number, name in ((1, "stdout"), (2, "stderr")):
            handle = os.open(job.folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(handle, number)
        if job.change is not None:
            job.change()
        from riskmodel.cli import main

        main(job.arguments)
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else 1
    except BaseException as error:
        os.write(2, f"Traceback: {type(error).__name__}: {error}\n".encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _prepare(folder: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    import material

    from riskmodel.cli import main

    material.write_inputs(folder / "in")
    material.write_model(folder / "models")
    arguments = ["score", "--out", str(folder / "prepared"), "--as-of", material.AS_OF, "--quiet", "--json"]
    for kind, name in material.INPUTS.items():
        arguments += [f"--{kind}", str(folder / "in" / name)]
    try:
        main(arguments)
    except SystemExit as stopped:
        if stopped.code:
            raise
    shutil.rmtree(folder / "prepared")
    ours = [name for name in sorted(sys.modules) if not name.startswith(("_", "material"))]
    (folder / "modules.json").write_text(json.dumps(ours))


if __name__ == "__main__":
    _prepare(Path(sys.argv[1]))
