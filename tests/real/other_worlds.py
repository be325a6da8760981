"""Average precision of the champion, of each signal and of plain measures in worlds by another author.

usage: python tests/real/other_worlds.py [--worlds ../shared/worlds] [--models DIR] [--model ID]
           [--seeds 101 102 103]

The folder holds `world.py SEED OUT`, which writes `trade.parquet` and `truth.csv` (country, as_of, y). For
measuring only: nothing is fitted here.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from joblib import Parallel, delayed
from sklearn.metrics import average_precision_score

from features.catalogue import BY_NAME, MODEL_SIGNALS
from features.panel import build_panel
from features.reference.facts import priority_list
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel
from riskmodel.registry.champion import champion_id, load

SEEDS = (101, 102, 103, *range(201, 211))


def panel_of(script: Path, seed: int) -> pl.DataFrame:
    """Signals of one world at its dates, with `y` and `seed`."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, script, str(seed), folder], check=True, capture_output=True)
        trade = pl.read_parquet(Path(folder) / "trade.parquet")
        truth = pl.read_csv(Path(folder) / "truth.csv", try_parse_dates=True)
    dates = sorted(truth["as_of"].unique())
    signals = trade_panel(trade, priority_list(), Windows(), dates, allow_hindsight=True)
    days = [
        build_panel(day, signals.filter(pl.col("as_of") == day).drop("as_of"), None, None) for day in dates
    ]
    rows = pl.concat(days).join(truth.select("country", "as_of", "y", "role"), on=["country", "as_of"])
    return rows.with_columns(pl.lit(seed).alias("seed"))


def precision(rows: pl.DataFrame, score: np.ndarray) -> dict[str, float]:
    """Mean over worlds of average precision, at each date and over all."""
    found: dict[str, list[float]] = {}
    table = rows.select("seed", "as_of", "y").with_columns(pl.Series("score", np.nan_to_num(score, nan=-1e9)))
    for (_, day), part in table.group_by("seed", "as_of", maintain_order=True):
        found.setdefault(str(day), []).append(average_precision_score(part["y"], part["score"]))
    means = {day: float(np.mean(values)) for day, values in sorted(found.items())}
    return {**means, "mean": float(np.mean(list(means.values())))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=Path, default=Path("../shared/worlds"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--model")
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    asked = parser.parse_args()
    parts = Parallel(n_jobs=2)(delayed(panel_of)(asked.worlds / "world.py", seed) for seed in asked.seeds)
    rows = pl.concat(parts)
    name = asked.model or champion_id(asked.models)
    print(f"{rows.height} rows, share of events {rows['y'].mean():.2f}")
    scores = {f"model {name}": load(name, asked.models).predict(rows)["logit"].to_numpy()}
    for signal in MODEL_SIGNALS:
        if rows[signal].null_count() < rows.height:
            values = rows[signal].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            scores[signal] = values * BY_NAME[signal].direction
    for label, score in sorted(scores.items(), key=lambda item: -precision(rows, item[1])["mean"]):
        print(f"{label:32s}" + "".join(f"  {d} {v:.3f}" for d, v in precision(rows, score).items()))


if __name__ == "__main__":
    main()
