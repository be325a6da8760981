"""The trade contract against great-expectations on one pandas frame with the same rules, alternating.

    python tests/bench/contracts_scale.py --rows 10000000 --rounds 3
    python tests/bench/contracts_scale.py --rows 100000000 --rounds 1 --ways parts
    python tests/bench/contracts_scale.py --rows 1000 --rounds 5 --ways import command

Each round runs every way in a process of its own on the same simulated Parquet files of two million rows, and
prints seconds and peak resident memory in MB. `parts` and `whole` are this project's two ways of checking;
`plain` is great-expectations by itself; all three count reading and judging, without the import of
great-expectations. `judging` is the part of `parts` inside great-expectations. `import` is importing it, no
more; `command` is `riskmodel validate` from start to end.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

FILE_ROWS = 2_000_000
PART_ROWS = 1_000_000


def make(rows: int, folder: Path) -> None:
    """Simulated trade tables with one row in a thousand broken and few copies."""
    import numpy as np
    import polars as pl

    from data_contracts.codes.countries import country_codes

    codes = np.array(country_codes())
    months = pl.date_range(date(2015, 1, 1), date(2024, 6, 1), "1mo", eager=True)
    for number in range(-(-rows // FILE_ROWS)):
        rng = np.random.default_rng(number)
        size = min(FILE_ROWS, rows - number * FILE_ROWS)
        table = pl.DataFrame(
            {
                "reporter": rng.choice(codes, size),
                "partner": rng.choice(codes, size),
                "flow": rng.choice(np.array(["X", "M"]), size),
                "hs6": rng.choice(np.array([f"{n:06d}" for n in range(840000, 845000)]), size),
                "hs_edition": pl.Series(["HS2022"]).new_from_index(0, size),
                "period": months[rng.integers(0, len(months), size)],
                "value_usd": rng.integers(0, 10**7, size),
                "net_kg": rng.integers(0, 10**5, size),
                "source": pl.Series(["bench"]).new_from_index(0, size),
            }
        )
        broken = pl.int_range(pl.len()) % 1000 == 0
        table.with_columns(
            known_at=pl.col("period").dt.offset_by("75d"),
            value_usd=pl.when(broken).then(-1).otherwise("value_usd"),
        ).write_parquet(folder / f"flows-{number:03d}.parquet")


def parts(folder: Path) -> tuple[float, int]:
    """Seconds and refused rows of `validate_parts`."""
    import polars as pl
    import pyarrow.parquet as pq

    from data_contracts.checking.check import preload
    from data_contracts.checking.large.check import validate_parts
    from data_contracts.contract import Context
    from data_contracts.registry import CONTRACTS

    def read() -> Iterator[pl.DataFrame]:
        for path in sorted(folder.iterdir()):
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=PART_ROWS):
                    yield pl.DataFrame(pl.from_arrow(batch))

    preload().join()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as spill:
        checked = validate_parts(CONTRACTS["trade_flows"], read(), Context(), Path(spill))
        return time.perf_counter() - start, checked.report.rows_quarantined


def judging(folder: Path) -> tuple[float, int]:
    """Seconds that `parts` spends inside great-expectations, its pandas frames included."""
    from data_contracts.checking import judge, judged_values

    spent = 0.0

    def timed(*given: Any) -> Any:
        nonlocal spent
        start = time.perf_counter()
        found = judge.breaking_rows(*given)
        spent += time.perf_counter() - start
        return found

    judged_values.breaking_rows = timed
    refused = parts(folder)[1]
    return spent, refused


def whole(folder: Path) -> tuple[float, int]:
    """Seconds and refused rows of `validate`."""
    import polars as pl

    from data_contracts.checking.check import preload, validate
    from data_contracts.registry import CONTRACTS

    preload().join()
    start = time.perf_counter()
    checked = validate(CONTRACTS["trade_flows"], pl.read_parquet(folder))
    return time.perf_counter() - start, checked.quarantined.height


def plain(folder: Path) -> tuple[float, int]:
    """Seconds and refused rows of the same row rules stated on the columns of one pandas frame."""
    import great_expectations as gx
    import pandas as pd

    from data_contracts.codes.countries import country_codes

    e = gx.expectations
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("flows")
    batch_definition = asset.add_batch_definition_whole_dataframe("whole")
    required = ("reporter", "partner", "flow", "hs6", "hs_edition", "period", "value_usd")
    rules = [e.ExpectColumnValuesToNotBeNull(column=name) for name in required]
    rules += [
        e.ExpectTableRowCountToBeBetween(min_value=1),
        e.ExpectColumnValuesToBeInSet(column="reporter", value_set=list(country_codes())),
        e.ExpectColumnValuesToBeInSet(column="partner", value_set=[*country_codes(), "WLD"]),
        e.ExpectColumnValuesToBeInSet(column="flow", value_set=["X", "M", "RX"]),
        e.ExpectColumnValuesToMatchRegex(column="hs6", regex=r"^[0-9]{6}$"),
        e.ExpectColumnValuesToNotMatchRegex(column="hs6", regex=r"^(00|77|98|99)"),
        e.ExpectColumnValuesToBeInSet(column="hs_edition", value_set=["HS2012", "HS2017", "HS2022"]),
        e.ExpectColumnValuesToBeBetween(column="period", max_value=pd.Timestamp.today()),
        e.ExpectColumnValuesToBeBetween(column="value_usd", min_value=0, max_value=10**13),
        e.ExpectColumnValuesToBeBetween(column="net_kg", min_value=0),
        e.ExpectColumnPairValuesAToBeGreaterThanB(column_A="known_at", column_B="period", or_equal=True),
        e.ExpectCompoundColumnsToBeUnique(
            column_list=["reporter", "partner", "flow", "hs6", "hs_edition", "period", "known_at"]
        ),
    ]
    start = time.perf_counter()
    frame = pd.read_parquet(folder)
    frame[["period", "known_at"]] = frame[["period", "known_at"]].apply(pd.to_datetime)
    batch = batch_definition.get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name="flows", expectations=rules)
    found = batch.validate(
        suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False}
    )
    refused = {place for r in found.results for place in r.result.get("unexpected_index_list") or ()}
    return time.perf_counter() - start, len(refused)


def importing(folder: Path) -> tuple[float, int]:
    """Seconds of importing great-expectations."""
    start = time.perf_counter()
    import great_expectations  # noqa: F401

    return time.perf_counter() - start, 0


def command(folder: Path) -> tuple[float, int]:
    """Seconds of `riskmodel validate`, the import of the program included, and its exit code."""
    start = time.perf_counter()
    from riskmodel.cli import main

    try:
        main(["validate", "trade", str(folder), "--as-of", "2024-06-30"])
    except SystemExit as stopped:
        return time.perf_counter() - start, int(stopped.code or 0)
    return time.perf_counter() - start, 0


WAYS: dict[str, Callable[[Path], tuple[float, int]]] = {
    "parts": parts,
    "judging": judging,
    "whole": whole,
    "plain": plain,
    "import": importing,
    "command": command,
}


def child(way: str, folder: Path) -> None:
    """Run one way and print seconds, refused rows (of `command` the exit code) and peak memory."""
    seconds, refused = WAYS[way](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    measured = {"way": way, "seconds": round(seconds, 2), "refused": refused, "peak_mb": peak}
    sys.stdout.write("\n" + json.dumps(measured))


def main() -> None:
    """Alternate the ways and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=["parts", "plain"])
    parser.add_argument("--child", nargs=2, metavar=("WAY", "FOLDER"))
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "flows"
        folder.mkdir()
        made = [sys.executable, "-c", "import contracts_scale, pathlib, sys; contracts_scale.make"]
        made[-1] += "(int(sys.argv[1]), pathlib.Path(sys.argv[2]))"
        subprocess.run([*made, str(chosen.rows), str(folder)], check=True, cwd=Path(__file__).parent)
        for _ in range(chosen.rounds):
            for way in chosen.ways:
                words = [sys.executable, __file__, "--child", way, str(folder)]
                done = subprocess.run(words, check=True, capture_output=True, text=True)
                sys.stdout.write(done.stdout.splitlines()[-1] + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
