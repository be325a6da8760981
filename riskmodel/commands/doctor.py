"""`riskmodel doctor`: is this installation fit to score, and if not, how to fix it."""

from __future__ import annotations

from pathlib import Path

import click

from riskmodel.commands.options import PATHS


@click.command(name="doctor")
@click.option("--models", type=PATHS, metavar="DIR", help="Folder of the models; default: the settings'.")
@click.option("--data", type=PATHS, multiple=True, metavar="PATH", help="Input file or folder to recognise.")
@click.option(
    "--out", type=PATHS, default=Path("runs"), show_default=True, help="Where runs will be written."
)
@click.option("--store", type=PATHS, metavar="DIR", help="Say what this store of `fetch` lacks.")
def command(models: Path | None, data: tuple[Path, ...], out: Path, store: Path | None) -> int:
    """Check the installation, the champion model, the reference facts, data files and the place of the runs.

    One line each: what is sound, or what is wrong and how to fix it. Exit code 0, or 1 where anything is
    wrong. Nothing is changed.
    """
    from itertools import chain

    from data_contracts.plain_text import one_line
    from riskmodel.doctor.run import examine

    bad = 0
    findings = examine(models, data, out)
    if store is not None:
        from riskmodel.doctor.store import store_findings

        findings = chain(findings, store_findings(store))
    for finding in findings:
        if finding.ok:
            click.echo(f"ok    {one_line(finding.what)}")
            continue
        bad += 1
        wrong = finding.wrong.rstrip(".")
        click.echo(f"WRONG {one_line(f'{finding.what}: {wrong}. {finding.fix}')}")
    click.echo("All is sound." if not bad else f"{bad} to fix.")
    return int(bad > 0)
