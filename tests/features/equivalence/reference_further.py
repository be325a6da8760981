"""The slow reference of the trade signals outside the model: loops over plain rows, formula by formula."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from typing import Any

import pandas as pd
from reference_trade import (
    COUNTRY_FLOOR,
    FAMILY_FLOOR,
    World,
    half_even,
    months_of,
)

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import hs_edition, hs_families

Sums = dict[tuple[str, str, str], tuple[int, int]]
EURO = {2020: 1.1422, 2021: 1.1827, 2022: 1.0530, 2023: 1.0813}


def plus(month: date, months: int) -> date:
    index = months_of(month) + months
    return date(index // 12, index % 12 + 1, 1)


def placebo_cells(world: World) -> list[dict[str, Any]]:
    """Coalition exports of unlisted codes of the listed headings, with clean families of their own."""
    headings = {code[:4] for code in world.goods.frame["hs6"]}
    changed = {r["hs6"]: r for r in hs_families(hs_edition(world.windows.baseline_start)).to_dicts()}
    taken, cells = set(world.families.values()), []
    for row in world.rows:
        code = row["hs6"]
        family = changed.get(code, {"family": code})["family"]
        if (
            row["flow"] == "X"
            and row["reporter"] in world.members
            and row["partner"] not in world.members | NEVER_SCORED
            and code[:4] in headings
            and code not in world.families
            and not changed.get(code, {"hs_break": False})["hs_break"]
            and family not in taken
        ):
            cells.append({**row, "leg": "inbound", "country": row["partner"], "family": family})
    return cells


def placebo_surge(sums: Sums, factors: dict[str, float], country: str) -> float | None:
    mine = {key: value for key, value in sums.items() if key[1] == country}
    s, b = sum(v[0] for v in mine.values()), sum(v[1] for v in mine.values())
    if s + b < COUNTRY_FLOOR:
        return None
    expected = sum(half_even(factors[key[2]] * value[1]) for key, value in mine.items())
    return math.log((s + COUNTRY_FLOOR) / (expected + COUNTRY_FLOOR))


def mirror(world: World, country: str) -> tuple[float | None, int | None]:
    """mirror_gap and ghost_usd."""
    receiving = {r["period"] for r in world.rows if r["flow"] == "M" and r["reporter"] == country}
    declares = [
        r
        for r in world.rows
        if r["flow"] == "M"
        and r["reporter"] == country
        and r["partner"] in world.members
        and r["hs6"] in world.families
    ]
    senders = sorted({c["reporter"] for c in world.cells if c["leg"] == "inbound"})
    both = {
        w: {m for m in world.reported[w] & receiving if m <= (world.ends[w] or date.min)} for w in senders
    }
    newest = max((m for months in both.values() for m in months), default=None)
    if not declares or newest is None:
        return None, None
    recent: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    base: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    cells = [(c["reporter"], c["family"], c["period"], c["value_usd"], 0) for c in world.cells
             if c["leg"] == "inbound" and c["country"] == country]  # fmt: skip
    cells += [(r["partner"], world.families[r["hs6"]], r["period"], r["value_usd"], 1) for r in declares]
    matched: dict[str, list[date]] = {}
    for w, months in both.items():
        past = [m.month for m in months if world.in_baseline(m)]
        matched[w] = [
            m
            for m in months
            if m > plus(newest, -world.windows.recent_months) and not world.in_baseline(m) and m.month in past
        ]
    for w, family, period, value, side in cells:
        if period in matched.get(w, []):
            recent[family][side] += value
        if world.in_baseline(period) and any(m.month == period.month for m in matched.get(w, [])):
            base[w, family, period.month][side] += value
    scaled: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (w, family, calendar), values in base.items():
        years = sum(world.in_baseline(m) and m.month == calendar for m in both[w])
        times = sum(m.month == calendar for m in matched[w])
        for side in (0, 1):
            scaled[family][side] += (2 * values[side] * times + years) // (2 * years)

    def totals(table: dict[str, list[int]]) -> tuple[int, int, int]:
        ghost = sum(max(0, x - m * 25 // 27) for x, m in table.values())
        return sum(v[0] for v in table.values()), sum(v[1] for v in table.values()), ghost

    x, m, ghost = totals(recent)
    x0, m0, ghost0 = totals(scaled)
    if x < COUNTRY_FLOOR or x0 + m0 == 0:
        return None, None
    gap, gap0 = ((a - b / 1.08) / (a + b / 1.08) for a, b in ((x, m), (x0, m0)))
    return gap - gap0, max(0, ghost - ghost0)


def new_routes(world: World, country: str) -> float | None:
    end = world.ends.get(country)
    if end is None:
        return None
    months = [m for m in world.reported[country] if m >= date(2017, 1, 1)]
    new = [m for m in months if plus(end, -6) < m <= end]
    silent = [m for m in months if plus(end, -42) < m <= plus(end, -6)]
    if len(new) < 2 or len(silent) < 24:
        return None
    sent: dict[tuple[str, date], int] = defaultdict(int)
    for c in world.cells:
        if c["leg"] == "onward" and c["country"] == country:
            sent[c["family"], c["period"]] += c["value_usd"]
    return float(
        sum(
            all(sent.get((family, m), 0) == 0 for m in silent)
            and sum(sent.get((family, m), 0) >= 25_000 for m in new) >= 2
            for family in {f for f, _ in sent}
        )
    )


def rca_mismatch(world: World, sums: Sums, country: str) -> float | None:
    """Only for tables without vintages: each row counts as first published."""
    own: dict[str, int] = defaultdict(int)
    everybody: dict[str, int] = defaultdict(int)
    chapters = set()
    for row in world.rows:
        if row["flow"] != "X" or row["partner"] in ("RUS", "WLD") or not world.in_baseline(row["period"]):
            continue
        chapters.add(row["hs6"][:2])
        for table in (everybody, own) if row["reporter"] == country else (everybody,):
            table[world.families.get(row["hs6"], "other")] += row["value_usd"]
    sent = {f: s for (leg, c, f), (s, _) in sums.items() if (leg, c) == ("onward", country) and s > 0}
    sent = {f: s for f, s in sent.items() if everybody[f] > 0}
    if len(chapters) < 20 or sum(own.values()) == 0 or sum(sent.values()) < COUNTRY_FLOOR:
        return None
    weak = 0
    for family, value in sent.items():
        advantage = (own[family] / sum(own.values())) / (everybody[family] / sum(everybody.values()))
        weak += value if advantage < 0.1 else 0
    return weak / sum(sent.values())


def unit_value_premium(world: World, country: str) -> float | None:
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for c in world.cells:
        kg = c["net_kg"]
        if kg is None or pd.isna(kg) or kg <= 0 or c["value_usd"] <= 0:
            continue
        if c["period"] not in world.matched(c["reporter"]) or (
            c["leg"] == "onward" and c["country"] != country
        ):
            continue
        side = "onward" if c["leg"] == "onward" else "world"
        totals[side, c["family"]][0] += c["value_usd"]
        totals[side, c["family"]][1] += int(kg)
    price = {key: math.log(v / kg) for key, (v, kg) in totals.items() if v >= FAMILY_FLOOR}
    gaps = [
        price["onward", f] - price["world", f]
        for side, f in price
        if side == "onward" and ("world", f) in price
    ]
    return float(pd.Series(gaps).median()) if len(gaps) >= 3 else None


def lead_lag(world: World, country: str) -> float | None:
    legs = {}
    for leg in ("inbound", "onward"):
        mine = [c for c in world.cells if c["leg"] == leg and c["country"] == country]
        everyone = {c["country"] for c in world.cells if c["leg"] == "onward"}
        reporters = {
            c["reporter"] for c in world.cells if c["leg"] == leg and c["country"] in everyone
        } if leg == "inbound" else {country}  # fmt: skip
        grid = {m for r in reporters for m in world.reported[r] if plus(m, -12) in world.reported[r]}
        series = {}
        for m in grid:
            pairs = {r for r in reporters if {m, plus(m, -12)} <= world.reported[r]}
            now, before = (
                sum(c["value_usd"] for c in mine if c["period"] == at and c["reporter"] in pairs)
                for at in (m, plus(m, -12))
            )
            series[m] = math.log((now + FAMILY_FLOOR) / (before + FAMILY_FLOOR))
        legs[leg] = series if mine or leg == "inbound" else {}
    if not legs["onward"]:
        return None
    end = max(legs["onward"])
    found = []
    for lag in range(5):
        months = [m for m in legs["onward"] if plus(m, -lag) in legs["inbound"] and m > plus(end, -36)]
        if len(months) < 24:
            continue
        r = pd.Series([legs["inbound"][plus(m, -lag)] for m in months]).corr(
            pd.Series([legs["onward"][m] for m in months])
        )
        if not math.isnan(r):
            found.append(r)
    return max(found, default=None)


def eu_rule_count(world: World, sums: Sums, country: str) -> float:
    newest = max((end for name in world.senders() if (end := world.ends[name])), default=world.as_of)
    floor = 1_000_000 * EURO[min(newest.year, 2023)]
    count = 0
    for family in {f for _, c, f in sums if c == country}:
        legs = [sums.get((leg, country, family), (0, 0)) for leg in ("inbound", "onward")]
        count += all(s > floor and s >= 2 * b for s, b in legs)
    return float(count)
