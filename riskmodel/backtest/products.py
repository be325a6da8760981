"""The product score on simulated worlds: country and HS6 code, six months ahead, against single columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from features.trade.flows.condense import condense_flows, plan_for
from features.trade.flows.families import goods_in_force
from features.trade.products import SMALL_USD, others_excess_usd, product_table
from features.trade.signals import signals_on_day
from riskmodel.backtest import measures
from riskmodel.backtest.results import Gain, ProductMethod, ProductResults, ProductRole, rounded
from riskmodel.model.head import AdditiveHead
from riskmodel.operations.workers import in_processes
from riskmodel.outcomes.labels import final_legs, product_labels
from riskmodel.outcomes.simulated_rows import WorldJob, country_roles, undeclared_by_code
from riskmodel.worlds.corridors.world import simulate_world

Vector = NDArray[np.float64]

SCORE = "score"
LEARNT = "learnt"
COLUMNS = (
    "inbound_recent_usd",
    "inbound_excess_usd",
    "onward_excess_usd",
    "displaced_usd",
    "matched_transit_usd",
    "others_excess_usd",
)
BEST = 50
TOP_SHARE = 0.05


def product_rows(jobs: Sequence[WorldJob], n_jobs: int = 2) -> pl.DataFrame:
    """Product scores of all worlds and dates with what happened: world, as_of, country, role, hs6, score,
    `COLUMNS` (null where a leg is unknown), target. Codes whose label is unknown are left out.
    """
    return pl.concat(in_processes(_one_world, ((job,) for job in jobs), n_jobs))


def _one_world(job: WorldJob) -> pl.DataFrame:
    world = simulate_world(job.params)
    dates, windows = job.as_of_dates(), job.windows()
    condensed = condense_flows(world.trade_flows, plan_for(world.goods, windows, dates))
    legs = final_legs(world.trade_flows, world.goods, max(dates), windows)
    hidden = undeclared_by_code(world)
    parts = []
    for day in dates:
        goods = goods_in_force(world.goods, day, first_month=windows.baseline_start, allow_hindsight=True)
        table = product_table(signals_on_day(condensed, goods, windows, day))
        table = table.with_columns(others_excess_usd())
        families = goods.frame.select("hs6", "family").unique("hs6", keep="first", maintain_order=True)
        labels = product_labels(legs, day, windows, hidden.join(families, on="hs6"))
        parts.append(_labelled(table, labels, day))
    return (
        pl.concat(parts)
        .with_columns(pl.lit(job.name).alias("world"))
        .join(country_roles(world), on="country", how="left", maintain_order="left")
        .with_columns(pl.col("role").fill_null("ordinary"))
    )


def _labelled(table: pl.DataFrame, labels: pl.DataFrame, day: date) -> pl.DataFrame:
    """The family's label for each of its codes; no transit in the six months is no event."""
    if labels.is_empty():
        return table.clear().with_columns(pl.lit(day).alias("as_of"), pl.lit(False).alias("target"))
    joined = table.join(labels, on=["country", "family"], how="left", maintain_order="left")
    return joined.with_columns(pl.lit(day).alias("as_of"), pl.col("target").fill_null(False))


def learnt_scores(train: pl.DataFrame, test: pl.DataFrame, seed: int = 0) -> Vector:
    """Log-odds of an additive monotone logistic on `COLUMNS`, fitted on the products of other worlds."""
    head = AdditiveHead(COLUMNS, (1,) * len(COLUMNS), n_draws=0, n_folds=3, seed=seed)
    head.fit(_matrix(train), _labels(train), _blocks(train))
    return head.decision_function(_matrix(test))


def _matrix(rows: pl.DataFrame) -> NDArray[np.float64]:
    logs = rows.select((pl.col(name).cast(pl.Float64) / SMALL_USD).log1p() for name in COLUMNS)
    return np.column_stack([logs[name].fill_null(float("nan")).to_numpy() for name in COLUMNS])


def _labels(rows: pl.DataFrame) -> NDArray[np.int64]:
    return rows["target"].cast(pl.Int64).to_numpy()


def _blocks(rows: pl.DataFrame) -> NDArray[np.int64]:
    named = pl.concat_str("world", "country", separator="/").rank("dense").cast(pl.Int64)
    return rows.select(named).to_series().to_numpy()


def judge_products(rows: pl.DataFrame, learnt: Vector) -> ProductResults:
    """Average precision, AUC and precision@50 of the score, the learnt rule and each column, and by role.

    precision@50 is a mean over worlds and dates. `gain_of_learnt` is over the score, with its 90 % interval;
    brackets are a bootstrap over countries. By role: the share of codes among the highest 5 % by score, and
    the share with an event.
    """
    y, weights = _labels(rows), measures.block_weights(_blocks(rows))
    queries = rows.select(
        pl.concat_str("world", pl.col("as_of").cast(pl.String)).rank("dense").cast(pl.Int64)
    )
    lists = queries.to_series().to_numpy()
    scores: dict[str, Vector] = {
        SCORE: rows[SCORE].to_numpy(),
        LEARNT: learnt,
        **{name: rows[name].cast(pl.Float64).fill_null(-1.0).to_numpy() for name in COLUMNS},
    }
    methods = {name: _method(y, score, lists, weights) for name, score in scores.items()}
    pairs = zip(
        *(measures.average_precisions(y, scores[name], weights) for name in (LEARNT, SCORE)), strict=True
    )
    differences: list[float | None] = [a - b for a, b in pairs if a is not None and b is not None]
    found = ProductResults(
        rows=len(y),
        events=int(y.sum()),
        methods=methods,
        gain_of_learnt=Gain(
            methods[LEARNT].average_precision - methods[SCORE].average_precision,
            measures.interval(differences),
        ),
        roles=_roles(rows),
    )
    return rounded(found)


def _method(
    y: NDArray[np.int64], score: Vector, lists: NDArray[np.int64], weights: NDArray[np.float64]
) -> ProductMethod:
    return ProductMethod(
        average_precision=measures.average_precision(y, score) or 0.0,
        average_precision_90=measures.interval(measures.average_precisions(y, score, weights)),
        auc=float(roc_auc_score(y, score)),
        precision_at_50=measures.top_k(y, score, lists, BEST)[0],
    )


def _roles(rows: pl.DataFrame) -> dict[str, ProductRole]:
    bound = float(str(rows[SCORE].quantile(1 - TOP_SHARE)))
    table = rows.group_by("role").agg(
        pl.len().alias("rows"),
        pl.col("target").mean().alias("events"),
        (pl.col(SCORE) >= bound).mean().alias("in_the_top"),
        ((pl.col(SCORE) >= bound) & ~pl.col("target")).mean().alias("in_the_top_without_event"),
    )
    return {row.pop("role"): ProductRole(**row) for row in table.sort("role").to_dicts()}
