"""A country is one block: rows of it are never split between fit and check, nor drawn one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from riskmodel.model.calibration import block_resample, stratified_block_folds
from riskmodel.model.head import AdditiveHead
from riskmodel.model.logistic import MonotoneLogistic

N_COUNTRIES, N_DATES, N_DRAWS, N_FOLDS = 40, 6, 5, 5
GROUPS = np.repeat(np.arange(N_COUNTRIES), N_DATES)
Y = ((GROUPS % 4 == 0) & (np.arange(len(GROUPS)) % N_DATES > 1)).astype(np.int64)
X = np.column_stack([Y + np.sin(np.arange(len(Y))), np.arange(len(Y), dtype=np.float64)])
COUNTRIES = set(range(N_COUNTRIES))


class Fits:
    """What the candidate was fitted on, fit by fit: row numbers (the last column of X) and thread limits."""

    def __init__(self) -> None:
        self.rows: list[list[int]] = []
        self.threads: list[set[int]] = []


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fits]:
    seen, fit = Fits(), MonotoneLogistic.fit

    def watched(self: MonotoneLogistic, X: NDArray[np.float64], *args: object, **more: object) -> object:
        seen.rows.append(X[:, -1].astype(int).tolist())
        seen.threads.append({pool["num_threads"] for pool in threadpool_info()})
        return fit(self, X, *args, **more)

    monkeypatch.setattr(MonotoneLogistic, "fit", watched)
    yield seen


def head(n_draws: int = N_DRAWS) -> AdditiveHead:
    return AdditiveHead(("a", "b"), (1, 1), n_draws=n_draws, n_folds=N_FOLDS)


def times_drawn(rows: list[int]) -> dict[int, set[int]]:
    """How often each row of a country was drawn: one number for a country that is one block."""
    drawn = Counter(rows)
    return {
        country: {drawn[row] for row in np.flatnonzero(np.equal(GROUPS, country))} for country in COUNTRIES
    }


def test_the_draws_of_an_interval_are_of_whole_countries(fits: Fits) -> None:
    head().fit(X, Y, GROUPS)
    draws = fits.rows[-N_DRAWS:]
    assert len(fits.rows) == 1 + N_FOLDS + N_DRAWS
    for rows in draws:
        times = times_drawn(rows)
        assert all(len(one) == 1 for one in times.values())
        assert {0} in times.values() and {2} in times.values()  # with replacement
    assert len({tuple(rows) for rows in draws}) == N_DRAWS


def test_a_calibration_is_fitted_without_the_countries_it_is_checked_on(fits: Fits) -> None:
    head(0).fit(X, Y, GROUPS)
    left_out = []
    for rows in fits.rows[1:]:
        times = times_drawn(rows)
        assert set(map(frozenset, times.values())) == {frozenset({0}), frozenset({1})}
        left_out += [country for country, one in times.items() if one == {0}]
    assert sorted(left_out) == sorted(COUNTRIES)  # each once


def test_folds_are_of_whole_countries_and_check_every_row_once() -> None:
    checked = []
    for train, test in stratified_block_folds(Y, GROUPS, N_FOLDS, seed=3):
        assert set(GROUPS[train]).isdisjoint(GROUPS[test])
        assert set(Y[train]) == set(Y[test]) == {0, 1}
        checked += test.tolist()
    assert sorted(checked) == list(range(len(Y)))


def test_a_draw_holds_as_many_positive_and_other_countries_as_there_are() -> None:
    positive = set(GROUPS[Y == 1])
    for seed in range(20):
        rows = block_resample(Y, GROUPS, np.random.default_rng(seed))
        assert len(rows) == len(Y)
        of_positive = np.isin(GROUPS[rows], list(positive))  # a country is positive as a whole
        assert of_positive.sum() == len(positive) * N_DATES


def test_months_of_one_country_are_no_new_evidence() -> None:
    """The interval of 40 countries is about as wide with one row each as with the same row twelve times."""
    rng = np.random.default_rng(1)
    y = (np.arange(N_COUNTRIES) % 3 == 0).astype(np.int64)
    x = (rng.normal(size=N_COUNTRIES) + y)[:, None]
    at = np.array([[0.5]])

    def width(times: int) -> float:
        rows = np.repeat(np.arange(N_COUNTRIES), times)
        # The penalty weighs against the sum over rows.
        made = AdditiveHead(("a",), (1,), shrink=10.0 * times, n_draws=60)
        low, high = made.fit(x[rows], y[rows], rows).interval(at)
        return float(high[0] - low[0])

    assert width(12) > 0.7 * width(1)


def test_a_fit_uses_one_thread_and_gives_the_others_back(fits: Fits) -> None:
    """Sums in another order change the last bits of a model, and jobs side by side share the cores."""
    with threadpool_limits(2):
        before = {pool["num_threads"] for pool in threadpool_info()}
        head().fit(X, Y, GROUPS)
        after = {pool["num_threads"] for pool in threadpool_info()}
    assert max(before) == max(after) == 2
    assert fits.threads == [{1}] * (1 + N_FOLDS + N_DRAWS)
