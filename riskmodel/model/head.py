"""A calibrated additive classifier for one pattern of reporting, with bootstrap draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from threadpoolctl import threadpool_limits

from riskmodel.model.boosting import MonotoneBoosting
from riskmodel.model.calibration import block_resample, platt, stratified_block_folds
from riskmodel.model.linear import MonotoneLinear
from riskmodel.model.logistic import MonotoneLogistic
from riskmodel.model.shapes import Vector, evaluate

Candidate = Literal["logistic", "boosting", "equal", "linear"]
Fitted = MonotoneLogistic | MonotoneBoosting | MonotoneLinear
Matrix = NDArray[np.float64]

# Stored numbers are rounded here, so that the last bits of a linear algebra library do not change a model.
DECIMALS = 6


# So hard that the weights of a ramp are equal to six digits.
EQUAL = 1e6
FAMILY_WEIGHT = 1000.0  # what the rows of one author weigh together


def family_weights(families: NDArray[np.int64] | None, n_rows: int) -> Vector:
    """Weights of rows that give each family the same sum; ones where there are no families.

    >>> family_weights(np.array([1, 1, 2]), 3).tolist()
    [500.0, 500.0, 1000.0]
    """
    if families is None:
        return np.ones(n_rows)
    _, place, counts = np.unique(families, return_inverse=True, return_counts=True)
    weights: Vector = FAMILY_WEIGHT / counts[place]
    return weights


def _folds(
    y: NDArray[np.int64],
    groups: NDArray[np.int64],
    families: NDArray[np.int64] | None,
    n_folds: int,
    seed: int,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    if families is None:
        yield from stratified_block_folds(y, groups, n_folds, seed)
        return
    for family in np.unique(families):
        train, test = np.flatnonzero(families != family), np.flatnonzero(families == family)
        if len(np.unique(y[train])) == 2:
            yield train, test


def _drawn(
    y: NDArray[np.int64],
    groups: NDArray[np.int64],
    families: NDArray[np.int64] | None,
    draw: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Rows of countries drawn with replacement, of all families but one where there are families."""
    if families is None:
        return block_resample(y, groups, rng)
    names = np.unique(families)
    kept = np.flatnonzero(families != names[draw % len(names)])
    if len(np.unique(y[kept])) < 2:
        kept = np.arange(len(y))
    return kept[block_resample(y[kept], groups[kept], rng)]


