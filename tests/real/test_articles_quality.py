"""The mention engine on real articles: the seed article and the small labelled check."""

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data_contracts.tables import ARTICLES
from features.articles.mentions import find_mentions
from tools.roles.evaluate import read_as_articles, read_labelled, score
from tools.roles.sentences import training_set

pytestmark = pytest.mark.real


def test_seed_article_names_turkey_both_ways_and_nobody_else(real_data: Path) -> None:
    text = next((real_data / "seed-article").glob("*.txt")).read_text(encoding="utf-8")
    row = [("seed", datetime(2024, 8, 5, tzinfo=UTC), "seed", None, None, text, None)]
    read = find_mentions(pl.DataFrame(row, schema=ARTICLES, orient="row"))
    diversion = read.filter("is_diversion")
    assert set(diversion["country"]) == {"TUR"}
    assert {-1, 1} <= set(diversion["polarity"])
    assert {"IRN", "ISR", "PSE", "SYR", "USA"} <= set(read["country"])


def test_quality_on_the_labelled_sentences_does_not_fall(real_data: Path) -> None:
    labelled = read_labelled(real_data / "mention-dev-set" / "mention_sentences_dev.csv")
    read = read_as_articles(labelled.texts)
    flagged = read.filter("is_diversion").select("article_id", "country").rows()
    assert score(flagged, labelled.diversion).f1 >= 0.85
    assert score(read.select("article_id", "country").rows(), labelled.keys).recall >= 0.95


def test_no_training_sentence_is_a_near_copy_of_a_labelled_one(real_data: Path) -> None:
    labelled = read_labelled(real_data / "mention-dev-set" / "mention_sentences_dev.csv")

    def triples(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[^\W_]+", text.lower())
        return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}

    kept = {t for text in labelled.texts.values() for t in triples(text)}
    for text in training_set().texts:
        own = triples(text)
        assert len(own & kept) <= max(2, 0.34 * len(own)), text


def test_of_official_sentences_shown_as_evidence_the_right_ones_are_kept(real_data: Path) -> None:
    """By hand: only firms in Iran listed for Russia's military, and drones that Iran supplies, are right."""
    table = pl.read_csv(
        real_data / "us-federal-register-abstracts" / "fr_abstracts.csv.gz", infer_schema=False
    )
    right = {"2023-02130", "2023-03930", "2023-10774"}
    some = table.filter(
        pl.col("topic_hits").fill_null("").str.contains("entity_list|export_controls|sanctions")
    )
    rows = some.select(
        article_id="doc",
        published_at=pl.col("date").str.to_datetime(time_zone="UTC", time_unit="us"),
        source=pl.lit("federal_register"),
        language=pl.lit(None, pl.String),
        title="title",
        text="abstract",
        url="url",
    )
    read = find_mentions(rows)
    shown = read.filter("is_diversion")
    assert set(shown.filter(country="IRN")["article_id"]) >= right
    assert shown.filter(pl.col("article_id").is_in(right)).height >= 0.8 * shown.height
    assert read.filter("to_read").height > 0
