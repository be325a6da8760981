"""`riskmodel explain COUNTRY --run DIR`: one country's score in words, from a run folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import polars as pl

    from riskmodel.report.manifest import RunManifest
    from riskmodel.report.rows import CountryScore

NEEDED = ("manifest.json", "scores_country.parquet", "signals.parquet", "evidence.parquet")


@click.command(name="explain", short_help="Explain one country's score from a run folder.")
@click.argument("country", metavar="COUNTRY")
@click.option("--run", "run", type=click.Path(path_type=Path), required=True, help="Folder of a run.")
@click.option(
    "--before", type=click.Path(path_type=Path), help="Folder of an earlier run, to say what moved."
)
@click.option(
    "--rows", type=click.IntRange(0), default=10, show_default=True, help="Evidence rows of a kind."
)
def command(country: str, run: Path, before: Path | None, rows: int) -> None:
    """Say what drives the score of COUNTRY (ISO code or name), what speaks against it, what would lower it.

    With --before also how its rank, and the ranking, changed since another run. A score is a reason to look,
    not proof.
    """
    import polars as pl

    from data_contracts.plain_text import one_line
    from riskmodel.errors import InputUnreadable, WrongUsage
    from riskmodel.report.country_text import country_lines
    from riskmodel.report.findings import read_findings
    from riskmodel.report.manifest import read_run_manifest

    missing = [name for name in NEEDED if not (run / name).is_file()]
    if missing:
        raise WrongUsage(
            f"{one_line(run.name or str(run), 120)} is not a run folder (no {', '.join(missing)}); give the "
            "folder that riskmodel score wrote with --out."
        )
    try:
        manifest = read_run_manifest(run)
        scores = pl.read_parquet(run / "scores_country.parquet")
        evidence = pl.read_parquet(run / "evidence.parquet")
        signals = pl.read_parquet(run / "signals.parquet")
        findings = read_findings(run)
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise InputUnreadable(
            f"{one_line(run.name, 120)} cannot be read as a run ({type(error).__name__}); score again."
        ) from error
    row = _find(scores, country)
    mine = signals.filter(pl.col("country") == row.country)
    moved = _moved(manifest, scores, before, row.country)
    for line in country_lines(
        row, mine, evidence.filter(pl.col("country") == row.country), manifest, rows, moved, findings
    ):
        click.echo(line)


def _moved(manifest: RunManifest, scores: pl.DataFrame, before: Path | None, country: str) -> list[str]:
    """Signals of the run that lie elsewhere than in training, and what changed since an earlier run."""
    import polars as pl

    from data_contracts.plain_text import one_line
    from features.catalogue import BY_NAME
    from riskmodel.errors import InputUnreadable
    from riskmodel.explain.drift import rank_churn

    names = [one.signal for one in manifest.drift if one.moved and one.signal in BY_NAME]
    lines = [f"values of this run lie elsewhere than in training: {BY_NAME[name].label}" for name in names]
    if before is None:
        return lines
    try:
        earlier = pl.read_parquet(before / "scores_country.parquet", columns=["as_of", "country", "rank"])
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise InputUnreadable(
            f"{one_line(before.name, 120)} cannot be read as a run ({type(error).__name__}); give the folder "
            "that riskmodel score wrote with --out."
        ) from error
    churn = rank_churn(earlier, scores)
    since = "" if earlier.is_empty() else f" (as of {earlier['as_of'][0]})"
    if country in churn.moves:
        then, now = churn.moves[country]
        lines.append(f"rank {then} in the earlier run{since}, {now} in this one")
    else:
        lines.append(f"not scored in both runs{since}, so its rank cannot be compared")
    return [*lines, churn.words()]


def _find(scores: pl.DataFrame, asked: str) -> CountryScore:
    """The country's row; WrongUsage names what there is."""
    import polars as pl

    from data_contracts.plain_text import one_line
    from riskmodel.errors import WrongUsage
    from riskmodel.report.rows import CountryScore, rows_of

    wanted = asked.strip().casefold()
    names = scores.with_columns(pl.Series("_row", range(scores.height), dtype=pl.Int64))
    for place, code, name in names.select("_row", "country", "name").iter_rows():
        if wanted in {code.casefold(), (name or "").casefold()}:
            return next(rows_of(CountryScore, scores[place]))
    known = sorted(scores["country"].to_list())
    shown = ", ".join(known[:40]) + (f" and {len(known) - 40} more" if len(known) > 40 else "")
    raise WrongUsage(f"{one_line(asked, 40)!r} is not among the countries of this run; there are: {shown}.")
