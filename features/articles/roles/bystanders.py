"""Countries that an article only names: decided over all sentences of the article.

A sentence by itself may read like a report of diversion and yet speak of a bystander: of the maker's home, a
court, a country that is compared, or of another story in the same article. What the rest of the article says
of the country, and of the other countries in it, tells them apart. The decision only takes flags away.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import polars as pl

from features.articles.places.gazetteer import gazetteer
from features.articles.roles.model import NOT_COUNTED

MODEL_FILE = "bystander_model.json"
LEAST_SENTENCES = 4  # a shorter text is read sentence by sentence: there is no rest to compare with
_FURTHEST = math.log(99)  # probabilities of 0.01 to 0.99 tell more than those nearer to certainty
KEYS = ("article", "country")
FEATURES = ("best", "second", "mean", "other", "opens", "controls", "length", "best_at", "first_at")


@dataclass(frozen=True)
class BystanderModel:
    """Weights of `FEATURES` in the log-odds that an article reports diversion of a country, and its bar."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float


@lru_cache(maxsize=1)
def bystander_model() -> BystanderModel:
    """The shipped model, read once from plain JSON."""
    path = resources.files("features.articles.roles") / MODEL_FILE
    stored = json.loads(path.read_text(encoding="utf-8"))
    weights = {name: float(stored["weights"][name]) for name in FEATURES}
    return BystanderModel(float(stored["intercept"]), weights, float(stored["threshold"]))


def article_facts(rows: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """What all sentences of an article say of each country: one row for each of `KEYS`, sorted.

    `rows`: row, country, p_diversion of the sentences that were read closely. `sentences`: row, article, of
    every sentence, numbered in reading order. Columns: `KEYS`; n, sentences of the article; `FEATURES`. best,
    second: highest log-odds of the country's sentences; mean: of all of them; other: highest of another
    country. opens: the first sentence (or the title) names it. best_at, first_at: where its best and its
    first sentence are, from 0 to 1. length: ln(1 + n).
    """
    sizes = sentences.group_by("article").agg(n=pl.len(), start=pl.col("row").min())
    p = pl.col("p_diversion").clip(1 / 100, 99 / 100)
    placed = (
        rows.select("row", "country", odds=(p / (1 - p)).log())
        .join(sentences.select("row", "article"), on="row", how="inner", maintain_order="left")
        .join(sizes, on="article", how="left", maintain_order="left")
        .with_columns(at=(pl.col("row").cast(pl.Int64) - pl.col("start").cast(pl.Int64)))
        .sort("article", "country", "row")
    )
    by_country = placed.group_by(*KEYS, maintain_order=True).agg(
        best=pl.col("odds").max(),
        second=pl.col("odds").top_k(2).sort(descending=True).get(1, null_on_oob=True),
        mean=pl.col("odds").mean(),
        opens=(pl.col("at").min() == 0).cast(pl.Float64),
        length=(1 + pl.col("n").first()).log(),
        best_at=pl.col("at").get(pl.col("odds").arg_max()) / pl.col("n").first(),
        first_at=pl.col("at").min() / pl.col("n").first(),
        n=pl.col("n").first(),
    )
    top = pl.col("best").top_k(2).sort(descending=True)
    leaders = by_country.group_by("article").agg(
        highest=pl.col("best").max(), next_highest=top.get(1, null_on_oob=True)
    )
    controls = sorted(code for code, group in gazetteer().groups.items() if group == "controls")
    leads = pl.col("best") == pl.col("highest")
    return (
        by_country.join(leaders, on="article", how="left", maintain_order="left")
        .with_columns(
            pl.col("second").fill_null(-_FURTHEST),
            other=pl.when(leads).then("next_highest").otherwise("highest").fill_null(-_FURTHEST),
            controls=pl.col("country").is_in(controls).cast(pl.Float64),
        )
        .select(*KEYS, "n", *FEATURES)
        .sort(*KEYS)
    )


def bystanders(facts: pl.DataFrame) -> pl.DataFrame:
    """`KEYS` of the countries that their article only names; short articles have none."""
    model = bystander_model()
    odds = pl.lit(model.intercept)
    for name in FEATURES:  # in this order: sums of numbers with a point depend on it
        odds = odds + pl.col(name) * model.weights[name]
    bar = math.log(model.threshold / (1 - model.threshold))
    return facts.filter((pl.col("n") >= LEAST_SENTENCES) & (odds.round(6) < bar)).select(*KEYS)


def without_flags(rows: pl.DataFrame, undone: pl.Expr, role: str) -> pl.DataFrame:
    """`rows` with the flags taken away where `undone`; such rows have `role` and stay below the bar."""
    undone = undone.fill_null(False) & pl.col("is_diversion")
    return rows.with_columns(
        role=pl.when(undone).then(pl.lit(role)).otherwise("role"),
        polarity=pl.when(undone).then(pl.lit(0, pl.Int8)).otherwise("polarity"),
        why=pl.when(undone).then(pl.lit("")).otherwise("why"),
        p_diversion=pl.when(undone)
        .then(pl.min_horizontal("p_diversion", pl.lit(NOT_COUNTED)))
        .otherwise("p_diversion"),
        is_diversion=pl.col("is_diversion") & ~undone,
    )


def without_bystanders(rows: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the flags of bystanders taken away; same rows and columns, same order.

    `rows`: row, country, role, p_diversion, is_diversion, polarity, why and others; `sentences` as for
    `article_facts`.
    """
    of = sentences.select("row", "article")
    placed = rows.join(of, on="row", how="left", maintain_order="left")
    facts = article_facts(rows, of)
    found = bystanders(facts).with_columns(named_only=True)
    marked = placed.join(found, on=KEYS, how="left", maintain_order="left")
    return without_flags(marked, pl.col("named_only"), "other_mention").select(rows.columns)
