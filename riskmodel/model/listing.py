"""The model of the target `listing`: one additive head on listings, and articles and trade if given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue import LISTING_SIGNALS
from riskmodel.model.contribution_rows import contribution_rows
from riskmodel.model.estimator import INTERVAL_LEVEL, Model
from riskmodel.model.head import AdditiveHead, Candidate

# The name of the one head; a model that has it is a model of listings.
LISTING_HEAD = "listings"
LISTING_BY_NAME = {signal.name: signal for signal in LISTING_SIGNALS}
# A signal is learnt where it is known, and not always the same, for at least so many countries, and above
# its least value on at least so many dates: a horizon of them, or it was never judged.
LEAST_COUNTRIES = 10
LEAST_DATES = 6


class ListingModel(Model):
    """A `Model` whose rows are those of `features.listing_panel`; it abstains nowhere.

    A signal that the head does not read, or that is unknown, contributes exactly 0.
    """

    @property
    def head(self) -> AdditiveHead:
        """The one head."""
        return self.heads[LISTING_HEAD]

    def predict(self, panel: pl.DataFrame) -> pl.DataFrame:
        """As `Model.predict`; `event_risk` is null, since risk is that of the listing itself."""
        X, head = listing_matrix(panel, self.head.signals), self.head  # noqa: N806
        low, high = head.interval(X, INTERVAL_LEVEL)
        columns = {
            "risk": head.predict_proba(X)[:, 1],
            "risk_low": low,
            "risk_high": high,
            "logit": head.decision_function(X),
            "intercept": np.full(panel.height, head.intercept_),
        }
        return panel.select("as_of", "country", pl.lit(LISTING_HEAD).alias("head")).with_columns(
            *(pl.Series(name, values, dtype=pl.Float64) for name, values in columns.items()),
            *(
                pl.lit(None, dtype=pl.Float64).alias(f"event_{name}")
                for name in ("risk", "risk_low", "risk_high")
            ),
        )

    def contributions(self, panel: pl.DataFrame) -> pl.DataFrame:
        """As `Model.contributions`, for every signal of `LISTING_SIGNALS`."""
        terms = self.head.contributions(listing_matrix(panel, self.head.signals))
        rows = panel.with_row_index("_row")
        parts = contribution_rows(rows, terms, self.head.signals, tuple(LISTING_BY_NAME))
        return pl.concat(parts).sort("_row", "_place").drop("_row", "_place")


def listing_matrix(panel: pl.DataFrame, signals: Sequence[str]) -> NDArray[np.float64]:
    """Rows of the panel by `signals`, NaN where unknown. Shape (rows, signals)."""
    columns = [panel[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in signals]
    return np.column_stack(columns) if columns else np.empty((panel.height, 0))


def learnable(rows: pl.DataFrame) -> tuple[str, ...]:
    """Signals of `LISTING_SIGNALS` that vary, for at least `LEAST_COUNTRIES` countries and `LEAST_DATES`."""
    found = []
    for name in LISTING_BY_NAME:
        known = rows.filter(pl.col(name).is_not_null())
        dates = known.filter(pl.col(name) > pl.col(name).min())["as_of"].n_unique()
        if known["country"].n_unique() >= LEAST_COUNTRIES and dates >= LEAST_DATES:
            found.append(name)
    return tuple(found)


def fit_listing_head(
    rows: pl.DataFrame,
    target: NDArray[np.int64],
    groups: NDArray[np.int64],
    *,
    candidate: Candidate = "linear",
    n_draws: int = 0,
    seed: int = 0,
    only: tuple[str, ...] | None = None,
) -> AdditiveHead:
    """The head fitted on rows with a known target; ValueError where nothing varies or one class is there.

    `groups` numbers the country of each row. only: signals that it may read; None: all.
    """
    signals = tuple(name for name in learnable(rows) if only is None or name in only)
    if not signals:
        raise ValueError("no signal of listings, articles or trade varies between countries")
    head = AdditiveHead(
        signals,
        tuple(LISTING_BY_NAME[name].direction for name in signals),
        candidate=candidate,
        n_draws=n_draws,
        seed=seed,
        surprises=(False,) * len(signals),
    )
    return head.fit(listing_matrix(rows, signals), target, groups)
