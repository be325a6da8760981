"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

PATHS = click.Path(path_type=Path)


def _models_folder(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path:
    if value is not None:
        return value
    from riskmodel.settings import read_settings

    return read_settings().models_dir


MODELS = click.option(
    "--models",
    "models_dir",
    type=PATHS,
    metavar="DIR",
    callback=_models_folder,
    help="Folder of models.  [default: RISKMODEL_MODELS_DIR, else models/ of the project]",
)

_OWN_TABLES = (
    click.option(
        "--target",
        type=click.Choice(["transit", "listing"]),
        default="transit",
        show_default=True,
        help="Event.",
    ),
    click.option(
        "--trade", type=PATHS, multiple=True, help="Own trade table instead of worlds; may be repeated."
    ),
    click.option("--articles", type=PATHS, multiple=True, help="Own articles; may be repeated."),
    click.option("--listings", type=PATHS, multiple=True, help="Own listings; may be repeated."),
    click.option(
        "--goods", type=PATHS, help="Own goods list; default: the 50-code Common High Priority List."
    ),
    click.option(
        "--baseline", metavar="YYYY-MM:YYYY-MM", help="Baseline months.  [default: 2019-01:2021-12]"
    ),
    click.option("--recent-months", type=click.IntRange(1, 60), help="Recent window.  [default: 12]"),
    click.option("--trade-format", metavar="NAME", help="Name the trade format instead of recognising it."),
    click.option(
        "--hs-edition", type=click.Choice(["HS2012", "HS2017", "HS2022"]), help="For tables without one."
    ),
    MODELS,
    click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes."),
    click.option("--quiet", is_flag=True, help="Print nothing but errors."),
)


def own_tables(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of commands that learn or judge: simulated worlds, or a user's own tables.

    The command gets `own`, an `OwnTables`, or None without --trade, in place of the options about tables.
    """

    @functools.wraps(command)
    def with_tables(
        trade: tuple[Path, ...],
        articles: tuple[Path, ...],
        listings: tuple[Path, ...],
        goods: Path | None,
        baseline: str | None,
        recent_months: int | None,
        trade_format: str | None,
        hs_edition: str | None,
        **others: Any,
    ) -> Any:
        from riskmodel.errors import WrongUsage
        from riskmodel.training.run import OwnTables

        if not trade and (articles or listings or goods):
            raise WrongUsage(
                "--articles, --listings and --goods need --trade; without it worlds are simulated."
            )
        request = OwnTables(
            trade, articles, listings, goods, baseline, recent_months, trade_format, hs_edition, date.today()
        )
        return command(own=request if trade else None, **others)

    decorated: Callable[..., Any] = with_tables
    for option in reversed(_OWN_TABLES):
        decorated = option(decorated)
    return decorated
