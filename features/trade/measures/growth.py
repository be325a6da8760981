"""The counterfactual: how coalition exports of a family grew to countries far from Russia."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.trade.flows.numbers import Bools, Ints, sums_by

SHRINK_USD = 1_000_000
LEAST_CONTROLS = 5
BOUNDS = (0.25, 4.0)


@dataclass(frozen=True)
class Growth:
    """Growth factors of one as_of date.

    Attributes
    ----------
    families: family, growth (Float64 ratio, 1.0 is no change).
    overall: growth of all families together; also used for families that no control imports.
    controls: the countries used, sorted; empty when the table has too few, and then every factor is 1.
    """

    families: pl.DataFrame
    overall: float
    controls: tuple[str, ...]


def control_growth(sums: pl.DataFrame, candidates: Collection[str]) -> Growth:
    """Growth of coalition exports to control countries, by family.

    Formula: g_k = (S_k + e G) / (B_k + e) with e = US$1m and G the median over controls of
    (S + e) / (B + e), so that thin families lean on the whole; bounded to 0.25 to 4. In each family the
    controls with the largest rise and the largest fall are left out: one diverter among the controls must
    not hide others, and leaving out risers alone would read normal growth as a surge. Where fewer than three
    controls import a family, only the riser is left out.

    Parameters
    ----------
    sums: `WindowSums.families`. candidates: countries that the rule allows.
    """
    families = sums["family"].unique().sort()
    controls = _controls(sums, candidates)
    if len(controls.names) < LEAST_CONTROLS:
        return Growth(pl.DataFrame({"family": families, "growth": np.ones(len(families))}), 1.0, ())
    recent, baseline = controls.of_countries
    ratio = (recent + SHRINK_USD) / (baseline + SHRINK_USD)
    overall = float(str(pl.Series(ratio).median()))
    kept = _without_extremes(controls, overall)
    names = np.array(families.to_list(), dtype=np.str_)
    place, n = np.searchsorted(names, controls.family[kept]), len(names)
    recent, baseline = (sums_by(place, amounts[kept], n) for amounts in (controls.recent, controls.baseline))
    growth = (recent + SHRINK_USD * overall) / (baseline + SHRINK_USD)
    growth[np.bincount(place, minlength=n) == 0] = overall
    return Growth(
        pl.DataFrame({"family": families, "growth": np.clip(growth, *BOUNDS)}),
        min(max(overall, BOUNDS[0]), BOUNDS[1]),
        controls.names,
    )


@dataclass(frozen=True)
class _Controls:
    """Inbound sums of the controls that imported in the baseline; each row a country and a family, shape (n,)

    names: of the controls, sorted. country: place in them. family: its name. recent, baseline: US$.
    """

    names: tuple[str, ...]
    country: Ints
    family: NDArray[np.str_]
    recent: Ints
    baseline: Ints

    @property
    def of_countries(self) -> tuple[Ints, Ints]:
        """Recent and baseline sums of each control, shape (names,)."""
        n = len(self.names)
        return sums_by(self.country, self.recent, n), sums_by(self.country, self.baseline, n)


def _controls(sums: pl.DataFrame, candidates: Collection[str]) -> _Controls:
    inbound = sums.filter((pl.col("leg") == "inbound") & pl.col("country").is_in(sorted(candidates)))
    names, country = np.unique(np.array(inbound["country"].to_list(), dtype=np.str_), return_inverse=True)
    family = np.array(inbound["family"].to_list(), dtype=np.str_)
    recent, baseline = (inbound[name].to_numpy() for name in ("recent_usd", "baseline_usd"))
    used = sums_by(country, baseline, len(names)) > 0
    rows, place = used[country], np.cumsum(used) - 1
    return _Controls(
        tuple(names[used].tolist()), place[country[rows]], family[rows], recent[rows], baseline[rows]
    )


def _without_extremes(controls: _Controls, overall: float) -> Bools:
    """Rows that are neither the largest rise of their family nor, of three or more, the largest fall."""
    rise = controls.recent - overall * controls.baseline
    order = np.lexsort((controls.country, rise, controls.family))
    _, start, number = np.unique(controls.family[order], return_index=True, return_counts=True)
    place = np.arange(len(order)) - np.repeat(start, number)
    n = np.repeat(number, number)
    kept = np.zeros(len(order), dtype=bool)
    kept[order] = (place < n - 1) & ((place > 0) | (n < 3))
    return kept
