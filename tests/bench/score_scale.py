"""Time and memory of a whole `riskmodel score` over many trade rows and articles; run by hand.

    python tests/bench/score_scale.py --rows 10000000 --articles 50000 --folder FOLDER
    python tests/bench/score_scale.py --rows 100000000 --articles 1000000 --folder FOLDER

The trade table is the large simulated world of one seed, and its rows again under products that no list names
until there are enough: a table of all goods, of which a part is listed. Articles are those of
`bench_mentions.corpus`. Inputs are made once and kept in the folder. Printed are seconds of the clock and of
the processor, and the peak of resident memory of the job and all its processes, sampled ten times a second,
for the whole and for each step. The command sees as many cores as `taskset` gives it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from bench_score_articles import write_corpus

from riskmodel.simulate.run import write_world
from riskmodel.worlds.corridors.params import WorldParams

SEED = 17
FILE_ROWS = 10_000_000
AS_OF = "2025-06-30"
_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def make_trade(world: Path, rows: int, folder: Path) -> None:
    """Parquet files of ten million rows: the listed goods of the world, then its rows as other goods."""
    done = folder / "done"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    writer, written, size, number = None, 0, 0, 0
    for part in _parts(world, rows):
        table = part.to_arrow(compat_level=pl.CompatLevel.oldest())
        if writer is None or size >= FILE_ROWS:
            if writer is not None:
                writer.close()
            writer = pq.ParquetWriter(folder / f"flows-{number:03d}.parquet", table.schema)
            size, number = 0, number + 1
        writer.write_table(table)
        size, written = size + table.num_rows, written + table.num_rows
    if writer is not None:
        writer.close()
    done.write_text(f"{written}\n", encoding="utf-8")


def _parts(world: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Row groups of the world, over and over under other codes, cut off at `rows`."""
    left, times = rows, 0
    listed = pl.scan_parquet(world).select(pl.col("hs6").unique().sort()).collect()["hs6"].to_list()
    while left > 0:
        first = len(listed) * times
        codes = {code: _other(first + n) if times else code for n, code in enumerate(listed)}
        with pq.ParquetFile(world) as file:
            for group in range(file.num_row_groups):
                frame = pl.DataFrame(pl.from_arrow(file.read_row_group(group))).head(left)
                left -= frame.height
                yield frame.with_columns(pl.col("hs6").replace(codes))
                if left <= 0:
                    return
        times += 1


def _other(number: int) -> str:
    """A code of chapters 10 to 76, in which no list has goods."""
    return f"{100_000 + number * 379:06d}"


def resident(root: int) -> float:
    """Megabytes of a process and all below it; pages that they share count for each."""
    children: dict[int, list[int]] = {}
    held: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            held[int(entry.name)] = int((entry / "statm").read_text().split()[1]) * _PAGE_MB
        except (OSError, IndexError, ValueError):
            continue
        children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0.0, [root]
    while waiting:
        one = waiting.pop()
        total += held.get(one, 0.0)
        waiting += children.get(one, [])
    return total


def step_of(status: Path) -> str:
    """The step that the job says it is at."""
    try:
        return str(json.loads(status.read_text(encoding="utf-8")).get("step") or "starting")
    except (OSError, ValueError):
        return "starting"


def run(words: list[str], status: Path, every: float = 0.1) -> dict[str, tuple[float, float]]:
    """Run the command; seconds and peak megabytes of each step, in order."""
    found: dict[str, tuple[float, float]] = {}
    job = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    before = time.perf_counter()
    while job.poll() is None:
        time.sleep(every)
        now, step = time.perf_counter(), step_of(status)
        seconds, peak = found.get(step, (0.0, 0.0))
        found[step] = (seconds + now - before, max(peak, resident(job.pid)))
        before = now
    if job.returncode:
        raise SystemExit(f"the job ended with {job.returncode}")
    return found


def main() -> None:
    """Make what is missing, run once, print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--articles", type=int, default=50_000)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--more", nargs=argparse.REMAINDER, default=[], help="more words for the command")
    asked = options.parse_args()
    folder = asked.folder
    folder.mkdir(parents=True, exist_ok=True)
    world, trade = folder / "world", folder / f"trade-{asked.rows}"
    write_world(WorldParams.large(SEED), world)
    words = [sys.executable, "-m", "riskmodel", "score", "--as-of", AS_OF, "--quiet", "--force"]
    words += ["--listings", str(world / "listings.csv"), "--goods", str(world / "goods.csv")]
    if asked.rows:
        make_trade(world / "trade_flows.parquet", asked.rows, trade)
        words += ["--trade", str(trade)]
    if asked.articles:
        articles = folder / f"articles-{asked.articles}.jsonl"
        if not articles.exists():
            write_corpus(articles.with_suffix(".part"), asked.articles)
            articles.with_suffix(".part").rename(articles)
        words += ["--articles", str(articles)]
    status = folder / "status.json"
    status.unlink(missing_ok=True)
    began = time.perf_counter()
    words += ["--out", str(folder / "run"), "--status-file", str(status), *asked.more]
    steps = run(words, status)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{asked.rows:,} rows, {asked.articles:,} articles, {len(os.sched_getaffinity(0))} cores")
    for name, (seconds, peak) in steps.items():
        print(f"  {name}: {seconds:.0f} s, {peak:.0f} MB")
    print(
        f"whole: {time.perf_counter() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} processor seconds, "
        f"peak {max(peak for _, peak in steps.values()):.0f} MB of all processes, "
        f"{used.ru_maxrss / 1024:.0f} MB of the largest"
    )


if __name__ == "__main__":
    main()
