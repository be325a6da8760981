"""What the report says of one country, gathered from the tables of the run."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from markupsafe import Markup

from features.catalogue import BY_NAME, SIGNALS
from riskmodel.report import svg, words
from riskmodel.report.evidence import Sentence, Shown, evidence_parts
from riskmodel.report.timeline import timeline
from riskmodel.report.view import ReportInput

Row = dict[str, Any]

LEG_NEEDS = {
    "inbound": "coalition members' reports of what they exported to the country",
    "onward": "the country's own reports of what it exported to Russia",
    "direct": "coalition members' reports of what they exported to Russia",
    "articles": "an article table",
    "listings": "a listings table",
}


@dataclass(frozen=True)
class Driver:
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
    row: Row
    abstained: bool
    full: bool
    drivers: list[Driver]
    top_driver: str
    counter_evidence: list[str]
    lowers: list[str]
    missing: list[str]
    needs: list[str]
    why_abstained: str
    timeline: Markup
    products: Shown[Row]
    trade: Shown[Row]
    sentences: Shown[Sentence]
    listings: Shown[Row]
    signals: list[tuple[str, str, str]]
    coverage: list[tuple[str, str]]


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
        )
    }
    ordered = report.countries.sort(["abstained", "rank", "country"], nulls_last=True)
    pages = []
    for place, row in enumerate(ordered.iter_rows(named=True)):
        own = {name: by_country.get(row["country"]) for name, by_country in frames.items()}
        pages.append(_page(row, own, report, is_full=not row["abstained"] and place < full))
    return pages


def _page(row: Row, own: dict[str, pl.DataFrame | None], report: ReportInput, is_full: bool) -> CountryPage:
    manifest, code = report.manifest, str(row["country"])
    name = words.clean(row["name"] or code, 80)
    signal_row = _first(own["signals"])
    missing = _missing_legs(signal_row)
    raw_drivers = json_list(row["drivers"])
    trade, sentences, listings = evidence_parts(own["evidence"], is_full, bool(row["abstained"]))
    chart = Markup("")
    if is_full and own["series"] is not None:
        settings = manifest.get("settings") or {}
        chart = timeline(own["series"], row["as_of"], _whole(settings.get("recent_months")), name)
    return CountryPage(
        code=words.clean(code, 12),
        anchor="c-" + (re.sub(r"[^A-Za-z0-9]", "", code) or "x"),
        name=name,
        row=row,
        abstained=bool(row["abstained"]),
        full=is_full,
        drivers=_drivers(raw_drivers),
        top_driver=top_driver_words(raw_drivers),
        counter_evidence=[words.clean(text, 400) for text in json_list(row["counter_evidence"])],
        lowers=[words.clean(text, 400) for text in json_list(row["lowers"])],
        missing=missing,
        needs=[LEG_NEEDS[leg] for leg in missing if leg in ("inbound", "onward", "direct")],
        why_abstained=_why_abstained(manifest, code, signal_row, missing),
        timeline=chart,
        products=_products(own["products"], 12 if is_full else 4),
        trade=trade,
        sentences=sentences,
        listings=listings,
        signals=_signal_rows(signal_row),
        coverage=_coverage(signal_row),
    )


def json_list(text: str | None) -> list[Any]:
    """The list in a JSON cell; a null or unreadable cell is an empty list."""
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def raising(drivers: list[Any]) -> list[Row]:
    """The drivers that raise the score, largest first."""
    rows = [d for d in drivers if isinstance(d, dict) and _contribution(d) > 0]
    return sorted(rows, key=lambda d: -_contribution(d))


def top_driver_words(drivers: list[Any]) -> str:
    """The first raising driver in its own words."""
    first = next(iter(raising(drivers)), None)
    if first is None:
        return "no signal lies above the usual"
    return words.clean(first.get("words") or words.short_driver(first), 220)


def _contribution(driver: Row) -> float:
    value = driver.get("contribution")
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _drivers(drivers: list[Any]) -> list[Driver]:
    """Drivers that move the score, largest effect first; all bars on one scale."""
    rows = sorted(
        (d for d in drivers if isinstance(d, dict) and abs(_contribution(d)) >= 0.005),
        key=lambda d: (-abs(_contribution(d)), str(d.get("signal"))),
    )
    scale = max((abs(_contribution(d)) for d in rows), default=0.0)
    shown = []
    for driver in rows:
        name, effect = words.signal_name(str(driver.get("signal", ""))), _contribution(driver)
        quantile = driver.get("quantile")
        shown.append(
            Driver(
                name=name,
                bar=svg.contribution_bar(effect, scale, name),
                contribution=effect,
                value=words.signal_value(driver.get("value"), str(driver.get("unit") or "")),
                quantile="" if quantile is None else words.percent(float(quantile)),
                words=words.clean(driver.get("words"), 400),
            )
        )
    return shown


def _missing_legs(signal_row: Row | None) -> list[str]:
    """Legs and inputs this country's score could not use, from the panel's coverage columns."""
    if signal_row is None:
        return []
    marks = {
        "inbound": "inbound_age_months",
        "onward": "onward_age_months",
        "direct": "direct_coverage",
        "articles": "n_stories",
        "listings": "listing_history",
    }
    return [leg for leg, column in marks.items() if signal_row.get(column) is None]


def _why_abstained(manifest: Row, code: str, signal_row: Row | None, missing: list[str]) -> str:
    """The run's own reason when it gives one, else what the coverage columns say."""
    given = (manifest.get("abstained") or {}).get(code)
    if given:
        return words.clean(given, 300)
    if signal_row is None:
        return "no trade of this country is in the inputs"
    legs = [leg for leg in missing if leg in ("inbound", "onward")]
    if len(legs) == 2:
        return "neither leg of its trade was reported"
    if legs:
        return f"the {legs[0]} leg was not reported, and the rest does not carry a score"
    return "what was reported is too old or too thin to carry a score"


def _signal_rows(signal_row: Row | None) -> list[tuple[str, str, str]]:
    """Name, value and label of every signal of the catalogue."""
    if signal_row is None:
        return []
    return [
        (words.signal_name(s.name), words.signal_value(signal_row.get(s.name), s.unit), s.label)
        for s in SIGNALS
    ]


def _coverage(signal_row: Row | None) -> list[tuple[str, str]]:
    """How much was reported, and how old it is."""
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
    controls = signal_row.get("counterfactual")
    shown.append(("world trend", "from control countries" if controls == "controls" else "none available"))
    return shown


def _products(frame: pl.DataFrame | None, limit: int) -> Shown[Row]:
    if frame is None:
        return Shown([], 0)
    ordered = frame.sort(["score", "hs6"], descending=[True, False], nulls_last=True)
    return Shown(list(ordered.head(limit).iter_rows(named=True)), frame.height)


def _by_country(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The frame parted by country, once, so that each page does not scan the whole."""
    return {str(key[0]): part for key, part in frame.partition_by("country", as_dict=True).items()}


def _first(frame: pl.DataFrame | None) -> Row | None:
    return None if frame is None or frame.is_empty() else frame.row(-1, named=True)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _months(count: int) -> str:
    return f"{count} month{'' if count == 1 else 's'}"


def as_day(value: object) -> date | None:
    """A date from a date or an ISO text, else None."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def signal_direction(name: str) -> str:
    """Whether more of a signal raises or lowers the risk."""
    return "raises" if BY_NAME[name].direction > 0 else "lowers"
