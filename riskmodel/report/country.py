"""What the report says of one country, gathered from the tables of the run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from features.catalogue import BY_NAME, SIGNALS
from riskmodel.explain.drivers import Driver, read_drivers
from riskmodel.explain.grade import with_grade
from riskmodel.explain.wording import NO_EFFECT, say
from riskmodel.publication.typed_json import from_json
from riskmodel.report import words
from riskmodel.report.charts.svg import contribution_bar
from riskmodel.report.charts.timeline import timeline
from riskmodel.report.event import event_risk_words, met_words
from riskmodel.report.evidence import Sentence, Shown, evidence_parts
from riskmodel.report.findings import Placebos, counted_words, when_and_where
from riskmodel.report.rows import CountryScore, EvidenceRow, ProductScore, rows_of
from riskmodel.report.view import ReportInput

# A row of the panel: its signals are looked up by the names of the catalogue.
PanelRow = Mapping[str, float | None]

LEG_NEEDS = {
    "inbound": "coalition members' reports of what they exported to the country",
    "onward": "the country's own reports of what it exported to Russia",
    "direct": "coalition members' reports of what they exported to Russia",
}


@dataclass(frozen=True)
class DriverLine:
    """One line of the contribution chart; `contribution` is on the model's log-odds scale."""

    name: str
    bar: Markup
    contribution: float
    value: str
    quantile: str
    words: str


@dataclass(frozen=True)
class CountryPage:
    """Everything one country's section shows, ready to print."""

    code: str
    anchor: str
    name: str
    row: CountryScore
    abstained: bool
    full: bool
    drivers: list[DriverLine]
    top_driver: str
    event_risk: str
    already_met: str
    counter_evidence: list[str]
    lowers: list[str]
    shortfalls: list[str]
    needs: list[str]
    timeline: Markup
    products: Shown[ProductScore]
    trade: Shown[EvidenceRow]
    sentences: Shown[Sentence]
    listings: Shown[EvidenceRow]
    when_and_where: list[str]
    signals: list[tuple[str, str, str]]
    coverage: list[tuple[str, str]]


@dataclass(frozen=True)
class AbstainedGroup:
    """Countries that abstain for the same reason."""

    why: str
    needs: tuple[str, ...]
    pages: list[CountryPage]


def country_pages(report: ReportInput, full: int = 25) -> list[CountryPage]:
    """One page model for each country: scored ones by rank, then abstained ones by code.

    The first `full` countries carry a timeline and long tables, the others short ones; abstained
    countries keep their articles.
    """
    frames = {
        name: _by_country(frame)
        for name, frame in (
            ("products", report.products),
            ("evidence", report.evidence),
            ("series", report.series),
            ("signals", report.signals),
            ("grades", with_grade(report.signals)),
        )
    }
    ordered = report.countries.sort(["abstained", "rank", "country"], nulls_last=True)
    pages = []
    for place, row in enumerate(rows_of(CountryScore, ordered)):
        own = {name: by_country.get(row.country) for name, by_country in frames.items()}
        pages.append(_page(row, own, report, is_full=not row.abstained and place < full))
    return pages


def abstained_groups(pages: list[CountryPage]) -> list[AbstainedGroup]:
    """Abstained countries by why they are and what it would take, the largest group first."""
    groups: dict[tuple[str, tuple[str, ...]], list[CountryPage]] = {}
    for page in pages:
        if page.abstained:
            why = "; ".join(page.shortfalls) or "what was reported does not carry a score"
            groups.setdefault((why, tuple(page.needs)), []).append(page)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [AbstainedGroup(why, needs, members) for (why, needs), members in ordered]


def _page(
    row: CountryScore,
    own: dict[str, pl.DataFrame | None],
    report: ReportInput,
    is_full: bool,
) -> CountryPage:
    code = row.country
    name = words.clean(row.name or code, 48)
    signal_row = _first(own["signals"])
    grades = own["grades"]
    shortfalls = ["no trade of it is in the inputs"] if grades is None else _texts(grades["shortfalls"][-1])
    drivers = read_drivers(row.drivers)
    trade, sentences, listings = evidence_parts(own["evidence"], is_full, row.abstained)
    chart = Markup("")
    if is_full and own["series"] is not None:
        chart = timeline(own["series"], row.as_of, report.manifest.settings.recent_months, name)
    return CountryPage(
        code=words.clean(code, 12),
        anchor="c-" + (re.sub(r"[^A-Za-z0-9]", "", code) or "x"),
        name=name,
        row=row,
        abstained=row.abstained,
        full=is_full,
        drivers=_lines(drivers, report.findings.placebos_of(row.country)),
        top_driver=top_driver_words(drivers),
        event_risk=event_risk_words(row),
        already_met=met_words(row),
        counter_evidence=[text for text in _texts(row.counter_evidence) if text not in shortfalls],
        lowers=_texts(row.lowers),
        shortfalls=shortfalls,
        needs=[words for leg, words in LEG_NEEDS.items() if signal_row is None or _unknown(signal_row, leg)],
        timeline=chart,
        products=_products(own["products"], 12 if is_full else 4),
        trade=trade,
        sentences=sentences,
        listings=listings,
        when_and_where=when_and_where(report.findings, row.country),
        signals=_signal_rows(signal_row),
        coverage=_coverage(signal_row, own["evidence"]),
    )


