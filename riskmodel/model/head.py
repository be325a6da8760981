"""A calibrated additive classifier for one pattern of reporting, with bootstrap draws."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from threadpoolctl import threadpool_limits

from riskmodel.model.boosting import MonotoneBoosting
from riskmodel.model.calibration import block_resample, platt, stratified_block_folds
from riskmodel.model.logistic import MonotoneLogistic
from riskmodel.model.shapes import Vector, evaluate

Candidate = Literal["logistic", "boosting"]
Matrix = NDArray[np.float64]

# Stored numbers are rounded here, so that the last bits of a linear algebra library do not change a model.
DECIMALS = 6


class AdditiveHead(ClassifierMixin, BaseEstimator):
    """log-odds = intercept + one monotone shape for each signal, calibrated, with B bootstrap draws.

    After `fit` only arrays are kept (no fitted library object):
    `reference_` (signals,) median of the training rows, where every contribution is 0;
    `knots_` one vector for each signal; `values_` for each signal (knots [+1 for steps], 1 + B), column 0
    the fit and the others the draws, in calibrated log-odds relative to the reference;
    `intercepts_` (1 + B,) log-odds at the reference; `platt_` slope and shift, already inside the values.

    Parameters
    ----------
    signals: names of the columns. directions: +1 or -1 for each. candidate: `logistic` or `boosting`.
    alpha, smooth: penalties of the logistic candidate; at a smoothness of 0.1 both the fullest and the barest
        head did well with countries left out of the training worlds.
    n_draws: refits on countries drawn with replacement. n_folds: country folds for the calibration.
    """

    def __init__(
        self,
        signals: tuple[str, ...] = (),
        directions: tuple[int, ...] = (),
        candidate: Candidate = "logistic",
        alpha: float = 1.0,
        smooth: float = 0.1,
        n_draws: int = 60,
        n_folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.signals = signals
        self.directions = directions
        self.candidate = candidate
        self.alpha = alpha
        self.smooth = smooth
        self.n_draws = n_draws
        self.n_folds = n_folds
        self.seed = seed

    def fit(self, X: Matrix, y: NDArray[np.int64], groups: NDArray[np.int64]) -> Self:  # noqa: N803
        """Fit on X (rows, signals; NaN = unknown), y in {0, 1} and the country block of each row.

        Unknown values take the reference, so they contribute nothing. Raises ValueError when y has one class.
        """
        if len(np.unique(y)) < 2:
            raise ValueError("training rows hold one class only; give a longer window or more countries")
        with threadpool_limits(1):
            self._fit(X, np.asarray(y, dtype=np.int64), np.asarray(groups))
        return self

    def _fit(self, X: Matrix, y: NDArray[np.int64], groups: NDArray[np.int64]) -> None:  # noqa: N803
        self.classes_ = np.array([0, 1])
        known = ~np.isnan(X)
        self.reference_ = np.array(
            [
                np.round(np.median(x[k]), DECIMALS) if k.any() else 0.0
                for x, k in zip(X.T, known.T, strict=True)
            ]
        )
        filled = np.where(known, X, self.reference_)
        main = self._candidate(None).fit(filled, y)
        knots = tuple(main.knots_)
        self.kind_ = main.kind
        self.knots_ = [np.asarray(k, dtype=np.float64) for k in knots]
        slope, shift = self._calibration(filled, y, groups)
        self.platt_ = np.round(np.array([slope, shift]), DECIMALS)
        fits = [main]
        rng = np.random.default_rng(self.seed)
        for _ in range(self.n_draws):
            rows = block_resample(y, groups, rng)
            fits.append(
                self._candidate(knots).fit(filled[rows], y[rows], start=getattr(main, "weights_", None))
            )
        self._store(fits)

    def _candidate(self, knots: tuple[Vector, ...] | None) -> MonotoneLogistic | MonotoneBoosting:
        directions = tuple(int(d) for d in self.directions)
        if self.candidate == "boosting":
            return MonotoneBoosting(directions, knots=knots, seed=self.seed)
        return MonotoneLogistic(directions, alpha=self.alpha, smooth=self.smooth, knots=knots)

    def _calibration(self, X: Matrix, y: NDArray[np.int64], groups: NDArray[np.int64]) -> tuple[float, float]:  # noqa: N803
        out = np.full(len(y), np.nan)
        for train, test in stratified_block_folds(y, groups, self.n_folds, self.seed):
            out[test] = self._candidate(None).fit(X[train], y[train]).decision_function(X[test])
        return platt(out, y)

    def _store(self, fits: list[MonotoneLogistic | MonotoneBoosting]) -> None:
        slope, shift = self.platt_
        shapes = [fit.shape_values() for fit in fits]
        intercepts = np.array([fit.intercept_ for fit in fits])
        self.values_: list[Matrix] = []
        for place, knots in enumerate(self.knots_):
            values = np.column_stack([shape[place] for shape in shapes])
            at_reference = evaluate(self.kind_, knots, values, self.reference_[place : place + 1])[0]
            intercepts = intercepts + at_reference
            self.values_.append(np.round(slope * (values - at_reference), DECIMALS))
        self.intercepts_: Vector = np.round(slope * intercepts + shift, DECIMALS)

    def _terms(self, X: Matrix, columns: slice) -> list[Matrix]:  # noqa: N803
        """For each signal (rows, draws): calibrated log-odds relative to the reference; unknown gives 0."""
        return [self._term(place, X[:, place], columns) for place in range(len(self.knots_))]

    def _term(self, place: int, x: Vector, columns: slice) -> Matrix:
        knots, values = self.knots_[place], self.values_[place][:, columns]
        anchor = evaluate(self.kind_, knots, values, self.reference_[place : place + 1])
        term = evaluate(self.kind_, knots, values, x) - anchor
        return np.where(np.isnan(x)[:, None], 0.0, term)

    def shape(self, place: int, x: Vector) -> Vector:
        """Contribution of the signal at `place` for each of its transformed values; NaN gives 0."""
        return self._term(place, x, slice(0, 1))[:, 0]

    @property
    def intercept_(self) -> float:
        """Calibrated log-odds of a country at the reference point."""
        return float(self.intercepts_[0])

    def contributions(self, X: Matrix) -> Matrix:  # noqa: N803
        """Calibrated log-odds each signal adds (rows, signals); with `intercept_` they sum to the whole."""
        return np.column_stack([term[:, 0] for term in self._terms(X, slice(0, 1))])

    def decision_function(self, X: Matrix) -> Vector:  # noqa: N803
        """Calibrated log-odds of each row."""
        return self.intercept_ + self.contributions(X).sum(axis=1)

    def predict_proba(self, X: Matrix) -> Matrix:  # noqa: N803
        """Calibrated probabilities, columns 0 and 1."""
        risk = expit(self.decision_function(X))
        return np.column_stack([1 - risk, risk])

    def predict(self, X: Matrix) -> NDArray[np.int64]:  # noqa: N803
        """1 where the probability is at least one half."""
        return (self.decision_function(X) >= 0).astype(np.int64)

    def interval(self, X: Matrix, level: float = 0.8) -> tuple[Vector, Vector]:  # noqa: N803
        """Central `level` interval of the probability over the draws, widened to contain the fit."""
        risk = self.predict_proba(X)[:, 1]
        if len(self.intercepts_) < 2:
            return risk, risk
        draws = expit(self.intercepts_[1:] + sum(self._terms(X, slice(1, None))))
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
        return np.minimum(low, risk), np.maximum(high, risk)
