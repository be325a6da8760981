"""Countries that an article only names: the facts by a slow obvious way, the fit, and what is undone."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.tables import ARTICLES
from features.articles.mentions import find_mentions
from features.articles.places.gazetteer import gazetteer
from features.articles.roles.bystanders import (
    FEATURES,
    LEAST_SENTENCES,
    article_facts,
    bystander_model,
    without_bystanders,
)
from features.articles.roles.model import NOT_COUNTED
from tools.roles import bystanders as trainer

COUNTRIES = ["KGZ", "TUR", "DEU", "ARE"]
FURTHEST = math.log(99)

article = st.lists(
    st.dictionaries(st.sampled_from(COUNTRIES), st.floats(0.0, 1.0), max_size=4), min_size=1, max_size=9
)


def frames(articles: list[list[dict[str, float]]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows and sentences of articles, each a list of readings by sentence."""
    rows: list[tuple[int, str, float]] = []
    sentences: list[tuple[int, int]] = []
    for number, lines in enumerate(articles):
        for line in lines:
            rows += [(len(sentences), country, p) for country, p in line.items()]
            sentences.append((len(sentences), number))
    return (
        pl.DataFrame(
            rows, schema={"row": pl.UInt32, "country": pl.String, "p_diversion": pl.Float64}, orient="row"
        ),
        pl.DataFrame(sentences, schema={"row": pl.UInt32, "article": pl.UInt32}, orient="row"),
    )


