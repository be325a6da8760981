"""The candidate for few events: lines of settled sign, shrunk, exact outside the range of training."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from riskmodel.model.head import AdditiveHead
from riskmodel.model.linear import MonotoneLinear


def drawn(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(600, 3))
    y = (rng.random(600) < 1 / (1 + np.exp(-(X[:, 0] + 0.7 * X[:, 1] - 2)))).astype(np.int64)
    return X, y


def test_without_active_bounds_it_is_the_ridge_logistic_of_scikit_learn() -> None:
    X, y = drawn()
    X = X[:, :2]
    mine = MonotoneLinear((1, 1), ridge=17.0).fit(X, y)
    theirs = LogisticRegression(C=1 / 34).fit(X / X.std(axis=0), y)
    assert mine.weights_[1:] == pytest.approx(theirs.coef_[0], abs=2e-3)
    assert mine.decision_function(X) == pytest.approx(theirs.decision_function(X / X.std(axis=0)), abs=1e-2)


def test_a_sign_is_kept_and_a_head_with_it_is_exact_and_monotone() -> None:
    X, y = drawn()
    head = AdditiveHead(("a", "b", "c"), (-1, 1, 1), candidate="linear", n_draws=2).fit(
        X, y, np.arange(600) % 60
    )
    assert np.ptp(head.values_[0][:, 0]) == 0, "a signal that raises the risk cannot enter as lowering it"
    logit = head.intercept_ + head.contributions(X).sum(axis=1)
    assert logit == pytest.approx(head.decision_function(X))
    line = np.column_stack([np.zeros(9), np.linspace(-9, 9, 9), np.zeros(9)])
    assert (np.diff(head.decision_function(line)) >= 0).all()
