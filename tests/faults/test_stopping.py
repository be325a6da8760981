"""Ctrl-C and SIGTERM: one sentence, the right exit code, soon, nothing half-written."""

import json
import signal
import subprocess
import sys
import time

import pytest

LOOPS = {
    "in python": "while True: pass",
    "in polars": (
        "import polars as pl\n"
        "    n = pl.LazyFrame({'a': range(400_000)})\n"
        "    n.join(n, how='cross').select((pl.col('a') * pl.col('a_right') % 7).sum()).collect()"
    ),
    "waiting for a thread": (
        "import threading\n    thread = threading.Thread(target=threading.Event().wait)\n"
        "    thread.start()\n    thread.join()"
    ),
    "in a pool of threads": (
        "from concurrent.futures import ThreadPoolExecutor\n    import time\n"
        "    with ThreadPoolExecutor(2) as pool: list(pool.map(time.sleep, [600, 600]))"
    ),
    "where the request is swallowed": (
        "import time\n    while True:\n        try: time.sleep(600)\n        except KeyboardInterrupt: pass"
    ),
}


def _stubbed(work: str) -> list[str]:
    """The real command line around a job whose work is `work`."""
    code = (
        "import sys\nimport riskmodel.scoring.run\nfrom riskmodel.operations import stopping\n"
        "stopping.GRACE_SECONDS = 0.5\n"
        f"def work(request, settings, steps, engine):\n    steps.step('at work')\n    {work}\n"
        "riskmodel.scoring.run.score = work\nfrom riskmodel.cli import main\nmain()\n"
    )
    return [sys.executable, "-c", code]


def _stop_at(command, words, environment, number, event="", status=None):
    """Start a job, send the signal at its logged event or its step, return exit code, stderr and seconds."""
    with subprocess.Popen(command + words, env=environment, stderr=subprocess.PIPE, text=True) as job:
        try:
            log = []
            until = time.monotonic() + 100
            while time.monotonic() < until and job.poll() is None:
                if event:
                    log.append(job.stderr.readline())
                    if event in log[-1]:
                        break
                elif status.exists() and '"at work"' in status.read_text():
                    break
                time.sleep(0.02)
            time.sleep(0.3)
            began = time.monotonic()
            job.send_signal(number)
            rest = job.communicate(timeout=60)[1]
            return job.returncode, "".join(log) + rest, time.monotonic() - began
        finally:
            job.kill()


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ("in polars", signal.SIGINT),
        ("in python", signal.SIGINT),
        *((where, signal.SIGTERM) for where in LOOPS),
    ],
)
def test_a_job_stops_soon_whatever_it_is_doing(where, number, site, tmp_path):
    status = tmp_path / "status.json"
    words = site.arguments(tmp_path / "run", "--status-file", str(status))
    command = _stubbed(LOOPS[where])
    code, err, seconds = _stop_at(command, words, site.environment(), number, status=status)
    assert code == 128 + number, err
    assert err == "riskmodel: Stopped; nothing was published.\n"
    assert seconds < 8
    logged = json.loads(status.read_text())
    assert (logged["state"], logged["exit_code"], logged["step"]) == (
        "stopped",
        128 + number,
        "at work",
    )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_job_stops_while_great_expectations_is_imported(number, site, tmp_path):
    words = ["--json", *site.arguments(tmp_path / "run")]
    command = [sys.executable, "-m", "riskmodel.cli"]
    code, err, _ = _stop_at(command, words, site.environment(), number, event="comparing with the run")
    assert code == 128 + number, err
    logged = [json.loads(line) for line in err.splitlines()]
    assert logged[-1]["event"] == "failed" and logged[-1]["sentence"] == "Stopped; nothing was published."
    assert {path.name for path in tmp_path.iterdir()} <= {".run.lock"}


def test_a_stop_during_publication_waits_for_it_and_does_not_deny_it(site, tmp_path):
    code = (
        "import os, signal, sys\nfrom riskmodel.publication import publish as ledger\n"
        "before = ledger.put_in_place\n"
        "def put(*paths):\n    os.kill(os.getpid(), signal.SIGTERM)\n    before(*paths)\n"
        "ledger.put_in_place = put\nfrom riskmodel.cli import main\nmain()\n"
    )
    words = site.arguments(tmp_path / "run", trade="")
    ended = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=site.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 143, ended.stderr
    assert ended.stderr == "riskmodel: Stopped; the run was published before and is whole.\n"
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert json.loads((tmp_path / "ledger.jsonl").read_text())["run_id"] == manifest["run_id"]
