"""`riskmodel explain COUNTRY --run DIR`: one country's score in words, from a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
@click.option("--html", "page", type=click.Path(path_type=Path), metavar="FILE", help="Write a page instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
@click.pass_obj
def command(
    job: dict[str, Any] | None,
    country: str,
    run: Path,
    before: Path | None,
    rows: int,
    page: Path | None,
    as_json: bool,
) -> None:
    """Say what drives the score of COUNTRY, what speaks against it, what would lower it.

    COUNTRY is any name, code or demonym: Kyrgyzstan, KGZ, kg, "Kyrgyz Republic".

    With --before also how its rank, and the ranking, changed since another run. A score is a reason to look,
    not proof.
    """
    import polars as pl

    from data_contracts.plain_text import one_line
    from riskmodel.errors import InputUnreadable, WrongUsage
    from riskmodel.report.country_text import country_lines
    from riskmodel.report.findings import read_findings, read_placebos
    from riskmodel.report.manifest import read_run_manifest
    from riskmodel.report.products import read_products

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
        findings, placebos, products = read_findings(run), read_placebos(run), read_products(run)
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise InputUnreadable(
            f"{one_line(run.name, 120)} cannot be read as a run ({type(error).__name__}); score again."
        ) from error
    row = find_row(scores, country, manifest)
    mine = signals.filter(pl.col("country") == row.country)
    moved = _moved(manifest, scores, before, row.country)
    own = evidence.filter(pl.col("country") == row.country)
    if page is not None:
        _write_page(page, run, row.country)
    elif as_json or (job or {}).get("log") == "json":
        from riskmodel.report.country_json import country_json

        found = country_json(row, own, manifest, rows, moved, findings, placebos, products)
        click.echo(json.dumps(found, indent=1, ensure_ascii=False, default=str))
    else:
        for line in country_lines(row, mine, own, manifest, rows, moved, findings, placebos, products):
            click.echo(line)


def _write_page(page: Path, run: Path, country: str) -> None:
    from data_contracts.plain_text import one_line
    from riskmodel.errors import WrongUsage
    from riskmodel.report.html import render_country
    from riskmodel.scoring.run_folder import read_run

    text = render_country(read_run(run), country)
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongUsage(f"Cannot write --html {one_line(page.name, 120)}: {error.strerror}.") from error
    click.echo(f"Page: {one_line(str(page))}")


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


def find_row(scores: pl.DataFrame, asked: str, manifest: RunManifest) -> CountryScore:
    """The country's row; WrongUsage says why there is none, or proposes the nearest name."""
    from data_contracts.plain_text import one_line
    from features.reference.facts import country_names
    from riskmodel.errors import WrongUsage
    from riskmodel.report.find_country import find_country
    from riskmodel.report.rows import CountryScore, rows_of

    pairs = [(code, name or code) for code, name in scores.select("country", "name").iter_rows()]
    found = find_country(asked, pairs)
    shown = f"{one_line(asked, 40)!r}"
    if found.code is None:
        near = (
            f"did you mean {' or '.join(found.nearest)}?"
            if found.nearest
            else "scores_country.csv lists them."
        )
        raise WrongUsage(f"{shown} is no country that the gazetteer knows; {near}")
    for row in rows_of(CountryScore, scores):
        if row.country == found.code:
            return row
    name = f"{country_names().get(found.code, found.code)} ({found.code})"
    why = manifest.not_scored.get(found.code)
    if found.code in manifest.coalition:
        why = f"it is in the coalition on {manifest.as_of}: it applies the controls itself"
    raise WrongUsage(f"{name} is not scored: {why or 'the inputs of this run hold nothing about it'}.")
