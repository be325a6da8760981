"""One-dimensional monotone shapes, of which every candidate is a sum."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Kind = Literal["linear", "step"]


def evaluate(kind: Kind, knots: Vector, values: NDArray[np.float64], x: Vector) -> NDArray[np.float64]:
    """Value of a shape at each x, one column per draw: (len(x), draws).

    `linear`: values at the knots (knots, draws), straight lines between, flat beyond the ends, so that
    a value outside the training range moves nothing further. `step`: values (knots + 1, draws),
    constant between knots, x equal to a knot belongs to the upper step. NaN in, NaN out.

    >>> evaluate("linear", np.array([0.0, 1.0]), np.array([[0.0], [2.0]]), np.array([-5.0, 0.5, 9.0])).ravel()
    array([0., 1., 2.])
    >>> evaluate("step", np.array([0.0]), np.array([[1.0], [3.0]]), np.array([-1.0, 0.0])).ravel()
    array([1., 3.])
    """
    if kind == "step":
        out = values[np.searchsorted(knots, np.nan_to_num(x), side="right")].astype(np.float64)
    else:
        place = np.clip(np.searchsorted(knots, np.nan_to_num(x), side="right") - 1, 0, len(knots) - 2)
        share = np.clip((np.nan_to_num(x) - knots[place]) / (knots[place + 1] - knots[place]), 0.0, 1.0)
        out = values[place] + share[:, None] * (values[place + 1] - values[place])
    out[np.isnan(x)] = np.nan
    return out


def quantile_knots(x: Vector) -> Vector:
    """Knots for a piecewise-linear shape: few below the median, more above it, where the risk lies.

    Most signals are zero for most countries; quantiles of the values above the median keep the
    resolution where they differ. The last knot is the 99.8 % point of those: beyond it a shape is flat.
    A constant or unknown column gets two knots one unit apart (its shape will be flat).

    >>> quantile_knots(np.zeros(5))
    array([0., 1.])
    """
    known = x[~np.isnan(x)]
    if known.size == 0:
        return np.array([0.0, 1.0])
    middle = np.quantile(known, 0.5)
    upper = known[known > middle]
    points = list(np.quantile(known, [0.02, 0.25, 0.5]))
    if upper.size:
        points += list(np.quantile(upper, [0.3, 0.6, 0.85, 0.97, 0.998]))
    knots = np.unique(np.round(points, 6))
    spread = float(knots[-1] - knots[0])
    if spread <= 0:
        return np.array([knots[0], knots[0] + 1.0])
    keep = np.concatenate([[True], np.diff(knots) > 0.01 * spread])
    keep[-1] = True
    return knots[keep]
