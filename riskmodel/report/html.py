"""The report as one HTML text: one script of our own, no network reference, every foreign string escaped."""

from __future__ import annotations

from dataclasses import asdict

from features.catalogue import SIGNALS
from features.reference.facts import (
    controlled_since,
    country_names,
    priority_tiers,
    product_names,
    product_titles,
    subregions,
)
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.report import words
from riskmodel.report.charts.coverage import coverage_chart
from riskmodel.report.country import CountryPage, abstained_groups, country_pages
from riskmodel.report.environment import render_page
from riskmodel.report.event import gives_event_risk, risk_words
from riskmodel.report.first_screen import (
    change_of,
    changes_since,
    freshness,
    map_of,
    regions_of,
    routes_of,
    tiers_of,
)
from riskmodel.report.products import rise_words
from riskmodel.report.provenance import (
    contract_line,
    drift_lines,
    made_up,
    plain_pairs,
    row_counts,
    simulated_part,
)
from riskmodel.report.view import ReportInput

RANKING_SHOWN = 25
# Where `riskmodel backtest` writes its page if nothing else is asked for, seen from a run next to it.
BACKTEST = "../backtest/backtest.html"
# Files next to the page, by what they hold; the page links to them.
FILES = {
    "scores_country.csv": "ranking",
    "scores_product.csv": "products",
    "drivers.csv": "drivers and how to recompute them",
    "evidence.csv": "rows, sentences and listings",
    "driver_families.csv": "goods behind the drivers",
    "driver_links.csv": "senders and goods behind the drivers",
    "driver_stories.csv": "stories behind the drivers",
    "driver_listings.csv": "listings behind the drivers",
    "driver_placebos.csv": "comparisons behind the drivers",
    "coverage.csv": "who reported what",
    "series.csv": "monthly series",
    "breaks.csv": "when each leg rose",
    "moves.csv": "where the flow moved next",
    "run.xlsx": "the main tables as a workbook",
    "columns.csv": "what every column means",
    "manifest.json": "inputs, settings, versions",
}


def render_report(report: ReportInput) -> str:
    """The whole page. The same input gives the same text, byte for byte.

    Article text, names and file names are hostile; see `render_page`.
    """
    pages = country_pages(report, full=RANKING_SHOWN)
    manifest, mark = report.manifest, made_up(report.manifest)
    before = report.before
    comparable = before if before and before.simulated == manifest.simulated else None
    return render_page(
        "report.html.jinja",
        script="report.js",
        running_head=_running_head(report, mark),
        mark=mark,
        freshness=freshness(manifest),
        changes={page.row.country: change_of(page.row.country, page.row.rank, comparable) for page in pages},
        changed=changes_since(pages, report),
        before=report.before,
        world=map_of(pages, manifest, mark),
        routes=routes_of(pages, report.products, mark),
        tiers=tiers_of(report.products),
        coverage=coverage_chart(report.coverage, manifest.as_of, country_names(), mark),
        regions=regions_of(pages, subregions()),
        files=FILES,
        titles=product_titles(),
        controlled_since=controlled_since,
        rise_words=rise_words,
        priority_tiers=priority_tiers(),
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
        BACKTEST=BACKTEST,
    )


def render_country(report: ReportInput, code: str) -> str:
    """A page of one country: what the report says of it, with its rank among all."""
    pages = country_pages(report, full=report.countries.height)
    page = next(page for page in pages if page.row.country == code)
    manifest, mark = report.manifest, made_up(report.manifest)
    return render_page(
        "one_country.html.jinja",
        running_head=_running_head(report, mark),
        mark=mark,
        simulated=simulated_part(manifest),
        page=page,
        manifest=manifest,
        as_of=manifest.as_of,
        freshness=freshness(manifest),
        risk_words=risk_words(report.countries, manifest.model.target),
        changes={},
        product_names=product_names() | report.product_names,
        names=country_names(),
        titles=product_titles(),
        controlled_since=controlled_since,
        rise_words=rise_words,
        priority_tiers=priority_tiers(),
    )


def _running_head(report: ReportInput, mark: str) -> str:
    made = f"{mark} · " if mark else ""
    return (
        f"{made}Export-diversion risk as of {report.manifest.as_of} · model {report.manifest.model.id[:40]}"
    )


def _bands(pages: list[CountryPage]) -> list[tuple[str, int]]:
    """How many scored countries are in each band, from high to low."""
    found = [page.row.band for page in pages if not page.abstained]
    return [(band, found.count(band)) for band in LOWER_BOUNDS if band in found]
