"""Candidate for few events: logistic regression with one straight line for each signal, of settled sign."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from riskmodel.model.bounded_fit import bounded_fit, share_as_log_odds
from riskmodel.model.shapes import Kind, Vector

# A line goes on so far beyond the largest value of training, in units of the range, and is flat after that.
BEYOND = 0.5


class MonotoneLinear(ClassifierMixin, BaseEstimator):
    """Ridge logistic regression on standardised signals, weights bounded to the sign of their directions.

    log-odds = intercept + sum of weight * direction * (value - least) / spread, where least and spread (one
    standard deviation) are of the training rows; the penalty is `ridge` times the sum of squared weights.

    Parameters
    ----------
    directions: +1 or -1 for each column. ridge: strength of the penalty; 17 corresponds to C = 0.03 of
        scikit-learn, for a thousand or more rows. knots: ends of the lines; None takes those of the rows.
    """

    kind: Kind = "linear"

    def __init__(
        self,
        directions: tuple[int, ...] = (),
        ridge: float = 17.0,
        knots: tuple[Vector, ...] | None = None,
    ) -> None:
        self.directions = directions
        self.ridge = ridge
        self.knots = knots

    def fit(
        self,
        X: NDArray[np.float64],  # noqa: N803
        y: NDArray[np.int64],
        start: Vector | None = None,
        weights: Vector | None = None,
    ) -> Self:
        """Fit on X (rows, signals) without NaN and y in {0, 1}; `start`: a warm start, `weights`: of rows."""
        self.classes_ = np.array([0, 1])
        self.knots_ = list(self.knots) if self.knots is not None else [_ends(x) for x in X.T]
        spread = X.std(axis=0)
        self.spread_: Vector = np.where(spread > 0, spread, 1.0)
        basis, target = self._basis(X), np.asarray(y, dtype=np.float64)
        weights = np.ones(len(target)) if weights is None else weights
        columns = np.column_stack([np.ones(len(basis)), basis])
        if start is None:
            start = np.full(columns.shape[1], 0.1)
            start[0] = share_as_log_odds(target, weights)
        bounded = np.arange(columns.shape[1]) > 0
        self.weights_: Vector = bounded_fit(
            start, columns, target, weights, bounded, np.diag(2 * self.ridge * bounded)
        )
        self.intercept_ = float(self.weights_[0])
        return self

    def _basis(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        columns = zip(X.T, self.knots_, self.directions, self.spread_, strict=True)
        return np.column_stack(
            [sign * (np.clip(x, ends[0], ends[-1]) - ends[0]) / spread for x, ends, sign, spread in columns]
        )

    def shape_values(self) -> list[Vector]:
        """Value of each signal's line at its ends, zero at the first."""
        parts = zip(self.weights_[1:], self.knots_, self.directions, self.spread_, strict=True)
        return [sign * weight * (ends - ends[0]) / spread for weight, ends, sign, spread in parts]

    def decision_function(self, X: NDArray[np.float64]) -> Vector:  # noqa: N803
        """Uncalibrated log-odds of each row."""
        return np.asarray(self.weights_[0] + self._basis(X) @ self.weights_[1:])

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        """Uncalibrated probabilities, columns 0 and 1."""
        risk = expit(self.decision_function(X))
        return np.column_stack([1 - risk, risk])

    def predict(self, X: NDArray[np.float64]) -> NDArray[np.int64]:  # noqa: N803
        """1 where the uncalibrated probability is at least one half."""
        return (self.decision_function(X) >= 0).astype(np.int64)


def _ends(x: Vector) -> Vector:
    """The least value, and half a range beyond the largest; one apart where all values are the same.

    >>> _ends(np.array([0.0, 2.0])).tolist(), _ends(np.zeros(3)).tolist()
    ([0.0, 3.0], [0.0, 1.0])
    """
    least, most = (round(float(value), 6) for value in (x.min(), x.max()))
    return np.array([least, most + BEYOND * (most - least) if most > least else least + 1.0])
