"""`riskmodel store`: what was fetched and when; is it whole; make room; take it elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from riskmodel.cli import example
from riskmodel.commands.options import as_date

PATHS = click.Path(path_type=Path)
STORE = click.option(
    "--store",
    type=PATHS,
    default=Path("store"),
    show_default=True,
    metavar="DIR",
    help="Folder of the store.",
)


@click.group(name="store", short_help="List, check, prune or export what was fetched.")
def command() -> None:
    """What was fetched, exactly as received: list it, check it, make room, or copy it out."""


@command.command(name="list", epilog=example("store list --as-of 2024-06-30"))
@STORE
@click.option("--as-of", callback=as_date, metavar="YYYY-MM-DD", help="Show the coverage as known on a day.")
def list_(store: Path, as_of: object) -> None:
    """One line for each source: datasets, vintages, size, first and last fetch, refusals, licence."""
    from datetime import date

    from riskmodel.store.as_known import as_known
    from riskmodel.store.layout import open_store
    from riskmodel.store.run import listed

    opened = open_store(store)
    if isinstance(as_of, date):
        view = as_known(opened, as_of)
        click.echo(coverage_text(view.coverage))
        for note in view.notes:
            click.echo(note)
        return
    for row in listed(opened).iter_rows(named=True):
        problems = ", ".join(f"{row[name]} {name}" for name in ("rejected", "absent", "failed") if row[name])
        click.echo(
            f"{row['source']:<17} {row['datasets']:>5} datasets {row['vintages']:>5} vintages "
            f"{row['megabytes']:>9,.1f} MB  {row['first'][:10]} to {row['last'][:10]}  {problems}".rstrip()
        )


@command.command(epilog=example("store check --store store"))
@STORE
def check(store: Path) -> int:
    """Compare every object with its digest and the ledger. Exit code 1 where anything is wrong."""
    from data_contracts.plain_text import one_line
    from riskmodel.store.layout import open_store
    from riskmodel.store.run import check as problems

    n = 0
    for problem in problems(open_store(store)):
        n += 1
        click.echo(one_line(f"{problem.what}. {problem.fix}"))
    click.echo("The store is whole." if not n else f"{n} problems.")
    return int(n > 0)


@command.command(epilog=example("store prune --derived --dry-run"))
@STORE
@click.option("--rejected", is_flag=True, help="Remove refused answers too.")
@click.option("--derived", is_flag=True, help="Remove derived tables and views too; they are made again.")
@click.option(
    "--replaced-before", callback=as_date, metavar="YYYY-MM-DD", help="Remove vintages replaced before."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def prune(store: Path, rejected: bool, derived: bool, replaced_before: object, dry_run: bool) -> None:
    """Make room. The newest vintage of anything is never removed."""
    from riskmodel.store.layout import open_store
    from riskmodel.store.run import prune as remove

    day = str(replaced_before or "")
    done = remove(open_store(store), rejected=rejected, derived=derived, older_than=day, dry=dry_run)
    verb = "would be removed" if dry_run else "removed"
    click.echo(f"{done.files} files, {done.bytes / 1e6:,.1f} MB {verb}.")


@command.command(epilog=example("store export --source comext --out comext --unpack"))
@STORE
@click.option("--source", required=True, metavar="NAME", help="Source to copy.")
@click.option("--out", type=PATHS, required=True, metavar="DIR", help="New folder.")
@click.option("--unpack", is_flag=True, help="Give the files in archives, for score --trade.")
def export(store: Path, source: str, out: Path, unpack: bool) -> None:
    """Copy every vintage of a source under readable names, with its lines of the ledger. Mind its licence."""
    from riskmodel.store.layout import open_store
    from riskmodel.store.run import export as copy

    click.echo(f"{copy(open_store(store), out, source, unpack)} files in {out.name}.")


def coverage_text(coverage: object) -> str:
    """The coverage table for a terminal: source, part and year, and how many pieces are of each status."""
    import polars as pl

    from riskmodel.store.coverage import SHORT, STATUSES, by_year

    assert isinstance(coverage, pl.DataFrame)
    lines = [f"{'source':<14} {'part':<24} {'year':<5}" + "".join(f"{name:>10}" for name in SHORT)]
    for row in by_year(coverage).iter_rows(named=True):
        counts = "".join(f"{row[name] or '':>10}" for name in STATUSES)
        lines.append(f"{row['source']:<14} {row['part']:<24} {row['year']:<5}{counts}".rstrip())
    words = "; ".join(f"{s}: {f}" for s, f in zip(SHORT, STATUSES, strict=True) if s != f)
    return "\n".join([*lines, f"({words})"])
