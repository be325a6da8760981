"""Time and memory of scoring 200 countries and of a full retrain; it prints its figures.

python tests/bench/bench_model.py score
python tests/bench/bench_model.py worlds     # riskmodel retrain as shipped: 24 worlds, judged on 12
python tests/bench/bench_model.py tables     # own tables: a medium simulated world, monthly origins
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTRIES, ROUNDS = 200, 5


def score() -> None:
    """Probability, interval, drivers, counter-evidence and what would lower it, from a panel in memory."""
    sys.path.insert(0, str(HERE.parent))
    from drawn_rows import synthetic_panel

    from features.panel import panel_schema
    from riskmodel.explain.drivers import explanations
    from riskmodel.registry.champion import load
    from riskmodel.settings import Settings

    panel = synthetic_panel(COUNTRIES, 1, seed=2).select(list(panel_schema()))
    started = time.perf_counter()
    model = load(None, Settings().models_dir)
    print(f"load the champion: {time.perf_counter() - started:.2f} s")
    for name, work in (("predict", model.predict), ("explain", lambda frame: explanations(model, frame))):
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            work(panel)
            times.append(time.perf_counter() - started)
        print(f"{name} {panel.height} countries: {min(times):.2f} s")


def retrain(*arguments: str) -> None:
    """One `riskmodel retrain` in a process of its own, into a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "riskmodel.cli",
            "retrain",
            "--quiet",
            "--models",
            folder,
            *arguments,
        ]
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"retrain: {seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor time, largest process "
        f"{used.ru_maxrss / 1024:.0f} MB"
    )


def tables() -> None:
    """Retrain on the tables of a medium world (2019 to 2024): 25 monthly dates, articles and listings."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        command = [sys.executable, "-m", "riskmodel.cli", "simulate", "--seed", "11", "--size", "medium"]
        subprocess.run([*command, "--quiet", "--out", str(world)], check=True)
        given = {"trade": "trade_flows.parquet", "articles": "articles.jsonl", "listings": "listings.csv"}
        named = {kind: world / name for kind, name in given.items()}
        retrain(*(word for kind, path in named.items() for word in (f"--{kind}", str(path))))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["score", "worlds", "tables"])
    {"score": score, "worlds": retrain, "tables": tables}[parser.parse_args().what]()
