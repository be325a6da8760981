"""The simple rules that a model must beat to be worth its trouble. Each gives a score; higher is riskier."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue import MODEL_SIGNALS
from features.reference.facts import WARNED_2022
from riskmodel.model.design import matrix
from riskmodel.outcomes.rows import FRAME

Vector = NDArray[np.float64]
Baseline = Callable[[pl.DataFrame, pl.DataFrame], Vector]


def _column(name: str) -> Baseline:
    def score(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
        # Unknown ranks below every known value, as a reader of the plain table would have it.
        values = test[name].cast(pl.Float64)
        lowest = float(str(values.min())) - 1 if values.null_count() < test.height else 0.0
        return values.fill_null(lowest).to_numpy()

    return score


def climatology(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """The country's own share of events in training, drawn to the overall share by two rows of it."""
    overall = float(str(train["target"].mean()))
    rates = train.group_by("country").agg(
        ((pl.col("target").sum() + 2 * overall) / (pl.len() + 2)).alias("rate")
    )
    joined = test.select("country").join(rates, on="country", how="left", maintain_order="left")
    return joined["rate"].fill_null(overall).to_numpy()


def persistence(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """What was public of the event in the newest six months says that it happens again."""
    return test["past_event"].cast(pl.Float64).to_numpy()


def log_exports_to_russia(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """ln(1 + US$) of listed goods declared to Russia in the newest twelve public months."""
    return np.log1p(test["past_onward_usd"].to_numpy().astype(np.float64))


def us_list_2022(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """Named in the US alert of 28 June 2022 (FinCEN and BIS, FIN-2022-Alert003)."""
    return test["country"].is_in(sorted(WARNED_2022)).cast(pl.Float64).to_numpy()


def isolation_forest(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """Anomaly score on the model's signals, unknown at the training median."""
    from sklearn.ensemble import IsolationForest

    known, asked = (matrix(frame, MODEL_SIGNALS) for frame in (train, test))
    middle = np.array([np.median(x[~np.isnan(x)]) if (~np.isnan(x)).any() else 0.0 for x in known.T])
    known, asked = (np.where(np.isnan(x), middle, x) for x in (known, asked))
    forest = IsolationForest(n_estimators=200, random_state=0).fit(known)
    return np.asarray(-forest.score_samples(asked))


def both_legs_doubled(train: pl.DataFrame, test: pl.DataFrame) -> Vector:
    """The smaller growth of the two legs, where both at least doubled; 0 elsewhere."""
    smaller = pl.min_horizontal("inbound_surge", "onward_surge")
    both = pl.all_horizontal(pl.col("inbound_surge", "onward_surge") >= np.log(2))
    return test.select(pl.when(both).then(smaller).otherwise(0.0).fill_null(0.0)).to_series().to_numpy()


BASELINES: dict[str, Baseline] = {
    "climatology": climatology,
    "persistence": persistence,
    "growth_of_coalition_exports": _column("inbound_surge"),
    "log_exports_to_russia": log_exports_to_russia,
    "both_legs_doubled": both_legs_doubled,
    "matched_transit_alone": _column("matched_transit_usd"),
    "article_rate": _column("article_rate"),
    "us_list_2022": us_list_2022,
    "isolation_forest": isolation_forest,
}
# In a simulated world the roles of countries are drawn at random: who was named in 2022 says nothing there.
ONLY_REAL = frozenset({"us_list_2022"})


def baseline_scores(train: pl.DataFrame, test: pl.DataFrame, simulated: bool) -> dict[str, Vector]:
    """Scores of every baseline on `test`, fitted on `train` where it fits; frames of `frames.FRAME`."""
    missing = set(FRAME) - set(test.columns)
    if missing:
        raise ValueError(f"the frame lacks {', '.join(sorted(missing))}")
    return {
        name: score(train, test) for name, score in BASELINES.items() if not (simulated and name in ONLY_REAL)
    }


def as_probability(train_score: Vector, train_y: NDArray[np.int64], score: Vector) -> Vector:
    """A baseline's score as a probability: a sigmoid fitted on the training rows."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = float(np.mean(train_score)), float(np.std(train_score)) or 1.0
    fit = LogisticRegression().fit(((train_score - middle) / spread)[:, None], train_y)
    return np.asarray(fit.predict_proba(((score - middle) / spread)[:, None])[:, 1])
