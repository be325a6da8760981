"""Candidate 1: additive monotone logistic regression whose weights are shrunk towards equal ones."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from riskmodel.model.bounded_fit import bounded_fit, pull_to_means, share_as_log_odds
from riskmodel.model.shapes import SURPRISE_KNOTS, Kind, Vector, three_knots

# What a whole ramp is worth in the penalty: the gaps between the knots of a surprise, in powers of ten.
GAPS = np.array([1.0, 2.0])


def ramps(x: Vector, knots: Vector) -> NDArray[np.float64]:
    """One column for each gap between knots, rising from 0 to 1 across it: (len(x), knots - 1).

    >>> ramps(np.array([0.5, 3.0]), np.array([0.0, 1.0, 2.0]))
    array([[0.5, 0. ],
           [1. , 1. ]])
    """
    return np.clip((x[:, None] - knots[:-1]) / np.diff(knots), 0.0, 1.0)


class MonotoneLogistic(ClassifierMixin, BaseEstimator):
    """Logistic regression in which each signal is a monotone line with one bend.

    Every signal enters through two ramps between three knots. Ramp weights are bounded to the sign of the
    signal's direction. With few authors of training
    worlds, weights are shrunk not towards zero but towards each other: the penalty is `shrink` times the
    squared distance of each weight from the mean weight of its ramp, which is fitted too. At
    `shrink` = infinity the candidate is one of equal weights (Dawes 1979, American Psychologist 34:571).

    Parameters
    ----------
    directions: +1 or -1 for each column. shrink: strength of the penalty, for weights of rows that sum to
        a few thousand. knots: three for each column; None takes `SURPRISE_KNOTS` where
        `surprises` says that a column is one, and else `shapes.three_knots` of the training rows.
    """

    kind: Kind = "linear"

    def __init__(
        self,
        directions: tuple[int, ...] = (),
        shrink: float = 10.0,
        knots: tuple[Vector, ...] | None = None,
        surprises: tuple[bool, ...] = (),
    ) -> None:
        self.directions = directions
        self.shrink = shrink
        self.knots = knots
        self.surprises = surprises

    def fit(
        self,
        X: NDArray[np.float64],  # noqa: N803
        y: NDArray[np.int64],
        start: Vector | None = None,
        weights: Vector | None = None,
    ) -> Self:
        """Fit on X (rows, signals) without NaN and y in {0, 1}; `start`: a warm start, `weights`: of rows."""
        self.classes_ = np.array([0, 1])
        self.knots_ = list(self.knots) if self.knots is not None else self._new_knots(X)
        basis, target = self._basis(X), np.asarray(y, dtype=np.float64)
        weights = np.ones(len(target)) if weights is None else weights
        n_signals, n_gaps = X.shape[1], len(GAPS)
        columns = np.column_stack([np.ones(len(basis)), np.zeros((len(basis), n_gaps)), basis])
        if start is None:
            start = np.full(columns.shape[1], 0.1)
            start[0] = share_as_log_odds(target, weights)
        bounded = np.arange(columns.shape[1]) > n_gaps
        pull = pull_to_means(n_signals, n_gaps, self.shrink)
        self.weights_: Vector = bounded_fit(start, columns, target, weights, bounded, pull)
        self.intercept_ = float(self.weights_[0])
        return self

    def _new_knots(self, X: NDArray[np.float64]) -> list[Vector]:  # noqa: N803
        surprises = self.surprises or (False,) * X.shape[1]
        pairs = zip(X.T, surprises, strict=True)
        return [SURPRISE_KNOTS if surprise else three_knots(x) for x, surprise in pairs]

    def _basis(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        columns = zip(X.T, self.knots_, self.directions, strict=True)
        return np.hstack([direction * GAPS * ramps(x, knots) for x, knots, direction in columns])

    def shape_values(self) -> list[Vector]:
        """Value of each signal's shape at its knots, zero at the first knot."""
        slopes = self.weights_[1 + len(GAPS) :].reshape(len(self.knots_), len(GAPS))
        return [
            np.concatenate([[0.0], np.cumsum(direction * GAPS * slope)])
            for direction, slope in zip(self.directions, slopes, strict=True)
        ]

    def decision_function(self, X: NDArray[np.float64]) -> Vector:  # noqa: N803
        """Uncalibrated log-odds of each row."""
        return np.asarray(self.weights_[0] + self._basis(X) @ self.weights_[1 + len(GAPS) :])

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        """Uncalibrated probabilities, columns 0 and 1."""
        risk = expit(self.decision_function(X))
        return np.column_stack([1 - risk, risk])

    def predict(self, X: NDArray[np.float64]) -> NDArray[np.int64]:  # noqa: N803
        """1 where the uncalibrated probability is at least one half."""
        return (self.decision_function(X) >= 0).astype(np.int64)
