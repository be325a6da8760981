"""Reading large trade tables before and after a change: two trees of code in alternating pairs.

python tests/bench/bench_reading.py --before COMMIT --rows 10000000 --pairs 5 --folder /tmp/reading

Each reading is a process of its own that goes through all rows of one made-up file. Printed are, for each
format, the median seconds of both trees, the median of the ratios of the pairs, and the peak of memory.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parents[2]
ONE_READING = """
import json, resource, sys, time
from pathlib import Path
from riskmodel.sources.trade.read import trade_parts
began, used = time.perf_counter(), time.process_time()
rows = sum(frame.height for frame in trade_parts([Path(sys.argv[1])]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([time.perf_counter() - began, time.process_time() - used, peak, rows]))
"""
PARTNERS = ["KGZ", "ARM", "KAZ", "GEO", "UZB", "TUR", "ARE", "RUS", "CHN", "IND", "SRB", "VNM"]
REPORTERS = ["DEU", "FRA", "ITA", "POL", "NLD", "BEL", "AUT", "CZE", "ESP", "SWE", "FIN", "HUN"]
TWO = ["DE", "FR", "IT", "PL", "NL", "BE", "AT", "CZ", "ES", "SE", "FI", "HU"]
TWO_PARTNERS = ["KG", "AM", "KZ", "GE", "UZ", "TR", "AE", "RU", "CN", "IN", "RS", "VN"]
NUMBERS = ["276", "251", "380", "616", "528", "56", "40", "203", "724", "752", "246", "348"]
NUMBERS_OF_PARTNERS = ["417", "51", "398", "268", "860", "792", "784", "643", "156", "699", "688", "704"]


def cells(rows: int) -> pl.DataFrame:
    """Distinct cells: places of reporter and partner, six digits, a month since 2018, a value, a weight."""
    number = np.arange(rows, dtype=np.int64)
    draw = np.random.default_rng(1)
    return pl.DataFrame({
        "who": number % 12, "whom": number // 12 % 12, "month": number // 144 % 60,
        "code": 840_110 + number // 8640 % 9_000, "value": draw.integers(1, 9_000_000, rows),
        "weight": draw.integers(1, 90_000, rows),
    })  # fmt: skip


def named(place: str, names: list[str]) -> pl.Expr:
    """The names of places."""
    return pl.col(place).replace_strict(range(12), names, return_dtype=pl.String)


def month(pattern: str) -> pl.Expr:
    """Months since January 2018 in a pattern of year and month."""
    year, number = 2018 + pl.col("month") // 12, (1 + pl.col("month") % 12).cast(pl.String).str.zfill(2)
    return pl.format(pattern, year, number)


def canonical(table: pl.DataFrame) -> pl.DataFrame:
    """Canonical rows, as exported by other programs."""
    return table.select(
        named("who", REPORTERS).alias("reporter"), named("whom", PARTNERS).alias("partner"),
        pl.lit("X").alias("flow"), pl.col("code").cast(pl.String).alias("hs6"),
        pl.lit("HS2017").alias("hs_edition"), month("{}-{}-01").alias("period"),
        pl.col("value").alias("value_usd"), pl.col("weight").alias("net_kg"),
        pl.lit(None, pl.Date).alias("known_at"), pl.lit("bench").alias("source"),
    )  # fmt: skip


def baci(table: pl.DataFrame) -> pl.DataFrame:
    """BACI: thousand dollars and tonnes with three decimals."""
    return table.select(
        (2018 + pl.col("month") % 5).alias("t"), named("who", NUMBERS).alias("i"),
        named("whom", NUMBERS_OF_PARTNERS).alias("j"), pl.col("code").alias("k"),
        (pl.col("value") / 1000).alias("v"), (pl.col("weight") / 1000).alias("q"),
    )  # fmt: skip


def comtrade(table: pl.DataFrame) -> pl.DataFrame:
    """Comtrade as its API and bulk files have it, the columns that are read."""
    return table.select(
        pl.lit("C").alias("typeCode"), pl.lit("M").alias("freqCode"),
        (1 + pl.col("month") % 12).alias("refMonth"), month("{}{}").alias("period"),
        named("who", NUMBERS).alias("reporterCode"), pl.lit("X").alias("flowCode"),
        named("whom", NUMBERS_OF_PARTNERS).alias("partnerCode"), pl.lit(0).alias("partner2Code"),
        pl.lit("H5").alias("classificationCode"), pl.col("code").alias("cmdCode"),
        pl.lit(6).alias("aggrLevel"), pl.lit("C00").alias("customsCode"), pl.lit(0).alias("mosCode"),
        pl.lit(0).alias("motCode"),
        pl.col("weight").alias("netWgt"), pl.lit("false").alias("isNetWgtEstimated"),
        pl.col("value").alias("primaryValue"),
    )  # fmt: skip


def comext(table: pl.DataFrame) -> pl.DataFrame:
    """Comext's bulk download."""
    return table.select(
        named("who", TWO).alias("REPORTER"), named("whom", TWO_PARTNERS).alias("PARTNER"),
        pl.lit("E").alias("TRADE_TYPE"), pl.format("{}90", "code").alias("PRODUCT_NC"),
        pl.lit(2).alias("FLOW"), pl.lit(1).alias("STAT_PROCEDURE"), pl.lit("NO_SU").alias("SUPPL_UNIT"),
        month("{}{}").alias("PERIOD"),
        pl.col("value").alias("VALUE_EUR"), pl.col("weight").alias("QUANTITY_KG"),
    )  # fmt: skip


FORMATS = {
    "canonical": (canonical, "trade.csv"),
    "baci": (baci, "BACI_HS17_Y2021_V202301.csv"),
    "comtrade": (comtrade, "comtrade.csv"),
    "comext": (comext, "full_v2.csv"),
}


def tree_of(commit: str, folder: Path) -> Path:
    """The code of a commit, unpacked."""
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def read_once(tree: Path, file: Path) -> tuple[float, float, float, int]:
    """Seconds, processor seconds, peak of memory in MB, and rows of one reading."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", ONE_READING, str(file)],
        check=True,
        capture_output=True,
        cwd=tree,
        env=environment,
    )
    seconds, used, peak, rows = json.loads(done.stdout)
    return seconds, used, peak, rows


def main() -> None:
    """Make the files that are not there yet, read them in alternating pairs, print one line a format."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--before", required=True, help="the commit to compare with")
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--pairs", type=int, default=5)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    asked = options.parse_args()
    before = tree_of(asked.before, asked.folder / f"tree-{asked.before}")
    print("format | before s | after s | ratio s | ratio cpu | before MB | after MB | rows")
    for name in asked.formats:
        make, file_name = FORMATS[name]
        file = asked.folder / f"{asked.rows}-{name}" / file_name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            make(cells(asked.rows)).write_csv(file)
        pairs = []
        for number in range(asked.pairs):
            order = (before, ROOT) if number % 2 == 0 else (ROOT, before)
            done = {tree: read_once(tree, file) for tree in order}
            pairs.append((done[before], done[ROOT]))
        if any(old[3] != new[3] for old, new in pairs):
            print(f"{name}: the trees read {pairs[0][0][3]:,} and {pairs[0][1][3]:,} rows")
        old, new = (list(zip(*side, strict=True)) for side in zip(*pairs, strict=True))
        ratios = [median(b[n] / a[n] for a, b in pairs) for n in (0, 1)]
        print(
            f"{name} | {median(old[0]):.2f} | {median(new[0]):.2f} | {ratios[0]:.3f} | {ratios[1]:.3f} | "
            f"{median(old[2]):.0f} | {median(new[2]):.0f} | {new[3][0]:,}",
            flush=True,
        )


if __name__ == "__main__":
    main()
