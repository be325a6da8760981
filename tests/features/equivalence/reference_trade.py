"""A slow, obvious reference of the trade signals: loops over plain rows, one formula at a time.

It shares with the fast path only the dated facts (coalition, control candidates, families of the goods
list) and the floors; every sum, window, ratio and rank is written out again.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from data_contracts.codes.never_scored import NEVER_SCORED
from features.reference.facts import (
    DEFAULT_LAG_DAYS,
    RUSSIA,
    coalition,
    control_candidates,
    country_names,
    reporter_lags,
)
from features.trade.flows.families import GoodsList
from features.trade.flows.windows import Windows

FAMILY_FLOOR, COUNTRY_FLOOR, SHRINK = 50_000, 1_000_000, 1_000_000


def months_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def known_rows(flows: pd.DataFrame, as_of: date) -> list[dict[str, Any]]:
    """Rows public on as_of, the latest vintage of each key (the larger value where two share a day)."""
    lags = dict(reporter_lags().iter_rows())
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in flows.to_dict("records"):
        known = row["known_at"]
        if known is None or pd.isna(known):
            end = (pd.Timestamp(row["period"]) + pd.offsets.MonthEnd(0)).date()
            known = end + pd.Timedelta(days=lags.get(row["reporter"], DEFAULT_LAG_DAYS))
        if known > as_of:
            continue
        key = tuple(row[name] for name in ("reporter", "partner", "flow", "hs6", "period"))
        old = latest.get(key)
        if old is None or (old["known_at"], old["value_usd"]) <= (known, row["value_usd"]):
            latest[key] = {**row, "known_at": known}
    return list(latest.values())


def family_of(goods: GoodsList, windows: Windows, as_of: date) -> dict[str, str]:
    crosses = windows.baseline_start < date(2022, 1, 1) <= as_of
    return {row["hs6"]: row["family"] for row in goods.frame.to_dicts() if not (crosses and row["hs_break"])}


class World:
    """The known rows of one date, by leg."""

    def __init__(self, flows: pd.DataFrame, goods: GoodsList, windows: Windows, as_of: date) -> None:
        self.as_of, self.windows, self.goods = as_of, windows, goods
        self.members = coalition(as_of)
        self.matched_before: dict[str, list[date]] = {}
        self.families = family_of(goods, windows, as_of)
        self.rows = known_rows(flows, as_of)
        self.reported: dict[str, set[date]] = defaultdict(set)
        for row in self.rows:
            if row["flow"] == "X":
                self.reported[row["reporter"]].add(row["period"])
        self.cells = [cell for row in self.rows if (cell := self._cell(row)) is not None]
        self.ends = self._ends()

    def _cell(self, row: dict[str, Any]) -> dict[str, Any] | None:
        family = self.families.get(row["hs6"])
        if row["flow"] != "X" or family is None:
            return None
        outside = self.members | NEVER_SCORED
        if row["reporter"] in self.members and row["partner"] == RUSSIA:
            leg, country = "direct", RUSSIA
        elif row["reporter"] in self.members and row["partner"] not in outside:
            leg, country = "inbound", row["partner"]
        elif row["reporter"] not in outside and row["partner"] == RUSSIA:
            leg, country = "onward", row["reporter"]
        else:
            return None
        return {**row, "leg": leg, "country": country, "family": family}

    def trade_of(self, reporter: str) -> int:
        return sum(c["value_usd"] for c in self.cells if c["reporter"] == reporter and c["leg"] != "onward")

    def senders(self) -> list[str]:
        return sorted({c["reporter"] for c in self.cells if c["leg"] != "onward"})

    def _ends(self) -> dict[str, date | None]:
        weights = {name: self.trade_of(name) for name in self.senders()}
        months = {period for name in weights for period in self.reported[name]}
        usable = [
            m
            for m in months
            if sum(w for name, w in weights.items() if m in self.reported[name])
            >= 0.5 * sum(weights.values())
        ]
        shared = max(usable, default=None)
        ends: dict[str, date | None] = dict.fromkeys(weights, shared)
        for name, periods in self.reported.items():
            if name not in self.members | NEVER_SCORED:
                ends[name] = max(periods)
        return ends

    def in_baseline(self, month: date) -> bool:
        return self.windows.baseline_start <= month <= self.windows.baseline_end

    def matched(self, reporter: str) -> list[date]:
        if reporter not in self.matched_before:
            self.matched_before[reporter] = self._matched(reporter)
        return self.matched_before[reporter]

    def _matched(self, reporter: str) -> list[date]:
        end = self.ends.get(reporter)
        if end is None:
            return []
        window = range(months_of(end) - self.windows.recent_months + 1, months_of(end) + 1)
        return [
            m
            for m in sorted(self.reported[reporter])
            if months_of(m) in window and not self.in_baseline(m) and self.baseline_years(reporter, m.month)
        ]

    def baseline_years(self, reporter: str, calendar_month: int) -> int:
        return sum(self.in_baseline(m) and m.month == calendar_month for m in self.reported[reporter])


def window_sums(
    world: World, cells: list[dict[str, Any]] | None = None
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(leg, country, family) -> (S, B)."""
    cells = world.cells if cells is None else cells
    matched = {name: world.matched(name) for name in world.reported}
    recent: dict[Any, int] = defaultdict(int)
    base: dict[Any, int] = defaultdict(int)
    touched: set[Any] = set()
    for cell in cells:
        key = (cell["leg"], cell["country"], cell["family"])
        months = matched[cell["reporter"]]
        if cell["period"] in months:
            recent[key] += cell["value_usd"]
            touched.add(key)
        calendar = cell["period"].month
        if world.in_baseline(cell["period"]) and any(m.month == calendar for m in months):
            base[(*key, cell["hs6"], cell["reporter"], calendar)] += cell["value_usd"]
            touched.add(key)
    scaled: dict[Any, int] = defaultdict(int)
    for (leg, country, family, _, reporter, calendar), total in base.items():
        years = world.baseline_years(reporter, calendar)
        times = sum(m.month == calendar for m in matched[reporter])
        scaled[leg, country, family] += (2 * total * times + years) // (2 * years)
    return {key: (recent[key], scaled[key]) for key in touched}


