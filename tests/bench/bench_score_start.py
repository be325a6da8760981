"""Processor time of `riskmodel score` on a small table, next to importing great-expectations alone.

    riskmodel simulate --sample --out runs/sample-world
    python tests/bench/bench_score_start.py runs/sample-world/trade_flows.parquet --rows 1000

Each way in a process of its own, in alternating rounds: `judge` imports great-expectations, `score` scores,
`again` is the same command where the run is in place. Seconds of the clock mean little on a shared machine,
so processor time is compared, of one thread. With `--code DIR` another tree of code is measured. The tree's
modules are compiled beforehand, as an installation does, whatever PYTHONDONTWRITEBYTECODE says.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import polars as pl

HERE = Path(__file__).resolve().parents[2]
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "GX_ANALYTICS_ENABLED": "false"}


def short_table(trade: Path, rows: int) -> pl.DataFrame:
    """Rows of the product with most of them, evenly over its flows: both windows hold some."""
    flows = pl.read_parquet(trade).sort(
        "reporter", "partner", "flow", "hs6", "period", "known_at", "value_usd"
    )
    product = flows.group_by("hs6").len().sort("len", "hs6", descending=True)["hs6"][0]
    chosen = flows.filter(pl.col("hs6") == product)
    return chosen.gather_every(max(chosen.height // rows, 1)).head(rows)


def processor_seconds(command: list[str], code: Path) -> float:
    """User and system time of a command run to its end with the packages of `code`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Python looks for modules in the working folder first.
    subprocess.run(command, check=True, cwd=code, env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(code)})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("trade", type=Path, help="canonical trade_flows as Parquet")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--as-of", default="2024-06-30")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--code", type=Path, default=HERE, help="folder that holds riskmodel/")
    options = parser.parse_args()
    packages = [str(options.code.resolve() / name) for name in ("data_contracts", "features", "riskmodel")]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *packages], check=True)
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "trade.csv", Path(folder) / "run"
        short_table(options.trade, options.rows).write_csv(table)
        score = [sys.executable, "-m", "riskmodel", "score", "--quiet", "--trade", str(table)]
        score += ["--as-of", options.as_of, "--out", str(out)]
        ways = {
            "judge": [sys.executable, "-c", "import great_expectations"],
            "score": [*score, "--force"],
            "again": score,
        }
        spent: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(options.rounds):
            for way, command in ways.items():
                spent[way].append(processor_seconds(command, options.code.resolve()))
    middle = {way: median(seconds) for way, seconds in spent.items()}
    for way, seconds in spent.items():
        each = ", ".join(f"{one:.2f}" for one in seconds)
        ratio, beyond = middle[way] / middle["judge"], middle[way] - middle["judge"]
        print(f"{way:6} {middle[way]:6.2f} cpu s ({each}), {ratio:.2f} times the import, {beyond:+.2f} s")


if __name__ == "__main__":
    main()
