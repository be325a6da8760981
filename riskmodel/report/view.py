"""What a report is made of: the tables of one run, as the scoring job hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl


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
    contracts: one `ContractReport.to_dict()` for each input.
    manifest: run id, as_of, model, settings, goods, inputs, row counts, versions, notes.
    product_names: HS6 to words; may be empty.
    """

    countries: pl.DataFrame
    products: pl.DataFrame
    evidence: pl.DataFrame
    series: pl.DataFrame
    signals: pl.DataFrame
    contracts: list[dict[str, Any]] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)
    product_names: dict[str, str] = field(default_factory=dict)