def growth(world: World, sums: dict[tuple[str, str, str], tuple[int, int]]) -> dict[str, float]:
    families = {family for _, _, family in sums}
    candidates = set(control_candidates(world.as_of))
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (leg, country, _), (s, b) in sums.items():
        if leg == "inbound" and country in candidates:
            totals[country][0] += s
            totals[country][1] += b
    controls = sorted(name for name, (_, b) in totals.items() if b > 0)
    if len(controls) < 5:
        return dict.fromkeys(families, 1.0)
    overall = float(pd.Series([(totals[c][0] + SHRINK) / (totals[c][1] + SHRINK) for c in controls]).median())
    factors = {}
    for family in families:
        pairs = [
            (s - overall * b, country, s, b)
            for (leg, country, fam), (s, b) in sums.items()
            if leg == "inbound" and fam == family and country in controls
        ]
        kept = sorted(pairs)[1:-1] if len(pairs) >= 3 else sorted(pairs)[:-1]
        if not kept:
            factors[family] = min(max(overall, 0.25), 4.0)
            continue
        s, b = sum(p[2] for p in kept), sum(p[3] for p in kept)
        factors[family] = min(max((s + SHRINK * overall) / (b + SHRINK), 0.25), 4.0)
    return factors


def half_even(value: float) -> int:
    return round(value)


def spearman(a: Iterable[float], b: Iterable[float]) -> float | None:
    x, y = pd.Series(list(a)).rank(), pd.Series(list(b)).rank()
    if x.nunique() < 2 or y.nunique() < 2:
        return None
    return float(x.corr(y))


