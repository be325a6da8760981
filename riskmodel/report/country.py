"""What the report says of one country, gathered from the tables of the run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from features.catalogue import BY_NAME, SIGNALS
from features.reference.facts import subregions
from riskmodel.explain.drivers import Driver, read_drivers
from riskmodel.explain.figures import peers
from riskmodel.explain.wording import NO_EFFECT, formula, noun, say
from riskmodel.model.grade import with_grade
from riskmodel.publication.typed_json import from_json
from riskmodel.report import words
from riskmodel.report.charts.history import PastScore, score_chart, surprise_chart
from riskmodel.report.charts.svg import contribution_bar
from riskmodel.report.charts.timeline import timeline
from riskmodel.report.driver_rows import DRIVERS_SHOWN, DriverRowsShown, shown_rows
from riskmodel.report.event import event_risk_words, met_words
from riskmodel.report.evidence import Sentence, Shown, evidence_parts
from riskmodel.report.findings import Placebos, counted_words, placebos_of, when_and_where
from riskmodel.report.lead import ask_next, lead_words
from riskmodel.report.provenance import made_up
from riskmodel.report.rows import CountryScore, EvidenceRow, ProductScore, rows_of
from riskmodel.report.tables import behind_drivers
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
    formula: str
    rows: DriverRowsShown | None


@dataclass(frozen=True)
class CountryPage:
    """Everything one country's section shows, ready to print."""

    code: str
    anchor: str
    name: str
    row: CountryScore
    region: str
    abstained: bool
    full: bool
    lead: str
    matched_usd: int | None
    displaced_usd: int | None
    drivers: list[DriverLine]
    typical: list[str]
    ask: list[str]
    top_driver: str
    event_risk: str
    already_met: str
    counter_evidence: list[str]
    lowers: list[str]
    shortfalls: list[str]
    needs: list[str]
    timeline: Markup
    past: Markup
    past_surprise: Markup
    products: Shown[ProductScore]
    trade: Shown[EvidenceRow]
    sentences: Shown[Sentence]
    listings: Shown[EvidenceRow]
    when_and_where: list[str]
    signals: list[tuple[str, str, str]]
    coverage: list[tuple[str, str]]


@dataclass(frozen=True)
class AbstainedGroup:
    """Countries that abstain for the same reason, those with most other evidence first."""

    number: int
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
    frames["history"] = _by_country(report.history)
    frames["placebos"] = _by_country(report.behind.placebos) if report.behind.placebos.width else {}
    run = OfRun(
        report,
        behind_drivers(report),
        int((~report.countries["abstained"]).sum()),
        made_up(report.manifest),
    )
    pages = []
    for place, row in enumerate(rows_of(CountryScore, ordered)):
        own = {name: by_country.get(row.country) for name, by_country in frames.items()}
        pages.append(_page(row, own, run, is_full=not row.abstained and place < full))
    return pages


@dataclass(frozen=True)
class OfRun:
    """What all pages of a run share. behind: `tables.behind_drivers`. mark: SIMULATED, or empty."""

    report: ReportInput
    behind: Mapping[tuple[str, str], tuple[str, pl.DataFrame]]
    n_scored: int
    mark: str


def abstained_groups(pages: list[CountryPage]) -> list[AbstainedGroup]:
    """Abstained countries by why they are and what it would take, the largest group first."""
    groups: dict[tuple[str, tuple[str, ...]], list[CountryPage]] = {}
    for page in pages:
        if page.abstained:
            why = "; ".join(page.shortfalls) or "what was reported does not carry a score"
            groups.setdefault((why, tuple(page.needs)), []).append(page)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [
        AbstainedGroup(number, why, needs, sorted(members, key=_other_evidence))
        for number, ((why, needs), members) in enumerate(ordered, start=1)
    ]


def _other_evidence(page: CountryPage) -> tuple[int, str]:
    """Most sentences, listings and trade rows first, then by name."""
    return (-(page.sentences.total + page.listings.total + page.trade.total), page.name)


