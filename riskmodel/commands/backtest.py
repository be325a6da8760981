"""`riskmodel backtest`: judge a model against simple rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskmodel.commands.options import BACKGROUND, PATHS, as_date, own_tables

if TYPE_CHECKING:
    from riskmodel.training.run import OwnTables


@click.command(name="backtest", short_help="Judge the model against simple rules; write JSON and a page.")
@click.option("--model", "model_id", metavar="ID", help="Model id; default: the champion.")
@click.option("--worlds", type=click.IntRange(2), default=12, show_default=True, help="Simulated worlds.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=901000,
    show_default=True,
    help="First seed.",
)
@click.option(
    "--inject",
    "draws",
    type=click.IntRange(1),
    metavar="N",
    help="With --trade: plant diversion N times in your table, and say what would have been found.",
)
@click.option("--as-of", callback=as_date, metavar="YYYY-MM-DD", help="With --inject: day of the last score.")
@click.option("--ablation", is_flag=True, help="Also refit without and with each group of signals (slow).")
@BACKGROUND
@click.option("--products", is_flag=True, help="Also judge the product score, country by HS6 code.")
@click.option(
    "--out", type=PATHS, default=Path("runs/backtest"), show_default=True, metavar="DIR", help="Folder."
)
@own_tables
def command(
    model_id: str | None,
    worlds: int,
    seed: int,
    draws: int | None,
    as_of: date | None,
    ablation: bool,
    background: Path | None,
    products: bool,
    target: str,
    own: OwnTables | None,
    out: Path,
    models_dir: Path,
    jobs: int,
    quiet: bool,
) -> None:
    """Judge a model against simple rules and write backtest.json and backtest.html.

    Without --trade a stored model, frozen, is judged on simulated worlds. With --trade both candidates are
    fitted and judged on your own tables by rolling monthly origins; nothing is stored. With --trade and
    --inject N, known diversion is planted N times in your table: how large would have been found, how soon,
    and how many alarms the table gives without it.
    """
    from data_contracts.plain_text import one_line
    from riskmodel.backtest.planting import on_planted
    from riskmodel.backtest.run import on_listings, on_tables, on_worlds, summary, write_backtest
    from riskmodel.errors import WrongUsage
    from riskmodel.publication.publish import check_folder
    from riskmodel.registry.champion import load
    from riskmodel.settings import resolve_settings
    from riskmodel.training.run import rows_of_tables

    def tell(words: str) -> None:
        if not quiet:
            click.echo(words)

    check_folder(out)  # before minutes of work, not after
    if draws is not None:
        if own is None or not own.inputs.trade or target == "listing":
            raise WrongUsage(
                "--inject plants diversion in a trade table: give --trade, and no other --target."
            )
        _, windows = resolve_settings(own.baseline, own.recent_months)
        backtest = on_planted(
            load(model_id, models_dir),
            own.inputs,
            windows,
            draws=draws,
            seed=seed,
            as_of=as_of,
            today=own.today,
            tell=tell,
        )
    elif as_of is not None:
        raise WrongUsage("--as-of is for --inject; other backtests choose their dates.")
    elif own is not None:
        rows, source = rows_of_tables(own, "listing" if target == "listing" else "transit", tell)
        made_up = bool(source.simulated)
        if target == "listing":
            backtest = on_listings(rows, tell, simulated=made_up)
        else:
            backtest = on_tables(rows, jobs, tell, simulated=made_up)
    else:
        model = load(model_id, models_dir)
        backtest = on_worlds(
            model,
            worlds,
            seed,
            jobs,
            tell,
            with_ablation=ablation,
            with_products=products,
            background=background,
        )
    write_backtest(backtest, out)
    for line in summary(backtest):
        tell(line)
    tell(f"Page: {one_line(str(out))}/backtest.html")
