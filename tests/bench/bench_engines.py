"""The table of engines: digests and seconds of one command by every engine; run by hand.

    python tests/bench/bench_engines.py --articles 20000 --kills 50
    python tests/bench/bench_engines.py --worlds 2
    python tests/bench/bench_engines.py --history 24
    python tests/bench/bench_engines.py --rows 6000000

Each row is `riskmodel mentions` (`retrain` with --worlds, `score` with --history, and with --rows `score` of
the trade table of `score_scale.py`) in a process of its own on the same input. Seconds are of the clock and,
without a cluster, of the processor. The last `--kills` rows run on a Dask cluster of two workers of which one
is killed, and replaced, at a moment drawn from the time that the run without a kill took. All digests must be
equal, or the exit code is 1. Needs the extra `cluster`.

    python tests/bench/bench_engines.py --moments 50

does the last alone, in one process and for 20 small parts, at so many moments.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from bench_score_articles import write_corpus  # noqa: E402
from made_cluster import ROOT, Cluster, wait_for  # noqa: E402
from score_scale import AS_OF, SEED, make_trade  # noqa: E402

sys.path.insert(0, str(ROOT))

from riskmodel.engines.choose import EngineChoice, open_engine  # noqa: E402
from riskmodel.mentions.run import write_mentions  # noqa: E402
from riskmodel.operations.progress import Steps  # noqa: E402
from riskmodel.simulate.run import write_world  # noqa: E402
from riskmodel.sources.limits import ReadingLimits  # noqa: E402
from riskmodel.sources.request import InputRequest  # noqa: E402
from riskmodel.worlds.corridors.params import WorldParams  # noqa: E402

PART = 100  # articles
Words = Callable[[Path, Sequence[str]], list[str]]


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--articles", type=int, default=20_000)
    asked.add_argument("--worlds", type=int, default=0)
    asked.add_argument("--history", type=int, default=0)
    asked.add_argument("--rows", type=int, default=0)
    asked.add_argument("--kills", type=int, default=5)
    asked.add_argument("--moments", type=int, default=0)
    args = asked.parse_args()
    if args.moments:
        raise SystemExit(at_many_moments(args.moments))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        words = command_of(args, work)
        digests = {run("none", words, work, [])}
        for processes in (1, 2):
            digests.add(run(f"local:{processes}", words, work, ["--engine", f"local:{processes}"]))
        cluster = Cluster(work, (ROOT,))
        cluster.start(2)
        try:
            wait_for(lambda: cluster.alive() == 2)
            parts = work / "parts"
            by_dask = ["--engine", f"dask://{cluster.address}", "--parts", str(parts)]
            started = time.perf_counter()
            digests.add(run("two workers", words, work, by_dask))
            whole = time.perf_counter() - started
            draw = random.Random(1)
            for _ in range(args.kills):
                wait_for(lambda: cluster.alive() == 2)
                after = draw.uniform(0, whole)
                digests.add(run(f"one killed at {after:.1f} s", words, work, by_dask, cluster, after))
        finally:
            cluster.stop()
    print("all digests are equal" if len(digests) == 1 else f"{len(digests)} DIFFERENT DIGESTS")
    raise SystemExit(len(digests) != 1)


def at_many_moments(moments: int) -> int:
    """Kill one of two workers at moments drawn from the time of a whole run; 0 where no byte differs."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_corpus(work / "articles.jsonl", 20 * PART)
        cluster = Cluster(work, (ROOT,))
        cluster.start(2)
        try:
            wait_for(lambda: cluster.alive() == 2)
            choice = EngineChoice(f"dask://{cluster.address}", str(work / "parts"))
            expected = read(work, EngineChoice())
            read(work, choice)  # the workers load their libraries
            started = time.perf_counter()
            same = int(read(work, choice) == expected)
            whole = time.perf_counter() - started
            print(f"two workers: {whole:.1f} s, {'the same' if same else 'OTHER'} bytes", flush=True)
            draw, seconds, same = random.Random(1), [], 0
            for _ in range(moments):
                wait_for(lambda: cluster.alive() == 2)
                timer = threading.Timer(draw.uniform(0, whole), cluster.kill_worker)
                timer.start()
                started = time.perf_counter()
                same += read(work, choice) == expected
                seconds.append(time.perf_counter() - started)
                timer.join()
        finally:
            cluster.stop()
    print(f"one of two killed: {same} of {moments} the same, {min(seconds):.1f} to {max(seconds):.1f} s")
    return int(same != moments)


def read(work: Path, choice: EngineChoice) -> str:
    """sha256 of the mentions of the articles in `work`."""
    inputs = InputRequest(articles=(work / "articles.jsonl",), limits=ReadingLimits(read_articles=PART))
    with open_engine(choice) as engine:
        write_mentions(inputs, work / "out.parquet", 1, Steps(), engine)
    return digest(work)


def command_of(args: argparse.Namespace, work: Path) -> Words:
    """The words of the command, for an output and the engine's options."""
    if args.worlds:
        return lambda out, engine: [
            *("retrain", "--worlds", str(args.worlds), "--models", str(out), "--quiet", *engine)
        ]
    if args.rows:
        world, trade = work / "world", work / "trade"
        write_world(WorldParams.large(SEED), world)
        make_trade(world / "trade_flows.parquet", args.rows, trade)
        given = ("--trade", str(trade), "--goods", str(world / "goods.csv"), "--as-of", AS_OF)
        return lambda out, engine: ["score", *given, "--out", str(out), "--quiet", *engine]
    if args.history:
        sample = work / "sample"
        riskmodel("simulate", "--sample", "--out", str(sample), "--quiet").wait()
        given = ("--trade", str(sample / "trade_flows.parquet"), "--articles", str(sample / "articles.jsonl"))
        day = ("--as-of", "2024-06-30", "--history", str(args.history))
        return lambda out, engine: ["score", *given, *day, "--out", str(out), "--quiet", *engine]
    articles = work / "articles.jsonl"
    write_corpus(articles, args.articles)
    given = ("--articles", str(articles))
    return lambda out, engine: ["mentions", *given, "--out", f"{out}.parquet", "--quiet", *engine]


def run(
    name: str,
    words: Words,
    work: Path,
    engine: Sequence[str],
    cluster: Cluster | None = None,
    after: float = 0.0,
) -> str:
    """Run the command, print its row, and return the digest of what it left."""
    out = work / "out"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    job = riskmodel(*words(out, engine))
    if cluster is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            job.wait(after)
        cluster.kill_worker()
    if job.wait():
        raise SystemExit(f"{name} ended with {job.returncode}")
    seconds, spent = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    shown = "" if cluster or "dask" in " ".join(engine) else f"{used:.0f}"
    found = digest(work)
    print(f"| {name} | {seconds:.1f} | {shown} | {found[:16]} |", flush=True)
    return found


def riskmodel(*words: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "riskmodel", *words], env=surroundings)


def digest(work: Path) -> str:
    """sha256 over names and bytes of what the command left, which is removed; ledgers hold times."""
    total = hashlib.sha256()
    for path in sorted(work.glob("out*")):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                total.update(file.relative_to(work).as_posix().encode() + b"\0" + file.read_bytes())
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return total.hexdigest()


if __name__ == "__main__":
    main()