def _texts(cell: str | None) -> list[str]:
    """The texts of a JSON cell, made safe; a null or unreadable cell is an empty list."""
    try:
        return [words.clean(text, 600) for text in from_json(tuple[str, ...], cell or "[]")]
    except ValueError:
        return []


def raising(drivers: Sequence[Driver]) -> list[Driver]:
    """The drivers that raise the score, largest first."""
    return sorted((d for d in drivers if d.contribution > 0), key=lambda d: -d.contribution)


def top_driver_words(drivers: Sequence[Driver]) -> str:
    """The first raising driver in its own words."""
    first = next(iter(raising(drivers)), None)
    return "no signal lies above the usual" if first is None else value_words(first)


def value_words(driver: Driver) -> str:
    """What a driver's value says; its effect and rank have columns of their own."""
    if driver.signal in BY_NAME:
        return say(driver.signal, driver.value)
    return words.clean(driver.words or words.short_driver(driver), 300)


def _lines(drivers: Sequence[Driver], placebos: Placebos) -> list[DriverLine]:
    """Drivers that move the score, largest effect first; all bars on one scale."""
    moving = sorted(
        (d for d in drivers if abs(d.contribution) >= NO_EFFECT),
        key=lambda d: (-abs(d.contribution), d.signal),
    )
    scale = max((abs(d.contribution) for d in moving), default=0.0)
    return [
        DriverLine(
            name=words.signal_name(driver.signal),
            bar=contribution_bar(driver.contribution, scale, words.signal_name(driver.signal)),
            contribution=driver.contribution,
            value=words.signal_value(driver.value, driver.unit),
            quantile="" if driver.quantile is None else f"{driver.quantile:.0%}",
            words=counted_words(driver.signal, placebos) or value_words(driver),
        )
        for driver in moving
    ]


def _unknown(signal_row: PanelRow, leg: str) -> bool:
    column = "direct_coverage" if leg == "direct" else f"{leg}_age_months"
    return signal_row.get(column) is None


def _signal_rows(signal_row: PanelRow | None) -> list[tuple[str, str, str]]:
    """Name, value and label of every signal of the catalogue."""
    if signal_row is None:
        return []
    return [
        (words.signal_name(s.name), words.signal_value(signal_row.get(s.name), s.unit), s.label)
        for s in SIGNALS
    ]


def _coverage(signal_row: PanelRow | None, evidence: pl.DataFrame | None) -> list[tuple[str, str]]:
    """How much was reported, how old it is, and what goods the stories name."""
    if signal_row is None:
        return []
    shown = []
    for leg in ("inbound", "onward"):
        age, share = signal_row.get(f"{leg}_age_months"), signal_row.get(f"{leg}_coverage")
        if age is None:
            shown.append((f"{leg} leg", "not reported"))
            continue
        reported = "" if share is None else f", {words.percent(share)} of its baseline trade still reported"
        shown.append((f"{leg} leg", f"newest month {_months(age)} before the date of the score{reported}"))
    stories = signal_row.get("n_stories")
    shown.append(("diversion stories", "no articles given" if stories is None else f"{stories} in 24 months"))
    mix = [] if evidence is None else evidence.filter(pl.col("kind") == "goods_mix")["text"].to_list()
    if mix:
        shown.append(("goods in these stories", words.clean("; ".join(map(str, mix)), 300)))
    controls = str(signal_row.get("counterfactual")) == "controls"
    shown.append(("world trend", "from control countries" if controls else "none available"))
    return shown


def _products(frame: pl.DataFrame | None, limit: int) -> Shown[ProductScore]:
    if frame is None:
        return Shown([], 0)
    ordered = frame.sort(["score", "hs6"], descending=[True, False], nulls_last=True)
    return Shown(list(rows_of(ProductScore, ordered.head(limit))), frame.height)


def _by_country(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The frame parted by country, once, so that each page does not scan the whole."""
    return {str(key[0]): part for key, part in frame.partition_by("country", as_dict=True).items()}


def _first(frame: pl.DataFrame | None) -> PanelRow | None:
    return None if frame is None or frame.is_empty() else frame.row(-1, named=True)


def _months(count: float) -> str:
    return f"{count:.0f} month{'' if count == 1 else 's'}"
