"""What a report is made of: the tables of one run, as the scoring job hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from data_contracts.contract import ContractReport
from riskmodel.report.findings import Findings
from riskmodel.report.manifest import RunManifest

HISTORY: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "country": pl.String(),
    "rank": pl.Int64(),
    "risk": pl.Float64(),
    "risk_low": pl.Float64(),
    "risk_high": pl.Float64(),
    "band": pl.String(),
    "grade": pl.String(),
    "inbound_surprise": pl.Float64(),  # -log10 of a share of placebos; null where the leg was not known
    "onward_surprise": pl.Float64(),
}
COVERAGE: dict[str, pl.DataType] = {
    "leg": pl.String(),
    "reporter": pl.String(),
    "period": pl.Date(),
    "value_usd": pl.Int64(),  # listed goods on the leg; 0 where the month was reported without any
}


@dataclass(frozen=True)
class DriverRows:
    """The rows behind the drivers; empty frames where there are none.

    Attributes
    ----------
    placebos: `features.trade.surprises.behind.PLACEBOS`. families: `FAMILY_ROWS` of it. links: `LINK_ROWS`.
    stories: `features.articles.rates.stories_behind`. listings: country, listed_on, jurisdiction, list,
    n_entities, goods_diversion, weight, source_file, source_row, entities.
    """

    placebos: pl.DataFrame = field(default_factory=pl.DataFrame)
    families: pl.DataFrame = field(default_factory=pl.DataFrame)
    links: pl.DataFrame = field(default_factory=pl.DataFrame)
    stories: pl.DataFrame = field(default_factory=pl.DataFrame)
    listings: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True)
class EarlierRun:
    """The run that `--previous` names: its day, its model, whether it is simulated, country -> rank, band."""

    as_of: date
    model_id: str
    simulated: bool
    ranks: dict[str, tuple[int, str]]


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
    coverage: `COVERAGE`, which reporter gave which months of which leg.
    history: `HISTORY`, scores of earlier dates; empty unless they were asked for.
    behind: the rows behind the drivers, with the placebos behind the surprises. before: the run to
    compare with.
    findings: when each leg rose, where the flow moved next.
    """

    countries: pl.DataFrame
    products: pl.DataFrame
    evidence: pl.DataFrame
    series: pl.DataFrame
    signals: pl.DataFrame
    contracts: tuple[ContractReport, ...]
    manifest: RunManifest
    product_names: dict[str, str] = field(default_factory=dict)
    coverage: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COVERAGE))
    history: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=HISTORY))
    behind: DriverRows = field(default_factory=DriverRows)
    before: EarlierRun | None = None
    findings: Findings = field(default_factory=Findings)
