"""The one list of signals: what each means, its unit and direction, and what it needs.

The model, the report and the documentation read this list; nothing else repeats it.
`python -m features.catalogue --write` writes the documentation page.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Group = Literal["trade", "articles", "listings"]
Leg = Literal["inbound", "onward", "direct", "articles", "listings"]
Transform = Literal["identity", "log_usd"]


@dataclass(frozen=True)
class Signal:
    """One column of the signals panel.

    Attributes
    ----------
    name: column name. label: the words a report uses.
    direction: +1 raises the risk, -1 lowers it; the model keeps to it.
    transform: how the model sees the value; `log_usd` is ln(1 + value / US$10,000).
    needs: legs or inputs without which the signal is null (null is unknown, never zero).
    counter: what else could explain a high value, in words that a report can use.
    source: where the formula comes from.
    in_model: whether the model reads it; the others are evidence for people.
    steerable: whether the country itself can move it (used for "what would lower this score").
    """

    name: str
    group: Group
    label: str
    unit: str
    direction: Literal[-1, 1]
    transform: Transform
    needs: tuple[Leg, ...]
    formula: str
    minimum: str
    counter: str
    source: str
    steerable: bool = True
    in_model: bool = True


SIGNALS: tuple[Signal, ...] = (
    Signal(
        "inbound_surge",
        "trade",
        "coalition exports of listed goods to the country, against their baseline and world growth",
        "log ratio",
        1,
        "identity",
        ("inbound",),
        "ln((S+e)/(g*B+e)), S and g*B summed over listed families, e = US$1m",
        "one reporter with recent and baseline months",
        "the whole economy grew, unlisted goods as well; prices rose here more than elsewhere",
        "gravity practice: growth against control countries",
    ),
    Signal(
        "inbound_excess_usd",
        "trade",
        "coalition exports above what baseline and world growth explain",
        "US$",
        1,
        "log_usd",
        ("inbound",),
        "sum over families of max(0, S - g*B), families under US$50,000 left out",
        "one reporter with recent and baseline months",
        "one project, such as a power plant: few families, nothing onward; a legal hub's own growth",
        "export-diversion literature, formula of this project",
    ),
    Signal(
        "onward_surge",
        "trade",
        "the country's exports of listed goods to Russia, against their baseline and world growth",
        "log ratio",
        1,
        "identity",
        ("onward",),
        "as inbound_surge, on the onward leg",
        "the country's own recent and baseline months",
        "own industry found a new buyer; customs-union reports are weak, so low is no proof",
        "as inbound_surge",
    ),
    Signal(
        "onward_excess_usd",
        "trade",
        "exports to Russia above what baseline and world growth explain",
        "US$",
        1,
        "log_usd",
        ("onward",),
        "as inbound_excess_usd, on the onward leg",
        "the country's own recent and baseline months",
        "own production sold to Russia; goods of earlier years from stock",
        "export-diversion literature, formula of this project",
    ),
    Signal(
        "matched_transit_usd",
        "trade",
        "the same goods in excess on both legs",
        "US$",
        1,
        "log_usd",
        ("inbound", "onward"),
        "sum over families of w * min(E_inbound, E_onward)",
        "both legs",
        "home use grew and own exports grew in the same family; neighbours of large families match by chance",
        "export-diversion literature, formula of this project",
    ),
    Signal(
        "displaced_usd",
        "trade",
        "goods the coalition stopped sending to Russia and now sends to the country instead",
        "US$",
        1,
        "log_usd",
        ("inbound", "direct"),
        "sum over families of w * min(max(0, B_direct - S_direct), E_inbound)",
        "coalition reports of both legs",
        "sellers found real customers for the goods Russia no longer gets; a family that is large everywhere",
        "export-diversion literature, formula of this project",
    ),
    Signal(
        "substitution",
        "trade",
        "how closely the goods that rise toward the country are those that fell toward Russia",
        "rank correlation",
        1,
        "identity",
        ("inbound", "direct"),
        "Spearman over families of B_direct - S_direct and S_inbound - B_inbound, absent trade as 0",
        "coalition reports of both legs, eight families with direct or inbound trade",
        "the country's demand shifted like everybody's; a rank correlation says nothing about amounts",
        "rank correlation of the Eurostat CN8 table",
    ),
    Signal(
        "pass_through",
        "trade",
        "how little of the excess arrivals stays in the country",
        "share",
        1,
        "identity",
        ("inbound", "onward"),
        "matched_transit_usd / inbound_excess_usd",
        "both legs, inbound excess of US$1m",
        "one small family that matches by chance when little else arrives",
        "formula of this project",
    ),
    Signal(
        "placebo_gap",
        "trade",
        "listed goods rose more than unlisted goods of the same headings",
        "log ratio",
        1,
        "identity",
        ("inbound",),
        "inbound_surge minus the same on unlisted HS6 codes of the listed HS4 headings",
        "a table with unlisted codes, US$1m of them in the recent window and baseline",
        "a real project that needs just the listed goods, such as a data centre",
        "placebo test of the evaluation literature",
    ),
    Signal(
        "new_lines",
        "trade",
        "more lines of listed trade toward the country than baseline and growth explain, newest three months",
        "ln(1 + lines of 1,000 possible)",
        1,
        "identity",
        ("inbound",),
        "ln(1 + 1000 max(0, n - g*b) / possible), lines: a reporter, a family and a month with US$1,000 or "
        "more; g the larger growth of lines to the controls and of the country's unlisted lines; at most 1.5 "
        "times the new lines of its own imports where it reports them",
        "one reporter with newest and baseline months",
        "many small buyers entered a growing market; small parcels are declared more fully than before",
        "extensive margin of trade; measured on the Eurostat CN8 table",
    ),
    Signal(
        "onward_lines",
        "trade",
        "more lines of listed goods from the country to Russia than before, newest three months",
        "ln(1 + lines of 1,000 possible)",
        1,
        "identity",
        ("onward",),
        "ln(1 + 1000 max(0, n - b) / possible), lines: a family and a month with US$1,000 or more",
        "the country's own newest and baseline months",
        "first sales of own products; small parcels are declared more fully than before",
        "extensive margin of trade",
    ),
    Signal(
        "transit_ratio",
        "trade",
        "the same goods on both legs at the pace of the newest three months, against what the event needs",
        "log ratio",
        1,
        "identity",
        ("inbound", "onward"),
        "ln((T + e) / (max(US$1m, 2*B) + e)), T the sum over families of min(inbound, onward), brought to "
        "six months, B the same of the baseline, e = US$100,000",
        "both legs, one of the newest three months of the country's own",
        "home use and own exports of a family that both happen to be large in these months",
        "the event that the model foresees, as far as it is public",
    ),
    Signal(
        "mirror_gap",
        "trade",
        "goods leave the coalition for the country and do not arrive there",
        "difference of shares",
        1,
        "identity",
        ("inbound",),
        "(X - M/1.08) / (X + M/1.08), coalition exports against the country's imports, minus its baseline",
        "imports reported by the country, US$1m sent, a baseline of both",
        "imports booked under another origin or month; transit sheds and free zones; late reports",
        "mirror statistics; published asymmetry of Lithuanian dual-use goods to Kazakhstan",
        in_model=False,
    ),
    Signal(
        "ghost_usd",
        "trade",
        "goods sent to the country that it never recorded as imports, above its usual gap",
        "US$",
        1,
        "log_usd",
        ("inbound",),
        "max(0, sum over families of max(0, X - M/1.08), minus the same of the baseline)",
        "as mirror_gap",
        "as mirror_gap; a product booked under another code counts as missing",
        "mirror statistics",
        in_model=False,
    ),
    Signal(
        "new_routes",
        "trade",
        "product families that the country newly sends to Russia",
        "families",
        1,
        "identity",
        ("onward",),
        "families with nothing to Russia in 36 months, then US$25,000 in two of the last six",
        "24 of the 36 months and two of the six reported",
        "a first sale of own products; a family split by a new HS edition is left out",
        "formula of this project",
        in_model=False,
    ),
    Signal(
        "rca_mismatch",
        "trade",
        "the country sells Russia what it hardly made before",
        "share",
        1,
        "identity",
        ("onward",),
        "share of listed exports to Russia in families with a baseline comparative advantage below 0.1",
        "a table of all goods (20 HS chapters), US$1m to Russia",
        "a new factory; a legal hub re-exports what it does not make by trade",
        "Balassa (1965), revealed comparative advantage",
        in_model=False,
    ),
    Signal(
        "unit_value_premium",
        "trade",
        "goods to Russia cost more a kilogram than the coalition asks elsewhere",
        "log ratio",
        1,
        "identity",
        ("onward",),
        "median over families of ln UV(country to Russia) - ln UV(coalition to the rest)",
        "three families with US$50,000 of reported weights on both sides",
        "better models within a family; weights reported for small parcels only",
        "unit values of trade statistics, reported weights only",
        in_model=False,
    ),
    Signal(
        "lead_lag",
        "trade",
        "exports to Russia follow arrivals from the coalition",
        "correlation",
        1,
        "identity",
        ("inbound", "onward"),
        "largest correlation of year-on-year log changes, inbound leading by 0 to 4 months",
        "24 common months of both legs, and the year before them",
        "both legs follow world trade; the largest of five correlations is above zero by chance alone",
        "cross-correlation of monthly series",
        in_model=False,
    ),
    Signal(
        "eu_rule_count",
        "trade",
        "product families that meet the European Commission's rule on both legs",
        "families",
        1,
        "identity",
        ("inbound", "onward"),
        "families above EUR 1m and at least twice the baseline, inbound and onward",
        "both legs",
        "the rule knows no counterfactual: prices and world growth count too",
        "European Commission, economically critical goods",
        in_model=False,
    ),
    Signal(
        "excess_concentration",
        "trade",
        "the excess arrivals are one product family, as of one project",
        "share",
        -1,
        "identity",
        ("inbound",),
        "largest family's inbound excess / inbound_excess_usd",
        "inbound excess of US$1m",
        "a route for one product looks like a project",
        "formula of this project",
        in_model=False,
    ),
    Signal(
        "article_rate",
        "articles",
        "press and officials who write of goods reaching Russia through the country",
        "ln(1 + stories per 30 days)",
        1,
        "identity",
        ("articles",),
        "ln(1 + sum over stories of p_diversion * 2^(-age/90 days), per 30 days)",
        "an article table",
        "one outlet's campaign; articles about designations rather than goods; a story denied the next day",
        "article engine",
    ),
    Signal(
        "article_burst",
        "articles",
        "suddenly more stories of goods reaching Russia through the country than in its own past",
        "standard deviations",
        1,
        "identity",
        ("articles",),
        "(article_rate - its mean on the 24 days 30, 60, ... days back) / max(their standard deviation, "
        "ln(1 + one story))",
        "an article table that reaches back 12 such days and a half-life more",
        "one event told by many outlets in their own words; a new outlet in the table; a short quiet past",
        "article engine",
        in_model=False,
    ),
    Signal(
        "article_easing",
        "articles",
        "share of recent diversion stories that report a crackdown or cooperation",
        "share",
        -1,
        "identity",
        ("articles",),
        "easing stories / diversion stories of the last 180 days; 0 when there are none",
        "an article table",
        "announced, not yet done: promises count as easing too",
        "article engine",
    ),
    Signal(
        "source_diversity",
        "articles",
        "different owners of sources that were first to tell the diversion stories",
        "entropy in nats",
        1,
        "identity",
        ("articles",),
        "-sum over owners of s ln s, s the owner's share of the diversion stories of the last 24 months, "
        "each counted for who told it first",
        "one diversion story with a source",
        "outlets that rewrite one agency; owners that the table of owners does not know",
        "Shannon (1948), entropy",
        in_model=False,
    ),
    Signal(
        "listing_history",
        "listings",
        "entities in the country that were listed, recent ones counting more",
        "ln(1 + decayed count)",
        1,
        "identity",
        ("listings",),
        "ln(1 + sum over listings of n_entities * 2^(-age/365 days))",
        "a listings table",
        "listed for other reasons than goods; more is listed where more is looked for",
        "public listings",
        steerable=False,
    ),
)

BY_NAME: dict[str, Signal] = {signal.name: signal for signal in SIGNALS}
MODEL_SIGNALS: tuple[str, ...] = tuple(signal.name for signal in SIGNALS if signal.in_model)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "signals.md"
_INTRODUCTION = """# Signals

