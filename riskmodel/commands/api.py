"""What notebooks and programs import from `riskmodel`: the commands as functions on frames and values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.report.view import ReportInput

if TYPE_CHECKING:
    from riskmodel.commands.checked import Checked

Paths = str | Path | Sequence[str | Path]


def score(
    *,
    as_of: date | str,
    out: str | Path,
    trade: Paths = (),
    articles: Paths = (),
    listings: Paths = (),
    goods: str | Path | None = None,
    second_reader: bool = False,
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
        second_reader=second_reader,
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
    """The signals panel of a run: a row for each country, every signal of the catalogue; null is unknown.

    Columns: as_of, country, the signals and what they were computed from (docs/signals.md). Raises
    InputUnreadable where a path is given that is not a run.

    >>> from riskmodel.errors import InputUnreadable
    >>> try:
    ...     signals("no-such-run")
    ... except InputUnreadable as error:
    ...     print(str(error)[:32])
    no-such-run/manifest.json cannot
    """
    return _run(run).signals


RANKING = {
    "rank": pl.Int64(),
    "country": pl.String(),
    "name": pl.String(),
    "risk": pl.String(),
    "interval": pl.String(),
    "event_risk": pl.String(),
    "event_interval": pl.String(),
    "band": pl.String(),
    "grade": pl.String(),
    "event_met": pl.Boolean(),
    "event_met_usd": pl.Int64(),
    "excess_transit_usd": pl.Int64(),
    "largest_driver": pl.String(),
}


def ranking(run: ReportInput | str | Path) -> pl.DataFrame:
    """The scored countries of a run by rank, with probabilities as the report prints them.

    Columns: `RANKING`. A risk is never shown as 0% or 100%; `run.countries` holds the numbers, and the
    countries that are not scored. A null event_met is not published, which is not "no".

    >>> list(RANKING)[:5]
    ['rank', 'country', 'name', 'risk', 'interval']
    """
    from riskmodel.explain.drivers import read_drivers
    from riskmodel.explain.figures import interval, percent
    from riskmodel.report.country import top_driver_words
    from riskmodel.report.rows import CountryScore, rows_of

    report = _run(run)
    scored = report.countries.filter(~pl.col("abstained")).sort("rank", "country")
    rows = [
        (
            *(row.rank, row.country, row.name),
            *(percent(row.risk), interval(row.risk_low, row.risk_high)),
            *(percent(row.event_risk), interval(row.event_risk_low, row.event_risk_high)),
            *(row.band, row.grade, row.event_met, row.event_met_usd, row.excess_transit_usd),
            top_driver_words(read_drivers(row.drivers)),
        )
        for row in rows_of(CountryScore, scored)
    ]
    return pl.DataFrame(rows, schema=RANKING, orient="row")


def validate(
    kind: Literal["trade", "articles", "gkg", "listings", "goods"],
    paths: Paths,
    *,
    as_of: date | str | None = None,
) -> Checked:
    """Check input files against their contract, as `riskmodel validate` does; nothing is printed or written.

    Parameters
    ----------
    kind: what the files hold. paths: files or folders. as_of: judge freshness for this day.

    Raises
    ------
    riskmodel.errors.InputUnreadable: no file can be read as this kind; the sentence says what is missing.
    riskmodel.errors.WrongUsage: there is no such kind.

    >>> from riskmodel.errors import RiskmodelError
    >>> try:
    ...     validate("cargo", "flows.csv")
    ... except RiskmodelError as error:
    ...     print(error)
    There is no kind 'cargo'; there are: trade_flows, trade, articles, gkg, listings, goods.
    """
    from data_contracts.checking.check import preload
    from riskmodel.commands.checked import checked
    from riskmodel.commands.validate import KINDS, verdict_of
    from riskmodel.errors import WrongUsage
    from riskmodel.sources.checked import take_in
    from riskmodel.sources.request import InputRequest, open_as

    if kind not in KINDS:
        raise WrongUsage(f"There is no kind {one_line(str(kind), 40)!r}; there are: {', '.join(KINDS)}.")
    preload()
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    intake = take_in(open_as(KINDS[kind], _paths(paths), InputRequest()), day, None)
    return checked(intake, verdict_of(intake))


def explain(run: ReportInput | str | Path, country: str, rows: int = 10) -> dict[str, Any]:
    """One country's score as values: risk, drivers, what speaks against it, what would lower it, evidence.

    Parameters
    ----------
    country: any name, code or demonym. rows: evidence rows of each kind.

    Raises
    ------
    riskmodel.errors.WrongUsage: the country is not in the run; the sentence says why.
    riskmodel.errors.InputUnreadable: a path is given that is not a run.

    >>> from riskmodel.errors import InputUnreadable
    >>> try:
    ...     explain("no-such-run", "Kyrgyzstan")
    ... except InputUnreadable as error:
    ...     print(str(error)[:32])
    no-such-run/manifest.json cannot
    """
    from riskmodel.commands.explain import find_row
    from riskmodel.report.country_json import country_json

    report = _run(run)
    row = find_row(report.countries, country, report.manifest)
    mine = report.evidence.filter(pl.col("country") == row.country)
    findings, placebos = report.findings, report.behind.placebos
    return country_json(
        row, mine, report.manifest, rows, findings=findings, placebos=placebos, products=report.products
    )


def _run(run: ReportInput | str | Path) -> ReportInput:
    return run if isinstance(run, ReportInput) else load_run(run)


def _paths(given: Paths) -> tuple[Path, ...]:
    one = (given,) if isinstance(given, str | Path) else given
    return tuple(Path(path) for path in one)
