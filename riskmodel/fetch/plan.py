"""What a fetch will cost, before anything is done: calls, bytes, minutes, licences."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from riskmodel.errors import WrongUsage
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.keys import key_of
from riskmodel.fetch.source import Estimate, PublicSource, number, source, source_names, unknown
from riskmodel.fetch.taking import Taker

# Lists first, since they are quick; the large archives last. OpenSanctions is left out for its licence.
STARTER = ("references", "ecb", "csl", "uk-list", "ofac", "eu-annex-iv", "comtrade", "comext")
# Partner codes come from the reference tables; a table of trade in euro or pounds is worth nothing without
# the rates of its months.
WITH = {"comtrade": ("references",), "comext": ("ecb",), "uk-trade": ("ecb",)}


class SourceModule(Protocol):
    """What every module in `riskmodel.fetch.sources` gives."""

    def estimate(self, source: PublicSource, asked: Asked) -> list[Estimate]:
        """What a first run will cost; makes no call."""

    def fetch(self, taker: Taker, asked: Asked) -> None:
        """Take what is new."""


def module(name: str) -> SourceModule:
    """The module of a source."""
    return cast(SourceModule, importlib.import_module(f"riskmodel.fetch.sources.{name.replace('-', '_')}"))


def named(words: Sequence[str]) -> tuple[str, ...]:
    """Sources that are asked for, with those that belong to them before. Raises WrongUsage."""
    chosen: dict[str, None] = {}
    for word in words:
        if word != "starter" and word not in source_names():
            raise WrongUsage(unknown(word))
        for name in STARTER if word == "starter" else (word,):
            for each in (*WITH.get(name, ()), name):
                chosen[each] = None
    return tuple(chosen)


@dataclass(frozen=True)
class FetchPlan:
    """Estimates of all sources, and the first and last month (or day) of them; `lines` in words."""

    estimates: tuple[Estimate, ...]
    sources: tuple[PublicSource, ...]
    span: tuple[str, str]

    @property
    def calls(self) -> int:
        """Calls in all."""
        return sum(one.calls for one in self.estimates)

    @property
    def bytes(self) -> int:
        """Bytes in all."""
        return sum(one.bytes for one in self.estimates)

    @property
    def minutes(self) -> float:
        """Minutes: the pace of each source, and the bytes at `RISKMODEL_FETCH_MB_PER_SECOND` (default 2)."""
        pace = {one.name: one.pace_seconds for one in self.sources}
        waiting = sum(one.calls * pace[one.source] for one in self.estimates)
        return (waiting + self.bytes / 1e6 / max(number("RISKMODEL_FETCH_MB_PER_SECOND", 2.0), 0.01)) / 60

    def days(self) -> int:
        """Days that the daily quota of any source asks for."""
        most = 1
        for one in self.sources:
            calls = sum(e.calls for e in self.estimates if e.source == one.name)
            if one.daily_calls:
                most = max(most, -(-calls // one.daily_calls))
        return most

    def lines(self) -> list[str]:
        """The plan for people, one line each."""
        first, last = self.span
        record = [f"What a first run for {first} to {last} costs; a later run asks only for what is new."]
        for one in self.sources:
            for each in (e for e in self.estimates if e.source == one.name):
                record.append(f"{one.name:<17} {each.what:<44} {_cost(each.calls, each.bytes)}")
                record += [f"{'':<17} {each.note}"] if each.note else []
        record.append(
            f"{'in all':<62} {_cost(self.calls, self.bytes)}, {_duration(self.minutes)}"
            + (f", {self.days()} days by daily quota" if self.days() > 1 else "")
        )
        record.append("Licences:")
        record += [
            f"  {one.title}: {one.licence}" + (f"; {one.licence_note}" if one.licence_note else "")
            for one in self.sources
        ]
        if any(one.name == "comtrade" for one in self.sources) and not key_of("comtrade"):
            record.append(
                "No Comtrade key is set (COMTRADE_API_KEY, or COMTRADE_API_KEY_FILE with its path): exports "
                "to Russia come without one; exports of the coalition outside the EU and the mirror need "
                "the free key."
            )
        record.append("Nothing was asked of any source. Leave out --plan to fetch.")
        return record


def _duration(minutes: float) -> str:
    if minutes < 1:
        return "less than a minute"
    return f"about {minutes:,.0f} minutes" if minutes < 120 else f"about {minutes / 60:,.0f} hours"


def _cost(calls: int, size: int) -> str:
    return f"{calls:>6,} calls {size / 1e6:>9,.1f} MB"


def plan(names: Sequence[str], asked: Asked) -> FetchPlan:
    """The plan of some sources."""
    sources = tuple(source(name) for name in names)
    estimates = tuple(one for each in sources for one in module(each.name).estimate(each, asked))
    return FetchPlan(estimates, sources, (asked.day_from or asked.since, asked.day_to or asked.until))
