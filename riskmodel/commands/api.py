"""What notebooks and programs import from `riskmodel`: the commands as functions on frames and values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from riskmodel.report.view import ReportInput

Paths = str | Path | Sequence[str | Path]


def score(
    *,
    as_of: date | str,
    out: str | Path,
    trade: Paths = (),
    articles: Paths = (),
    listings: Paths = (),
    goods: str | Path | None = None,
    baseline: str | None = None,
    recent_months: int | None = None,
    history: int = 0,
    previous: str | Path | None = None,
    model: str | None = None,
    models: str | Path | None = None,
    allow_hindsight: bool = False,
    force: bool = False,
) -> ReportInput:
    """Score transit countries as of a day, publish the run folder `out`, and give it back.

    The same as `riskmodel score` with the options of these names; nothing is printed. `as_of` is a date or
    its ISO text. An equal run that is in place is read and given back.

    Raises
    ------
    riskmodel.errors.WrongUsage, InputUnreadable, ContractFailed, ModelRefused: one sentence each; then
        nothing of the run is published.

    >>> from riskmodel.errors import WrongUsage
    >>> try:
    ...     score(as_of="2024-06-30", out="runs/june")
    ... except WrongUsage as error:
    ...     print(error)
    Nothing to score: give at least one of --trade, --articles, --listings.
    """
    from riskmodel.operations.watch import watched
    from riskmodel.scoring.request import ScoreRequest
    from riskmodel.scoring.run import score as run_score
    from riskmodel.settings import read_settings, resolve_settings
    from riskmodel.sources.request import InputRequest

    folder = read_settings().models_dir if models is None else Path(models)
    settings, windows = resolve_settings(baseline, recent_months, folder)
    inputs = InputRequest(
        trade=_paths(trade),
        articles=_paths(articles),
        listings=_paths(listings),
        goods=None if goods is None else Path(goods),
    )
    request = ScoreRequest(
        as_of=date.fromisoformat(as_of) if isinstance(as_of, str) else as_of,
        out=Path(out),
        inputs=inputs,
        windows=windows,
        model_id=model,
        allow_hindsight=allow_hindsight,
        force=force,
        previous=None if previous is None else Path(previous),
        history=history,
    )
    if not request.inputs.paths().keys() - {"goods"}:
        from riskmodel.errors import WrongUsage

        raise WrongUsage("Nothing to score: give at least one of --trade, --articles, --listings.")
    with ExitStack() as stack:
        steps = stack.enter_context(watched(request.out, quiet=True, style="none", status=None, metrics=None))
        report = run_score(request, settings, steps)
    return load_run(out) if report is None else report


def load_run(folder: str | Path) -> ReportInput:
    """The tables of a run folder: countries, products, evidence, series, signals, history, manifest, ...

    Raises InputUnreadable, in one sentence, where the folder is not a run.

    >>> from riskmodel.errors import InputUnreadable
    >>> try:
    ...     load_run("no-such-run")
    ... except InputUnreadable as error:
    ...     print(str(error)[:32])
    no-such-run/manifest.json cannot
    """
    from riskmodel.scoring.run_folder import read_run

    return read_run(Path(folder))


def signals(run: ReportInput | str | Path) -> pl.DataFrame:
    """The signals panel of a run: a row for each country, every signal of the catalogue; null is unknown."""
    return _run(run).signals


def explain(run: ReportInput | str | Path, country: str, rows: int = 10) -> dict[str, Any]:
    """One country's score as values: risk, drivers, what speaks against it, what would lower it, evidence.

    Parameters
    ----------
    country: any name, code or demonym. rows: evidence rows of each kind.

    Raises
    ------
    riskmodel.errors.WrongUsage: the country is not in the run; the sentence says why.
    """
    from riskmodel.commands.explain import find_row
    from riskmodel.report.country_json import country_json

    report = _run(run)
    row = find_row(report.countries, country, report.manifest)
    mine = report.evidence.filter(pl.col("country") == row.country)
    findings, placebos = report.findings, report.behind.placebos
    return country_json(row, mine, report.manifest, rows, findings=findings, placebos=placebos)


def _run(run: ReportInput | str | Path) -> ReportInput:
    return run if isinstance(run, ReportInput) else load_run(run)


def _paths(given: Paths) -> tuple[Path, ...]:
    one = (given,) if isinstance(given, str | Path) else given
    return tuple(Path(path) for path in one)
