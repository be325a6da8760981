"""`riskmodel score`: the batch job."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskmodel.commands.options import (
    MODELS,
    PATHS,
    as_date,
    engine_option,
    inputs_option,
    quiet_option,
    windows_option,
)

if TYPE_CHECKING:
    from riskmodel.engines.choose import EngineChoice
    from riskmodel.sources.request import InputRequest


@click.command(name="score", short_help="Score transit countries as of a date.")
@inputs_option
@click.option(
    "--as-of",
    callback=as_date,
    metavar="YYYY-MM-DD",
    help="Only what was public then.  [required; with --store today]",
)
@windows_option
@click.option("--model", "model_id", metavar="ID", help="Model id; default: the champion.")
@MODELS
@click.option(
    "--out",
    type=PATHS,
    metavar="DIR",
    help="Folder of the run; replaced as a whole.  [required; with --store runs/world]",
)
@click.option(
    "--store",
    type=PATHS,
    is_flag=False,
    flag_value=Path("store"),
    metavar="[DIR]",
    help="Use what the store of `fetch` knew on the as-of date.",
)
@click.option(
    "--previous", type=PATHS, metavar="RUN", help="Earlier run: compare inputs with it, show what changed."
)
@click.option(
    "--history",
    type=click.IntRange(0, 60),
    default=0,
    help="Score this many earlier months too, as then known.",
)
@click.option("--allow-hindsight", is_flag=True, help="Use a goods list younger than the as-of date.")
@click.option(
    "--limit", type=click.IntRange(1), default=15, show_default=True, help="Rows of the printed table."
)
@quiet_option
@click.option("--force", is_flag=True, help="Compute again even where the same run is in place.")
@click.option(
    "--rehash", is_flag=True, help="Read large inputs again even where size and times are as before."
)
@click.option(
    "--min-scored",
    type=click.IntRange(0),
    metavar="N",
    help="Publish only with N countries scored.  [default: half of the last run's, at least 1]",
)
@click.option(
    "--keep",
    type=click.IntRange(1),
    metavar="N",
    help="Write to DIR/YYYY-MM-DD of --out DIR and keep the newest N of them.",
)
@engine_option
@click.option("--status-file", type=PATHS, metavar="FILE", help="JSON that says how far the job is.")
@click.option("--metrics-file", type=PATHS, metavar="FILE", help="Counts for Prometheus, at the end.")
@click.pass_obj
def command(
    job: dict[str, Any] | None,
    inputs: InputRequest,
    as_of: date | None,
    baseline: str | None,
    recent_months: int | None,
    model_id: str | None,
    models_dir: Path,
    out: Path | None,
    store: Path | None,
    previous: Path | None,
    history: int,
    allow_hindsight: bool,
    limit: int,
    quiet: bool,
    force: bool,
    rehash: bool,
    min_scored: int | None,
    keep: int | None,
    status_file: Path | None,
    metrics_file: Path | None,
    engine: EngineChoice,
) -> None:
    """Score transit countries as they could be judged on a date, and publish a run folder.

    Every input passes its contract first; refused rows are kept in quarantine/ with the rule they broke.
    With --engine, large trade tables are checked and condensed, articles read and earlier dates (--history)
    scored elsewhere; the run is the same. A score is a reason to look, not proof.
    """
    from rich.console import Console

    from data_contracts.plain_text import one_line
    from riskmodel.engines.choose import open_engine
    from riskmodel.errors import WrongUsage
    from riskmodel.operations.watch import watched
    from riskmodel.report.terminal import print_ranking
    from riskmodel.scoring.nights import dated_folder, refuse_overlap
    from riskmodel.scoring.request import ScoreRequest
    from riskmodel.scoring.run import score
    from riskmodel.scoring.run_folder import read_run
    from riskmodel.settings import resolve_settings

    as_of, out = _of_store(as_of, out, store)
    out = out if keep is None else dated_folder(out, as_of)
    job = job or {}
    quiet = quiet or bool(job.get("quiet"))
    settings, windows = resolve_settings(baseline, recent_months, models_dir)
    if as_of > date.today():
        raise WrongUsage(f"--as-of {as_of} is in the future; nothing is known on that day yet.")
    if windows.baseline_start > as_of:
        raise WrongUsage(f"The baseline {windows.words()} starts after --as-of {as_of}; name earlier months.")
    refuse_overlap(windows, as_of)
    notes: tuple[str, ...] = ()
    if store is not None:
        inputs, notes = with_store(inputs, store, as_of, quiet)
    if engine.engine and not inputs.articles and not inputs.trade:
        raise WrongUsage("--engine has no part to do without --trade or --articles; leave it out.")
    request = ScoreRequest(
        as_of=as_of,
        out=out,
        inputs=inputs,
        store_notes=notes,
        windows=windows,
        model_id=model_id,
        previous=previous,
        allow_hindsight=allow_hindsight,
        force=force,
        rehash=rehash,
        history=history,
        min_scored=min_scored,
        keep=keep,
    )
    style, shown = job.get("log", "none"), one_line(str(out))
    with (
        watched(out, quiet=quiet, style=style, status=status_file, metrics=metrics_file) as steps,
        open_engine(engine) as parts,
    ):
        report = score(request, settings, steps, parts if engine.engine else None)
    if quiet:
        return
    if report is None:
        click.echo(
            f"{shown} already holds this run: same inputs, settings, code and model; nothing was done. "
            "Use --force to compute it again."
        )
        report = read_run(out)
    print_ranking(report, Console(), limit=limit)
    for kind, rows in report.manifest.rows.items():
        if rows.quarantined:
            click.echo(f"{rows.quarantined} {kind} rows were refused: see {shown}/quarantine/{kind}.csv")
    click.echo(f"Report: {shown}/report.html")


def _of_store(as_of: date | None, out: Path | None, store: Path | None) -> tuple[date, Path]:
    """The day and folder of a run; only a score of a store has its own. Raises MissingParameter."""
    if store is None:
        for name, value in (("as-of", as_of), ("out", out)):
            if value is None:
                raise click.MissingParameter(param_hint=f"'--{name}'", param_type="option")
    return as_of or date.today(), out or Path("runs/world")


def with_store(
    inputs: InputRequest, root: Path, as_of: date, quiet: bool
) -> tuple[InputRequest, tuple[str, ...]]:
    """Add what a store knew on a day to the inputs; prints its coverage. Also gives the notes for the run."""
    from dataclasses import replace

    from riskmodel.commands.store import coverage_text
    from riskmodel.errors import WrongUsage
    from riskmodel.store.as_known import as_known
    from riskmodel.store.layout import open_store

    view = as_known(open_store(root), as_of)
    if not quiet:
        click.echo("\n".join([coverage_text(view.coverage), *(f"  {note}" for note in view.notes)]))
    joined = replace(
        inputs,
        trade=(*inputs.trade, *view.trade),
        articles=(*inputs.articles, *view.articles),
        listings=(*inputs.listings, *view.listings),
    )
    if not (joined.trade or joined.articles or joined.listings):
        raise WrongUsage(f"Nothing in the store was known on {as_of}, so it cannot be reconstructed.")
    return joined, view.notes
