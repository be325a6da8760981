"""Options that several commands share: an option about input files is added here, for all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

PATHS = click.Path(path_type=Path)
Command = Callable[..., Any]


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
    help="Folder of models.  [default: RISKMODEL_MODELS_DIR, else the project's]",
)


def as_date(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A click callback that reads YYYY-MM-DD."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date like 2024-06-30.") from None


_PUBLISHED_AT = click.option(
    "--published-at", callback=as_date, metavar="YYYY-MM-DD", help="Day of articles and lists without one."
)
_STRICT = click.option(
    "--strict", is_flag=True, help="Stop at a file of a folder that cannot be read; else it is set aside."
)
_SECOND_READER = click.option(
    "--second-reader",
    is_flag=True,
    help="Read sentences in doubt a second time with what was said before them: better, and slower.",
)
_HOW = {
    "strict": _STRICT,
    "published_at": _PUBLISHED_AT,
    "trade_format": click.option(
        "--trade-format", metavar="NAME", help="Name the trade format instead of recognising it."
    ),
    "hs_edition": click.option(
        "--hs-edition", type=click.Choice(["HS2012", "HS2017", "HS2022"]), help="For tables without one."
    ),
}
_FILES = {
    "trade": click.option(
        "--trade", type=PATHS, multiple=True, help="Trade table: file or folder; may be repeated."
    ),
    "articles": click.option(
        "--articles", type=PATHS, multiple=True, help="Articles: file or folder; may be repeated."
    ),
    "listings": click.option(
        "--listings", type=PATHS, multiple=True, help="Listings of sanctioned entities; may be repeated."
    ),
    "goods": click.option(
        "--goods", type=PATHS, help="Goods list; default: the 50-code Common High Priority List."
    ),
}
_ARTICLES_ONLY = {
    "articles": click.option(
        "--articles",
        type=PATHS,
        multiple=True,
        required=True,
        metavar="PATH",
        help="Files or folders; repeat.",
    ),
    "published_at": _PUBLISHED_AT,
    "strict": _STRICT,
    "second_reader": _SECOND_READER,
}
_WINDOWS = (
    click.option(
        "--baseline", metavar="YYYY-MM:YYYY-MM", help="Baseline months.  [default: 2019-01:2021-12]"
    ),
    click.option(
        "--recent-months", type=click.IntRange(1, 60), help="Length of the recent window.  [default: 12]"
    ),
)
_LEARNING = (
    click.option(
        "--target",
        type=click.Choice(["transit", "listing"]),
        default="transit",
        show_default=True,
        help="Event.",
    ),
    MODELS,
    click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes."),
)
_ENGINE = (
    click.option(
        "--engine",
        metavar="ENGINE",
        help="local:N processes, or dask://HOST:PORT; the result is the same.  [default: none]",
    ),
    click.option(
        "--parts",
        metavar="PLACE",
        help="Folder or object store of the engine's parts; a restart skips what is done there.",
    ),
)
quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but errors.")


def inputs_option(command: Command) -> Command:
    """Add the options about input files; the command gets `inputs`, an `InputRequest`, in their place."""
    return _requesting(command, {**_FILES, **_HOW, "second_reader": _SECOND_READER})


def articles_option(command: Command) -> Command:
    """The same for a command that reads articles only."""
    return _requesting(command, _ARTICLES_ONLY)


def reading_option(command: Command) -> Command:
    """The same for a command that takes its paths as arguments: only how they are read."""
    return _requesting(command, _HOW)


def windows_option(command: Command) -> Command:
    """Add --baseline and --recent-months."""
    return _with(command, _WINDOWS)


def engine_option(command: Command) -> Command:
    """Add --engine and --parts; the command gets `engine`, an `EngineChoice`, in their place."""

    @functools.wraps(command)
    def with_engine(engine: str | None, parts: str | None, **others: Any) -> Any:
        from riskmodel.engines.choose import EngineChoice

        return command(engine=EngineChoice(engine, parts), **others)

    return _with(with_engine, _ENGINE)


def own_tables(command: Command) -> Command:
    """Add the options of commands that learn or judge: simulated worlds, or a user's own tables.

    The command gets `own`, an `OwnTables`, or None without tables, in place of the options about them. Tables
    are --trade, or for the target `listing` --listings.
    """

    @functools.wraps(command)
    def with_tables(inputs: Any, baseline: str | None, recent_months: int | None, **others: Any) -> Any:
        from riskmodel.errors import WrongUsage
        from riskmodel.training.run import OwnTables

        of_listings = others.get("target") == "listing"
        if of_listings and inputs.paths() and not inputs.listings:
            raise WrongUsage("The target listing learns from listings: give --listings too.")
        if not of_listings and not inputs.trade and inputs.paths():
            raise WrongUsage(
                "--articles, --listings and --goods need --trade; without it worlds are simulated. "
                "With --target listing, --listings alone are enough."
            )
        given = bool(inputs.listings if of_listings else inputs.trade)
        own = OwnTables(inputs, baseline, recent_months, date.today()) if given else None
        return command(own=own, **others)

    decorated = _with(with_tables, (*_LEARNING, quiet_option))
    return inputs_option(windows_option(decorated))


def _requesting(command: Command, options: dict[str, Command]) -> Command:
    @functools.wraps(command)
    def with_request(**given: Any) -> Any:
        from riskmodel.sources.request import InputRequest

        inputs = InputRequest(**{name: given.pop(name) for name in options})
        return command(inputs=inputs, **given)

    return _with(with_request, tuple(options.values()))


def _with(command: Command, options: Sequence[Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


BACKGROUND = click.option(
    "--background",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with trade/ (and totals/) of real tables: a further author resamples worlds from them.",
)