def coverage(world: World) -> tuple[float, int | None]:
    senders = world.senders()
    if not senders:
        return 0.0, None
    weight = {name: world.trade_of(name) / len(world.reported[name]) + 1 for name in senders}
    got = sum(len(world.matched(name)) * weight[name] for name in senders)
    share = got / (world.windows.recent_months * sum(weight.values()))
    end = world.ends[senders[0]]
    return min(share, 1.0), None if end is None else months_of(world.as_of) - months_of(end)


def reference_signals(
    flows: pd.DataFrame, goods: GoodsList, windows: Windows, as_of: date
) -> dict[str, dict[str, Any]]:
    """country -> signal -> value (None: unknown)."""
    world = World(flows, goods, windows, as_of)
    sums = window_sums(world)
    factors = growth(world, sums)
    weights = {row["family"]: row["weight_tenths"] for row in goods.frame.sort("weight_tenths").to_dicts()}
    expected = {key: half_even(factors[key[2]] * b) for key, (_, b) in sums.items()}
    excess = {key: max(0, s - expected[key]) if s >= FAMILY_FLOOR else 0 for key, (s, _) in sums.items()}
    cover, age = coverage(world)
    inbound_known = cover > 0 and age is not None and age <= windows.oldest_usable_months
    direct_known = inbound_known and any(leg == "direct" for leg, _, _ in sums)
    outside = world.members | NEVER_SCORED
    traders = {cell["country"] for cell in world.cells if cell["leg"] != "direct"}
    countries = sorted((traders - outside) & set(country_names()))
    found = {}
    for country in countries:
        own_end = world.ends.get(country) if country not in world.members else None
        onward_known = (
            own_end is not None
            and len(world.matched(country)) > 0
            and months_of(as_of) - months_of(own_end) <= windows.oldest_usable_months
        )
        families = sorted({f for _, c, f in sums if c == country})

        def total(leg: str, what: Any, country: str = country) -> int:
            return sum(what[key] for key in sums if key[:2] == (leg, country))

        def surge(leg: str, country: str = country) -> float:
            s = sum(value[0] for key, value in sums.items() if key[:2] == (leg, country))
            return math.log((s + COUNTRY_FLOOR) / (total(leg, expected) + COUNTRY_FLOOR))

        matched = displaced = 0
        for family in families:
            e_in = excess.get(("inbound", country, family), 0)
            e_on = excess.get(("onward", country, family), 0)
            s, b = sums.get(("direct", RUSSIA, family), (0, 0))
            matched += min(e_in, e_on) * weights[family] // 10
            displaced += min(max(0, b - s), e_in) * weights[family] // 10
        found[country] = {
            "inbound_surge": surge("inbound") if inbound_known else None,
            "inbound_excess_usd": total("inbound", excess) if inbound_known else None,
            "onward_surge": surge("onward") if onward_known else None,
            "onward_excess_usd": total("onward", excess) if onward_known else None,
            "matched_transit_usd": matched if inbound_known and onward_known else None,
            "displaced_usd": displaced if direct_known else None,
            "substitution": substitution(sums, country) if direct_known else None,
            "inbound_coverage": cover,
        }
    return found


def substitution(sums: dict[tuple[str, str, str], tuple[int, int]], country: str) -> float | None:
    families = sorted({f for leg, _, f in sums if leg != "onward"})
    has_direct = any(leg == "direct" for leg, _, _ in sums)
    has_inbound = any(key[:2] == ("inbound", country) for key in sums)
    if len(families) < 8 or not has_direct or not has_inbound:
        return None
    fall, rise = [], []
    for family in families:
        s, b = sums.get(("direct", RUSSIA, family), (0, 0))
        fall.append(b - s)
        s, b = sums.get(("inbound", country, family), (0, 0))
        rise.append(s - b)
    return spearman(fall, rise)
