"""Random tables with unlisted goods, late reports and revisions, and the surprises of a table."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
from trade_tables import CONTROLS, SENDERS, TRANSIT, flows, goods, month

from features.reference.facts import coalition, hs_edition
from features.trade.flows.condense import condense_flows, plan_for
from features.trade.flows.families import goods_in_force
from features.trade.flows.windows import Windows
from features.trade.surprises.cells import LegRows, leg_rows
from features.trade.surprises.table import surprise_table

HERE = Path(__file__).parent
WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 3, 31)
LISTED = ("847150", "848210", "852910", "853221", "853224", "854231", "854232", "854233", "854239")
UNLISTED = ("847141", "848220", "853210", "853229", "854290")
COUNTRIES = (*TRANSIT, *CONTROLS)


def random_table(seed: int, n_listed: int = 9, n_unlisted: int = 5, n_countries: int = 9) -> pl.DataFrame:
    """36 months from January 2020: sparse lumpy cells, growth, missing months, revisions, unknown days."""
    rng = Random(seed)
    listed, unlisted = LISTED[:n_listed], UNLISTED[:n_unlisted]
    rows: list[dict[str, Any]] = []
    gone = {(name, rng.randrange(36)) for name in (*SENDERS, *COUNTRIES) for _ in range(4)}

    def series(reporter: str, partner: str, code: str, level: float, filled: float, growth: float) -> None:
        for index in range(36):
            if (reporter, index) in gone or rng.random() > filled:
                continue
            value = int(level * rng.lognormvariate(0, 1) * (growth if index >= 26 else 1))
            row = {"reporter": reporter, "partner": partner, "hs6": code, "period": month(index)}
            rows.append({**row, "value_usd": value, "known_at": rng.choice((None, month(index + 2)))})
            if rng.random() < 0.05:
                rows.append({**row, "value_usd": value // 2, "known_at": month(index + rng.choice((3, 30)))})

    for country in COUNTRIES[:n_countries]:
        growth = rng.choice((1, 1, 1, 6))
        for code in (*listed, *unlisted):
            for sender in SENDERS[:2]:
                if rng.random() < 0.7:
                    series(sender, country, code, rng.choice((2e3, 5e4, 1e6)), 0.3, growth)
            if rng.random() < 0.5:
                series(country, "RUS", code, rng.choice((2e3, 1e5)), 0.4, growth)
        series(country, "POL", "010121", 1e5, 0.9, 1)
    for code in (*listed, *unlisted):
        series("DEU", "RUS", code, 5e5, 0.5, rng.choice((0.0, 0.3, 1.0)))
    key = ["reporter", "partner", "flow", "hs6", "period", "known_at"]
    return flows(rows).unique(key, keep="first", maintain_order=True)


def leg_rows_of(table: pl.DataFrame, as_of: date = AS_OF, windows: Windows = WINDOWS) -> LegRows:
    """`leg_rows` of canonical flows, with the codes of `LISTED` as goods list."""
    wanted = goods(LISTED)
    in_force = goods_in_force(wanted, as_of, first_month=windows.baseline_start)
    condensed = condense_flows(table, plan_for(wanted, windows, [as_of]))
    return leg_rows(condensed, in_force.frame, coalition(as_of), hs_edition(windows.baseline_start))


def digest(table: pl.DataFrame) -> str:
    return hashlib.sha256(table.write_csv(float_precision=17).encode()).hexdigest()


def printed_on_cores(script: str) -> set[str]:
    """What a script that finds the tests' modules prints on one core and on two."""
    printed = set()
    for cores in ("1", "2"):
        threads = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), cores
        )
        paths = [str(HERE), str(HERE.parent.parent / "equivalence"), *sys.path]
        environment = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        ran = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        printed.add(ran.stdout.strip())
    return printed


def surprises(
    table: pl.DataFrame, as_of: date = AS_OF, windows: Windows = WINDOWS, n_months: int = 3
) -> pl.DataFrame:
    """`surprise_table` of canonical flows."""
    return surprise_table(leg_rows_of(table, as_of, windows), windows, as_of, n_months=n_months)
