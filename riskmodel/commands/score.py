"""`riskmodel score`: the batch job."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from riskmodel.commands.options import MODELS, PATHS


def as_date(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A click callback that reads YYYY-MM-DD."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date like 2024-06-30.") from None


@click.command(name="score", short_help="Score transit countries as of a date.")
@click.option("--trade", type=PATHS, multiple=True, help="Trade table: file or folder; may be repeated.")
@click.option("--articles", type=PATHS, multiple=True, help="Articles: file or folder; may be repeated.")
@click.option(
    "--listings", type=PATHS, multiple=True, help="Listings of sanctioned entities; may be repeated."
)
@click.option("--goods", type=PATHS, help="Goods list; default: the 50-code Common High Priority List.")
@click.option(
    "--as-of", required=True, callback=as_date, metavar="YYYY-MM-DD", help="Only what was public then."
)
@click.option("--baseline", metavar="YYYY-MM:YYYY-MM", help="Baseline months.  [default: 2019-01:2021-12]")
@click.option(
    "--recent-months", type=click.IntRange(1, 60), help="Length of the recent window.  [default: 12]"
)
@click.option("--model", "model_id", metavar="ID", help="Model id; default: the champion.")
@MODELS
@click.option(
    "--out", required=True, type=PATHS, metavar="DIR", help="Folder of the run; replaced as a whole."
)
@click.option(
    "--store", type=PATHS, metavar="DIR", help="Use what the store of `fetch` knew on the as-of date."
)
@click.option(
    "--published-at", callback=as_date, metavar="YYYY-MM-DD", help="Day of articles without a date."
)
@click.option("--trade-format", metavar="NAME", help="Name the trade format instead of recognising it.")
@click.option(
    "--hs-edition", type=click.Choice(["HS2012", "HS2017", "HS2022"]), help="For tables without one."
)
@click.option("--previous", type=PATHS, metavar="RUN", help="Earlier run to compare the inputs with.")
@click.option("--allow-hindsight", is_flag=True, help="Use a goods list younger than the as-of date.")
@click.option(
    "--limit", type=click.IntRange(1), default=15, show_default=True, help="Rows of the printed table."
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--force", is_flag=True, help="Compute again even where the same run is in place.")
@click.option("--status-file", type=PATHS, metavar="FILE", help="JSON that says how far the job is.")
@click.option("--metrics-file", type=PATHS, metavar="FILE", help="Counts for Prometheus, at the end.")
@click.pass_obj
def command(
    job: dict[str, Any] | None,
    trade: tuple[Path, ...],
    articles: tuple[Path, ...],
    listings: tuple[Path, ...],
    goods: Path | None,
    as_of: date,
    baseline: str | None,
    recent_months: int | None,
    model_id: str | None,
    models_dir: Path,
    out: Path,
    store: Path | None,
    published_at: date | None,
    trade_format: str | None,
    hs_edition: str | None,
    previous: Path | None,
    allow_hindsight: bool,
    limit: int,
    quiet: bool,
    force: bool,
    status_file: Path | None,
    metrics_file: Path | None,
) -> None:
    """Score transit countries as they could be judged on a date, and publish a run folder.

    Every input passes its contract first; refused rows are kept in quarantine/ with the rule they broke.
    A score is a reason to look, not proof.
    """
    from rich.console import Console

    from riskmodel.errors import WrongUsage
    from riskmodel.operations.ending import one_line
    from riskmodel.operations.watch import watched
    from riskmodel.report.terminal import print_ranking
    from riskmodel.scoring.request import ScoreRequest
    from riskmodel.scoring.run import score
    from riskmodel.scoring.run_folder import read_run
    from riskmodel.settings import resolve_settings

    job = job or {}
    quiet = quiet or bool(job.get("quiet"))
    settings, windows = resolve_settings(baseline, recent_months, models_dir)
    if as_of > date.today():
        raise WrongUsage(f"--as-of {as_of} is in the future; nothing is known on that day yet.")
    if windows.baseline_start > as_of:
        raise WrongUsage(f"The baseline {windows.words()} starts after --as-of {as_of}; name earlier months.")
    view = None
    if store is not None:
        from riskmodel.store.as_known import as_known
        from riskmodel.store.layout import open_store

        view = as_known(open_store(store), as_of)
        if not quiet:
            from riskmodel.commands.store import coverage_text

            click.echo(coverage_text(view.coverage))
            for note in view.notes:
                click.echo(f"  {note}")
        trade, listings = (*trade, *view.trade), (*listings, *view.listings)
        articles = (*articles, *view.articles)
        if not (trade or articles or listings):
            raise WrongUsage(
                f"Nothing in the store was known on {as_of}: it cannot be reconstructed; see above."
            )
    request = ScoreRequest(
        as_of=as_of,
        out=out,
        trade=trade,
        articles=articles,
        listings=listings,
        store_notes=view.notes if view else (),
        goods=goods,
        windows=windows,
        model_id=model_id,
        published_at=published_at,
        trade_format=trade_format,
        hs_edition=hs_edition,
        previous=previous,
        allow_hindsight=allow_hindsight,
        force=force,
    )
    style, shown = job.get("log", "none"), one_line(str(out))
    with watched(out, quiet=quiet, style=style, status=status_file, metrics=metrics_file) as steps:
        report = score(request, settings, steps)
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
