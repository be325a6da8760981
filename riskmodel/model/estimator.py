"""The model that scores: heads by reporting pattern, probability, interval, exact contributions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.model.contribution_rows import contribution_rows
from riskmodel.model.design import HEADS, LAST_HEAD, directions, fits_head, head_expr, matrix
from riskmodel.model.grade import with_grade
from riskmodel.model.head import AdditiveHead, Candidate

INTERVAL_LEVEL = 0.8
LEAST_FAMILIES = 3
# Heads of the declared event are kept with those of the risk, under this name and that of the head.
EVENT = "event, "


@dataclass(frozen=True)
class Model:
    """A loaded or freshly trained model: one calibrated additive head for each reporting pattern."""

    model_id: str
    heads: Mapping[str, AdditiveHead]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, panel: pl.DataFrame) -> pl.DataFrame:
        """One row for each panel row, in its order.

        Columns: as_of, country, head (see `design.HEADS`), risk, risk_low, risk_high (0..1), logit
        (calibrated log-odds), intercept; event_risk, event_risk_low, event_risk_high of the declared event.
        All null after `country` where no inbound leg is known; the last three where no event was learnt.
        """
        widened = self._widened(panel)
        out = _predicted(self._heads_of_risk(), panel, widened)
        event = {name.removeprefix(EVENT): h for name, h in self.heads.items() if name.startswith(EVENT)}
        names = ("risk", "risk_low", "risk_high")
        if not event:
            return out.with_columns(pl.lit(None, dtype=pl.Float64).alias(f"event_{name}") for name in names)
        found = _predicted(event, panel, widened)
        return out.with_columns(found[name].alias(f"event_{name}") for name in names)

    def _widened(self, panel: pl.DataFrame) -> NDArray[np.float64]:
        """By the grade of each row, how much wider than its draws an interval is; ones where nothing says."""
        by_grade: Mapping[str, float] = self.manifest.get("interval", {}).get("widened", {})
        if not by_grade:
            return np.ones(panel.height)
        grades = with_grade(panel)["grade"]
        return grades.replace_strict(by_grade, default=max(by_grade.values())).to_numpy()

    def _heads_of_risk(self) -> dict[str, AdditiveHead]:
        return {name: head for name, head in self.heads.items() if not name.startswith(EVENT)}

    def contributions(self, panel: pl.DataFrame) -> pl.DataFrame:
        """Long frame: as_of, country, signal, value, contribution; panel order, then catalogue order.

        `value` is the signal in its own unit (Float64, null where unknown); `contribution` is in calibrated
        log-odds relative to a typical country: intercept + sum of contributions = logit. It is 0 for an
        unknown signal and for one that the row's head does not see; rows that abstain have none.
        """
        heads = self._heads_of_risk()
        rows = panel.with_columns(head_expr(heads)).with_row_index("_row")
        parts: list[pl.DataFrame] = []
        for name, head in heads.items():
            mine = rows.filter(pl.col("head") == name)
            seen = tuple(head.signals)
            terms = head.contributions(matrix(mine, seen)) if mine.height else np.empty((0, len(seen)))
            parts += contribution_rows(mine, terms, seen, MODEL_SIGNALS)
        return pl.concat(parts).sort("_row", "_place").drop("_row", "_place")


def _predicted(
    heads: Mapping[str, AdditiveHead], panel: pl.DataFrame, widened: NDArray[np.float64]
) -> pl.DataFrame:
    """as_of, country, head, risk, risk_low, risk_high, logit, intercept by the head of each row."""
    rows = panel.with_columns(head_expr(heads))
    n = panel.height
    out = {name: np.full(n, np.nan) for name in ("risk", "risk_low", "risk_high", "logit", "intercept")}
    for name, head in heads.items():
        mask = (rows["head"] == name).fill_null(False).to_numpy()
        if not mask.any():
            continue
        X = matrix(panel.filter(mask), tuple(head.signals))  # noqa: N806
        out["risk"][mask] = head.predict_proba(X)[:, 1]
        out["risk_low"][mask], out["risk_high"][mask] = head.interval(X, INTERVAL_LEVEL, widened[mask])
        out["logit"][mask] = head.decision_function(X)
        out["intercept"][mask] = head.intercept_
    return rows.select("as_of", "country", "head").with_columns(
        pl.Series(name, values).fill_nan(None) for name, values in out.items()
    )


def fit_heads(
    panel: pl.DataFrame,
    target: NDArray[np.int64],
    groups: NDArray[np.int64],
    *,
    candidate: Candidate = "logistic",
    n_draws: int = 60,
    seed: int = 0,
    wanted: Collection[str] = tuple(HEADS),
    only_wanted: bool = False,
) -> dict[str, AdditiveHead]:
    """Fit every head on panel rows with a known target.

    A head learns from every row that knows what it uses, with anything further hidden: `coalition_only` from
    rows with and without an onward leg. `groups` numbers the country block of each row. A head whose rows
    hold one class only is left out; ValueError where that is the head that needs least. `wanted` limits the
    fit to some heads; the one that needs least is among them unless `only_wanted`. Where the panel names
    the `family` of each row's world, authors weigh alike (see `AdditiveHead.fit`).
    """
    heads = {}
    families = None
    if "family" in panel.columns and panel["family"].n_unique() >= LEAST_FAMILIES:
        families = panel["family"].rank("dense").cast(pl.Int64).to_numpy()
    for name, signals in HEADS.items():
        mask = panel.select(fits_head(name)).to_series().to_numpy()
        spare = name not in wanted or len(np.unique(target[mask])) < 2
        if spare and (name != LAST_HEAD or only_wanted):
            continue
        head = AdditiveHead(
            signals,
            tuple(directions(signals).tolist()),
            candidate=candidate,
            n_draws=n_draws,
            seed=seed,
            surprises=tuple(BY_NAME[signal].unit == "surprise" for signal in signals),
        )
        authors = None if families is None else families[mask]
        heads[name] = head.fit(matrix(panel.filter(mask), signals), target[mask], groups[mask], authors)
    return heads
