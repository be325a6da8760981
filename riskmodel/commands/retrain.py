"""`riskmodel retrain`: train, judge, store and, if it wins, promote a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskmodel.commands.options import BACKGROUND, engine_option, own_tables

if TYPE_CHECKING:
    from riskmodel.engines.choose import EngineChoice
    from riskmodel.training.run import OwnTables


@click.command(name="retrain", short_help="Train, backtest and store a new model.")
@click.option(
    "--worlds", type=click.IntRange(1), default=10, show_default=True, help="Simulated worlds of each author."
)
@click.option(
    "--held-out",
    type=click.IntRange(2),
    default=12,
    show_default=True,
    help="Target listing: worlds to judge on.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1000, show_default=True, help="Seed of the first world."
)
@BACKGROUND
@engine_option
@own_tables
def command(
    worlds: int,
    held_out: int,
    seed: int,
    background: Path | None,
    target: str,
    own: OwnTables | None,
    models_dir: Path,
    jobs: int,
    engine: EngineChoice,
    quiet: bool,
) -> None:
    """Train a model and judge it against simple rules, on rows it was not fitted on.

    Without --trade it learns from simulated worlds of several authors, and the worlds of each author are
    judged by what was learnt from the others. With --trade it learns
    from your own tables, judged by rolling monthly origins. With --target listing, --listings alone are
    enough; --trade and --articles add what they know. The model is stored in the folder of models
    with manifest, card and backtest, and becomes the champion only if it beats the present one by the
    written rule. With --engine, worlds are made, articles read and large trade tables checked elsewhere; the
    model is the same.
    """
    from data_contracts.plain_text import one_line
    from riskmodel.engines.choose import open_engine
    from riskmodel.errors import WrongUsage
    from riskmodel.outcomes.rows import Target
    from riskmodel.registry.champion import check_writable
    from riskmodel.training.promotion import store
    from riskmodel.training.run import from_families, from_tables, from_worlds

    chosen: Target = "listing" if target == "listing" else "transit"
    check_writable(models_dir)  # before minutes of work, not after

    def tell(words: str) -> None:
        if not quiet:
            click.echo(words)

    if own is not None and engine.engine and not (own.inputs.articles or own.inputs.trade):
        raise WrongUsage(
            "--engine has no part to do on own tables without --trade or --articles; leave it out."
        )
    with open_engine(engine) as opened:
        parts = opened if engine.engine else None
        if own is not None:
            trained = from_tables(own, chosen, jobs, tell, parts)
        elif chosen == "transit":
            trained = from_families(worlds, seed, jobs, tell, background, parts)
        else:
            trained = from_worlds(max(worlds, 4), held_out, seed, chosen, jobs, tell, parts)
    promotion = store(trained, models_dir)
    tell(promotion.words)
    tell(f"Card: {one_line(str(models_dir))}/{promotion.model_id}/card.md")
