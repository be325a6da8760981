"""Candidate 1: additive monotone logistic regression on piecewise-linear ramps."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from riskmodel.model.shapes import Kind, Vector, quantile_knots


def ramps(x: Vector, knots: Vector) -> NDArray[np.float64]:
    """One column for each gap between knots, rising from 0 to 1 across it: (len(x), knots - 1).

    >>> ramps(np.array([0.5, 3.0]), np.array([0.0, 1.0, 2.0]))
    array([[0.5, 0. ],
           [1. , 1. ]])
    """
    return np.clip((x[:, None] - knots[:-1]) / np.diff(knots), 0.0, 1.0)


class MonotoneLogistic(ClassifierMixin, BaseEstimator):
    """Logistic regression in which each signal is a monotone piecewise-linear function.

    Every signal enters through ramps between knots at its training quantiles. Ramp weights are bounded
    to the sign of the signal's direction (L-BFGS-B with bounds, not a fit repaired afterwards), so
    monotonicity holds by construction. An L2 penalty on the weights shrinks a signal that tells nothing to a
    flat line, one on the change of slope at each knot keeps chance steps out (Eilers and Marx 1996). Ramps
    all run from 0 to 1 and slopes are taken over the range of the knots: that is the standardisation.

    Parameters
    ----------
    directions: +1 or -1 for each column. alpha: L2 penalty on ramp weights. smooth: on changes of slope.
    knots: knots for each column; None takes quantiles of the training rows.
    """

    kind: Kind = "linear"

    def __init__(
        self,
        directions: tuple[int, ...] = (),
        alpha: float = 1.0,
        smooth: float = 0.0,
        knots: tuple[Vector, ...] | None = None,
    ) -> None:
        self.directions = directions
        self.smooth = smooth
        self.alpha = alpha
        self.knots = knots

    def fit(self, X: NDArray[np.float64], y: NDArray[np.int64], start: Vector | None = None) -> Self:  # noqa: N803
        """Fit on X (rows, signals) without NaN and y in {0, 1}; `start` is a warm start for the weights."""
        self.classes_ = np.array([0, 1])
        self.knots_ = list(self.knots) if self.knots is not None else [quantile_knots(x) for x in X.T]
        basis = self._basis(X)
        target = np.asarray(y, dtype=np.float64)
        penalty = self._penalty()

        def loss(weights: Vector) -> tuple[float, Vector]:
            logit = weights[0] + basis @ weights[1:]
            value = (
                np.logaddexp(0.0, logit).sum() - target @ logit + 0.5 * weights[1:] @ penalty @ weights[1:]
            )
            error = expit(logit) - target
            slope = np.concatenate([[error.sum()], basis.T @ error + penalty @ weights[1:]])
            return float(value), slope

        share = float(np.clip(target.mean(), 1e-6, 1 - 1e-6))
        if start is None:
            start = np.concatenate([[np.log(share / (1 - share))], np.zeros(basis.shape[1])])
        bounds = [(None, None)] + [(0.0, None)] * basis.shape[1]
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
        self.weights_: Vector = found.x
        self.intercept_ = float(found.x[0])
        return self

    def _penalty(self) -> NDArray[np.float64]:
        blocks = []
        for knots in self.knots_:
            slopes = np.diag(float(knots[-1] - knots[0]) / np.diff(knots))
            bends = np.diff(slopes, axis=0)
            blocks.append(self.alpha * np.eye(len(knots) - 1) + self.smooth * bends.T @ bends)
        return np.asarray(block_diag(*blocks))

    def _basis(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        columns = zip(X.T, self.knots_, self.directions, strict=True)
        return np.hstack([direction * ramps(x, knots) for x, knots, direction in columns])

    def shape_values(self) -> list[Vector]:
        """Value of each signal's shape at its knots, zero at the first knot."""
        out, place = [], 1
        for knots, direction in zip(self.knots_, self.directions, strict=True):
            weights = self.weights_[place : place + len(knots) - 1]
            out.append(np.concatenate([[0.0], np.cumsum(direction * weights)]))
            place += len(knots) - 1
        return out

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
