"""What a report is made of: the tables of one run, as the scoring job hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from data_contracts.contract import ContractReport
from riskmodel.report.findings import Findings
from riskmodel.report.manifest import RunManifest


@dataclass(frozen=True)
class ReportInput:
    """Everything the report shows; it computes no figure of its own.

    Attributes
    ----------
    countries: `data_contracts.tables.SCORES_COUNTRY`, one row for each country.
    products: `SCORES_PRODUCT`, one row for each country and HS6.
    evidence: `EVIDENCE`, the rows and sentences behind the scores.
    series: `features.trade.series.SERIES`, monthly US$ of each leg; a missing or null month is a gap in
    the line, never zero.
    signals: `features.panel.panel_schema()`, the panel the model saw.
    contracts: one report for each input and each table of our own.
    manifest: run id, as_of, model, settings, goods, inputs, row counts, versions, notes.
    product_names: HS6 to words; may be empty.
    findings: when each leg rose, where the flow moved next, and the placebos behind the surprises.
    """

    countries: pl.DataFrame
    products: pl.DataFrame
    evidence: pl.DataFrame
    series: pl.DataFrame
    signals: pl.DataFrame
    contracts: tuple[ContractReport, ...]
    manifest: RunManifest
    product_names: dict[str, str] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
