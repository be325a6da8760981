"""The page of a backtest: self-contained HTML, no script, nothing loaded, every string escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from features.reference.facts import country_names
from riskmodel.backtest.card import METHOD_NAMES, reachable_words
from riskmodel.backtest.products import LEARNT, SCORE
from riskmodel.outcomes.oracles import CAUSES, ORACLES
from riskmodel.report.charts.backtest import curves_chart, reliability_chart, timeline

PRODUCT_NAMES = {SCORE: "product score", LEARNT: "learnt on other worlds"}

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2127; --muted: #5a6470; --rule: #d9dee4;
  --c0: #0b5394; --c1: #bf4f00; --c2: #5f7a1f; --c3: #8a3d8a; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e6e9ec; --muted: #a0abb6;
  --rule: #343d47; --c0: #7db8ea; --c1: #f0995a; --c2: #b5cf6b; --c3: #d79ad7; } }
body { font: 15px/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink); max-width: 70rem;
  margin: 2rem auto; padding: 0 1.5rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums;
  margin: .5rem 0 1.5rem; }
th, td { text-align: right; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; }
p { max-width: 76ch; } .muted, figcaption { color: var(--muted); font-size: .88rem; }
.banner { border: 1px solid var(--c1); border-left-width: 6px; padding: .6rem .9rem; }
.row { display: flex; flex-wrap: wrap; gap: 1.5rem; } figure { margin: 0; }
svg text { fill: var(--muted); font-size: 10px; }
.grid { stroke: var(--rule); } .even { stroke: var(--muted); stroke-dasharray: 3 3; }
polyline { fill: none; stroke-width: 1.8; } .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); }
.c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); } circle.c0 { fill: var(--c0); }
.event { fill: var(--c1); } .key { font-weight: 700; } .k0 { color: var(--c0); } .k1 { color: var(--c1); }
.k2 { color: var(--c2); } .k3 { color: var(--c3); }
"""

_POLICY = (
    "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


def backtest_page(content: Mapping[str, Any]) -> str:
    """The whole page from what `judging` computed; the same content gives the same text."""
    found = content["evaluation"]
    method = content["method"]
    parts = [
        _head(content),
        "<h2>Ranking and probability</h2>",
        _methods(found["slices"]),
        "<div class='row'>",
        _figure(
            reliability_chart(found["reliability"][method]),
            "Reliability: on the diagonal, what is foreseen happens",
        ),
        _curves(content["curves"]),
        "</div>",
        _reachable(found.get("reachable")),
        "<h2>Acting on it</h2>",
        _alarms(found["alarms"]),
        _roles(found.get("roles", {})),
        _power(found.get("power", [])),
        _priors(found["other_shares_of_events"]),
        _ablation(content.get("ablation", [])),
        _products(content.get("products")),
        "<h2>Countries over time</h2>",
        "<p class='muted'>Line: risk. Dots: dates whose six months ahead held the event. Dashed: where the "
        "band high begins. First the countries with most events, then those without "
        "any that scored highest.</p>",
        _timelines(content["timelines"]),
        "</body></html>",
    ]
    return "\n".join(str(part) for part in parts if part) + "\n"


def _head(content: Mapping[str, Any]) -> str:
    banner = (
        "<p class='banner'>Simulated data: every role, flow and event here is invented. Country names "
        "stand for drawn roles and say nothing about real countries.</p>"
        if content["simulated"]
        else ""
    )
    dropped = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in content["dropped"].items())
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        f"{_POLICY}"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>Backtest</title><style>{_STYLE}</style></head><body><h1>Backtest</h1>{banner}"
        f"<p>{escape(content['protocol'])} Rows left out: {escape(dropped or 'none')}. A score is a reason "
        "to look, not proof.</p>"
    )


def _methods(slices: Mapping[str, Any]) -> str:
    out = []
    for name, part in slices.items():
        if "methods" not in part:
            continue
        caption = f"{name.replace('_', ' ')}: {part['rows']} rows, {part['events']} events"
        rows = [
            [
                METHOD_NAMES.get(key, key),
                _number(m["average_precision"], m["average_precision_90"]),
                _number(m["precision_at_10"]),
                _number(m["recall_at_20"]),
                _number(m["brier_skill"], m["brier_skill_90"]),
                _number(m["calibration_error"]),
            ]
            for key, m in part["methods"].items()
        ]
        head = [
            "method",
            "average precision",
            "precision@10",
            "recall@20",
            "Brier skill",
            "calibration error",
        ]
        out.append(_table(head, rows, f"{caption}. Brackets: 90% bootstrap over countries"))
    return "".join(out)


def _curves(curves: Mapping[str, Sequence[Sequence[float]]]) -> str:
    named = {METHOD_NAMES.get(name, name): [(r, p) for r, p in points] for name, points in curves.items()}
    key = " ".join(f"<span class='key k{i}'>{escape(name)}</span>" for i, name in enumerate(named))
    return f"<figure>{curves_chart(named)}<figcaption>Precision against recall: {key}</figcaption></figure>"


