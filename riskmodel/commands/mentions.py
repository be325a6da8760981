"""`riskmodel mentions`: find diversion mentions in articles and write them to one file."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskmodel.commands.score import as_date

if TYPE_CHECKING:
    import polars as pl

    from features.articles.mentions import MentionResult

PATHS = click.Path(path_type=Path)
SUFFIXES = (".parquet", ".csv")


@click.command(name="mentions", short_help="Find diversion mentions in articles.")
@click.option(
    "--articles", type=PATHS, multiple=True, required=True, metavar="PATH", help="Files or folders; repeat."
)
@click.argument("more", type=PATHS, nargs=-1, metavar="[PATH]...")
@click.option("--out", type=PATHS, required=True, metavar="FILE", help="Where to write: .parquet or .csv.")
@click.option(
    "--published-at", callback=as_date, metavar="YYYY-MM-DD", help="Day of articles without a date."
)
@click.option("--quiet", is_flag=True, help="Print nothing on success.")
def command(
    articles: tuple[Path, ...], more: tuple[Path, ...], out: Path, published_at: date | None, quiet: bool
) -> None:
    """Read articles and write one row for each sentence and country it names.

    A row says whether the sentence suggests that goods reach Russia through the country, how probable
    that reading is, and whether it reports worsening or easing. A mention is a reason to look, not proof.
    """
    from riskmodel.errors import WrongUsage
    from riskmodel.intake import refuse_failures, take_in
    from riskmodel.report.progress import progress
    from riskmodel.sources.articles import read_articles

    if out.suffix.lower() not in SUFFIXES:
        raise WrongUsage(f"--out {out.name} must end in {' or '.join(SUFFIXES)}.")
    if not out.parent.is_dir():
        raise WrongUsage(f"The folder of --out {out.name} does not exist; create it first.")
    with progress(quiet) as steps:
        steps.step("checking articles")
        intake = take_in(read_articles([*articles, *more], published_at=published_at), None)
        refuse_failures([intake])
        from features.articles.mentions import read_mentions

        steps.step("reading sentences")
        result = read_mentions(intake.accepted)
        steps.step("writing")
        _write(result.mentions, out)
    if not quiet:
        click.echo(_summary(result, intake.quarantined.height, out))


def _write(mentions: pl.DataFrame, out: Path) -> None:
    """Write beside the target and rename, so that a reader never sees half a file."""
    from riskmodel.errors import WrongUsage

    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    os.close(handle)
    staging = Path(name)
    try:
        if out.suffix.lower() == ".csv":
            _write_csv(mentions, staging)
        else:
            mentions.write_parquet(staging)
        staging.chmod(0o644)
        staging.replace(out)
    except OSError as error:
        raise WrongUsage(f"Cannot write --out {out.name}: {error.strerror}.") from error
    finally:
        staging.unlink(missing_ok=True)


def _write_csv(mentions: pl.DataFrame, path: Path) -> None:
    import polars as pl

    from riskmodel.report.tables import write_csv

    write_csv(mentions.with_columns(pl.col("goods").list.join("; ")), path)


def _summary(result: MentionResult, refused: int, out: Path) -> str:
    mentions = result.mentions
    flagged = mentions.filter("is_diversion")
    unread = sum(result.not_read_by_language.values())
    languages = ", ".join(f"{code} {count:,}" for code, count in result.not_read_by_language.items())
    return (
        f"{out.name}: {mentions.height:,} mentions in {result.n_articles_read:,} articles, "
        f"{flagged.height:,} suggest diversion ({flagged['country'].n_unique()} countries); "
        f"{unread:,} articles not read for their language{f' ({languages})' if unread else ''}, "
        f"{refused:,} refused."
    )
