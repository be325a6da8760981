"""The report as one HTML text: no script, no network reference, every foreign string escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from features.catalogue import SIGNALS
from features.reference.facts import country_names
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.explain.event import EVENT_WORDS
from riskmodel.report import words
from riskmodel.report.country import CountryPage, abstained_groups, as_day, country_pages, signal_direction
from riskmodel.report.provenance import (
    contract_lines,
    count,
    drift_lines,
    plain,
    plain_pairs,
    row_counts,
    simulated_part,
)
from riskmodel.report.svg import risk_bar
from riskmodel.report.view import ReportInput

TEMPLATES = Path(__file__).parent / "templates"
RANKING_SHOWN = 25


def render_report(report: ReportInput) -> str:
    """The whole page. The same input gives the same text, byte for byte.

    Article text, names and file names are hostile: the templates escape every one of them, and the
    page's content policy forbids whatever might slip through to load or run.
    """
    pages = country_pages(report, full=RANKING_SHOWN)
    manifest = report.manifest
    text = (
        _environment()
        .get_template("report.html.jinja")
        .render(
            style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            manifest=manifest,
            model=manifest.get("model") or {},
            goods=manifest.get("goods") or {},
            as_of=as_day(manifest.get("as_of")),
            scored=[page for page in pages if not page.abstained],
            abstained=[page for page in pages if page.abstained],
            abstained_groups=abstained_groups(pages),
            bands=_bands(pages),
            shown=RANKING_SHOWN,
            simulated=simulated_part(manifest),
            simulated_inputs=[words.clean(name, 80) for name in manifest.get("simulated_inputs") or []],
            product_names=report.product_names,
            names=country_names(),
            contracts=contract_lines(report.contracts),
            row_counts=row_counts(manifest),
            drift=drift_lines(manifest),
            not_scored=plain_pairs(manifest.get("not_scored")),
            settings=plain_pairs(manifest.get("settings")),
            versions=plain_pairs(manifest.get("versions")),
            signals=SIGNALS,
        )
    )
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _bands(pages: list[CountryPage]) -> list[tuple[str, int]]:
    """How many scored countries stand in each band, from high to low."""
    found = [page.row["band"] for page in pages if not page.abstained]
    return [(band, found.count(band)) for band in LOWER_BOUNDS if band in found]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clean=words.clean,
        money=words.money,
        millions=words.millions,
        dollars=words.dollars,
        percent=words.percent,
        month=words.month,
        day=words.iso_day,
        signal_name=words.signal_name,
        direction=signal_direction,
        plain=plain,
        count=count,
    )
    environment.globals.update(
        risk_bar=risk_bar,
        interval=words.interval,
        GRADE_WORDS=words.GRADE_WORDS,
        BAND_WORDS=words.BAND_WORDS,
        LOWER_BOUNDS=LOWER_BOUNDS,
        EVENT_WORDS=EVENT_WORDS,
        LEG_WORDS=words.LEG_WORDS,
    )
    return environment


def _printable(value: object) -> object:
    """Last guard on whatever a template prints; text that went through `clean` stays as it is."""
    return words.safe_characters(value) if isinstance(value, str) and not isinstance(value, Markup) else value
