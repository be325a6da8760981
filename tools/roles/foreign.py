"""Train the models of Russian and Turkish: `python -m tools.roles.foreign`; with `measure` only measure them.

`sentences_ru.csv` and `sentences_tr.csv` hold sentences written for this project, with `before` and `labels`
as in `sentences.csv`. Each language has its own model. It learns from its own sentences most, and from those
of the other language and the English ones by what all share: the classes of words, not the words.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.foreign.features import features_of, sentence_of
from features.articles.foreign.model import MODEL_FILE, ForeignModel, scores
from features.articles.foreign.words import LANGUAGES
from features.articles.roles.model import LinearModel
from features.reference.read import read_reference
from tools.roles.evaluate import Score, score
from tools.roles.fit import DIGITS, FOLDS, MIN_COUNT, design, platt
from tools.roles.named_scores import to_json
from tools.roles.near_copies import clusters
from tools.roles.sentences import FOLDER, parse_labels, training_set

STRENGTH = 1.0
THRESHOLD = 0.6  # a false accusation is the worst error
OWN, OTHER, ENGLISH = 4.0, 2.0, 1.0  # weights of rows; chosen out of fold


@dataclass(frozen=True)
class ForeignExample:
    """One country of one sentence. `fold`: near-copies stay together; `russia`: named in the sentence."""

    iso3: str
    positive: bool
    polarity: int
    features: frozenset[str]
    fold: int
    sentence: int
    russia: bool


@dataclass(frozen=True)
class Lent:
    """Rows of other languages: features by class only, whether a route, polarity and weight."""

    features: frozenset[str]
    positive: bool
    polarity: int
    weight: float


def examples(language: str) -> list[ForeignExample]:
    """Training rows of a language. Raises ValueError where a labelled country is not in its sentence."""
    rows = read_reference(f"sentences_{language}.csv", FOLDER)
    number = clusters([row["text"] for row in rows])
    fold = np.random.default_rng(0).permutation(max(number) + 1) % FOLDS
    found: list[ForeignExample] = []
    for i, row in enumerate(rows):
        sentence, labels = sentence_of(row["text"], language), parse_labels(row["labels"])
        missing = sorted(set(labels) - set(sentence.countries))
        if missing:
            raise ValueError(f"Training sentence {row['text']!r}: {missing} not found.")
        before = sentence_of(row["before"], language).says() if row["before"] else frozenset[str]()
        for iso3 in sentence.countries:
            if iso3 not in NEVER_ROUTES:
                role, polarity = labels.get(iso3, ("other_mention", 0))
                features = frozenset(features_of(sentence, iso3, language, before))
                route = role == "transit_to_russia"
                found.append(
                    ForeignExample(iso3, route, polarity, features, int(fold[number[i]]), i, sentence.russia)
                )
    return found


def by_class(features: Sequence[str] | frozenset[str] | dict[str, str]) -> frozenset[str]:
    """Features that name no word of a language.

    >>> sorted(by_class(["c:GOODS", "c:микрос", "p:GOODS&RUSSIA", "x:no russia", "in:c:GOODS"]))
    ['c:GOODS', 'p:GOODS&RUSSIA', 'x:no russia']
    """
    return frozenset(name for name in features if not name.startswith("in:") and _is_of_classes(name))


def _is_of_classes(name: str) -> bool:
    kind, _, rest = name.partition(":")
    return kind == "x" or all(char.isascii() and (char.isupper() or char in "_&") for char in rest)


def lent_by_english() -> list[Lent]:
    """The English training rows by their classes."""
    return [
        Lent(
            by_class({**e.sentence_features, **e.target_features, **e.clause_features}),
            e.positive, e.polarity, ENGLISH,
        )
        for e in training_set().examples
    ]  # fmt: skip


def lent_by(rows: Sequence[ForeignExample]) -> list[Lent]:
    """Rows of the other language by their classes."""
    return [Lent(by_class(e.features), e.positive, e.polarity, OTHER) for e in rows]


def fit(own: Sequence[ForeignExample], lent: Sequence[Lent]) -> ForeignModel:
    """A model that is not calibrated."""
    rows = [*(Lent(e.features, e.positive, e.polarity, OWN) for e in own), *lent]
    routes = [row for row in rows if row.positive]
    return ForeignModel(
        _fitted(rows, lambda row: row.positive),
        _fitted(routes, lambda row: row.polarity),
        1.0,
        0.0,
        THRESHOLD,
    )


def _fitted(rows: Sequence[Lent], label: Callable[[Lent], int | bool]) -> LinearModel:
    from sklearn.linear_model import LogisticRegression

    counts = Counter(name for row in rows for name in row.features)
    names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
    labels = [label(row) for row in rows]
    solver = "liblinear" if len(set(labels)) == 2 else "lbfgs"
    fitted = LogisticRegression(C=STRENGTH, max_iter=5000, tol=1e-6, solver=solver)
    matrix = design([sorted(row.features) for row in rows], names)
    fitted.fit(matrix, labels, sample_weight=[row.weight for row in rows])
    coefficients = np.round(fitted.coef_.T, DIGITS)
    weights = {n: tuple(map(float, row)) for n, row in zip(names, coefficients, strict=True) if np.any(row)}
    classes = tuple(str(c) for c in fitted.classes_)
    return LinearModel(classes, tuple(map(float, np.round(fitted.intercept_, DIGITS))), weights)


@dataclass(frozen=True)
class ForeignOutOfFold:
    """Raw score and polarity of each row, read by models that saw neither its sentence nor a near-copy."""

    raw: NDArray[np.float64]
    polarity: NDArray[np.int64]


def out_of_fold(own: Sequence[ForeignExample], lent: Sequence[Lent]) -> ForeignOutOfFold:
    """Readings of the rows of a language out of fold."""
    raw, polarity = np.zeros(len(own)), np.zeros(len(own), dtype=np.int64)
    for number in range(FOLDS):
        model = fit([e for e in own if e.fold != number], lent)
        for i, e in enumerate(own):
            if e.fold == number:
                raw[i], polarity[i] = scores(model.route, e.features)[0], model.direction(e.features)
    return ForeignOutOfFold(raw, polarity)


@dataclass(frozen=True)
class ForeignMeasure:
    """Out-of-fold figures of one language, and of the rule `Russia in the sentence`."""

    language: str
    sentences: int
    rows: int
    routes: int
    ours: Score
    baseline: Score
    polarity: float
    read_right: int

    def line(self) -> str:
        return (
            f"{self.language}: {self.sentences} sentences, {self.rows} rows, {self.routes} of diversion; "
            f"precision, recall, F1 {self.ours.row()}; country and Russia named {self.baseline.row()}; "
            f"polarity {self.polarity:.3f} of {self.read_right}"
        )


def measured(language: str, own: Sequence[ForeignExample], read: ForeignOutOfFold) -> ForeignMeasure:
    """Figures of out-of-fold readings."""
    truth = np.array([e.positive for e in own])
    slope, offset = platt(read.raw, truth)
    model = ForeignModel(_NONE, _NONE, slope, offset, THRESHOLD)
    p = 1 / (1 + np.exp(-(slope * read.raw + offset)))
    flagged = np.array([model.is_route(e.iso3, value) for e, value in zip(own, p.tolist(), strict=True)])
    numbers, hit = np.arange(len(own)), flagged & truth
    named = np.array([e.russia for e in own])
    right = read.polarity[hit] == np.array([e.polarity for e in own])[hit]
    return ForeignMeasure(
        language, len({e.sentence for e in own}), len(own), int(truth.sum()),
        score(numbers[flagged], numbers[truth]), score(numbers[named], numbers[truth]),
        float(right.mean()), int(hit.sum()),
    )  # fmt: skip


_NONE = LinearModel(("False", "True"), (0.0,), {})


def measures() -> list[ForeignMeasure]:
    """Out-of-fold figures of every language.

    Many Turkish sentences say what a Russian one says, so the rows of the other language are left out here:
    they would have shown what the sentence says.
    """
    english = lent_by_english()
    return [
        measured(language, own, out_of_fold(own, english))
        for language in LANGUAGES
        if (own := examples(language))
    ]


def train() -> dict[str, ForeignModel]:
    """The models to ship, calibrated on out-of-fold scores."""
    english, own = lent_by_english(), {language: examples(language) for language in LANGUAGES}
    models: dict[str, ForeignModel] = {}
    for language, rows in own.items():
        others = [row for name, rest in own.items() if name != language for row in lent_by(rest)]
        read = out_of_fold(rows, english)
        slope, offset = platt(read.raw, np.array([e.positive for e in rows]))
        fresh = fit(rows, [*english, *others])
        models[language] = ForeignModel(fresh.route, fresh.polarity, slope, offset, THRESHOLD)
    return models


def to_text(models: dict[str, ForeignModel]) -> str:
    """The file format of `foreign_models.json`."""
    stored = {
        language: {
            "route": to_json(m.route), "polarity": to_json(m.polarity),
            "slope": m.slope, "offset": m.offset, "threshold": m.threshold,
        }
        for language, m in models.items()
    }  # fmt: skip
    whole = {"models": stored, "training_sha256": training_digest()}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def training_digest() -> str:
    """Digest of the training sentences of all languages."""
    digest = hashlib.sha256()
    for name in ("sentences_ru.csv", "sentences_tr.csv", "sentences.csv", "articles.txt"):
        digest.update((resources.files(FOLDER) / name).read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Train and write the model file, or print the measures."""
    if sys.argv[1:] == ["measure"]:
        print("\n".join(measure.line() for measure in measures()))
        return
    path = Path(__file__).resolve().parents[2] / "features" / "articles" / "foreign" / MODEL_FILE
    path.write_text(to_text(train()), encoding="utf-8")


if __name__ == "__main__":
    main()
