"""The trade contract against great-expectations on one pandas frame with the same rules, alternating.

    python tests/bench/contracts_scale.py --rows 1000000 --rounds 3

Each round runs both in processes of their own on the same simulated Parquet file, and prints seconds (reading
and judging, without the import of great-expectations) and peak resident memory in MB.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl


def make(rows: int, path: Path) -> None:
    """A simulated trade table with one row in a thousand broken."""
    from data_contracts.countries import country_codes

    rng = np.random.default_rng(1)
    codes = np.array(country_codes())
    months = pl.date_range(date(2015, 1, 1), date(2024, 6, 1), "1mo", eager=True)
    table = pl.DataFrame(
        {
            "reporter": rng.choice(codes, rows),
            "partner": rng.choice(codes, rows),
            "flow": rng.choice(np.array(["X", "M"]), rows),
            "hs6": rng.choice(np.array([f"{n:06d}" for n in range(840000, 845000)]), rows),
            "hs_edition": pl.Series(["HS2022"]).new_from_index(0, rows),
            "period": months[rng.integers(0, len(months), rows)],
            "value_usd": rng.integers(0, 10**7, rows),
            "net_kg": rng.integers(0, 10**5, rows),
            "source": pl.Series(["bench"]).new_from_index(0, rows),
        }
    )
    broken = pl.int_range(pl.len()) % 1000 == 0
    table.with_columns(
        known_at=pl.col("period").dt.offset_by("75d"),
        value_usd=pl.when(broken).then(-1).otherwise("value_usd"),
    ).write_parquet(path)


def ours(path: Path) -> tuple[float, int]:
    """Seconds and refused rows of `validate`."""
    from data_contracts.registry import CONTRACTS
    from data_contracts.runner import preload, validate

    preload().join()
    start = time.perf_counter()
    checked = validate(CONTRACTS["trade_flows"], pl.read_parquet(path))
    return time.perf_counter() - start, checked.quarantined.height


def plain(path: Path) -> tuple[float, int]:
    """Seconds and refused rows of the same row rules stated on the columns of one pandas frame."""
    import great_expectations as gx
    import pandas as pd

    from data_contracts.countries import country_codes

    e = gx.expectations
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("flows")
    whole = asset.add_batch_definition_whole_dataframe("whole")
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
    frame = pd.read_parquet(path)
    frame[["period", "known_at"]] = frame[["period", "known_at"]].apply(pd.to_datetime)
    batch = whole.get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name="flows", expectations=rules)
    found = batch.validate(
        suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False}
    )
    refused = {place for r in found.results for place in r.result.get("unexpected_index_list") or ()}
    return time.perf_counter() - start, len(refused)


def child(how: str, path: Path) -> None:
    """Run one side and print seconds, refused rows and peak memory."""
    seconds, refused = {"ours": ours, "plain": plain}[how](path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        json.dumps({"how": how, "seconds": round(seconds, 2), "refused": refused, "peak_mb": peak})
    )


def main() -> None:
    """Alternate both sides and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=2, metavar=("HOW", "FILE"))
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.parquet"
        make(chosen.rows, path)
        for _ in range(chosen.rounds):
            for how in ("ours", "plain"):
                done = subprocess.run(
                    [sys.executable, __file__, "--child", how, str(path)],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                sys.stdout.write(done.stdout + "\n")


if __name__ == "__main__":
    main()
