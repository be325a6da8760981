"""Logistic fits within bounds, to the minimum itself, so that no library's rounding shows in a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from riskmodel.model.shapes import Vector

STEPS = 30
SMALL = 1e-12  # of the last step
FAR = 1.0  # a step as long as this does not start near a minimum


def bounded_fit(
    start: Vector,
    columns: NDArray[np.float64],
    target: Vector,
    weights: Vector,
    bounded: NDArray[np.bool_],
    penalty: NDArray[np.float64] | None = None,
) -> Vector:
    """Coefficients of least logistic loss plus half of coefficients @ penalty @ coefficients.

    A quasi-Newton search within the bounds (L-BFGS-B, not a fit repaired afterwards), then Newton's steps.
    Parameters are those of `polished`; `start`: where the search begins.
    """
    curve = np.zeros((len(start), len(start))) if penalty is None else penalty

    def loss(at: Vector) -> tuple[float, Vector]:
        logit, pull = columns @ at, curve @ at
        value = weights @ (np.logaddexp(0.0, logit) - target * logit) + at @ pull / 2
        return float(value), columns.T @ (weights * (expit(logit) - target)) + pull

    bounds = [(0.0, None) if held else (None, None) for held in bounded]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300})
    return polished(found.x, columns, target, weights, bounded, curve)


def share_as_log_odds(target: Vector, weights: Vector) -> float:
    """Log-odds of the weighted share of positives, within one in a million of 0 and 1: where a search starts.

    >>> share_as_log_odds(np.array([0.0, 1.0]), np.ones(2))
    0.0
    """
    share = float(np.clip(weights @ target / weights.sum(), 1e-6, 1 - 1e-6))
    return float(np.log(share / (1 - share)))


def polished(
    found: Vector,
    columns: NDArray[np.float64],
    target: Vector,
    weights: Vector,
    bounded: NDArray[np.bool_],
    penalty: NDArray[np.float64] | None = None,
) -> Vector:
    """Newton's steps from the answer of a search that stops early, within the same bounds.

    A quasi-Newton search ends where its gains are small; how far from the minimum that is depends on the last
    bits of every product before, and so on the linear algebra library and the processor. Newton's steps end
    at the minimum to some 1e-13, wherever they began.

    Parameters
    ----------
    found: coefficients. columns: (rows, coefficients), log-odds = columns @ coefficients. target: 0 to 1, and
        weights: of rows. bounded: which coefficients are never below 0. penalty: its second derivative,
        (coefficients, coefficients); its value and slope are 0 at coefficients of 0.

    Returns
    -------
    The minimum, or `found` itself where the steps do not settle (no minimum: the classes are separable).
    """
    curve = np.zeros((len(found), len(found))) if penalty is None else penalty
    at = found.copy()
    for _ in range(STEPS):
        risk = expit(columns @ at)
        gradient = columns.T @ (weights * (risk - target)) + curve @ at
        curvature = (columns * (weights * risk * (1 - risk))[:, None]).T @ columns + curve
        free = ~(bounded & (at <= 0) & (gradient >= 0))
        try:
            step = np.linalg.solve(curvature[np.ix_(free, free)], -gradient[free])
        except np.linalg.LinAlgError:
            return found
        if not np.abs(step).max(initial=0.0) < FAR:
            return found
        before = at.copy()
        at[free] += step
        at[bounded] = np.maximum(at[bounded], 0.0)
        if np.abs(at - before).max() < SMALL:
            return at
    return found


def pull_to_means(n_signals: int, n_gaps: int, shrink: float) -> NDArray[np.float64]:
    """Second derivative of `shrink` times the squared distances of slopes from the mean of their ramp.

    Coefficients: intercept, means (n_gaps), slopes (n_signals * n_gaps, the gaps of a signal together).
    """
    first = 1 + n_gaps
    pull = np.zeros((first + n_signals * n_gaps, first + n_signals * n_gaps))
    for gap in range(n_gaps):
        slopes = first + gap + n_gaps * np.arange(n_signals)
        pull[1 + gap, 1 + gap] = 2 * shrink * n_signals
        pull[slopes, slopes] = 2 * shrink
        pull[1 + gap, slopes] = pull[slopes, 1 + gap] = -2 * shrink
    return pull
