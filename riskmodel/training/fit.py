"""Training: rows, choice of candidate, and evaluation on rows that the model was not fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import polars as pl

from riskmodel.backtest.coverage import widened_intervals
from riskmodel.backtest.families import (
    family_results,
    leave_families_out,
    leave_worlds_out,
)
from riskmodel.backtest.protocol import (
    SIMPLER,
    Scored,
    blocks_of,
    champion_by_rule,
    evaluate,
    labels_of,
    leave_countries_out,
    rolling_origins,
    score_fold,
    usable,
    with_inputs_hidden,
)
from riskmodel.backtest.results import Choice, Evaluation, SliceResult, TrainingBacktest
from riskmodel.errors import WrongUsage
from riskmodel.explain.drift import training_signals
from riskmodel.model.design import HEADS, fits_head
from riskmodel.model.estimator import EVENT, INTERVAL_LEVEL, fit_heads
from riskmodel.model.head import AdditiveHead, Candidate
from riskmodel.operations.workers import in_processes
from riskmodel.outcomes.labels import HORIZON_MONTHS
from riskmodel.outcomes.rows import FRAME, Target
from riskmodel.publication.digests import digest_json
from riskmodel.training.card import model_card
from riskmodel.training.manifest import (
    ON_FAMILIES,
    ON_TABLES,
    ON_WORLDS,
    DatesLearnt,
    FamiliesSource,
    IntervalOfModel,
    TablesSource,
    TrainingManifest,
    WorldsSource,
)

N_DRAWS = 40


@dataclass(frozen=True)
class Trained:
    """A model before it is stored, and the rows that it and any rival are judged on.

    Attributes
    ----------
    held_out: rows with known labels that the model was not fitted on (for own tables: rolling origins).
    scores: log-odds of the model on them, from fits that did not see them; None where none could be made.
    """

    heads: Mapping[str, AdditiveHead]
    manifest: TrainingManifest
    backtest: TrainingBacktest
    card: str
    scored: Scored | None
    candidate: Candidate


def train_on_worlds(
    rows: pl.DataFrame,
    held_out: pl.DataFrame,
    source: WorldsSource,
    target: Target,
    *,
    seed: int = 0,
    n_jobs: int = 2,
) -> Trained:
    """Train on rows of simulated worlds and judge on rows of other worlds.

    The candidate is chosen on the training worlds alone (countries left out); the held-out worlds are looked
    at once, for the report.
    """
    train, dropped = usable(rows)
    test, _ = usable(held_out)
    _refuse_thin(train)
    left_out = leave_countries_out(train, simulated=True, seed=seed, n_jobs=n_jobs)
    choice = _choice(left_out)
    scored = score_fold(train, test, simulated=True, seed=seed)
    backtest = TrainingBacktest(
        protocol=(
            f"On {source.held_out_n} held-out simulated worlds: other seeds (from "
            f"{source.held_out_seed}) and other parameter ranges than training; nothing was fitted or "
            "chosen on them."
        ),
        simulated=True,
        choice=choice,
        evaluation=evaluate(scored, choice.choice),
        inputs_hidden=with_inputs_hidden(train, test, choice.choice, seed),
    )
    manifest = _manifest(train, dropped, choice.choice, target, seed, worlds=source)
    return _finish(train, manifest, backtest, scored)


def train_on_families(
    rows: pl.DataFrame, source: FamiliesSource, *, seed: int = 0, n_jobs: int = 2
) -> Trained:
    """Train on worlds of several authors, columns of `family_rows.FAMILY_FRAME`.

    Headline, choice of candidate, calibration and width of intervals rest on authors left out alone. The
    heads learn goods physically diverted; a second set of heads, kept with them, learns the declared event.
    """
    train, dropped = usable(rows)
    _refuse_thin(train)
    outside = leave_families_out(train, seed=seed, n_jobs=n_jobs)
    inside = leave_worlds_out(train, seed=seed, n_jobs=n_jobs)
    choice = _choice(outside)
    coverage = widened_intervals(train, choice.choice, seed=seed, n_jobs=n_jobs)
    declared = train.filter(pl.col("event").is_not_null()).with_columns(pl.col("event").alias("target"))
    event = evaluate(leave_families_out(declared, seed=seed, n_jobs=n_jobs), choice.choice)
    backtest = TrainingBacktest(
        protocol=(
            f"One author left out: the worlds of each of {len(source.families)} authors "
            f"({', '.join(source.families)}; {source.n} worlds each, seeds from {source.seed}) were judged "
            "by fits on the worlds of the others, in turn. Nothing was fitted on an author's own worlds."
        ),
        simulated=True,
        choice=choice,
        evaluation=evaluate(outside, choice.choice),
        families=family_results(outside, inside, choice.choice),
        coverage=coverage,
        event=event.slices["all"],
    )
    manifest = _manifest(train, dropped, choice.choice, "transit", seed, families=source)
    widened = {grade: found.widened for grade, found in coverage.items()}
    interval = replace(manifest.interval, widened=widened)
    manifest = replace(manifest, event_rows=declared.height, interval=interval)
    trained = _finish(train, manifest, backtest, outside, n_jobs)
    learnt = _fitted_heads(declared, choice.choice, seed, n_jobs)
    heads = {**trained.heads, **{f"{EVENT}{name}": head for name, head in learnt.items()}}
    return replace(trained, heads=heads)


def train_on_tables(
    rows: pl.DataFrame, source: TablesSource, target: Target, *, seed: int = 0, n_jobs: int = 2
) -> Trained:
    """Train on labelled rows of the user's own tables, judged by rolling origins.

    Candidates are compared on the rolling origins or, where too few
    events were known early enough for these, with countries left out.
    """
    train, dropped = usable(rows)
    _refuse_thin(train)
    origins = rolling_origins(train, seed=seed, n_jobs=n_jobs)
    left_out = leave_countries_out(train, simulated=False, seed=seed, n_jobs=n_jobs)
    scored = origins if origins is not None and labels_of(origins.rows).any() else left_out
    choice = _choice(scored)
    protocol = (
        "Rolling monthly origins on the user's tables: expanding window, a gap of nine months (horizon and "
        "publication), everything fitted inside."
        if scored is origins
        else "Countries left out in five folds, since too few events were known early enough for rolling "
        "origins."
    )
    empty = Evaluation({"all": SliceResult(0, 0)})
    backtest = TrainingBacktest(
        protocol=protocol,
        simulated=False,
        choice=choice,
        evaluation=evaluate(scored, choice.choice) if scored else empty,
        leave_countries_out=evaluate(left_out, choice.choice) if left_out else empty,
    )
    manifest = _manifest(train, dropped, choice.choice, target, seed, inputs=source)
    return _finish(train, manifest, backtest, scored)


def _refuse_thin(train: pl.DataFrame) -> None:
    if train.is_empty() or train["target"].n_unique() < 2:
        events = int(train["target"].sum()) if train.height else 0
        raise WrongUsage(
            f"There are {train.height} rows to learn from with {events} events; both events and others are "
            "needed: give a longer trade table, earlier dates or more countries."
        )


def _choice(scored: Scored | None) -> Choice:
    """By the written rule; the simpler candidate where too few countries had events to compare."""
    return Choice(SIMPLER, "boosting", SIMPLER, None, None) if scored is None else champion_by_rule(scored)


def _manifest(
    train: pl.DataFrame,
    dropped: dict[str, int],
    candidate: Candidate,
    target: Target,
    seed: int,
    *,
    worlds: WorldsSource | None = None,
    families: FamiliesSource | None = None,
    inputs: TablesSource | None = None,
) -> TrainingManifest:
    return TrainingManifest(
        target=target,
        horizon_months=HORIZON_MONTHS,
        candidate=candidate,
        trained_on=ON_FAMILIES if families else ON_WORLDS if worlds else ON_TABLES,
        rows=train.height,
        events=int(labels_of(train).sum()),
        countries=train.n_unique(["world", "country"]),
        dropped=dropped,
        head_rows={},
        seed=seed,
        interval=IntervalOfModel(
            INTERVAL_LEVEL, N_DRAWS, "authors and countries" if families else "countries"
        ),
        training_rows_digest=rows_digest(train),
        training_signals=training_signals(train),
        worlds=worlds,
        families=families,
        inputs=inputs,
        window=None if inputs is None else DatesLearnt(*_first_and_last(train)),
    )


def _first_and_last(train: pl.DataFrame) -> tuple[date, date]:
    days = train["as_of"].sort()
    return days[0], days[-1]


def _finish(
    train: pl.DataFrame,
    manifest: TrainingManifest,
    backtest: TrainingBacktest,
    scored: Scored | None,
    n_jobs: int = 1,
) -> Trained:
    """Fit the heads of the chosen candidate on all rows, and write the card."""
    candidate = manifest.candidate
    heads = _fitted_heads(train, candidate, manifest.seed, n_jobs)
    head_rows = {name: int(train.select(fits_head(name)).to_series().sum()) for name in heads}
    manifest = replace(manifest, head_rows=head_rows)
    return Trained(heads, manifest, backtest, model_card(manifest, backtest), scored, candidate)


def _fitted_heads(
    train: pl.DataFrame, candidate: Candidate, seed: int, n_jobs: int
) -> dict[str, AdditiveHead]:
    """Every head with its draws, several at a time; the order of `HEADS`."""
    fit = partial(_one_head, candidate=candidate, n_draws=N_DRAWS, seed=seed)
    parts = in_processes(fit, [(train, name) for name in HEADS], n_jobs)
    return {name: head for name, head in zip(HEADS, parts, strict=True) if head is not None}


def _one_head(
    train: pl.DataFrame, name: str, *, candidate: Candidate, n_draws: int, seed: int
) -> AdditiveHead | None:
    y, blocks = labels_of(train), blocks_of(train)
    found = fit_heads(
        train, y, blocks, candidate=candidate, n_draws=n_draws, seed=seed, wanted=[name], only_wanted=True
    )
    return found.get(name)


def rows_digest(rows: pl.DataFrame) -> str:
    """SHA-256 of the labelled rows as canonical JSON."""
    return digest_json(rows.select(list(FRAME)).rows())
