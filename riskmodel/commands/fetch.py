"""`riskmodel fetch`: public data into a store that remembers every version."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

PATHS = click.Path(path_type=Path)
_MONTH, _DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])"), re.compile(r"\d{4}-\d{2}-\d{2}")


def as_month_or_day(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A click callback that takes YYYY-MM or YYYY-MM-DD."""
    if value is None or _MONTH.fullmatch(value):
        return value
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise click.BadParameter(f"{value!r} is not a month like 2024-03, or a day like 2024-03-15.")


@click.command(name="fetch", short_help="Fetch public data into a store.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE|starter...")
@click.option(
    "--since", callback=as_month_or_day, default="2019-01", show_default=True, metavar="YYYY-MM",
    help="First month; for gdelt a day (default: yesterday).",
)  # fmt: skip
@click.option(
    "--until", callback=as_month_or_day, metavar="YYYY-MM", help="Last month; default: the last one."
)
@click.option(
    "--store",
    type=PATHS,
    default=Path("store"),
    show_default=True,
    metavar="DIR",
    help="Folder of the store.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Say what it will cost, and do nothing.")
@click.option("--accept-shrunk", is_flag=True, help="Accept a list that lost more than a fifth of its rows.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_obj
def command(
    job: dict[str, Any] | None,
    sources: tuple[str, ...],
    since: str,
    until: str | None,
    store: Path,
    only_plan: bool,
    accept_shrunk: bool,
    quiet: bool,
) -> None:
    """Fetch public data into a store: comtrade comext baci uk-trade gdelt ofac csl uk-list eu-annex-iv
    opensanctions ecb references federal-register, or starter for all that a ranking needs.

    Every answer is kept as received, with its time; nothing is ever replaced. What was interrupted is
    resumed, and a second run fetches only what is new. Keys come from the environment: COMTRADE_API_KEY, or
    the path of a file in COMTRADE_API_KEY_FILE.
    """
    from data_contracts.plain_text import one_line
    from riskmodel.fetch.asked import Asked
    from riskmodel.fetch.display import display
    from riskmodel.fetch.keys import masked
    from riskmodel.fetch.plan import named, plan
    from riskmodel.fetch.run import fetch, refuse_incomplete

    today = date.today()
    last = until or (f"{today.year - 1}-12" if today.month == 1 else f"{today.year}-{today.month - 1:02d}")
    if since[:7] > last[:7] or (len(since) == len(last) == 10 and since > last):
        raise click.BadParameter(f"--since {since} is after --until {last}.")
    days = (since if len(since) == 10 else "", last if len(last) == 10 else "")
    if not until and click.get_current_context().get_parameter_source("since") == ParameterSource.DEFAULT:
        days = ((today - timedelta(days=1)).isoformat(),) * 2  # seven years of days would be terabytes
    asked = Asked(since[:7], last[:7], today.isoformat(), *days)
    names = named(sources)
    quiet = quiet or bool((job or {}).get("quiet"))
    if only_plan:
        for line in plan(names, asked).lines():
            click.echo(line)
        return

    costs = plan(names, asked)
    for one in costs.sources:
        if one.licence_note and not quiet:
            click.echo(f"{one.title}: {one.licence}; {one.licence_note}.")

    def say(words: str) -> None:
        if not quiet:
            click.echo(f"  {one_line(masked(words))}", err=True)

    with display(costs.estimates, quiet=quiet) as steps:
        try:
            done = fetch(names, asked, store, steps, say, accept_shrunk)
        except Exception as error:
            if masked(str(error)) == str(error):
                raise
            raise RuntimeError(masked(str(error))) from None  # a traceback prints the words of an error
    if not quiet and not done.no_network:
        for name, tally in done.tallies.items():
            click.echo(f"{name:<17} {tally.words()}")
        click.echo(f"{'in all':<17} {done.whole.words()}")
    refuse_incomplete(done)
