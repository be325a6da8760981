"""Candidate 2: gradient boosting kept additive and monotone."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from riskmodel.model.shapes import Kind, Vector

N_STEPS = 24


def step_edges(x: Vector) -> Vector:
    """Edges of at most 24 steps at quantiles of the distinct values; a constant column gets none."""
    known = np.unique(x[~np.isnan(x)])
    if known.size < 2:
        return np.empty(0)
    edges = np.quantile(known, np.linspace(0, 1, N_STEPS + 1)[1:-1])
    return np.unique(np.round(edges, 6))


class MonotoneBoosting(ClassifierMixin, BaseEstimator):
    """HistGradientBoosting with `monotonic_cst` and no interactions, on quantile steps of each signal.

    Without interactions the log-odds are a sum of one step function for each signal. Cutting the
    signals into steps before the fit makes these functions readable from outside: the value of a step
    is the change of log-odds when that signal alone moves to it.

    Parameters
    ----------
    directions: +1 or -1 for each column. knots: step edges; None takes training quantiles.
    """

    kind: Kind = "step"

    def __init__(
        self,
        directions: tuple[int, ...] = (),
        max_iter: int = 80,
        learning_rate: float = 0.1,
        knots: tuple[Vector, ...] | None = None,
        seed: int = 0,
    ) -> None:
        self.directions = directions
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.knots = knots
        self.seed = seed

    def fit(
        self,
        X: NDArray[np.float64],  # noqa: N803
        y: NDArray[np.int64],
        start: object = None,
        weights: NDArray[np.float64] | None = None,
    ) -> Self:
        """Fit on X (rows, signals) without NaN and y in {0, 1}; `start` is ignored."""
        # Only a fit needs it; scoring does not wait for its import.
        from sklearn.ensemble import HistGradientBoostingClassifier

        self.classes_ = np.array([0, 1])
        self.knots_ = list(self.knots) if self.knots is not None else [step_edges(x) for x in X.T]
        self.boosting_ = HistGradientBoostingClassifier(
            max_iter=self.max_iter,
            learning_rate=self.learning_rate,
            max_leaf_nodes=5,
            min_samples_leaf=20,
            l2_regularization=5.0,
            monotonic_cst=list(self.directions),
            interaction_cst="no_interactions",
            early_stopping=False,
            random_state=self.seed,
        )
        self.boosting_.fit(self._codes(X), y, sample_weight=weights)
        self.intercept_ = float(self.boosting_.decision_function(np.zeros((1, X.shape[1])))[0])
        return self

    def _codes(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        columns = [np.searchsorted(edges, x, side="right") for x, edges in zip(X.T, self.knots_, strict=True)]
        return np.column_stack(columns).astype(np.float64)

    def shape_values(self) -> list[Vector]:
        """Value of each signal's steps, zero at the first."""
        out = []
        for place, edges in enumerate(self.knots_):
            probe = np.zeros((len(edges) + 1, len(self.knots_)))
            probe[:, place] = np.arange(len(edges) + 1)
            out.append(self.boosting_.decision_function(probe) - self.intercept_)
        return out

    def decision_function(self, X: NDArray[np.float64]) -> Vector:  # noqa: N803
        """Uncalibrated log-odds of each row."""
        return np.asarray(self.boosting_.decision_function(self._codes(X)))

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        """Uncalibrated probabilities, columns 0 and 1."""
        risk = expit(self.decision_function(X))
        return np.column_stack([1 - risk, risk])

    def predict(self, X: NDArray[np.float64]) -> NDArray[np.int64]:  # noqa: N803
        """1 where the uncalibrated probability is at least one half."""
        return (self.decision_function(X) >= 0).astype(np.int64)
