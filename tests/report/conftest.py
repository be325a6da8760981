"""A small, plausible, made-up run to print, and a hostile one."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from made_manifest import made_manifest

from data_contracts.contract import ContractReport, RuleResult
from data_contracts.tables import EVIDENCE, SCORES_COUNTRY, SCORES_PRODUCT
from features.articles.rates import ArticleWindows
from features.catalogue import SIGNALS
from features.panel import panel_schema
from features.trade.series import SERIES
from riskmodel.report.manifest import GoodsOfRun, InputOfRun, ModelOfRun, RowsOfRun, SettingsOfRun
from riskmodel.report.view import ReportInput

AS_OF = date(2024, 6, 30)
NAMES = {
    "KGZ": "Kyrgyzstan",
    "ARM": "Armenia",
    "KAZ": "Kazakhstan",
    "TUR": "Türkiye",
    "ARE": "United Arab Emirates",
    "GEO": "Georgia",
    "UZB": "Uzbekistan",
    "SRB": "Serbia",
    "HKG": "Hong Kong",
    "CHN": "China",
    "IND": "India",
    "VNM": "Viet Nam",
    "THA": "Thailand",
    "MYS": "Malaysia",
    "BRA": "Brazil",
    "CHL": "Chile",
    "BOL": "Bolivia",
    "VCT": "Saint Vincent and the Grenadines",
    "KEN": "Kenya",
    "GHA": "Ghana",
    "TKM": "Turkmenistan",
    "TJK": "Tajikistan",
}
PRODUCTS = {
    "854231": "processors and controllers",
    "854232": "memories",
    "851762": "machines for the reception and transmission of data",
    "852691": "radio navigational aid apparatus",
    "848210": "ball bearings",
}
FLOORS = {"high": 0.7, "elevated": 0.4, "guarded": 0.15, "low": 0.0}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe \u2066x",
    "name\nwith\r\nlines",
    "{{ 7 * 7 }}{% raw %}",
    "[red]not markup[/red]",
    "\x1b[31mred\x07",
    "http://example.org/track?<b>",
    "W" * 5000,
]


def months(first: int, last: int) -> list[date]:
    return [date(year, m, 1) for year in range(first, last + 1) for m in range(1, 13)]


def band_of(risk: float) -> str:
    return next(band for band, floor in FLOORS.items() if risk > floor)


def make_event_met(place: int) -> dict[str, Any]:
    """Of three countries the event of one is met, of one is not, of one is not known."""
    met = (True, False, None)[place % 3]
    names = ("event_met", "event_met_usd", "event_met_codes", "event_met_until")
    values = (met, 2_400_000 if met else 700_000, "854231 854232", date(2024, 3, 1))
    return dict(zip(names, values if met is not None else (None,) * 4, strict=True))


def make_country(place: int, code: str, abstained: bool, draw: random.Random) -> dict[str, Any]:
    risk = None if abstained else max(0.93 - 0.047 * place, 0.004)
    drivers = [
        {
            "signal": s.name,
            "value": 41_500_000 // (place + 1) if s.unit == "US$" else round(draw.uniform(0.1, 1.6), 3),
            "unit": s.unit,
            "contribution": round(s.direction * draw.uniform(0, 1.9) / (1 + place / 6), 3),
            "quantile": round(draw.uniform(0.5, 0.99), 2),
            "words": f"{s.label}: far above what the same months of the baseline explain",
        }
        for s in SIGNALS
    ]
    drivers.sort(key=lambda d: -abs(d["contribution"]))
    return {
        "as_of": AS_OF,
        "country": code,
        "name": NAMES[code],
        "rank": None if abstained else place + 1,
        "risk": risk,
        "risk_low": None if risk is None else risk * 0.72,
        "risk_high": None if risk is None else min(risk * 1.2 + 0.02, 0.99),
        "event_risk": None if risk is None else risk * 0.8,
        "event_risk_low": None if risk is None else risk * 0.5,
        "event_risk_high": None if risk is None else min(risk, 0.98),
        **make_event_met(place),
        "band": None if risk is None else band_of(risk),
        "excess_transit_usd": None if abstained else 61_300_000 // (place + 1) ** 2,
        "grade": None if abstained else "ABCD"[place % 4],
        "abstained": abstained,
        "drivers": json.dumps([] if abstained else drivers),
        "counter_evidence": json.dumps([] if abstained else ["two sentences of June speak of a crackdown"]),
        "lowers": json.dumps([] if abstained else ["arrivals of processors back at the baseline"]),
        "model_id": "transit-2026a",
        "run_id": "r-3f2a90c1",
    }


def make_evidence(code: str, place: int) -> list[dict[str, Any]]:
    blank = dict.fromkeys(EVIDENCE)
    rows = []
    for leg, reporter, partner in (
        ("inbound", "DEU", code),
        ("onward", code, "RUS"),
        ("direct", "DEU", "RUS"),
    ):
        rows += [
            {
                **blank,
                "country": code,
                "kind": "trade",
                "leg": leg,
                "reporter": reporter,
                "partner": partner,
                "hs6": hs6,
                "period": date(2024, 3 - n % 3, 1),
                "value_usd": 4_812_345 // (n + 1 + place),
                "known_at": date(2024, 5, 14),
                "source": "comext",
                "source_file": "trade_flows.parquet",
                "source_row": 1000 * place + n,
                "row_digest": f"{place:02d}{n:02d}" + "ab" * 30,
            }
            for n, hs6 in enumerate(PRODUCTS)
        ]
    rows += [
        {
            **blank,
            "country": code,
            "kind": "article",
            "article_id": f"a{place}-{n}",
            "sentence_no": n,
            "text": f"Customs officials said chips were re-exported to Russia via {NAMES[code]} in spring.",
            "why": f"re-exported; to Russia; via {NAMES[code]}",
            "p_diversion": 0.9 - 0.1 * n,
            "polarity": -1 if n == 2 else 1,
            "known_at": date(2024, 6, n + 1),
            "source": "Example Daily",
            "source_file": "articles.jsonl",
            "source_row": n,
        }
        for n in range(3)
    ]
    rows.append(
        {
            **blank,
            "country": code,
            "kind": "listing",
            "text": "SDN",
            "jurisdiction": "US",
            "n_entities": 3,
            "known_at": date(2023, 12, 12),
            "source": "plain",
            "source_file": "listings.csv",
            "source_row": 7,
        }
    )
    return rows


def make_series(code: str, place: int, draw: random.Random) -> list[dict[str, Any]]:
    rows = []
    for leg, size in (("inbound", 2_400_000), ("onward", 900_000)):
        for n, month in enumerate(months(2019, 2024)[:65]):
            growth = 1 + max(0, n - 39) * (0.35 if place < 6 else 0.01)
            value = int(size * growth * draw.uniform(0.75, 1.25) / (1 + place / 5))
            hidden = leg == "onward" and (place == 1 or n in (20, 21, 22, 50, 52) or n > 60)
            base = int(size / (1 + place / 5))
            rows.append(
                {
                    "country": code,
                    "leg": leg,
                    "period": month,
                    "value_usd": None if hidden else value,
                    "baseline_usd": base,
                }
            )
    return rows


CONTRACTS = (
    ContractReport(
        contract="trade_flows",
        version="1",
        digest="cd" * 32,
        rows_in=98765,
        rows_accepted=98001,
        rows_quarantined=64,
        results=(
            RuleResult(
                "value_not_negative",
                2,
                "warning",
                "reports",
                passed=False,
                failing_rows=64,
                detail="64 rows have a negative value_usd",
            ),
            RuleResult("unique_key", 3, "critical", "stops the batch", True, 0, ""),
        ),
    ),
)


def build(n_countries: int = 22, n_abstained: int = 2) -> ReportInput:
    """A run of countries in NAMES; more than there are get numbered names."""
    draw = random.Random(7)
    codes = list(NAMES)[:n_countries]
    scored = len(codes) - n_abstained
    countries = [make_country(place, code, place >= scored, draw) for place, code in enumerate(codes)]
    signals = [
        {
            **dict.fromkeys(panel_schema()),
            "as_of": AS_OF,
            "country": code,
            "inbound_surge": None if place >= scored else 1.2,
            "onward_surge": None if place == 1 or place >= scored else 0.9,
            "inbound_excess_usd": 12_000_000,
            "n_stories": 3,
            "inbound_age_months": None if place >= scored else 2,
            "inbound_coverage": 0.97,
            "direct_coverage": 0.99,
            "listing_history": 1.1,
            "counterfactual": "controls",
            "onward_age_months": None if place == 1 or place >= scored else 5,
            "onward_coverage": 0.6,
        }
        for place, code in enumerate(codes)
    ]
    products = [
        {
            "as_of": AS_OF,
            "country": code,
            "hs6": hs6,
            "family": hs6,
            "tier": "1",
            "score": 0.9 - n / 10,
            "inbound_excess_usd": 9_400_000 // (n + 1),
            "onward_excess_usd": None if place == 1 else 5_000_000,
            "displaced_usd": 20_000,
            "matched_transit_usd": 3_000_000,
            "inbound_surprise": math.log10(63 / (n + 1)),
            "inbound_placebos": 62,
            "inbound_as_extreme": n,
            "onward_surprise": None if place == 1 else 0.0,
            "onward_placebos": None if place == 1 else 40,
            "onward_as_extreme": None if place == 1 else 40,
            "grade": "B",
        }
        for place, code in enumerate(codes)
        for n, hs6 in enumerate(PRODUCTS)
    ]
    evidence = [row for place, code in enumerate(codes) for row in make_evidence(code, place)]
    series = [row for place, code in enumerate(codes) for row in make_series(code, place, draw)]
    return ReportInput(
        countries=pl.DataFrame(countries, schema=SCORES_COUNTRY),
        products=pl.DataFrame(products, schema=SCORES_PRODUCT),
        evidence=pl.DataFrame(evidence, schema=EVIDENCE),
        series=pl.DataFrame(series, schema=SERIES),
        signals=pl.DataFrame(signals, schema=panel_schema()),
        contracts=CONTRACTS,
        manifest=made_manifest(),
        product_names=PRODUCTS,
    )


def build_hostile() -> ReportInput:
    """The same run with a hostile string in every place that holds text from outside."""
    run = build()
    pick = lambda n: HOSTILE[n % len(HOSTILE)]  # noqa: E731
    texts = ["article_id", "text", "why", "jurisdiction", "source", "source_file", "row_digest", "entities"]
    evidence = run.evidence.with_columns(
        pl.Series(name, [pick(n + shift) for n in range(run.evidence.height)])
        for shift, name in enumerate(texts)
    )
    n = run.countries.height
    words = [json.dumps([pick(i), pick(i + 1)]) for i in range(n)]
    figures = {"value": 1.0, "contribution": 1.0, "quantile": 0.9}
    drivers = [
        json.dumps([{**figures, "signal": pick(i), "unit": pick(i + 1), "words": pick(i + 2)}])
        for i in range(n)
    ]
    countries = run.countries.with_columns(
        pl.Series("name", [pick(i) for i in range(n)]),
        pl.Series("drivers", drivers),
        pl.Series("counter_evidence", words),
        pl.Series("lowers", words),
        pl.Series("band", [pick(i) for i in range(n)]),
        pl.Series("grade", [pick(i) for i in range(n)]),
    )
    text = "".join(HOSTILE[:9])
    manifest = replace(
        made_manifest(),
        run_id=text,
        simulated=False,
        simulated_inputs=(text,),
        model=ModelOfRun(text, text, text, 6),
        goods=GoodsOfRun(text, 50, text, True, True, (text,)),
        settings=SettingsOfRun(text, 12, 18, ArticleWindows(), second_reader=False),
        inputs=(InputOfRun(text, text, text, 1, text, 1),),
        rows={text: RowsOfRun(1, 1, 0, {text: 1}, {text: 1})},
        not_scored={text: text},
        versions={text: text},
        notes=(text,),
        control_countries=(text,),
        coalition=(text,),
    )
    rule = RuleResult(text, 1, "critical", "stops the batch", False, 1, text)
    contracts = (ContractReport(text, text, text, 1, 1, 0, (rule,)),)
    return replace(
        run,
        countries=countries,
        evidence=evidence,
        manifest=manifest,
        contracts=contracts,
        product_names=dict.fromkeys(PRODUCTS, text),
    )


@pytest.fixture(scope="session")
def make_report() -> Callable[..., ReportInput]:
    """Builder of a plausible run: `make_report(n_countries, n_abstained)`."""
    return build


@pytest.fixture(scope="session")
def hostile_report() -> ReportInput:
    """A run whose every foreign string is an attack."""
    return build_hostile()


@pytest.fixture(scope="session")
def hostile_strings() -> list[str]:
    """The attacks of `hostile_report`."""
    return HOSTILE
