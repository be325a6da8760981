"""Benchmark of condensing trade flows; run by hand, it prints one line for each way.

    python tests/bench/bench_condense.py --rows 10000000 --partitions 5 --ways condense bare pandas

It makes a folder of Parquet partitions of the shape of CEPII BACI (every exporter, importer and HS6 product,
one file a year) with random values in a temporary directory, and runs each way in processes of its own, in
alternating rounds: seconds (of the clock, and of the processor) are the best round's, memory is the peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import country_names, priority_list
from features.trade.flows.condense import COLUMNS, CondensePlan, condense_flows, plan_for
from features.trade.flows.windows import Windows

sys.path.insert(0, str(Path(__file__).parents[1] / "features" / "equivalence"))

KEY = ["reporter", "partner", "flow", "hs6", "period"]
FIRST_YEAR = 2018
N_CODES = 5_000


def make_folder(folder: Path, rows: int, partitions: int) -> None:
    """Write the partitions; keys are unique, sorted by exporter, importer, product."""
    rng = np.random.default_rng(7)
    places = sorted(country_names())[:220]
    listed = priority_list()["hs6"].to_list()
    codes = np.array(sorted({*listed, *(f"{n:06d}" for n in range(10_000, 990_000, 196))})[:N_CODES])
    combinations = len(places) ** 2 * len(codes)
    for index in range(partitions):
        keys = np.unique(rng.integers(0, combinations, size=rows // partitions))
        pair, code = np.divmod(keys, len(codes))
        exporter, importer = np.divmod(pair, len(places))
        names, texts = pl.Series(places), pl.Series(codes)
        pl.DataFrame(
            {
                "reporter": names.gather(exporter),
                "partner": names.gather(importer),
                "hs6": texts.gather(code),
                "value_usd": rng.lognormal(10, 2, len(keys)).astype(np.int64),
                "net_kg": rng.lognormal(6, 2, len(keys)).astype(np.int64),
            }
        ).select(
            "reporter",
            "partner",
            pl.lit("X").alias("flow"),
            "hs6",
            pl.lit("HS2017").alias("hs_edition"),
            pl.lit(date(FIRST_YEAR + index, 1, 1)).alias("period"),
            "value_usd",
            "net_kg",
            pl.lit(None, dtype=pl.Date).alias("known_at"),
            pl.lit("bench").alias("source"),
        ).select(pl.col(name).cast(dtype) for name, dtype in TRADE_FLOWS.items()).write_parquet(
            folder / f"{FIRST_YEAR + index}.parquet"
        )


def plan() -> CondensePlan:
    return plan_for(priority_list(), Windows(), [date(2024, 6, 30)])


def run_condense(folder: Path) -> int:
    return condense_flows(pl.scan_parquet(sorted(folder.glob("*.parquet"))), plan()).rows.height


def run_bare(folder: Path) -> int:
    """The plainest polars query over the same columns: scan, keep the listed headings, group, sum."""
    kept = pl.col("hs6").str.head(4).is_in(plan().headings)
    query = pl.scan_parquet(folder / "*.parquet").select(COLUMNS).filter(kept).group_by([*KEY, "known_at"])
    return query.agg(pl.col("value_usd", "net_kg").sum()).collect(engine="streaming").height


def run_totals(folder: Path) -> int:
    """The same without a filter, to one total for each exporter, product and year."""
    query = pl.scan_parquet(folder / "*.parquet").select(COLUMNS).group_by("reporter", "hs6", "period")
    return query.agg(pl.col("value_usd", "net_kg").sum()).collect(engine="streaming").height


def run_pandas(folder: Path) -> int:
    """The same three tables written plainly in pandas, file by file; a test holds that they agree."""
    from reference_condense import pandas_condense

    return len(pandas_condense(sorted(folder.glob("*.parquet")), plan())["rows"])


WAYS: dict[str, Callable[[Path], int]] = {
    "condense": run_condense,
    "bare": run_bare,
    "totals": run_totals,
    "pandas": run_pandas,
}


def child(way: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", way, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--partitions", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ways", nargs="+", choices=sorted(WAYS), default=["condense", "bare", "totals"])
    parser.add_argument("--folder", type=Path, help="keep the partitions here, and reuse them if present")
    parser.add_argument("--child", choices=sorted(WAYS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        start, busy = time.perf_counter(), time.process_time()
        kept = WAYS[options.child](options.folder)
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "cpu": busy, "peak_mb": peak, "kept": kept}))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not list(folder.glob("*.parquet")):
            make_folder(folder, options.rows, options.partitions)
        found: dict[str, list[dict[str, float]]] = {way: [] for way in options.ways}
        for _ in range(options.rounds):
            for way in options.ways:
                found[way].append(child(way, folder))
    for way, rounds in found.items():
        best = min(run["seconds"] for run in rounds)
        cpu = min(run["cpu"] for run in rounds)
        peak = max(run["peak_mb"] for run in rounds)
        print(f"{way:9} {best:8.2f} s {cpu:8.2f} cpu s {peak:8.0f} MB {rounds[0]['kept']:12,.0f} rows")


if __name__ == "__main__":
    main()
