"""What a fetch is asked for: sources, months, and choices that are settings."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from importlib.resources import files

from features.reference.facts import coalition, priority_list
from riskmodel.fetch.source import months

_EU_LAW = "Council Regulation (EU) 833/2014"


@dataclass(frozen=True)
class Asked:
    """Months `since` to `until` (YYYY-MM, both included); `day_from` and `day_to`
    (YYYY-MM-DD) where days were named, for daily sources.
    """

    since: str
    until: str
    today: str
    day_from: str = ""
    day_to: str = ""

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Months as YYYYMM."""
        return tuple(months(self.since, self.until))

    @cached_property
    def days(self) -> tuple[str, ...]:
        """Days as YYYYMMDD; where only months were named, every day of them up to yesterday."""
        first = date.fromisoformat(self.day_from or f"{self.since}-01")
        last = date.fromisoformat(self.day_to) if self.day_to else date.fromisoformat(f"{self.until}-28")
        if not self.day_to:
            month = last.month
            while (last + timedelta(days=1)).month == month:
                last += timedelta(days=1)
        last = min(last, date.fromisoformat(self.today) - timedelta(days=1))
        return tuple(f"{first + timedelta(days=n):%Y%m%d}" for n in range((last - first).days + 1))

    @cached_property
    def years(self) -> tuple[str, ...]:
        """Years with any of the months."""
        return tuple(sorted({month[:4] for month in self.months}))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the goods list and their siblings in other editions of the Harmonized System, sorted."""
        from features.trade.flows.condense import plan_for
        from features.trade.flows.windows import Windows

        year, month = int(self.since[:4]), int(self.since[5:7])
        first = date(year, month, 1)
        windows = Windows(baseline_start=first, baseline_end=first)
        return plan_for(priority_list(), windows, [date.fromisoformat(self.today)]).codes

    @cached_property
    def union(self) -> frozenset[str]:
        """Members that apply controls by European Union law."""
        text = (files("features") / "reference" / "coalition.csv").read_text(encoding="utf-8")
        rows = csv.DictReader(text.splitlines())
        return frozenset(row["country"] for row in rows if row["source"] == _EU_LAW)

    @cached_property
    def members(self) -> frozenset[str]:
        """The coalition on the day of the fetch."""
        return coalition(date.fromisoformat(self.today))
