"""Benchmark of the rolling panel: 72 month-ends against one date, in alternating rounds of one process.

    riskmodel simulate --sample --out runs/sample-world
    python tests/bench/bench_panel.py runs/sample-world/trade_flows.parquet

`one` is a scoring date with every signal, `panel` the model signals of 72 dates, `all` every signal of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.reference.facts import priority_list
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel, trade_signals

MONTHS = 72


def month_ends(last: date, months: int) -> list[date]:
    """The last days of `months` months, ending with that of `last`."""
    index = last.year * 12 + last.month
    firsts = [date(n // 12, n % 12 + 1, 1) for n in range(index - months + 1, index + 1)]
    return [first - timedelta(days=1) for first in firsts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trade", type=Path, help="canonical trade_flows as Parquet")
    parser.add_argument("--last", type=date.fromisoformat, default=date(2024, 6, 30))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    flows, goods, windows = pl.read_parquet(options.trade), priority_list(), Windows()
    dates = month_ends(options.last, MONTHS)
    ways: dict[str, Callable[[], object]] = {
        "one": lambda: trade_signals(flows, goods, windows, dates[-1], allow_hindsight=True),
        "panel": lambda: trade_panel(flows, goods, windows, dates, allow_hindsight=True),
        "all": lambda: trade_panel(flows, goods, windows, dates, allow_hindsight=True, further=True),
    }
    best = {way: (float("inf"), float("inf")) for way in ways}
    for _ in range(options.rounds):
        for way, run in ways.items():
            start, busy = time.perf_counter(), time.process_time()
            run()
            spent = (time.perf_counter() - start, time.process_time() - busy)
            best[way] = (min(best[way][0], spent[0]), min(best[way][1], spent[1]))
    for way, (seconds, cpu) in best.items():
        times = f"{seconds / best['one'][0]:5.1f} times one, {cpu / best['one'][1]:5.1f} in processor time"
        print(f"{way:6} {seconds:7.2f} s {cpu:7.2f} cpu s {times}")


if __name__ == "__main__":
    main()
