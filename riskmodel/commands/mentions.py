"""`riskmodel mentions`: find diversion mentions in articles and write them to one file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskmodel.commands.options import PATHS, articles_option, engine_option

if TYPE_CHECKING:
    from riskmodel.engines.choose import EngineChoice
    from riskmodel.mentions.run import MentionCounts
    from riskmodel.sources.request import InputRequest

LARGE = 32 << 20  # bytes of input


@click.command(name="mentions", short_help="Find diversion mentions in articles.")
@articles_option
@click.argument("more", type=PATHS, nargs=-1, metavar="[PATH]...")
@click.option("--out", type=PATHS, required=True, metavar="FILE", help="Where to write: .parquet or .csv.")
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Processes.  [default: one, or all for large files]"
)
@engine_option
@click.option("--quiet", is_flag=True, help="Print nothing on success.")
def command(
    inputs: InputRequest,
    more: tuple[Path, ...],
    out: Path,
    jobs: int | None,
    engine: EngineChoice,
    quiet: bool,
) -> None:
    """Read articles and write one row for each sentence and country it names.

    A row says whether the sentence suggests that goods reach Russia through the country, how probable
    that reading is, and whether it reports worsening or easing. GDELT knowledge-graph files (GKG 2.1) among
    the articles give rows without text, of a probability that stays low because no sentence was read. A
    mention is a reason to look, not proof.
    """
    from riskmodel.engines.choose import open_engine
    from riskmodel.errors import WrongUsage
    from riskmodel.mentions.file import SUFFIXES
    from riskmodel.mentions.run import write_mentions
    from riskmodel.operations.progress import progress

    if out.suffix.lower() not in SUFFIXES:
        raise WrongUsage(f"--out {out.name} must end in {' or '.join(SUFFIXES)}.")
    if not out.parent.is_dir():
        raise WrongUsage(f"The folder of --out {out.name} does not exist; create it first.")
    inputs = replace(inputs, articles=(*inputs.articles, *more))
    if jobs and engine.engine:
        raise WrongUsage("--jobs is for work without --engine; give one of them.")
    jobs = jobs or _processes(inputs.articles)
    with progress(quiet) as steps, open_engine(engine, jobs) as chosen:
        counts = write_mentions(inputs, out, jobs, steps, chosen)
    if not quiet:
        click.echo(_summary(counts, out))


def _processes(paths: Sequence[Path]) -> int:
    """One process, or all where there is so much to read that starting them pays."""
    files = (file for path in paths for file in (path.rglob("*") if path.is_dir() else (path,)))
    size = sum(file.stat().st_size for file in files if file.is_file())
    return (os.cpu_count() or 1) if size > LARGE else 1


def _summary(counts: MentionCounts, out: Path) -> str:
    unread = counts.not_read_by_language
    languages = ", ".join(f"{code} {count:,}" for code, count in sorted(unread.items()))
    text = (
        f"{out.name}: {counts.mentions:,} mentions in {counts.articles_read:,} articles, "
        f"{counts.flagged:,} suggest diversion ({len(counts.flagged_countries)} countries); "
        f"{unread.total():,} articles not read for their language{f' ({languages})' if unread else ''}, "
        f"{counts.refused:,} refused."
    )
    if counts.gkg_records or counts.gkg_dropped:
        reasons = sorted(counts.gkg_dropped.items())
        dropped = "; left out: " + ", ".join(f"{why} {n:,}" for why, n in reasons) if reasons else ""
        text += f" GDELT: {counts.gkg_records:,} records without text{dropped}."
    return text
