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
    unknown = np.isnan(x)
    known = np.where(unknown, 0.0, x)
    place = np.searchsorted(knots, known, side="right")
    if kind == "step":
        out = values[place].astype(np.float64)
    else:
        place = np.clip(place - 1, 0, len(knots) - 2)
        share = np.clip((known - knots[place]) / (knots[place + 1] - knots[place]), 0.0, 1.0)
        out = values[place] + share[:, None] * (values[place + 1] - values[place])
    out[unknown] = np.nan
    return out


SURPRISE_KNOTS = np.array([0.0, 1.0, 3.0])  # one in ten and one in a thousand placebos


def three_knots(x: Vector) -> Vector:
    """Knots for a line with one bend: the least value, and the 60 % and 99 % points of the values above it.

    Most signals are zero for most countries; the bend lies where they differ. Beyond the last knot a shape
    is flat. A column without two values gets knots one unit apart (its shape will be flat).

    >>> three_knots(np.array([0.0, 0.0, 1.0, 2.0, 3.0, np.nan])).tolist()
    [0.0, 2.2, 2.98]
    >>> three_knots(np.zeros(5)).tolist()
    [0.0, 1.0, 2.0]
    """
    known = x[~np.isnan(x)]
    least = float(known.min()) if known.size else 0.0
    above = known[known > least]
    if above.size:
        middle, most = (float(q) for q in np.round(np.quantile(above, [0.6, 0.99]), 6))
        if least < middle < most:
            return np.array([least, middle, most])
        if least < most:
            return np.array([least, (least + most) / 2, most])
    return np.array([least, least + 1.0, least + 2.0])
