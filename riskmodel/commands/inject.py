"""`riskmodel inject`: plant diversion drawn at random in a user's trade table."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

PATHS = click.Path(path_type=Path)
SHARE = click.FloatRange(0, 1)


def as_range(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, int]:
    """A click callback that reads a whole number, or LOW:HIGH; `_` and `,` may group digits."""
    try:
        numbers = [int(part.replace(",", "").replace("_", "")) for part in value.split(":")]
        low, high = numbers if len(numbers) == 2 else (*numbers, *numbers)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a whole number or a range like 1000000:5000000."
        ) from None
    return low, high


def as_month(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A click callback that reads YYYY-MM."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m").date()
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a month like 2022-09.") from None


@click.command("inject", short_help="Plant diversion drawn at random in a trade table, with the truth.")
@click.option(
    "--trade", type=PATHS, multiple=True, required=True, help="Trade table: file or folder; repeat."
)
@click.option("--goods", type=PATHS, help="Goods list; default: the 50-code Common High Priority List.")
@click.option("--seed", type=click.IntRange(min=0), required=True, help="Whole number; fixes every byte.")
@click.option(
    "--amount",
    callback=as_range,
    default="2000000:50000000",
    show_default=True,
    metavar="USD[:USD]",
    help="Planted inbound US$ of a country, in all.",
)
@click.option("--countries", type=click.IntRange(1), default=5, show_default=True, help="How many to draw.")
@click.option(
    "--codes",
    callback=as_range,
    default="2:8",
    show_default=True,
    metavar="N[:N]",
    help="Goods of a country.",
)
@click.option("--first-month", callback=as_month, metavar="YYYY-MM", help="First month; default: drawn.")
@click.option("--duration", type=click.IntRange(1), metavar="MONTHS", help="Default: to the table's end.")
@click.option("--ramp", type=click.IntRange(0), default=4, show_default=True, help="Months to full size.")
@click.option("--lag", type=click.IntRange(0), default=1, show_default=True, help="Months to leave again.")
@click.option("--undeclared", type=SHARE, default=0.3, show_default=True, help="Onward share not published.")
@click.option("--ghost", type=SHARE, default=0.1, show_default=True, help="Inbound share that never arrives.")
@click.option("--markup", type=click.FloatRange(0), default=0.15, show_default=True, help="Gain on the way.")
@click.option("--trade-format", metavar="NAME", help="Name the trade format instead of recognising it.")
@click.option(
    "--hs-edition", type=click.Choice(["HS2012", "HS2017", "HS2022"]), help="For tables without one."
)
@click.option("--out", type=PATHS, required=True, metavar="DIR", help="Folder to write; made if absent.")
@click.option("--force", is_flag=True, help="Replace another injected table in the folder.")
@click.option("--quiet", is_flag=True, help="Say nothing when all is well.")
def command(
    trade: tuple[Path, ...],
    goods: Path | None,
    seed: int,
    amount: tuple[int, int],
    countries: int,
    codes: tuple[int, int],
    first_month: date | None,
    duration: int | None,
    ramp: int,
    lag: int,
    undeclared: float,
    ghost: float,
    markup: float,
    trade_format: str | None,
    hs_edition: str | None,
    out: Path,
    force: bool,
    quiet: bool,
) -> None:
    """Add known dollars of diversion to a trade table of your own, to see whether a score finds them.

    Countries, goods and months are drawn at random from the seed; rows that hold planted dollars have a
    source that begins with simulated_planted. Writes the injected table, what left for Russia, the roles and
    what was planted where. Nothing in it says anything about a real country.
    """
    from data_contracts.plain_text import one_line
    from riskmodel.injection.run import InjectRequest, inject_files
    from riskmodel.operations.progress import progress
    from riskmodel.worlds.planting.episodes import InjectionSettings

    settings = InjectionSettings(
        countries=countries,
        amount_usd=amount,
        codes=codes,
        first_month=first_month,
        duration=duration,
        ramp=ramp,
        lag=lag,
        undeclared_share=undeclared,
        ghost_share=ghost,
        markup=markup,
    )
    request = InjectRequest(trade, out, seed, goods, settings, trade_format, hs_edition, force)
    with progress(quiet) as steps:
        found = inject_files(request, steps)
    if quiet:
        return
    shown = one_line(str(out))
    if found is None:
        click.echo(f"{shown} already holds this injection: same tables, seed and settings; nothing was done.")
        return
    click.echo(
        f"{shown}: planted in {len(found['episodes'])} countries drawn at random, {found['planted_keys']:,} "
        f"figures changed, US$ {found['diverted_usd']:,} left for Russia. These rows are simulated."
    )
