"""Training for the target `listing` on a user's own listings, with trade and articles where given."""

from __future__ import annotations

import numpy as np
import polars as pl

from riskmodel.backtest.listing import (
    NOT_JUDGED,
    PROTOCOL,
    ListingJudgement,
    judge_by_time,
    usable_listings,
)
from riskmodel.backtest.protocol import blocks_of, labels_of
from riskmodel.backtest.results import TrainingBacktest
from riskmodel.explain.drift import training_signals
from riskmodel.model.estimator import INTERVAL_LEVEL
from riskmodel.model.listing import LISTING_BY_NAME, LISTING_HEAD, fit_listing_head
from riskmodel.outcomes.labels import HORIZON_MONTHS
from riskmodel.publication.digests import digest_json
from riskmodel.training.card import listing_card
from riskmodel.training.fit import N_DRAWS, Trained
from riskmodel.training.manifest import (
    ON_TABLES,
    DatesLearnt,
    IntervalOfModel,
    TablesSource,
    TrainingManifest,
)


def train_on_listings(rows: pl.DataFrame, source: TablesSource, *, seed: int = 0) -> Trained:
    """Train on rows of `outcomes.listing_rows.labelled_listings`, judged by time.

    The head learns the signals that vary between countries in these rows: listings alone, or trade and
    articles with them. Raises WrongUsage where there are no events, or nothing else.
    """
    known, dropped = usable_listings(rows)
    judged = judge_by_time(known, seed)
    backtest = TrainingBacktest(
        protocol=PROTOCOL if judged.scored is not None else NOT_JUDGED,
        simulated=False,
        choice=judged.choice,
        evaluation=judged.evaluation,
    )
    candidate = judged.choice.choice
    head = fit_listing_head(
        known,
        labels_of(known),
        blocks_of(known),
        candidate=candidate,
        n_draws=N_DRAWS,
        seed=seed,
        only=judged.only,
    )
    manifest = _manifest(known, dropped, judged, source, seed)
    left_out = [name for name in LISTING_BY_NAME if name not in head.signals]
    card = listing_card(manifest, backtest, head, left_out, judged.over_rule)
    return Trained({LISTING_HEAD: head}, manifest, backtest, card, judged.scored, candidate)


def _manifest(
    known: pl.DataFrame,
    dropped: dict[str, int],
    judged: ListingJudgement,
    source: TablesSource,
    seed: int,
) -> TrainingManifest:
    days = known["as_of"].sort()
    return TrainingManifest(
        target="listing",
        horizon_months=HORIZON_MONTHS,
        candidate=judged.choice.choice,
        trained_on=ON_TABLES,
        rows=known.height,
        events=int(np.sum(labels_of(known))),
        countries=known["country"].n_unique(),
        dropped=dropped,
        head_rows={LISTING_HEAD: known.height},
        seed=seed,
        interval=IntervalOfModel(INTERVAL_LEVEL, N_DRAWS, "countries"),
        training_rows_digest=digest_json(known.select("as_of", "country", *LISTING_BY_NAME, "target").rows()),
        training_signals=training_signals(known, tuple(LISTING_BY_NAME)),
        inputs=source,
        window=DatesLearnt(days[0], days[-1]),
    )
