"""What each group of signals is worth: left out, and alone."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.backtest import measures
from riskmodel.backtest.results import AblationLine, rounded
from riskmodel.model.design import directions, matrix
from riskmodel.model.head import AdditiveHead, Candidate

GROUPS: dict[str, tuple[str, ...]] = {
    block: tuple(name for name in MODEL_SIGNALS if BY_NAME[name].block == block)
    for block in dict.fromkeys(BY_NAME[name].block for name in MODEL_SIGNALS)
}


def ablation(
    train: pl.DataFrame, test: pl.DataFrame, candidate: Candidate, seed: int = 0
) -> tuple[AblationLine, ...]:
    """Measures on `test` of fits on `train` without each group and with it alone, frames of usable rows.

    One head sees every row here; a signal that is unknown contributes nothing. So the first line, with all
    signals, differs a little from the model, which changes head by what was reported.
    """
    lines = [AblationLine("all", "all", *_measured(MODEL_SIGNALS, train, test, candidate, seed))]
    for words, group in GROUPS.items():
        others = tuple(name for name in MODEL_SIGNALS if name not in group)
        for kept, signals in (("without", others), ("alone", group)):
            lines.append(AblationLine(words, kept, *_measured(signals, train, test, candidate, seed)))
    return rounded(tuple(lines))


def _measured(
    signals: tuple[str, ...], train: pl.DataFrame, test: pl.DataFrame, candidate: Candidate, seed: int
) -> tuple[float | None, float | None]:
    head = AdditiveHead(
        signals, tuple(directions(signals).tolist()), candidate=candidate, n_draws=0, seed=seed
    )
    known, asked = (frame["target"].cast(pl.Int64).to_numpy() for frame in (train, test))
    blocks = train.select(pl.concat_str("world", "country", separator="/").rank("dense")).to_series()
    head.fit(matrix(train, signals), known, blocks.cast(pl.Int64).to_numpy())
    X = matrix(test, signals)  # noqa: N806
    return (
        measures.average_precision(asked, head.decision_function(X)),
        measures.brier_skill(asked, head.predict_proba(X)[:, 1], float(np.mean(known))),
    )
