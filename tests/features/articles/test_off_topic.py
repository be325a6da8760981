"""What rules a country out as a route: a sentence off the topic, or a measure aimed at the country."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from one_by_one import read_one

from data_contracts.tables import ARTICLES
from features.articles.mentions import PLAIN, find_mentions
from features.articles.places.gazetteer import find_places, gazetteer
from features.articles.roles.model import ABOUT, ROUTE, role_model
from features.articles.roles.off_topic import measure_targets
from features.articles.roles.units import DocumentContext
from tools.roles.features import sentence_features, target_features
from tools.roles.named_scores import about, raw_score
from tools.roles.tokens import tokenize

REACH = "Microchips still reach Russian arms makers through Belarus and Kazakhstan."
AIMED = "The EU tightened sanctions against Russia and Belarus."
OFF_TOPIC = [
    ("Egypt is the largest buyer of Russian wheat.", "EGY"),
    ("Russian plywood with a Chinese stamp is on sale in Gdansk.", "CHN"),
    ("Italy and the Emirates signed agreements on investment worth 40 billion dollars.", "ARE"),
]


def read(*texts: str) -> pl.DataFrame:
    """Mentions of English articles without titles, one for each text."""
    day = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [(f"a{i}", day, "paper", "en", None, text, None) for i, text in enumerate(texts)]
    return find_mentions(pl.DataFrame(rows, schema=ARTICLES, orient="row"))


def routes(*texts: str) -> set[tuple[str, str]]:
    return set(read(*texts).filter("is_diversion").select("article_id", "country").iter_rows())


@pytest.mark.parametrize(("text", "iso3"), OFF_TOPIC)
def test_a_sentence_off_the_topic_gives_no_country_more_than_the_floor(text: str, iso3: str) -> None:
    """Such sentences are read after one that names Russia, and the country by itself would get more."""
    found = read(f"Turkey sold microchips to Russia. {text}").filter(sentence_no=2, country=iso3)
    assert found.select("p_diversion", "is_diversion", "polarity").rows() == [(role_model().floor, False, 0)]
    assert found["role"].item() != ROUTE


@pytest.mark.parametrize(("text", "iso3"), OFF_TOPIC[:2])
def test_read_one_by_one_a_sentence_off_the_topic_is_ruled_out_too(text: str, iso3: str) -> None:
    model, context = role_model(), DocumentContext(russia=True, last_russia=True, first=False)
    tokens = tokenize(text, find_places(text))
    sentence = sentence_features(tokens, context)
    target = target_features(tokens, iso3, gazetteer().group(iso3))
    assert about(model, sentence) < ABOUT
    assert model.calibrated(raw_score(model, sentence, target)) > 2 * model.floor
    verdict = read_one(tokens, [iso3], context)[iso3]
    assert (verdict.p_diversion, verdict.is_diversion) == (model.floor, False)


def test_a_country_that_a_measure_is_aimed_at_is_no_route() -> None:
    found = read(f"{AIMED} {REACH}").filter(sentence_no=2)
    assert found.select("country", "is_diversion", "role").rows() == [
        ("BLR", False, "destination_not_russia"),
        ("KAZ", True, ROUTE),
    ]
    target, route = found.to_dicts()
    assert target["p_diversion"] < 0.5 < route["p_diversion"] < PLAIN
    assert (target["polarity"], target["why"]) == (0, "")


@pytest.mark.parametrize(
    "before",
    ["The EU tightened sanctions against Russia.", "Trade between Russia and Belarus grew last year."],
)
def test_without_a_measure_the_same_words_make_it_a_route(before: str) -> None:
    assert routes(f"{before} {REACH}") == {("a0", "BLR"), ("a0", "KAZ")}


def test_a_measure_in_one_article_takes_no_route_out_of_another() -> None:
    other = f"The EU tightened sanctions against Russia. {REACH}"
    assert routes(f"{AIMED} {REACH}", other) == {("a0", "KAZ"), ("a1", "BLR"), ("a1", "KAZ")}


def test_where_the_text_is_plain_a_target_is_a_route_all_the_same() -> None:
    plain = "Sanctioned microchips are re-exported to Russia through Belarus and Kazakhstan."
    found = read(f"{AIMED} {plain}").filter(sentence_no=2, country="BLR")
    assert found["p_diversion"].item() >= PLAIN
    assert found.select("is_diversion", "role").rows() == [(True, ROUTE)]


@pytest.mark.parametrize(
    ("text", "aimed_at"),
    [
        ("Export controls on Belarus and Russia were widened.", {"BLR"}),
        ("A ban on exports of chips to Russia or Iran was agreed.", {"IRN"}),
        ("The Russia and Belarus sanctions were widened.", {"BLR"}),
        ("Sanctions against Russia, and goods sold by Kazakhstan.", set()),
        ("Trains run between Russia and Belarus.", set()),
        ("Sanctions against Iran and Syria were widened.", set()),
        ("Sanctions against Russia and Ukraine's answer.", set()),
    ],
)
def test_whom_a_measure_is_aimed_at(text: str, aimed_at: set[str]) -> None:
    assert measure_targets(text, [(p.iso3, p.start, p.end) for p in find_places(text)]) == aimed_at
