"""The files of a run folder, and of a refused batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl

from data_contracts.contract import ContractReport
from riskmodel.publication.digests import MANIFEST, output_digests, write_json
from riskmodel.publication.safe_csv import write_csv, write_quarantine_csv
from riskmodel.publication.typed_json import to_json
from riskmodel.report.findings import read_findings, write_findings
from riskmodel.report.html import render_report
from riskmodel.report.manifest import read_run_manifest
from riskmodel.report.view import ReportInput
from riskmodel.sources.checked import Intake


def write_run(report: ReportInput, quarantined: Mapping[str, pl.LazyFrame], folder: Path) -> None:
    """Write every file of a run into `folder`; the same tables give the same bytes."""
    for name, table in (("scores_country", report.countries), ("scores_product", report.products)):
        table.write_parquet(folder / f"{name}.parquet")
        write_csv(table, folder / f"{name}.csv")
    report.evidence.write_parquet(folder / "evidence.parquet")
    report.signals.write_parquet(folder / "signals.parquet")
    report.series.write_parquet(folder / "series.parquet")
    write_findings(report.findings, folder)
    write_json([contract.to_dict() for contract in report.contracts], folder / "contracts.json")
    write_quarantine(quarantined, folder / "quarantine")
    (folder / "report.html").write_text(render_report(report), encoding="utf-8")
    write_json(to_json(replace(report.manifest, files=output_digests(folder))), folder / MANIFEST)


def read_run(folder: Path) -> ReportInput:
    """The tables of a published run, as `write_run` was given them (product names are not kept)."""

    def table(name: str) -> pl.DataFrame:
        return pl.read_parquet(folder / f"{name}.parquet")

    contracts = json.loads((folder / "contracts.json").read_text(encoding="utf-8"))
    return ReportInput(
        countries=table("scores_country"),
        products=table("scores_product"),
        evidence=table("evidence"),
        series=table("series"),
        signals=table("signals"),
        contracts=tuple(ContractReport.from_dict(found) for found in contracts),
        manifest=read_run_manifest(folder),
        findings=read_findings(folder),
    )


def write_quarantine(quarantined: Mapping[str, pl.LazyFrame], folder: Path) -> None:
    """One CSV for each input with refused rows; the folder exists even when nothing was refused."""
    folder.mkdir()
    for kind, rows in quarantined.items():
        if rows.select(pl.len()).collect(engine="streaming").item():
            write_quarantine_csv(rows, folder / f"{kind}.csv")


def write_refusal(intakes: Sequence[Intake], folder: Path) -> None:
    """What is left of a batch that a contract stopped: verdicts, refused rows, counts."""
    write_json([intake.report.to_dict() for intake in intakes], folder / "contracts.json")
    write_quarantine({intake.kind: intake.quarantined for intake in intakes}, folder / "quarantine")
    counts = {intake.kind: asdict(intake.counts()) for intake in intakes}
    failures = {intake.kind: list(intake.failures) for intake in intakes if intake.failures}
    write_json({"scored": False, "failures": failures, "rows": counts}, folder / MANIFEST)
