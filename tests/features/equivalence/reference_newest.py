"""The slow reference of the signals of the newest quarter: loops over plain rows, line by line."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from reference_further import placebo_cells
from reference_trade import World, months_of, window_sums

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import control_candidates
from features.trade.flows.families import GoodsList
from features.trade.flows.windows import Windows


def newest_quarter(
    flows: pd.DataFrame, goods: GoodsList, windows: Windows, as_of: date, countries: list[str]
) -> dict[str, dict[str, float | None]]:
    """country -> new_lines, onward_lines, transit_ratio; None where the country's own months are unknown."""
    world = World(flows, goods, replace(windows, recent_months=3), as_of)
    months = {name: world.matched(name) for name in world.reported}
    years = {(name, m.month): world.baseline_years(name, m.month) for name in months for m in months[name]}
    listed = lines(world, [c for c in world.cells if c["leg"] == "inbound"], months, years)
    others = lines(world, placebo_cells(world), months, years)
    onward = lines(world, [c for c in world.cells if c["leg"] == "onward"], months, years)
    controls = [c for c in control_candidates(as_of) if listed[c][1] > 0]
    g = 1.0
    if len(controls) >= 5:
        ratio = sum(listed[c][0] for c in controls) / sum(listed[c][1] for c in controls)
        g = min(max(ratio, 0.25), 4.0)
    booked = arrivals(world, g)
    sums = window_sums(world)
    sent_months = max(len(months[name]) for name in world.senders())
    n_families = len({family for _, _, family in sums})
    inbound = {c["reporter"] for c in world.cells if c["leg"] == "inbound"}
    possible = max(n_families * sum(len(months[name]) for name in inbound), 1) / 1000
    found: dict[str, dict[str, float | None]] = {}
    for country in countries:
        own = (others[country][0] + 5 * g) / (others[country][1] + 5)
        above = max(0.0, listed[country][0] - max(g, own) * listed[country][1])
        row: dict[str, float | None] = {
            "new_lines": math.log1p(min(above, 1.5 * booked.get(country, math.inf)) / possible)
        }
        n_own = len(months.get(country, []))
        more = max(0.0, onward[country][0] - onward[country][1])
        row["onward_lines"] = math.log1p(1000 * more / (max(n_families, 1) * n_own)) if n_own else None
        row["transit_ratio"] = ratio_of(sums, country, sent_months, n_own) if n_own else None
        found[country] = row
    return found


def lines(
    world: World,
    cells: list[dict[str, Any]],
    months: dict[str, list[date]],
    years: dict[tuple[str, int], int],
) -> dict[str, tuple[float, float]]:
    """country -> lines of the months, mean lines of the same months of the baseline."""
    dollars: dict[Any, int] = defaultdict(int)
    for c in cells:
        dollars[c["reporter"], c["partner"], c["country"], c["family"], c["period"]] += c["value_usd"]
    now: dict[str, float] = defaultdict(float)
    before: dict[str, float] = defaultdict(float)
    for (reporter, _, country, _, period), value in dollars.items():
        if value < 1_000:
            continue
        now[country] += period in months[reporter]
        if world.in_baseline(period) and (reporter, period.month) in years:
            before[country] += 1 / years[reporter, period.month]
    return defaultdict(lambda: (0.0, 0.0), {c: (now[c], before[c]) for c in {*now, *before}})


def arrivals(world: World, g: float) -> dict[str, float]:
    """country -> new lines it books as imports from the coalition, of its own newest three months."""
    shared = world.ends[world.senders()[0]]
    received: dict[str, set[date]] = defaultdict(set)
    for row in world.rows:
        if row["flow"] == "M":
            received[row["reporter"]].add(row["period"])
    months, years, cells = {}, {}, []
    for country, periods in received.items():
        end = max(periods)
        if shared is None or months_of(end) < months_of(shared) - 6:
            continue
        base = defaultdict(int)
        for p in periods:
            base[p.month] += world.in_baseline(p)
        months[country] = [
            p
            for p in periods
            if months_of(end) - 3 < months_of(p) and not world.in_baseline(p) and base[p.month]
        ]
        years.update({(country, p.month): base[p.month] for p in months[country]})
    for row in world.rows:
        reporter, outside = row["reporter"], world.members | NEVER_SCORED
        booked = row["flow"] == "M" and reporter not in outside and reporter in months
        if booked and row["partner"] in world.members and row["hs6"] in world.families:
            cells.append({**row, "country": reporter, "family": world.families[row["hs6"]]})
    counted = lines(world, cells, months, years)
    return {country: max(0.0, n - g * b) for country, (n, b) in counted.items() if n or b}


def ratio_of(sums: dict[tuple[str, str, str], tuple[int, int]], country: str, sent: int, own: int) -> float:
    pace = base = 0.0
    for leg, name, family in sums:
        if leg == "inbound" and name == country and ("onward", country, family) in sums:
            arrives, leaves = sums[leg, name, family], sums["onward", country, family]
            pace += min(arrives[0] * 6 / sent, leaves[0] * 6 / own)
            base += min(arrives[1] * 6 / sent, leaves[1] * 6 / own)
    return math.log((pace + 100_000) / (max(1_000_000, 2 * base) + 100_000))
