"""The report as one HTML text: no script, no network reference, every foreign string escaped."""

from __future__ import annotations

from dataclasses import asdict

from features.catalogue import SIGNALS
from features.reference.facts import country_names
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.report import words
from riskmodel.report.country import CountryPage, abstained_groups, country_pages
from riskmodel.report.environment import render_page
from riskmodel.report.event import gives_event_risk, risk_words
from riskmodel.report.provenance import (
    contract_line,
    drift_lines,
    plain_pairs,
    row_counts,
    simulated_part,
)
from riskmodel.report.view import ReportInput

RANKING_SHOWN = 25


def render_report(report: ReportInput) -> str:
    """The whole page. The same input gives the same text, byte for byte.

    Article text, names and file names are hostile; see `render_page`.
    """
    pages = country_pages(report, full=RANKING_SHOWN)
    manifest = report.manifest
    return render_page(
        "report.html.jinja",
        manifest=manifest,
        model=manifest.model,
        risk_words=risk_words(report.countries, manifest.model.target),
        gives_event_risk=gives_event_risk(report.countries),
        goods=manifest.goods,
        as_of=manifest.as_of,
        scored=[page for page in pages if not page.abstained],
        abstained=[page for page in pages if page.abstained],
        abstained_groups=abstained_groups(pages),
        bands=_bands(pages),
        shown=RANKING_SHOWN,
        simulated=simulated_part(manifest),
        simulated_inputs=[words.clean(name, 80) for name in manifest.simulated_inputs],
        product_names=report.product_names,
        names=country_names(),
        contracts=[contract_line(contract) for contract in report.contracts],
        row_counts=row_counts(manifest.rows),
        drift=drift_lines(manifest.drift),
        not_scored=plain_pairs(manifest.not_scored),
        settings=plain_pairs(asdict(manifest.settings)),
        versions=plain_pairs(manifest.versions),
        signals=SIGNALS,
    )


def _bands(pages: list[CountryPage]) -> list[tuple[str, int]]:
    """How many scored countries are in each band, from high to low."""
    found = [page.row.band for page in pages if not page.abstained]
    return [(band, found.count(band)) for band in LOWER_BOUNDS if band in found]
