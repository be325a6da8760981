"""Whole articles: the countries that are a way to Russia are flagged, and the bystanders are not."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data_contracts.tables import ARTICLES
from features.articles.mentions import find_mentions
from tools.roles.evaluate import (
    combined,
    read_articles,
    read_as_articles,
    read_labelled,
    score,
)

FILE = Path(__file__).with_name("whole_articles.toml")
OWN = sorted(FILE.parent.glob("own_articles_*.toml"))
MEASURED = [*OWN, *sorted(FILE.parent.glob("*independent_articles.toml"))]
SENTENCES = FILE.with_name("independent_sentences.csv")
CASES = tomllib.loads(FILE.read_text(encoding="utf-8"))["article"]


@pytest.fixture(scope="module")
def flagged() -> dict[str, set[str]]:
    day = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [(case["name"], day, "paper", "en", None, case["text"].strip(), None) for case in CASES]
    read = find_mentions(pl.DataFrame(rows, schema=ARTICLES, orient="row")).filter("is_diversion")
    found: dict[str, set[str]] = {case["name"]: set() for case in CASES}
    for article, country in read.select("article_id", "country").iter_rows():
        found[article].add(country)
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_routes_are_flagged_and_nobody_else(case: dict, flagged: dict[str, set[str]]) -> None:
    assert sorted(flagged[case["name"]]) == sorted(case["diversion"])


def test_no_article_of_the_test_is_a_training_text() -> None:
    """The articles measure; sentences that were trained on would measure nothing."""
    from tools.roles.sentences import training_set

    trained = {text.casefold() for text in training_set().texts}
    lines = [line.casefold() for case in CASES for line in case["text"].strip().splitlines()]
    for path in MEASURED:
        lines += [
            line.casefold() for text in read_articles(path)[0].texts.values() for line in text.split("\n")
        ]
    lines += [text.casefold() for text in read_labelled(SENTENCES).texts.values()]
    assert [line for line in lines if line in trained] == []


@pytest.mark.parametrize("path", OWN, ids=[path.stem for path in OWN])
def test_labels_of_an_article_are_those_of_its_sentences(path: Path) -> None:
    whole, parts = read_articles(path)
    assert len(whole.texts) == 30
    assert {(key.rpartition("#")[0], country) for key, country in parts.keys} == whole.keys


@pytest.mark.parametrize("path", MEASURED, ids=[path.stem for path in MEASURED])
def test_quality_on_whole_articles_does_not_fall(path: Path) -> None:
    """Far above the best rule that reads nothing (F1 0.50); the figures are in docs/mentions.md."""
    whole, _ = read_articles(path)
    assert score(combined(read_as_articles(whole.texts)), whole.diversion).f1 >= 0.72


def test_quality_on_sentences_by_another_writer_does_not_fall() -> None:
    """Above every rule that reads nothing (F1 0.60 by row); the figures are in docs/mentions.md."""
    labelled = read_labelled(SENTENCES)
    assert score(combined(read_as_articles(labelled.texts)), labelled.diversion).f1 >= 0.8
