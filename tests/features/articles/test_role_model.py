"""The role model: stored form equals scikit-learn, screens lose no positive, names are never seen."""

import json

import numpy as np
import pytest

from features.articles.places.gazetteer import find_places
from features.articles.roles.model import LinearModel, role_model
from features.articles.roles.screen import article_screen, sentence_screen
from features.reference.read import read_reference
from tools.roles.features import clause_features
from tools.roles.fit import design, fit_linear
from tools.roles.named_scores import scores, to_json
from tools.roles.sentences import FOLDER, TrainingSet, training_set
from tools.roles.tokens import masked, tokenize


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return training_set()


def test_there_are_at_least_800_sentences_and_no_two_are_equal(data: TrainingSet) -> None:
    """Two equal ones teach nothing, unless what stood before them differs."""
    assert len(set(data.texts)) >= 800
    singles = [(row["before"], row["text"]) for row in read_reference("sentences.csv", FOLDER)]
    of_articles = [text for text, owner in zip(data.texts, data.articles, strict=True) if owner >= 0]
    assert len(set(singles)) == len(singles)
    assert len(set(of_articles)) == len(of_articles)


def test_the_stored_model_was_trained_on_the_committed_sentences(data: TrainingSet) -> None:
    assert role_model().training_sha256 == data.sha256


def test_a_stored_part_equals_a_fresh_fit(data: TrainingSet) -> None:
    hits = {e.sentence for e in data.examples if e.positive}
    rows = [e for e in data.examples if e.sentence in hits]
    fresh = fit_linear([e.target_features for e in rows], [e.positive for e in rows])
    stored = role_model().target
    assert set(fresh.weights) == set(stored.weights)
    gaps = [abs(fresh.weights[n][0] - stored.weights[n][0]) for n in fresh.weights]
    assert max(gaps) < 0.005


def test_scores_equal_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rows = [["a", "b"], ["b", "c"], ["a", "c"], ["c"], ["a"], ["b"]]
    labels = [True, True, False, False, True, False]
    ours = fit_linear(rows, labels)
    matrix = design(rows, sorted(ours.weights))
    theirs = LogisticRegression(C=3.0, max_iter=5000, tol=1e-6, solver="liblinear").fit(matrix, labels)
    expected = theirs.decision_function(matrix)
    assert np.allclose([scores(ours, row)[0] for row in rows], expected, atol=1e-3)


def test_json_round_trip() -> None:
    part = role_model().polarity
    again = LinearModel.from_json(json.loads(json.dumps(to_json(part))))
    assert again == part


def test_the_screens_pass_every_positive_training_sentence(data: TrainingSet) -> None:
    import polars as pl

    after_russia = "x:russia before"  # such sentences are read whatever they say
    hits = {
        e.sentence
        for e in data.examples
        if e.positive and e.article < 0 and after_russia not in e.sentence_features
    }
    texts = pl.DataFrame({"text": [data.texts[i] for i in sorted(hits)]})
    kept = texts.filter(sentence_screen(pl.col("text")))
    assert kept.height >= 0.97 * texts.height
    assert texts.filter(article_screen(pl.col("text"))).height >= 0.99 * texts.height


def test_the_model_sees_no_country_name() -> None:
    text = "Bishkek traders sold chips from Germany to Russia by way of Dubai."
    seen = masked(tokenize(text, find_places(text)), "KGZ")
    words = set(seen.symbols) | set(seen.words)
    assert words.isdisjoint({"bishkek", "germany", "russia", "dubai"})
    assert "COUNTRY" in seen.symbols


def test_no_weight_names_a_country() -> None:
    from features.articles.places.gazetteer import country_spellings, trap_names

    # A trapped name may stand for something else in the text, as Georgia for the US state.
    traps = {name.lower()[:7] for name in trap_names()}
    spellings = {n.lower()[:7] for n in country_spellings() if n.isalpha() and len(n) >= 6}
    names = spellings - traps
    names -= {
        "connect",
        "washing",
        "marshal",
    }  # stems of words, too: to connect, a washing machine, to marshal
    model = role_model()
    for part in (model.sentence, model.target, model.joint, model.polarity, model.role):
        plain = [name for name in part.weights if not name.startswith("x:")]
        words = {bit for name in plain for bit in name.split(":", 1)[1].split("_")}
        assert sorted(words & names) == []


def test_what_one_clause_says_is_kept_apart_for_each_country() -> None:
    text = "Kazakhstan banned the trade, but Kyrgyz firms sell chips to Russia."
    tokens = tokenize(text, find_places(text))
    of_one, of_other = clause_features(tokens, "KAZ"), clause_features(tokens, "KGZ")
    assert {"k:CRACKDOWN", "o:SUPPLY", "o:GOODS"} <= set(of_one)
    assert {"o:CRACKDOWN", "k:SUPPLY", "k:GOODS"} <= set(of_other)
    listed = "Kazakhstan, Armenia and Georgia banned the trade."
    assert not [
        name for name in clause_features(tokenize(listed, find_places(listed)), "ARM") if name[0] == "o"
    ]
