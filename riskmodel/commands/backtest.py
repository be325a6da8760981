"""`riskmodel backtest`: judge a model beside simple rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

PATHS = click.Path(path_type=Path)


@click.command(name="backtest", short_help="Judge the model beside simple rules; write JSON and a page.")
@click.option("--model", "model_id", metavar="ID", help="Model id; default: the champion.")
@click.option("--worlds", type=click.IntRange(2), default=12, show_default=True, help="Simulated worlds.")
@click.option("--seed", type=click.IntRange(0), default=901000, show_default=True, help="First world's seed.")
@click.option("--ablation", is_flag=True, help="Also refit without and with each group of signals (slow).")
@click.option(
    "--target", type=click.Choice(["transit", "listing"]), default="transit", show_default=True, help="Event."
)
@click.option(
    "--trade", type=PATHS, multiple=True, help="Own trade table instead of worlds; may be repeated."
)
@click.option("--articles", type=PATHS, multiple=True, help="Own articles; may be repeated.")
@click.option("--listings", type=PATHS, multiple=True, help="Own listings; may be repeated.")
@click.option("--goods", type=PATHS, help="Own goods list; default: the 50-code Common High Priority List.")
@click.option("--baseline", metavar="YYYY-MM:YYYY-MM", help="Baseline months.  [default: 2019-01:2021-12]")
@click.option("--recent-months", type=click.IntRange(1, 60), help="Recent window.  [default: 12]")
@click.option("--trade-format", metavar="NAME", help="Name the trade format instead of recognising it.")
@click.option(
    "--hs-edition", type=click.Choice(["HS2012", "HS2017", "HS2022"]), help="For tables without one."
)
@click.option(
    "--out", type=PATHS, default=Path("runs/backtest"), show_default=True, metavar="DIR", help="Folder."
)
@click.option("--models", "models_dir", type=PATHS, help="Folder of models.  [default: that of the project]")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    model_id: str | None,
    worlds: int,
    seed: int,
    ablation: bool,
    target: str,
    trade: tuple[Path, ...],
    articles: tuple[Path, ...],
    listings: tuple[Path, ...],
    goods: Path | None,
    baseline: str | None,
    recent_months: int | None,
    trade_format: str | None,
    hs_edition: str | None,
    out: Path,
    models_dir: Path | None,
    jobs: int,
    quiet: bool,
) -> None:
    """Judge a model beside simple rules and write backtest.json and backtest.html.

    Without --trade a stored model, frozen, is judged on simulated worlds. With --trade both candidates are
    fitted and judged on your own tables by rolling monthly origins; nothing is stored.
    """
    from riskmodel import judging, registry
    from riskmodel.errors import WrongUsage
    from riskmodel.operations.ending import one_line
    from riskmodel.retraining import OwnTables, labelled_tables

    if not trade and (articles or listings or goods):
        raise WrongUsage("--articles, --listings and --goods need --trade; without it worlds are simulated.")

    def tell(words: str) -> None:
        if not quiet:
            click.echo(words)

    if trade:
        request = OwnTables(
            trade, articles, listings, goods, baseline, recent_months, trade_format, hs_edition, date.today()
        )
        rows, source = labelled_tables(request, "listing" if target == "listing" else "transit", tell)
        judged = judging.on_tables(rows, jobs, tell, simulated=bool(source["simulated"]))
    else:
        model = registry.load(model_id, models_dir or registry.MODELS_DIR)
        judged = judging.on_worlds(model, worlds, seed, jobs, tell, with_ablation=ablation)
    judged.write(out)
    for line in judging.summary(judged.content):
        tell(line)
    tell(f"Page: {one_line(str(out))}/backtest.html")