def _page(row: CountryScore, own: dict[str, pl.DataFrame | None], run: OfRun, is_full: bool) -> CountryPage:
    report, code = run.report, row.country
    name = words.clean(row.name or code, 48)
    signal_row = _first(own["signals"])
    grades = own["grades"]
    shortfalls = ["no trade of it is in the inputs"] if grades is None else _texts(grades["shortfalls"][-1])
    drivers = read_drivers(row.drivers)
    trade, sentences, listings = evidence_parts(own["evidence"], is_full, row.abstained)
    chart = Markup("")
    if is_full and own["series"] is not None:
        chart = timeline(own["series"], row.as_of, report.manifest.settings.recent_months, name, run.mark)
    ordered = sorted(drivers, key=lambda d: (-d.contribution, d.signal))
    products = _products(own["products"], 12 if is_full else 2)
    past = _past(row, own["history"], signal_row) if is_full else []
    needs = [words for leg, words in LEG_NEEDS.items() if signal_row is None or _unknown(signal_row, leg)]
    return CountryPage(
        code=words.clean(code, 12),
        anchor="c-" + (re.sub(r"[^A-Za-z0-9]", "", code) or "x"),
        name=name,
        row=row,
        region=subregions().get(code, ""),
        abstained=row.abstained,
        full=is_full,
        lead="" if row.abstained else lead_words(row, name, run.n_scored, ordered),
        matched_usd=_usd(signal_row, "matched_transit_usd"),
        displaced_usd=_usd(signal_row, "displaced_usd"),
        drivers=_lines(drivers, code, run, placebos_of(own["placebos"]), is_full),
        typical=[_noun(d) for d in drivers if abs(d.contribution) < NO_EFFECT],
        ask=ask_next(ordered, products.items, report.product_names, needs) if is_full else [],
        top_driver=top_driver_words(drivers),
        event_risk=event_risk_words(row),
        already_met=met_words(row),
        counter_evidence=[text for text in _texts(row.counter_evidence) if text not in shortfalls],
        lowers=_texts(row.lowers),
        shortfalls=shortfalls,
        needs=needs,
        timeline=chart,
        past=score_chart(past, name, run.mark),
        past_surprise=surprise_chart(past, name, run.mark),
        products=products,
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
    """The first raising driver in a few words, as the terminal prints it."""
    return words.short_driver(next(iter(raising(drivers)), None))


def value_words(driver: Driver) -> str:
    """What a driver's value says; its effect and rank have columns of their own."""
    if driver.signal in BY_NAME:
        return say(driver.signal, driver.value)
    return words.clean(driver.words or words.short_driver(driver), 300)


def _noun(driver: Driver) -> str:
    return noun(driver.signal) if driver.signal in BY_NAME else words.signal_name(driver.signal)


def _lines(
    drivers: Sequence[Driver], code: str, run: OfRun, placebos: Placebos, is_full: bool
) -> list[DriverLine]:
    """Drivers that move the score, largest effect first; all bars on one scale.

    The first of them show the rows that they are made of where the country has a long section.
    """
    moving = sorted(
        (d for d in drivers if abs(d.contribution) >= NO_EFFECT),
        key=lambda d: (-abs(d.contribution), d.signal),
    )
    scale = max((abs(d.contribution) for d in moving), default=0.0)
    lines = []
    for place, driver in enumerate(moving):
        file, rows = run.behind.get((code, driver.signal), ("", None))
        shows = rows is not None and is_full and place < DRIVERS_SHOWN
        lines.append(
            DriverLine(
                name=_noun(driver),
                bar=contribution_bar(driver.contribution, scale, words.signal_name(driver.signal)),
                contribution=driver.contribution,
                value=words.signal_value(driver.value, driver.unit),
                quantile="" if driver.quantile is None else peers(driver.quantile),
                words=counted_words(driver.signal, placebos) or value_words(driver),
                formula=formula(driver.signal),
                rows=shown_rows(driver.signal, file, rows, run.report.product_names)
                if shows and rows is not None
                else None,
            )
        )
    return lines


def _past(row: CountryScore, history: pl.DataFrame | None, signal_row: PanelRow | None) -> list[PastScore]:
    """The scores over time, that of the run last; empty without earlier dates."""
    if history is None:
        return []
    columns = ("as_of", "risk", "risk_low", "risk_high", "inbound_surprise", "onward_surprise")
    rises = [(signal_row or {}).get(f"{leg}_rise_surprise") for leg in ("inbound", "onward")]
    earlier = [PastScore(*values) for values in history.sort("as_of").select(columns).iter_rows()]
    return [*earlier, PastScore(row.as_of, row.risk, row.risk_low, row.risk_high, *rises)]


def _usd(signal_row: PanelRow | None, column: str) -> int | None:
    value = None if signal_row is None else signal_row.get(column)
    return None if value is None else int(value)


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