Generated from `features/catalogue.py` by `python -m features.catalogue --write`; do not edit.

Every signal is computed for a country as it was knowable on one day. An empty value means unknown, never
zero. S is the sum of the recent window, B the mean of the same calendar months of the baseline, scaled to
the window, g the growth of the same goods to control countries, E the excess max(0, S - g*B), w a tier's
weight; X are exports as the sender reports them, M imports as the country reports them. A high value is a
reason to look, never proof: each signal says what else could explain it.
"""


def page() -> str:
    """The documentation page of all signals, as Markdown."""
    parts = [_INTRODUCTION]
    for group in ("trade", "articles", "listings"):
        parts.append(f"## {group.capitalize()}\n")
        parts.extend(_entry(signal) for signal in SIGNALS if signal.group == group)
    return "\n".join(parts)


def _entry(signal: Signal) -> str:
    rows = {
        "Meaning": signal.label,
        "Formula": f"`{signal.formula}`" if "`" not in signal.formula else signal.formula,
        "Unit": signal.unit,
        "Direction": "raises the risk" if signal.direction > 0 else "lowers the risk",
        "Needs": ", ".join(signal.needs),
        "Minimum data": signal.minimum,
        "What else could explain it": signal.counter,
        "Source": signal.source,
        "Read by the model": "yes" if signal.in_model else "no, shown as evidence",
    }
    return "\n".join([f"### {signal.name}\n", *(f"- {name}: {text}" for name, text in rows.items()), ""])


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