def one_by_one(lines: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """The facts of one article, country by country, in plain Python."""

    def odds(p: float) -> float:
        held = min(max(p, 0.01), 0.99)
        return math.log(held / (1 - held))

    by_country: dict[str, list[tuple[int, float]]] = {}
    for at, line in enumerate(lines):
        for country, p in line.items():
            by_country.setdefault(country, []).append((at, odds(p)))
    found = {}
    for country, said in by_country.items():
        values = sorted((value for _, value in said), reverse=True)
        others = [value for name, own in by_country.items() if name != country for _, value in own]
        found[country] = {
            "n": len(lines),
            "best": values[0],
            "second": values[1] if len(values) > 1 else -FURTHEST,
            "mean": sum(values) / len(values),
            "other": max(others, default=-FURTHEST),
            "opens": float(said[0][0] == 0),
            "controls": float(gazetteer().group(country) == "controls"),
            "length": math.log(1 + len(lines)),
            "best_at": next(at for at, value in said if value == values[0]) / len(lines),
            "first_at": said[0][0] / len(lines),
        }
    return found


@given(st.lists(article, min_size=1, max_size=4))
def test_facts_are_those_of_the_slow_way(articles: list[list[dict[str, float]]]) -> None:
    facts = article_facts(*frames(articles))
    expected = [
        (number, country, said)
        for number, lines in enumerate(articles)
        for country, said in sorted(one_by_one(lines).items())
    ]
    assert facts.select("article", "country").rows() == [(number, country) for number, country, _ in expected]
    for row, (_, _, said) in zip(facts.iter_rows(named=True), expected, strict=True):
        assert {name: row[name] for name in said} == pytest.approx(said)


def flagged(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as the role model gives them: flagged from a half."""
    return rows.with_columns(
        role=pl.lit("transit_to_russia"),
        is_diversion=pl.col("p_diversion") >= 0.5,
        polarity=pl.lit(1, pl.Int8),
        why=pl.lit("a word"),
        goods=pl.lit([], pl.List(pl.String)),
    )


@given(st.lists(article, min_size=1, max_size=4))
def test_flags_are_only_taken_away_and_rows_stay(articles: list[list[dict[str, float]]]) -> None:
    rows, sentences = frames(articles)
    before = flagged(rows)
    after = without_bystanders(before, sentences)
    assert after.select("row", "country", "goods").equals(before.select("row", "country", "goods"))
    assert after.columns == before.columns
    assert not (after["is_diversion"] & ~before["is_diversion"]).any()
    undone = before["is_diversion"] & ~after["is_diversion"]
    assert after.filter(~undone).equals(before.filter(~undone))
    assert (after.filter(undone)["p_diversion"] <= NOT_COUNTED).all()
    short = {i for i, lines in enumerate(articles) if len(lines) < LEAST_SENTENCES}
    of_short = sentences.filter(pl.col("article").is_in(list(short)))["row"]
    assert not undone.filter(before["row"].is_in(of_short.implode())).any()


@given(article.filter(lambda lines: len(lines) >= LEAST_SENTENCES))
def test_the_decision_is_the_sum_of_weighted_facts(lines: list[dict[str, float]]) -> None:
    rows, sentences = frames([lines])
    after = without_bystanders(flagged(rows), sentences)
    model = bystander_model()
    for country, said in one_by_one(lines).items():
        odds = model.intercept + sum(model.weights[name] * said[name] for name in FEATURES)
        bar = math.log(model.threshold / (1 - model.threshold))
        if abs(odds - bar) > 1e-5:  # nearer, rounding decides
            kept = after.filter((pl.col("country") == country) & (pl.col("p_diversion") >= 0.5))
            assert kept["is_diversion"].all() if odds > bar else kept.height == 0


REPORT = [
    "Bishkek is asked about bearings",
    "Kyrgyz trading firms sent sanctioned ball bearings on to Russia, customs data show.",
    "The bearings reached Kyrgyzstan by air and left for a Russian tank plant the same week.",
    "Kyrgyz customs opened no case.",
    "A Kyrgyz forwarder admitted that he had relabelled the crates for Russia.",
    "The bearings were made in a plant that has supplied railways for a century.",
    "Its owners said that they would number every crate from now on.",
    "The plant employs nine hundred people.",
    "It has a museum, a choir and a canteen.",
    "Visitors are shown the old foundry.",
    "The foundry was closed in the spring.",
    "Its chimney can be seen from the river.",
]
# After such sentences this one reads like a report of its own.
BYSTANDER = "Investigators also asked traders in Turkey about certificates."


def mentions(title: str, text: str) -> pl.DataFrame:
    row = ("a", datetime(2024, 5, 1, tzinfo=UTC), "paper.example", None, title, text, None)
    return find_mentions(pl.DataFrame([row], schema=ARTICLES, orient="row"))


def test_the_country_that_an_article_is_about_keeps_its_flags() -> None:
    read = mentions(REPORT[0], "\n".join([*REPORT[1:], BYSTANDER]))
    assert set(read.filter("is_diversion")["country"]) == {"KGZ"}
    assert read.filter("is_diversion").height >= 2
    undone = read.filter(pl.col("country") == "TUR").row(0, named=True)
    assert (undone["role"], undone["polarity"], undone["why"]) == ("other_mention", 0, "")
    assert undone["p_diversion"] <= NOT_COUNTED


def test_without_the_decision_the_bystander_would_be_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.articles.mentions.without_bystanders", lambda rows, sentences: rows)
    read = mentions(REPORT[0], "\n".join([*REPORT[1:], BYSTANDER]))
    assert "TUR" in set(read.filter("is_diversion")["country"])


def test_a_fit_from_the_same_facts_is_the_stored_model() -> None:
    """The training itself, on facts made here: weights are finite, bystanders lose."""
    draw = np.random.default_rng(0)
    truth = draw.random(400) < 0.4
    table = pl.DataFrame({name: draw.normal(truth.astype(float), 1.0) for name in FEATURES})
    facts = trainer.Facts(table, truth, np.arange(400) % 5)
    fitted = trainer.fit(facts)
    odds = trainer.odds(fitted, table)
    assert odds[truth].mean() > odds[~truth].mean()
    assert fitted == trainer.fit(facts)
    assert fitted["threshold"] == bystander_model().threshold


@pytest.mark.long
def test_the_stored_model_is_a_fresh_fit_of_the_training_articles() -> None:
    from tools.roles.fit import out_of_fold
    from tools.roles.sentences import training_set

    data = training_set()
    fresh = trainer.fit(trainer.facts_of(data, out_of_fold(data)))
    stored = bystander_model()
    assert fresh["intercept"] == pytest.approx(stored.intercept, abs=0.01)
    assert fresh["weights"] == pytest.approx(dict(stored.weights), abs=0.01)
