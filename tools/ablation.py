"""What each part of the training is worth to authors left out: `python -m tools.ablation [--background DIR]`.

Every line is one training with one part changed, judged on the worlds of each author by fits on those of the
others: mean average precision over worlds and dates. The first line is the training as it is. One head sees
every row here, and a signal that is unknown contributes nothing, so that the first line differs a little from
the card, whose model changes head by what was reported.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.backtest import measures
from riskmodel.backtest.families import ranking_of
from riskmodel.backtest.protocol import blocks_of, labels_of, usable
from riskmodel.model.design import directions, matrix
from riskmodel.model.head import AdditiveHead
from riskmodel.outcomes.family_rows import family_jobs, family_rows
from riskmodel.outcomes.rows import PLAIN_MEASURES
from riskmodel.worlds.makers import MAKERS

Train = Callable[[pl.DataFrame], pl.DataFrame]
SURPRISES = tuple(name for name in MODEL_SIGNALS if BY_NAME[name].unit == "surprise")
PAIRS = tuple(name for name in MODEL_SIGNALS if BY_NAME[name].block == "both legs")


def without(signals: Sequence[str]) -> tuple[str, ...]:
    """Signals of the model but for some."""
    return tuple(name for name in MODEL_SIGNALS if name not in signals)


def plain_measures(rows: pl.DataFrame) -> tuple[str, ...]:
    """What takes the place of surprises: the plain measures of trade that are known in `rows`."""
    known = (name for name in PLAIN_MEASURES if rows[name].null_count() < rows.height)
    return (*without(SURPRISES), *known)


def judged(rows: pl.DataFrame, author: str, signals: tuple[str, ...], train: Train) -> float:
    """Mean average precision on the worlds of `author` of a fit on all other worlds that `train` keeps."""
    known, asked = train(rows.filter(pl.col("family") != author)), rows.filter(pl.col("family") == author)
    head = AdditiveHead(
        signals,
        tuple(directions(signals).tolist()),
        n_draws=0,
        surprises=tuple(name in SURPRISES for name in signals),
    )
    families = known["family"].rank("dense").cast(pl.Int64).to_numpy()
    head.fit(matrix(known, signals), labels_of(known), blocks_of(known), families)
    logit = head.decision_function(matrix(asked, signals))
    return measures.mean_precision(labels_of(asked), logit, ranking_of(asked)) or 0.0


def as_they_are(frame: pl.DataFrame) -> pl.DataFrame:
    """Training rows, all of them."""
    return frame


def worlds_but(author: str) -> Train:
    """Training rows of all authors but one more."""
    return lambda frame: frame.filter(pl.col("family") != author)


def declared_event(frame: pl.DataFrame) -> pl.DataFrame:
    """Training rows whose target is the declared event instead of what was physically diverted."""
    return frame.filter(pl.col("event").is_not_null()).with_columns(pl.col("event").alias("target"))


def table(rows: pl.DataFrame) -> str:
    """Markdown: one line for each change, one column for each author left out."""
    authors = rows["family"].unique().sort().to_list()
    changes: dict[str, tuple[tuple[str, ...], Train]] = {
        "as it is": (MODEL_SIGNALS, as_they_are),
        "plain measures instead of surprises": (plain_measures(rows), as_they_are),
        "without the pairs of both legs": (without(PAIRS), as_they_are),
        "learnt from the declared event": (MODEL_SIGNALS, declared_event),
        **{f"without the author of {name}": (MODEL_SIGNALS, worlds_but(name)) for name in authors},
    }
    lines = {
        words: [
            None if words.endswith(f"author of {author}") else judged(rows, author, signals, train)
            for author in authors
        ]
        for words, (signals, train) in changes.items()
    }
    head = ["trained", *authors, "mean", "the same authors, as it is"]
    text = [head, ["---"] * len(head)]
    for words, values in lines.items():
        whole = [mine for mine, value in zip(lines["as it is"], values, strict=True) if value is not None]
        figures = [*values, mean_of(values), mean_of(whole)]
        text.append([words, *("" if value is None else f"{value:.3f}" for value in figures)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in text)


def mean_of(values: Sequence[float | None]) -> float:
    """Mean of the known values; there is at least one.

    >>> mean_of([1.0, None, 2.0])
    1.5
    """
    known = [value for value in values if value is not None]
    return sum(known) / len(known)


def main() -> None:
    """Make the worlds that `riskmodel retrain` learns from, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--background", type=Path, help="folder of real tables, as for riskmodel retrain")
    parser.add_argument("--worlds", type=int, default=10, help="worlds of each author (default 10)")
    parser.add_argument("--seed", type=int, default=1000, help="seed of the first world (default 1000)")
    given = parser.parse_args()
    rows, _ = usable(family_rows(family_jobs(tuple(MAKERS), given.worlds, given.seed, given.background)))
    print(table(rows))


if __name__ == "__main__":
    main()
