"""How well diversion is found by how it hides: `python -m tools.documents.hiding --write` (some minutes).

The champion, frozen, on fresh worlds of the four authors whose worlds need no tables of one's own. Only the
makers know what was diverted. The figures are a generated part of `docs/explanation/hiding.md`, which names
the model.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from data_contracts.months import start_of_month
from riskmodel.backtest.protocol import usable
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.model.estimator import Model
from riskmodel.operations.workers import in_processes
from riskmodel.outcomes.diverted import DIVERTED_FLOOR_USD
from riskmodel.outcomes.family_rows import FamilyJob, world_rows
from riskmodel.outcomes.labels import HORIZON_MONTHS
from riskmodel.registry.champion import load
from riskmodel.settings import default_models
from riskmodel.worlds.corridors.maker import draw_params
from riskmodel.worlds.corridors.world import simulate_world
from riskmodel.worlds.makers import make_world
from riskmodel.worlds.world import World
from tools.sections import renewed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "hiding.md"
MAKERS = ("corridors", "firms", "markets", "networks")
SEED, WORLDS = 8000, 6  # training took seeds from 1000; the backtest takes others unless asked
LEAST_EVENTS = 15
_HORIZON_USD = pl.col("diverted_usd")
_SHARE = pl.col("declared_share")
_CHAIN = pl.col("chain").fill_null("")
# How a diversion hides -> which rows with one.
WAYS: dict[str, pl.Expr] = {
    "all diversion": pl.lit(True),
    "declared to Russia, half or more": _SHARE >= 0.5,
    "declared to Russia, less than half": (_SHARE < 0.5) & (_SHARE > 0),
    "declared to Russia, nothing": _SHARE == 0,
    "the country publishes no exports to Russia": pl.col("onward_lines_surprise").is_null(),
    "small: US$1 to 3 million": _HORIZON_USD < 3_000_000,
    "middling: US$3 to 10 million": _HORIZON_USD.is_between(3_000_000, 10_000_000, closed="left"),
    "large: US$10 million and more": _HORIZON_USD >= 10_000_000,
    "new: not running in the six months before": pl.col("diverted_before_usd") <= DIVERTED_FLOOR_USD,
    "running already": pl.col("diverted_before_usd") > DIVERTED_FLOOR_USD,
    "chain of two countries, the first (corridors)": _CHAIN == "first",
    "chain of two countries, the second (corridors)": _CHAIN == "second",
    "no press at all": pl.col("article_rate").is_null(),
}


def rows_of(job: FamilyJob) -> pl.DataFrame:
    """Usable rows of one world, with `declared_share` of the half year ahead and the place in a chain."""
    world = make_world(job.maker, job.seed)
    rows, _ = usable(world_rows(world, job.recent_months, job.step_months, job.name))
    rows = _with_declared_share(rows, world)
    links = _chains(job) if job.maker == "corridors" else {}
    chain = pl.col("country").replace_strict(links, default=None, return_dtype=pl.String)
    return rows.with_columns(chain.alias("chain"))


def _with_declared_share(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    parts = []
    for (as_of,), part in rows.group_by("as_of", maintain_order=True):
        months = pl.col("period").is_between(start_of_month(as_of, 1), start_of_month(as_of, HORIZON_MONTHS))
        moved = (
            world.diverted.filter(months).group_by("country").agg(pl.col("value_usd", "declared_usd").sum())
        )
        share = (pl.col("declared_usd") / pl.col("value_usd")).alias("declared_share")
        parts.append(
            part.join(moved.select("country", share), on="country", how="left", maintain_order="left")
        )
    return pl.concat(parts)


def _chains(job: FamilyJob) -> dict[str, str]:
    """Country -> its place in a chain."""
    truth = simulate_world(draw_params(job.seed)).truth.filter(pl.col("hops") == 2)
    return {**dict.fromkeys(truth["via"], "second"), **dict.fromkeys(truth["country"], "first")}


def figures(rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    """For each way: rows, share in the bands, and the signal that separates best from no diversion."""
    risk = model.predict(rows)["risk"].to_numpy()
    names = [str(one["name"]) for one in model.manifest["features"]]
    quiet = ~rows["target"].to_numpy()
    found = [_figures_of(way, mine, rows, risk, quiet, names) for way, mine in _chosen(rows).items()]
    return pl.DataFrame(found).filter(pl.col("events") >= LEAST_EVENTS)


def _chosen(rows: pl.DataFrame) -> Mapping[str, np.ndarray]:
    return {
        way: rows.select((pl.col("target") & mine).fill_null(False)).to_series().to_numpy()
        for way, mine in WAYS.items()
    }


def _figures_of(
    way: str, mine: np.ndarray, rows: pl.DataFrame, risk: np.ndarray, quiet: np.ndarray, names: list[str]
) -> dict[str, object]:
    separates = {name: _auc(rows[name].to_numpy(), mine, quiet) for name in names}
    best = max(separates, key=lambda name: (separates[name], name))
    return {
        "way": way,
        "events": int(mine.sum()),
        "elevated": float((risk[mine] >= LOWER_BOUNDS["elevated"]).mean()) if mine.any() else None,
        "high": float((risk[mine] >= LOWER_BOUNDS["high"]).mean()) if mine.any() else None,
        "auc": _auc(risk, mine, quiet),
        "best": best,
        "best_auc": separates[best],
    }


def _auc(values: np.ndarray, mine: np.ndarray, quiet: np.ndarray) -> float:
    """Chance that a row of `mine` has more than one of `quiet`, both known; 0.5 where too few are known."""
    known = np.isfinite(values) & (mine | quiet)
    if (known & mine).sum() < LEAST_EVENTS:
        return 0.5
    return float(roc_auc_score(mine[known], values[known]))


def section(table: pl.DataFrame, model_id: str, rows: int, worlds: int) -> str:
    """The table of the page, with what it was measured on."""
    head = (
        f"Model {model_id}, frozen; {worlds} fresh worlds of each of {', '.join(MAKERS)}, seeds from {SEED}, "
        f"{rows:,} rows (a country on a day), of which those below divert more than US$1 million in the six "
        "months after. Bands are those on the day. AUC: the chance that such a row ranks above one without "
        "diversion; 0.50 is blind.\n\n"
        "| how it hides | rows | elevated or high | high | AUC of the score | best single signal, its AUC |\n"
        "|---|---|---|---|---|---|\n"
    )
    lines = [
        f"| {r['way']} | {r['events']} | {r['elevated']:.0%} | {r['high']:.0%} | {r['auc']:.2f} "
        f"| `{r['best']}` {r['best_auc']:.2f} |"
        for r in table.iter_rows(named=True)
    ]
    return head + "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure; write the generated part of the page, or print it."""
    jobs = [FamilyJob(maker, SEED + i) for maker in MAKERS for i in range(WORLDS)]
    rows = pl.concat(list(in_processes(rows_of, [(job,) for job in jobs], 1)))
    model = load(None, default_models())
    assert isinstance(model, Model)
    made = section(figures(rows, model), model.model_id, rows.height, WORLDS)
    if "--write" in arguments:
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), {"hiding": made}), encoding="utf-8")
    else:
        sys.stdout.write(made + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