class AdditiveHead(ClassifierMixin, BaseEstimator):
    """log-odds = intercept + one monotone shape for each signal, calibrated, with B bootstrap draws.

    After `fit` only arrays are kept (no fitted library object):
    `reference_` (signals,) median of the training rows, where every contribution is 0;
    `knots_` one vector for each signal; `values_` for each signal (knots [+1 for steps], 1 + B), column 0
    the fit and the others the draws, in calibrated log-odds relative to the reference;
    `intercepts_` (1 + B,) log-odds at the reference; `platt_` slope and shift, already inside the values.

    Parameters
    ----------
    signals: names of the columns. directions: +1 or -1 for each. candidate: `logistic`, `boosting`, or
        `linear` for few events (target `listing`).
    shrink: how hard the logistic candidate is drawn to equal weights; 10 was best of 3, 10, 30 and 100 with
        one author of development worlds left out at a time. The candidate `equal` is drawn all the way.
    surprises: whether each column is a surprise, whose knots are the same in every table.
    n_draws: refits on countries drawn with replacement. n_folds: country folds for the calibration.
    """

    def __init__(
        self,
        signals: tuple[str, ...] = (),
        directions: tuple[int, ...] = (),
        candidate: Candidate = "logistic",
        shrink: float = 10.0,
        n_draws: int = 60,
        n_folds: int = 5,
        seed: int = 0,
        surprises: tuple[bool, ...] = (),
    ) -> None:
        self.signals = signals
        self.directions = directions
        self.candidate = candidate
        self.shrink = shrink
        self.n_draws = n_draws
        self.n_folds = n_folds
        self.seed = seed
        self.surprises = surprises

    def fit(
        self,
        X: Matrix,  # noqa: N803
        y: NDArray[np.int64],
        groups: NDArray[np.int64],
        families: NDArray[np.int64] | None = None,
    ) -> Self:
        """Fit on X (rows, signals; NaN = unknown), y in {0, 1} and the country block of each row.

        Unknown values take the reference, so they contribute nothing. With `families` (a number for the
        author of each row's world, at least three) every author has the same weight, the calibration is
        fitted on authors left out, and each draw leaves one author out before countries are drawn.
        Raises ValueError when y has one class.
        """
        if len(np.unique(y)) < 2:
            raise ValueError("training rows hold one class only; give a longer window or more countries")
        with threadpool_limits(1):
            self._fit(X, np.asarray(y, dtype=np.int64), np.asarray(groups), families)
        return self

    def _fit(
        self,
        X: Matrix,  # noqa: N803
        y: NDArray[np.int64],
        groups: NDArray[np.int64],
        families: NDArray[np.int64] | None,
    ) -> None:
        self.classes_ = np.array([0, 1])
        known = ~np.isnan(X)
        self.reference_ = np.array(
            [
                np.round(np.median(x[k]), DECIMALS) if k.any() else 0.0
                for x, k in zip(X.T, known.T, strict=True)
            ]
        )
        filled = np.where(known, X, self.reference_)
        weights = family_weights(families, len(y))
        main = self._candidate(None).fit(filled, y, weights=weights)
        knots = tuple(main.knots_)
        self.kind_ = main.kind
        # Copies: arrays that signals share would be stored once, and come back apart.
        self.knots_ = [np.array(k, dtype=np.float64) for k in knots]
        slope, shift = self._calibration(filled, y, groups, families)
        self.platt_ = np.round(np.array([slope, shift]), DECIMALS)
        fits: list[Fitted] = [main]
        rng = np.random.default_rng(self.seed)
        for draw in range(self.n_draws):
            rows = _drawn(y, groups, families, draw, rng)
            start = getattr(main, "weights_", None)
            fits.append(self._candidate(knots).fit(filled[rows], y[rows], start, weights[rows]))
        self._store(fits)

    def _candidate(self, knots: tuple[Vector, ...] | None) -> Fitted:
        directions = tuple(int(d) for d in self.directions)
        if self.candidate == "boosting":
            return MonotoneBoosting(directions, knots=knots, seed=self.seed)
        if self.candidate == "linear":
            return MonotoneLinear(directions, knots=knots)
        shrink = EQUAL if self.candidate == "equal" else self.shrink
        return MonotoneLogistic(directions, shrink=shrink, knots=knots, surprises=self.surprises)

    def _calibration(
        self,
        X: Matrix,  # noqa: N803
        y: NDArray[np.int64],
        groups: NDArray[np.int64],
        families: NDArray[np.int64] | None,
    ) -> tuple[float, float]:
        out, weights = np.full(len(y), np.nan), family_weights(families, len(y))
        for train, test in _folds(y, groups, families, self.n_folds, self.seed):
            fitted = self._candidate(None).fit(X[train], y[train], weights=weights[train])
            out[test] = fitted.decision_function(X[test])
        return platt(out, y, weights)

    def _store(self, fits: list[Fitted]) -> None:
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

    def interval(
        self,
        X: Matrix,  # noqa: N803
        level: float = 0.8,
        widened: Vector | float = 1.0,
    ) -> tuple[Vector, Vector]:
        """Central `level` interval of the probability over the draws, made to contain the fit.

        widened: how much wider than the draws each row's interval is, in log-odds.
        """
        logit = self.decision_function(X)
        risk = expit(logit)
        if len(self.intercepts_) < 2:
            return risk, risk
        draws = self.intercepts_[1:] + sum(self._terms(X, slice(1, None)))
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
        below, above = np.maximum(logit - low, 0.0), np.maximum(high - logit, 0.0)
        ends = expit(logit - widened * below), expit(logit + widened * above)
        return np.minimum(ends[0], risk), np.maximum(ends[1], risk)
