"""`riskmodel simulate`: write a simulated world."""

from __future__ import annotations

from pathlib import Path

import click

SIZES = ("small", "medium", "large")


@click.command("simulate")
@click.option(
    "--seed", type=click.IntRange(min=0), help="Whole number, 0 or more; fixes every byte of the world."
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder to write; made if absent."
)
@click.option("--size", type=click.Choice(SIZES), default=None, help="Default small.")
@click.option("--sample", is_flag=True, help="The bundled sample: a small world of a fixed seed.")
@click.option("--quiet", is_flag=True, help="Say nothing when all is well.")
@click.option("--force", is_flag=True, help="Replace another simulated world in the folder.")
def command(seed: int | None, out: Path, size: str | None, sample: bool, quiet: bool, force: bool) -> None:
    """Make a simulated world with planted diversion, decoys and a truth table.

    Roles of countries are drawn at random; nothing in it is about any real country.
    """
    if sample and (seed is not None or size is not None):
        raise click.UsageError("--sample has a fixed seed and size; leave out --seed and --size.")
    if not sample and seed is None:
        raise click.UsageError("Give --seed N (a whole number), or --sample for the bundled sample.")
    from riskmodel.simulate.run import write_world
    from riskmodel.worlds.corridors.params import WorldParams

    params = WorldParams.sample() if sample else getattr(WorldParams, size or "small")(seed)
    written = write_world(params, out, force=force)
    if not quiet:
        state = "Wrote" if written else "Already there:"
        click.echo(f"{state} simulated world, seed {params.seed}, {params.size}: {out}")
        click.echo("Roles of countries are drawn at random; nothing in it is about any real country.")
