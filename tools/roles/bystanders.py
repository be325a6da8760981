"""Train the model of bystanders: `python -m tools.roles.bystanders`.

Learns from the whole articles among the training texts (`articles.txt`), whose sentences are read by models
that saw neither them nor a near-copy. Writes `features/articles/roles/bystander_model.json`; a test compares
a fresh fit with the committed file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.articles.roles.bystanders import FEATURES, KEYS, LEAST_SENTENCES, MODEL_FILE, article_facts
from tools.roles.fit import FOLDS, THRESHOLD, OutOfFold, folds, out_of_fold
from tools.roles.sentences import TrainingSet, training_set

STRENGTH = 0.05  # inverse of the L2 penalty over standardised facts
# Out of fold F1 hardly differs from 0.3 to 0.5 and precision rises: an accusation needs more of it.
BAR = 0.45
DIGITS = 4


class Facts(NamedTuple):
    """Facts of the countries of the training articles, whether each is a route, and its fold."""

    table: pl.DataFrame
    truth: NDArray[np.bool_]
    fold: NDArray[np.int64]


def facts_of(data: TrainingSet, held_out: OutOfFold) -> Facts:
    """Facts of every country of the training articles, from readings of their sentences out of fold."""
    fold = folds(data)
    rows = [
        (e.sentence, e.article, e.iso3, float(p), e.positive, int(f))
        for e, p, f in zip(data.examples, held_out.probability, fold, strict=True)
        if e.article >= 0
    ]
    names = ["row", "article", "country", "p_diversion", "route", "fold"]
    read = pl.DataFrame(rows, schema=names, orient="row")
    sentences = pl.DataFrame({"row": range(len(data.articles)), "article": list(data.articles)}).filter(
        pl.col("article") >= 0
    )
    table = article_facts(read, sentences)
    labels = read.group_by(*KEYS).agg(pl.col("route").any(), pl.col("fold").first())
    joined = table.join(labels, on=KEYS, how="left", maintain_order="left").filter(
        pl.col("n") >= LEAST_SENTENCES
    )
    return Facts(joined, joined["route"].to_numpy(), joined["fold"].to_numpy())


def fit(facts: Facts) -> dict[str, object]:
    """Intercept and weights of the facts as they are, rounded."""
    from sklearn.linear_model import LogisticRegression

    values = facts.table.select(FEATURES).to_numpy()
    mean, spread = values.mean(axis=0), values.std(axis=0)
    fitted = LogisticRegression(C=STRENGTH, max_iter=5000, tol=1e-8).fit(
        (values - mean) / spread, facts.truth
    )
    weights = fitted.coef_[0] / spread
    return {
        "intercept": round(float(fitted.intercept_[0] - weights @ mean), DIGITS),
        "weights": {n: round(float(w), DIGITS) for n, w in zip(FEATURES, weights, strict=True)},
        "threshold": BAR,
    }


def odds(model: dict[str, object], table: pl.DataFrame) -> NDArray[np.float64]:
    """Log-odds of facts under a fitted model."""
    weights = model["weights"]
    intercept = model["intercept"]
    assert isinstance(weights, dict) and isinstance(intercept, float)
    return table.select(FEATURES).to_numpy() @ np.array([weights[n] for n in FEATURES]) + intercept


def lines_out_of_fold(facts: Facts) -> list[str]:
    """Two lines: how well the training articles are read by country without and with the decision."""
    from tools.roles.evaluate import score

    read = np.zeros(len(facts.truth))
    for number in range(FOLDS):
        inside = facts.fold == number
        part = Facts(facts.table.filter(~inside), facts.truth[~inside], facts.fold[~inside])
        read[inside] = odds(fit(part), facts.table.filter(inside))
    flagged = facts.table["best"].to_numpy() >= np.log(THRESHOLD / (1 - THRESHOLD))
    kept = flagged & (read >= np.log(BAR / (1 - BAR)))
    numbers = np.arange(len(facts.truth))
    truth = numbers[facts.truth]
    return [
        f"{'by article, each sentence':28}{score(numbers[flagged], truth)}",
        f"{'by article, as a whole':28}{score(numbers[kept], truth)}",
    ]


def main() -> None:
    """Train and write the model file."""
    data = training_set()
    facts = facts_of(data, out_of_fold(data))
    path = Path(__file__).resolve().parents[2] / "features" / "articles" / "roles" / MODEL_FILE
    path.write_text(json.dumps(fit(facts), indent=1) + "\n", encoding="utf-8")
    print("\n".join([f"{path.name}: {len(facts.truth)} countries in articles", *lines_out_of_fold(facts)]))


if __name__ == "__main__":
    main()