def _reachable(found: Mapping[str, Any] | None) -> str:
    if not found:
        return ""
    oracles = [[words, _number(found["oracles"][name])] for name, words in ORACLES.items()]
    causes = [
        [words, str(m["rows"]), str(m["events"]), _number(m["elevated"]), _number(m["high"])]
        for name, words in CAUSES.items()
        for m in (found["causes"][name],)
    ]
    return (
        f"<h2>What can be reached</h2><p>{escape(reachable_words(found))}</p>"
        + _table(
            ["known", "average precision"], oracles, "Rankings by those who know more, each than the last"
        )
        + _table(
            ["why there is an event", "rows", "events", "elevated or high", "high"],
            causes,
            "Events by their cause, and the share of them in a band",
        )
    )


def _alarms(alarms: Mapping[str, Any]) -> str:
    rows = [
        [
            METHOD_NAMES.get(name, name),
            _number(m["found_before_public"]),
            _number(m["median_lead_months"]),
            _number(m["false_alarms_per_quarter"]),
        ]
        for name, m in alarms["methods"].items()
    ]
    spells = max((m["spells"] for m in alarms["methods"].values()), default=0)
    caption = (
        f"The {alarms['flagged_rows']} highest rows of each method. {spells} spells of events began; found: "
        "flagged before published figures show it, nine months after it could first be foreseen; lead: "
        "months left until then; false alarms: countries a quarter without an event"
    )
    return _table(["method", "share found", "median lead", "false alarms a quarter"], rows, caption)


def _roles(roles: Mapping[str, Any]) -> str:
    rows = [
        [name.replace("_", " "), str(m["countries"]), str(m["rows"])]
        + [f"{100 * m[key]:.1f}%" for key in ("events", "risk", "flagged_high", "flagged_without_event")]
        for name, m in roles.items()
    ]
    head = ["role", "countries", "rows", "events", "mean risk", "flagged high", "flagged without an event"]
    return _table(head, rows, "False alarms by what the simulated country is") if rows else ""


def _power(power: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            f"{_size(line)}, {line['onward_trade']}",
            str(line["countries"]),
            f"{line['elevated']:.0%}",
            f"{line['high']:.0%}",
        ]
        for line in power
    ]
    head = ["diverted at the peak", "countries", "elevated or high", "high"]
    return _table(head, rows, "Planted diversion seen within six months of its start") if rows else ""


def _size(line: Mapping[str, Any]) -> str:
    low, high = line["from"], line["below"]
    if line["measure"] == "diversion_share":
        return f"{low:.0%} to {1 if high is None else high:.0%} of the listed goods that come in"
    above = "and more" if high is None else f"to {high / 1e6:.0f}"
    return f"US${low / 1e6:.0f} {above} million a year"


def _priors(lines: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            f"{line['share_of_events']:.1%}",
            _number(line["average_precision"]),
            f"{line['flagged_high']:.1%}",
            _number(line["precision_high"]),
            _number(line["recall_high"]),
        ]
        for line in lines
    ]
    head = ["share of events", "average precision", "flagged high", "of these events", "events found"]
    caption = "Had events been rarer or commoner: rows reweighted, probabilities moved to that share"
    return _table(head, rows, caption) if rows else ""


def _ablation(lines: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            f"{line['signals']}, {line['kept']}",
            _number(line["average_precision"]),
            _number(line["brier_skill"]),
        ]
        for line in lines
    ]
    head = ["signals", "average precision", "Brier skill"]
    return _table(head, rows, "Refitted without and with each group of signals alone") if rows else ""


def _products(found: Mapping[str, Any] | None) -> str:
    if not found:
        return ""
    methods = [
        [
            PRODUCT_NAMES.get(name, name.replace("_", " ")),
            _number(m["average_precision"], m["average_precision_90"]),
            _number(m["auc"]),
            _number(m["precision_at_50"]),
        ]
        for name, m in found["methods"].items()
    ]
    roles = [
        [name.replace("_", " "), str(m["rows"])]
        + [f"{100 * m[key]:.1f}%" for key in ("events", "in_the_top", "in_the_top_without_event")]
        for name, m in found["roles"].items()
    ]
    gain, (low, high) = found["gain_of_learnt"]["gain"], found["gain_of_learnt"]["interval_90"]
    head = ["method", "average precision", "AUC", "precision@50"]
    return (
        "<h2>Products</h2><p>The event of a country and HS6 code: transit of its family above US$100,000 in "
        "the six months ahead, and at least twice the same months of the baseline. A rule learnt on other "
        f"worlds gains {gain:+.3f} [{low:+.3f}, {high:+.3f}] over the score.</p>"
        + _table(head, methods, f"{found['rows']} codes on all dates, {found['events']} events")
        + _table(
            ["role", "codes", "events", "in the highest 5%", "in it without an event"],
            roles,
            "Highest product scores by what the simulated country is",
        )
    )


def _timelines(lines: Sequence[Mapping[str, Any]]) -> str:
    names = country_names()
    figures = []
    for line in lines:
        name = names.get(line["country"], line["country"])
        where = f"{line['world']}: {line['role'].replace('_', ' ')}" if line["role"] else ""
        days = [date.fromisoformat(day) for day in line["as_of"]]
        chart = timeline(name, days, line["risk"], line["event"])
        figures.append(_figure(chart, f"{name} {where}".strip()))
    return f"<div class='row'>{''.join(figures)}</div>"


def _figure(chart: Markup, caption: str) -> str:
    return f"<figure>{chart}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f"<p class='muted'>{escape(caption)}.</p>{table}"


def _number(value: float | None, interval: Sequence[float] | None = None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" + (f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else "")
