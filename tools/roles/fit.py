"""Train the role model from the committed sentences: `python -m tools.roles.fit`.

Writes `features/articles/roles/role_model.json`. The fit is deterministic (no random start), weights are
rounded, and a test compares a fresh fit with the committed file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.articles.roles.model import MODEL_FILE, SCALE, LinearModel, RoleModel
from tools.roles.named_scores import best, raw_score
from tools.roles.named_scores import to_json as part_to_json
from tools.roles.sentences import Example, TrainingSet, training_set

MIN_COUNT = 2
STRENGTH = 3.0  # inverse of the L2 penalty; chosen out of fold on the training sentences
POLARITY_STRENGTH = 1.0
FOLDS = 5
DIGITS = 4
THRESHOLD = 0.5
_NO_ROLES = LinearModel(("other_mention",), (0.0,), {})


@dataclass(frozen=True)
class OutOfFold:
    """Out-of-fold readings of the training examples, in their order."""

    raw: NDArray[np.float64]
    probability: NDArray[np.float64]
    polarity: NDArray[np.int64]
    truth: NDArray[np.bool_]
    true_polarity: NDArray[np.int64]


def fit_linear(
    rows: Sequence[Iterable[str]], labels: Sequence[object], strength: float = STRENGTH
) -> LinearModel:
    """L2 logistic regression over the features seen at least `MIN_COUNT` times."""
    from sklearn.linear_model import LogisticRegression

    listed = [list(row) for row in rows]
    counts = Counter(name for row in listed for name in row)
    names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
    # liblinear's primal solver is deterministic and several times faster here; it knows two classes only.
    solver = "liblinear" if len(set(labels)) == 2 else "lbfgs"
    fitted = LogisticRegression(C=strength, max_iter=5000, tol=1e-6, solver=solver)
    fitted.fit(design(listed, names), labels)
    coefficients = np.round(fitted.coef_.T, DIGITS)
    weights = {n: tuple(map(float, row)) for n, row in zip(names, coefficients, strict=True) if np.any(row)}
    return LinearModel(
        tuple(str(c) for c in fitted.classes_),
        tuple(map(float, np.round(fitted.intercept_, DIGITS))),
        weights,
    )


def design(rows: Sequence[Sequence[str]], names: Sequence[str]) -> Any:
    """Sparse matrix (rows x names) of presence, scaled as in `named_scores.scores`."""
    from scipy.sparse import csr_matrix

    index = {name: i for i, name in enumerate(names)}
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for row in rows:
        known = [index[name] for name in row if name in index]
        columns += known
        values += [SCALE / np.sqrt(len(known))] * len(known)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(rows), len(names)))


def fit(examples: Sequence[Example], sha256: str = "", *, roles: bool = True) -> RoleModel:
    """Fit the role model; its calibration is the identity. Without `roles` it knows no role but the route."""
    hit = {e.sentence: False for e in examples}
    for e in examples:
        hit[e.sentence] = hit[e.sentence] or e.positive
    one_each = list({e.sentence: e for e in reversed(examples)}.values())
    in_hits = [e for e in examples if hit[e.sentence]]
    positives = [e for e in examples if e.positive]
    rest = [e for e in examples if not e.positive]
    return RoleModel(
        sentence=fit_linear([e.sentence_features for e in one_each], [hit[e.sentence] for e in one_each]),
        target=fit_linear([e.target_features for e in in_hits], [e.positive for e in in_hits]),
        joint=fit_linear([_both(e) for e in examples], [e.positive for e in examples]),
        polarity=fit_linear([_all(e) for e in positives], [e.polarity for e in positives], POLARITY_STRENGTH),
        role=fit_linear([e.target_features for e in rest], [e.role for e in rest]) if roles else _NO_ROLES,
        slope=1.0,
        offset=0.0,
        threshold=THRESHOLD,
        floor=0.01,
        training_sha256=sha256,
    )


def _both(example: Example) -> dict[str, str]:
    return {**example.sentence_features, **example.target_features}


def _all(example: Example) -> dict[str, str]:
    return {**_both(example), **example.clause_features}


def out_of_fold(data: TrainingSet) -> OutOfFold:
    """Readings by models that saw neither the sentence nor a near-copy of it."""
    fold = folds(data)
    raw = np.zeros(len(data.examples))
    polarity = np.zeros(len(data.examples), dtype=np.int64)
    for number in range(FOLDS):
        model = fit([e for e, f in zip(data.examples, fold, strict=True) if f != number], roles=False)
        for i in np.flatnonzero(fold == number):
            example = data.examples[i]
            raw[i] = raw_score(model, example.sentence_features, example.target_features)
            polarity[i] = int(best(model.polarity, _all(example)))
    truth = np.array([e.positive for e in data.examples])
    slope, offset = platt(raw, truth)
    probability = 1 / (1 + np.exp(-(slope * raw + offset)))
    return OutOfFold(raw, probability, polarity, truth, np.array([e.polarity for e in data.examples]))


def folds(data: TrainingSet) -> NDArray[np.int64]:
    """Fold of each example: near-copies and the sentences of one article stay together."""
    from tools.roles.near_copies import clusters

    keys = [
        ("copies", c) if a < 0 else ("article", a)
        for c, a in zip(clusters(data.texts), data.articles, strict=True)
    ]
    number: dict[tuple[str, int], int] = {}
    groups = [number.setdefault(key, len(number)) for key in keys]
    order = np.random.default_rng(0).permutation(len(number))
    return np.array([order[groups[e.sentence]] % FOLDS for e in data.examples])


def platt(raw: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of a sigmoid calibration (Platt 1999) on out-of-fold scores."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e4).fit(raw.reshape(-1, 1), truth)
    return round(float(fitted.coef_[0, 0]), DIGITS), round(float(fitted.intercept_[0]), DIGITS)


def train(data: TrainingSet) -> RoleModel:
    """The model to ship: fitted on every sentence, calibrated on out-of-fold scores."""
    held_out = out_of_fold(data)
    slope, offset = platt(held_out.raw, held_out.truth)
    return replace(fit(data.examples, data.sha256), slope=slope, offset=offset)


def to_json(model: RoleModel) -> str:
    """The file format of `role_model.json`."""
    parts = {n: part_to_json(getattr(model, n)) for n in ("sentence", "target", "joint", "polarity", "role")}
    numbers = {n: getattr(model, n) for n in ("slope", "offset", "threshold", "floor", "training_sha256")}
    return json.dumps({**numbers, **parts}, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def main() -> None:
    """Train and write the model file."""
    data = training_set()
    path = Path(__file__).resolve().parents[2] / "features" / "articles" / "roles" / MODEL_FILE
    path.write_text(to_json(train(data)), encoding="utf-8")
    print(f"{path.name}: {len(data.texts)} sentences, {len(data.examples)} rows")


if __name__ == "__main__":
    main()
