"""The surprises once more, slowly: dicts and loops over countries, families, months and placebos."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from statistics import mean, median
from typing import Any

import numpy as np
import polars as pl
from reference_links import Answer, Links
from surprise_tables import LISTED

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.months import month_number
from features.reference.facts import coalition, country_names
from features.trade.flows.vintages import documented_day
from features.trade.flows.windows import Windows
from features.trade.surprises.goods import placebo_sets, size_classes
from features.trade.surprises.pairs import shuffles
from features.trade.surprises.shares import SEED

LEGS = ("inbound", "onward")
STATISTICS = {
    "rise": ("roots", "mean"),
    "lines": ("lines", "mean"),
    "peak": ("dollars", "peak"),
    "line_peak": ("lines", "peak"),
    "amount": ("above", "amount"),
}


class Reference(Links):
    """All counts of one table and date: `answers()` maps country and column to placebos and as extreme."""

    def __init__(self, table: pl.DataFrame, windows: Windows, as_of: date, n_months: int) -> None:
        self.windows, self.as_of, self.n = windows, as_of, n_months
        self.members = coalition(as_of)
        self.base = (month_number(windows.baseline_start), month_number(windows.baseline_end))
        known = table.with_columns(pl.col("known_at").fill_null(documented_day()))
        known = known.filter((pl.col("known_at") <= as_of) & (pl.col("flow") == "X"))
        self.reported = {(r, month_number(p)) for r, p in known.select("reporter", "period").iter_rows()}
        newest: dict[tuple[str, str, str, int], tuple[Any, ...]] = {}
        for row in known.iter_rows(named=True):
            key = (row["reporter"], row["partner"], row["hs6"], month_number(row["period"]))
            newest[key] = max(newest.get(key, (date.min, 0)), (row["known_at"], row["value_usd"]))
        self.lines: dict[tuple[str, str, str, str, int], int] = defaultdict(int)
        for (reporter, partner, code, at), (_, value) in newest.items():
            leg = self._leg(reporter, partner)
            if leg and code[:4] in {c[:4] for c in LISTED}:
                country = reporter if leg == "onward" else partner
                self.lines[(leg, reporter, country, code, at)] += value
        self.sent: dict[str, int] = defaultdict(int)
        for (leg, reporter, _, code, _), value in self.lines.items():
            self.sent[reporter] += value if leg != "onward" and code in LISTED else 0
        self.families = sorted({key[3] for key in self.lines})
        self.countries = sorted({key[2] for key in self.lines if key[0] != "direct"})
        self.traders = {key[2] for key in self.lines if key[0] != "direct" and key[3] in LISTED}
        self.end = max(
            (m for m in {m for _, m in self.reported} if 2 * self._weight(m) >= sum(self.sent.values()) > 0),
            default=None,
        )

    def _leg(self, reporter: str, partner: str) -> str | None:
        scored = set(country_names()) - self.members - NEVER_SCORED
        if reporter in self.members:
            return "direct" if partner == "RUS" else "inbound" if partner in scored else None
        return "onward" if reporter in scored and partner == "RUS" else None

    def _weight(self, at: int) -> int:
        return sum(usd for reporter, usd in self.sent.items() if (reporter, at) in self.reported)

    def end_of(self, reporter: str) -> int | None:
        if reporter in self.members:
            return self.end
        return max((m for r, m in self.reported if r == reporter), default=None)

    def span(
        self, reporter: str, at: int | None, length: int | None = None
    ) -> tuple[set[int], dict[int, float]]:
        """Recent months that count, and the weight of each baseline month; `at`: end of a placebo date."""
        n = length or self.n
        end = self.end_of(reporter) if at is None else at
        if end is None:
            return set(), {}
        last = self.base[1] if at is None else at - n
        own = {m for r, m in self.reported if r == reporter}
        before = {m for m in own if self.base[0] <= m <= last}
        allowed = own - set(range(self.base[0], self.base[1] + 1)) if at is None else own
        recent = {m for m in allowed if end - n < m <= end and any((m - b) % 12 == 0 for b in before)}
        weights = {}
        for b in before:
            years = sum((b - other) % 12 == 0 for other in before)
            weights[b] = sum((b - m) % 12 == 0 for m in recent) / years
        return recent, weights

    def sums(self, leg: str, at: int | None) -> dict[str, dict[tuple[str, str], list[float]]]:
        """By country and family: recent and before US$, recent and before lines."""
        spans = {reporter: self.span(reporter, at) for reporter in {key[1] for key in self.lines}}
        cells = {(c, k): [0.0] * 4 for c in (*self.countries, "RUS") for k in self.families}
        for (own, reporter, country, family, m), value in self.lines.items():
            if own == leg:
                recent, weights = spans[reporter]
                cell, line = cells[(country, family)], value >= 1000
                cell[0] += value * (m in recent)
                cell[1] += value * weights.get(m, 0)
                cell[2] += line * (m in recent)
                cell[3] += line * weights.get(m, 0)
        return cells  # type: ignore[return-value]

    def known(self, leg: str, at: int | None) -> set[str]:
        oldest = month_number(self.as_of) - self.windows.oldest_usable_months
        if leg == "onward":
            young = {c for c in self.traders if (self.end_of(c) or 0) >= oldest}
            return {c for c in young if self.span(c, at)[0]}
        young = self.traders if self.end is not None and self.end >= oldest else set()
        return set(young) if any(self.span(r, at)[0] for r in self.sent if self.sent[r] > 0) else set()

    def rises(self, leg: str, at: int | None) -> dict[str, dict[tuple[str, str], float]]:
        cells, known = self.sums(leg, at), self.known(leg, at)
        year = 12 / self.n
        ratios = {
            k: (
                {c: math.log((cells[c, k][0] * year + 5e4) / (cells[c, k][1] * year + 5e4)) for c in known},
                {c: math.log((cells[c, k][2] + 1) / (cells[c, k][3] + 1)) for c in known},
            )
            for k in self.families
        }
        dollar_growth = self._growth(
            {k: ratios[k][0] for k in ratios}, {ck for ck in cells if cells[ck][1] > 0}
        )
        line_growth = self._growth(
            {k: ratios[k][1] for k in ratios}, {ck for ck in cells if cells[ck][3] > 0}
        )
        out: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
        for c in known:
            for k in self.families:
                s, b, n, m = cells[c, k]
                s, expected = s * year, b * year * math.exp(dollar_growth[k])
                out["dollars"][c, k] = math.log((s + 5e4) / (expected + 5e4))
                out["roots"][c, k] = s**0.25 - expected**0.25
                out["lines"][c, k] = math.sqrt(n + 0.25) - math.sqrt(m * math.exp(line_growth[k]) + 0.25)
                out["recent"][c, k], out["expected"][c, k] = s, expected
                out["traded"][c, k] = float(cells[c, k][0] > 0 or cells[c, k][1] > 0)
        return out

    @staticmethod
    def _growth(ratios: dict[str, dict[str, float]], counted: set[tuple[str, str]]) -> dict[str, float]:
        used = {k: [ratios[k][c] for c in ratios[k] if (c, k) in counted] for k in ratios}
        countries = {c for k in ratios for c in ratios[k] if (c, k) in counted}
        every = [value for values in used.values() for value in values]
        if len(countries) < 8:
            return dict.fromkeys(ratios, 0.0)
        growth = {k: median(values) if len(values) >= 5 else median(every) for k, values in used.items()}
        return {k: min(max(g, math.log(0.25)), math.log(4)) for k, g in growth.items()}

    def dates(self, n: int | None = None) -> list[int]:
        first = max(self.base[0], min(m for _, m in self.reported))
        newest = min(self.base[1], max(m for _, m in self.reported))
        return list(range(newest, first + 12 + (n or self.n) - 2, -2))[:12]

    def used(self, leg: str) -> list[str]:
        return [k for k in self.families if any(key[0] == leg and key[3] == k for key in self.lines)]

    def answers(self) -> Answer:
        out: Answer = {}
        now = {leg: self.rises(leg, None) for leg in LEGS}
        past = {leg: [self.rises(leg, at) for at in self.dates()] for leg in LEGS}
        values: dict[str, dict[str, float]] = {}
        for leg in LEGS:
            listed = [k for k in self.used(leg) if k in LISTED]
            spread = self._spreads(past[leg], listed)
            for statistic, (measure, reducer) in STATISTICS.items():
                values[f"{leg}_{statistic}"] = self._statistic(now[leg], measure, reducer, listed, spread)
                earlier = [self._statistic(p, measure, reducer, listed, spread) for p in past[leg]]
                self._dates(out, f"{leg}_{statistic}_dates", values[f"{leg}_{statistic}"], earlier)
            for statistic, measure in (("rise", "roots"), ("lines", "lines")):
                self._goods(out, f"{leg}_{statistic}_goods", now[leg][measure], leg, self.used(leg))
        for name, own in values.items():
            self._places(out, f"{name}_places", [own])
        for statistic in ("rise", "line_peak"):
            both = [values[f"{leg}_{statistic}"] for leg in LEGS]
            self._places(out, f"both_{statistic}_places", both)
        self._matched(out, now, past)
        self._displaced(out, now["inbound"], past["inbound"])
        self._links(out)
        self._timing(out)
        return out

    def _spreads(
        self, past: list[dict[str, dict[tuple[str, str], float]]], listed: list[str]
    ) -> dict[str, float]:
        if not past or not listed:
            return dict.fromkeys(self.countries, 0.0)
        strayed = {
            c: [p["dollars"][c, k] for p in past for k in listed if p["traded"].get((c, k))]
            for c in self.countries
        }
        return self._shrunk(strayed, 8 * len(listed))

    @staticmethod
    def _shrunk(strayed: dict[str, list[float]], prior: int) -> dict[str, float]:
        own = {c: mean(x * x for x in xs) if xs else 0.0 for c, xs in strayed.items()}
        typical = median([own[c] for c in own if strayed[c]]) if any(strayed.values()) else 0.0
        variance = {c: (len(strayed[c]) * own[c] + prior * typical) / (len(strayed[c]) + prior) for c in own}
        smallest = min([v for v in variance.values() if v > 0] + [1.0])
        return {c: math.sqrt(v if v > 0 else smallest) for c, v in variance.items()}

    def _statistic(
        self, rises: Any, measure: str, reducer: str, families: list[str], spread: dict[str, float]
    ) -> dict[str, float]:
        out = {}
        for c in {c for c, _ in rises["dollars"]} if families else ():
            if measure == "above":
                top = math.exp(3 * spread[c])
                each = [max(rises["recent"][c, k] - rises["expected"][c, k] * top, 0.0) for k in families]
            else:
                each = [rises[measure][c, k] for k in families]
            if reducer == "amount":
                out[c] = math.log(1 + sum(each) / 1e5)
            else:
                out[c] = mean(each if reducer == "mean" else sorted(each)[-3:])
        return out

    @staticmethod
    def _middle(values: dict[str, float]) -> float:
        return median(values.values()) if len(values) >= 8 else 0.0

    def _places(self, out: Answer, name: str, statistics: list[dict[str, float]]) -> None:
        known = set.intersection(*(set(each) for each in statistics))
        for c in known:
            others = known - {c}
            reached = sum(all(round(s[o], 9) >= round(s[c], 9) for s in statistics) for o in others)
            out[c, name] = (len(others), reached)

    def _dates(
        self,
        out: Answer,
        name: str,
        now: dict[str, float],
        past: list[dict[str, float]],
        n: int | None = None,
    ) -> None:
        strayed: dict[str, list[float]] = {c: [] for c in self.countries}
        for each in past:
            for c, value in each.items():
                strayed[c].append(value - self._middle(each))
        spread = self._shrunk(strayed, 8) if past else {}
        middle = sum(self.base) / 2
        end = self.end if self.end is not None else month_number(date(1, 1, 1))
        horizon = max(end - ((n or self.n) - 1) / 2 - middle, 12) / 12
        pool = [value / spread[c] for c, values in strayed.items() for value in values]
        for c, value in now.items() if past else ():
            own = (value - self._middle(now)) / (spread[c] * math.sqrt(horizon))
            out[c, name] = (len(pool), sum(round(x, 9) >= round(own, 9) for x in pool))

    def _goods(self, out: Answer, name: str, by_family: Any, leg: str, families: list[str]) -> None:
        cells = self.sums(leg, None)
        known = self.known(leg, None)
        size = np.array([sum(cells[c, k][1] for c in self.countries) for k in families], dtype=float)
        listed = np.array([k in LISTED for k in families], dtype=bool)
        sets = placebo_sets(size_classes(size, listed), listed, SEED)
        for c in {c for c, _ in by_family} & known:
            whole = [round(by_family[c, k] * 2**20) for k in families]
            own = sum(x for x, is_listed in zip(whole, listed, strict=True) if is_listed)
            reached = sum(sum(x for x, used in zip(whole, each, strict=True) if used) >= own for each in sets)
            out[c, name] = (len(sets), reached)

    def _matched(self, out: Answer, now: Any, past: Any) -> None:
        families = [k for k in self.used("inbound") if k in self.used("onward")]
        listed = [k for k in families if k in LISTED]

        def both(a: Any, b: Any) -> dict[tuple[str, str], float]:
            keys = set(a["lines"]) & set(b["lines"])
            return {key: max(min(a["lines"][key], b["lines"][key]), 0.0) for key in keys}

        def means(cells: dict[tuple[str, str], float]) -> dict[str, float]:
            known = {c for c, _ in cells} if listed else set()
            return {c: mean(cells[c, k] for k in listed) for c in known}

        cells = both(now["inbound"], now["onward"])
        own = means(cells)
        self._places(out, "matched_lines_places", [own])
        earlier = [means(both(a, b)) for a, b in zip(past["inbound"], past["onward"], strict=True)]
        self._dates(out, "matched_lines_dates", own, earlier)
        self._goods(out, "matched_lines_goods", cells, "inbound", families)
        for c in own:
            first, second = ([now[leg]["lines"][c, k] for k in listed] for leg in LEGS)
            observed = round(sum(max(min(a, b), 0) for a, b in zip(first, second, strict=True)), 9)
            orders = shuffles(len(listed), SEED)
            sums = [
                round(sum(max(min(a, second[j]), 0) for a, j in zip(first, order, strict=True)), 9)
                for order in orders
            ]
            out[c, "matched_lines_families"] = (len(orders), sum(x >= observed for x in sums))

    def _displaced(self, out: Answer, now: Any, past: Any) -> None:
        cells, year = self.sums("direct", None), 12 / self.n
        recent, before = ({k: cells["RUS", k][i] for k in self.families} for i in (0, 1))
        if not any(before.values()):
            return
        used = self.used("inbound")
        listed = [k for k in used if k in LISTED]
        spread = self._spreads(past, listed)
        amounts = {}
        for c in {c for c, _ in now["dollars"]} if listed else ():
            total = 0.0
            for k in listed:
                above = max(now["recent"][c, k] - now["expected"][c, k] * math.exp(3 * spread[c]), 0.0)
                total += min(above, max(before[k] - recent[k], 0.0) * year)
            amounts[c] = math.log(1 + total / 1e5)
        self._places(out, "displaced_places", [amounts])
        families = [k for k in used if k in LISTED or before[k] > 0]
        floor = 1e5 / year
        fall = [math.log((before[k] + floor) / (recent[k] + floor)) for k in families]
        lost, orders = self._ranks(fall), shuffles(len(families), SEED)
        for c in {c for c, _ in now["dollars"]}:
            own = self._ranks([now["dollars"][c, k] for k in families])
            observed = sum(a * b for a, b in zip(own, lost, strict=True))
            sums = [sum(a * lost[j] for a, j in zip(own, order, strict=True)) for order in orders]
            out[c, "displaced_families"] = (len(orders), sum(x >= observed for x in sums))

    @staticmethod
    def _ranks(values: list[float]) -> list[int]:
        """Twice the average rank."""
        rounded = [round(x, 9) for x in values]
        return [sum(2 * (y < x) + (y == x) for y in rounded) + 1 for x in rounded]

    def _timing(self, out: Answer) -> None:
        if self.end is None:
            return
        first = max(self.base[0], min(m for r, m in self.reported if self.sent.get(r, 0) > 0))
        months = range(first, self.end + 1)
        n = len(months)
        usd: dict[tuple[str, str, int], int] = defaultdict(int)
        for (leg, _, country, family, m), value in self.lines.items():
            usd[leg, country, m] += value if family in LISTED else 0
        log = {
            leg: {c: [math.log(usd[leg, c, m] + 5e4) for m in months] for c in self.countries} for leg in LEGS
        }
        middle = [median(log["inbound"][c][i] for c in self.traders) for i in range(n)]
        for c in self.known("inbound", None) & self.known("onward", None):
            own = [(c, m) in self.reported for m in months]
            if sum(own) < 24:
                continue
            a = [x - y for x, y in zip(log["inbound"][c], middle, strict=True)]
            a = [x - mean(a) for x in a]
            usual = mean(x for x, known in zip(log["onward"][c], own, strict=True) if known)
            b = [x - usual if known else 0.0 for x, known in zip(log["onward"][c], own, strict=True)]
            scale = math.sqrt(sum(x * x for x in a) * sum(x * x for x in b)) or 1.0
            r = [round(sum(a[i] * b[(i + move) % n] for i in range(n)) / scale, 9) for move in range(n)]
            best = [max(r[(move + lag) % n] for lag in range(4)) for move in range(n)]
            placebos = best[5 : n - 4]
            out[c, "timing_months"] = (len(placebos), sum(x >= best[0] for x in placebos))
