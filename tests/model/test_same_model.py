"""A model does not depend on where its search stopped, and so not on the linear algebra library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import check_grad, minimize
from scipy.special import expit

import riskmodel.model.bounded_fit as bounded_fit
from riskmodel.model.bounded_fit import polished, pull_to_means
from riskmodel.model.head import AdditiveHead, Candidate
from riskmodel.registry.archive import dump_heads

CHECKOUT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(5)
N, SIGNALS = 600, 6
X = np.abs(RNG.normal(size=(N, SIGNALS))) * RNG.integers(0, 2, size=(N, SIGNALS))
X[:, 1] = 0.9 * X[:, 0] + 0.1 * X[:, 1]
X[RNG.random((N, SIGNALS)) < 0.1] = np.nan
Y = (np.nan_to_num(X).sum(axis=1) + RNG.normal(size=N) > 3).astype(np.int64)
GROUPS = np.arange(N) % 40
FAMILIES = GROUPS % 4


def archive(candidate: Candidate = "logistic") -> bytes:
    names = tuple(f"signal {i}" for i in range(SIGNALS))
    surprises = (True, False) * (SIGNALS // 2)
    head = AdditiveHead(names, (1,) * SIGNALS, candidate=candidate, n_draws=6, surprises=surprises)
    return dump_heads({"full": head.fit(X, Y, GROUPS, FAMILIES)})


@pytest.mark.parametrize("candidate", ["logistic", "linear"])
def test_a_search_that_stops_elsewhere_gives_the_same_model(
    candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = archive(candidate)
    search = bounded_fit.minimize

    def early(*args: object, **more: object) -> object:
        return search(*args, **{**more, "options": {"ftol": 1e-7}})

    monkeypatch.setattr(bounded_fit, "minimize", early)
    assert archive(candidate) == before


def coefficients() -> tuple[NDArray[np.float64], ...]:
    basis = np.clip(np.nan_to_num(X), 0, 1)
    columns = np.column_stack([np.ones(N), np.zeros((N, 2)), basis])
    return columns, Y.astype(np.float64), np.full(N, 2.0), pull_to_means(SIGNALS // 2, 2, 0.5)


def test_the_minimum_has_no_slope_within_the_bounds_and_none_downhill_at_them() -> None:
    columns, target, weights, pull = coefficients()
    columns[:, 3] *= -1  # this signal speaks against what its bound allows
    bounded = np.arange(columns.shape[1]) > 2

    def loss(found: NDArray[np.float64]) -> float:
        logit = columns @ found
        away = found[3:].reshape(-1, 2) - found[1:3]
        return float(weights @ (np.logaddexp(0, logit) - target * logit) + 0.5 * (away**2).sum())

    def slope(found: NDArray[np.float64]) -> NDArray[np.float64]:
        return columns.T @ (weights * (expit(columns @ found) - target)) + pull @ found

    bounds = [(0.0, None) if held else (None, None) for held in bounded]
    rough = minimize(loss, np.full(len(bounded), 0.1), jac=slope, bounds=bounds, options={"ftol": 1e-6}).x
    at = polished(rough, columns, target, weights, bounded, pull)
    assert np.abs(slope(rough)[rough != 0]).max() > 1e-4
    assert check_grad(loss, slope, at + 0.05) < 1e-3  # the penalty is the one that the search has
    held = bounded & (at == 0)
    assert held[3] and not held.all()
    assert np.abs(slope(at)[~held]).max() < 1e-9 and (slope(at)[held] > 0).all()


def test_classes_without_a_minimum_keep_the_answer_of_the_search() -> None:
    x = np.linspace(-1, 1, 50)
    columns, target = np.column_stack([x, np.ones(50)]), (x > 0).astype(np.float64)
    found = np.array([30.0, 0.0])
    assert polished(found, columns, target, np.ones(50), np.array([True, False])) is found


@pytest.mark.long
def test_every_kernel_of_the_linear_algebra_library_gives_the_same_model(tmp_path: Path) -> None:
    code = "import hashlib, test_same_model as t; print(hashlib.sha256(t.archive()).hexdigest())"
    found = {}
    for kernel in ("", "Haswell", "Nehalem"):
        env = os.environ | {"PYTHONPATH": f"{CHECKOUT}{os.pathsep}{Path(__file__).parent}"}
        env.pop("OPENBLAS_CORETYPE", None)
        if kernel:
            env["OPENBLAS_CORETYPE"] = kernel
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=200
        )
        assert done.returncode == 0, done.stderr
        found[kernel] = done.stdout
    assert len(set(found.values())) == 1, found
