"""The files of a run folder, and of a refused batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl

from data_contracts.contract import ContractReport
from features.reference.facts import product_names
from features.trade.surprises.behind import FAMILY_ROWS, LINK_ROWS
from riskmodel.publication.digests import MANIFEST, output_digests, write_json
from riskmodel.publication.safe_csv import write_csv, write_quarantine_csv
from riskmodel.publication.typed_json import to_json
from riskmodel.report.dictionary import dictionary
from riskmodel.report.findings import read_findings, read_placebos, run_csv
from riskmodel.report.html import render_report
from riskmodel.report.manifest import read_run_manifest
from riskmodel.report.products import read_products
from riskmodel.report.tables import run_tables
from riskmodel.report.view import COVERAGE, HISTORY, DriverRows, ReportInput
from riskmodel.report.workbook import write_workbook
from riskmodel.scoring.behind import LISTED, STORIES
from riskmodel.sources.checked import Intake


def write_run(report: ReportInput, quarantined: Mapping[str, pl.LazyFrame], folder: Path) -> None:
    """Write every file of a run into `folder`; the same tables give the same bytes."""
    for name, table in (
        ("scores_country", report.countries),
        ("scores_product", report.products),
        ("evidence", report.evidence),
        ("signals", report.signals),
        ("series", report.series),
        ("breaks", report.findings.breaks),
        ("moves", report.findings.moves),
    ):
        table.write_parquet(folder / f"{name}.parquet")
    tables = run_tables(report)
    tables["columns"] = dictionary(tables)
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    write_workbook(tables, folder / "run.xlsx", report.manifest.cite)
    write_json([contract.to_dict() for contract in report.contracts], folder / "contracts.json")
    write_quarantine(quarantined, folder / "quarantine")
    (folder / "report.html").write_text(render_report(report), encoding="utf-8")
    write_json(to_json(replace(report.manifest, files=output_digests(folder))), folder / MANIFEST)


def read_run(folder: Path) -> ReportInput:
    """The tables of a published run, as `write_run` was given them, with the built-in names of products."""

    def table(name: str) -> pl.DataFrame:
        return pl.read_parquet(folder / f"{name}.parquet")

    manifest = read_run_manifest(folder)
    contracts = json.loads((folder / "contracts.json").read_text(encoding="utf-8"))
    return ReportInput(
        countries=table("scores_country"),
        products=read_products(folder),
        evidence=table("evidence"),
        series=table("series"),
        signals=table("signals"),
        contracts=tuple(ContractReport.from_dict(found) for found in contracts),
        manifest=manifest,
        product_names=product_names(),
        coverage=run_csv(folder, "coverage", COVERAGE),
        history=run_csv(folder, "history", HISTORY),
        behind=DriverRows(
            placebos=read_placebos(folder),
            families=run_csv(folder, "driver_families", FAMILY_ROWS),
            links=run_csv(folder, "driver_links", LINK_ROWS),
            stories=run_csv(folder, "driver_stories", STORIES),
            listings=run_csv(folder, "driver_listings", LISTED),
        ),
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
