"""UN Comtrade: availability first, then only what changed, in as few calls as fit its limits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.guards import EMPTY, ROW_LIMIT
from riskmodel.fetch.keys import key_of
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request, number, pieces, setting
from riskmodel.fetch.sources import references
from riskmodel.fetch.taking import Taker
from riskmodel.store import ledger
from riskmodel.store.opened import opened

MOST_PERIODS = 12
LONGEST_LIST = 3_000  # characters of a list in an address, which may hold 4,096 in all
RUSSIA = "643"
_FIELDS = ("reporterCode", "partnerCode", "flowCode", "cmdCode", "period", "primaryValue")


@dataclass(frozen=True)
class Leg:
    """One question: flow, whether coalition members report it, partners, and rows of a reporter and month."""

    name: str
    flow: str
    members: bool | None
    partners: str
    usual_rows: float


# Exports of all to Russia; of members outside the EU to everybody; imports of others from members.
ONWARD = Leg("onward", "X", None, RUSSIA, 5)
INBOUND = Leg("inbound", "X", True, "", 1_200)
ARRIVAL = Leg("arrival", "M", False, "members", 250)


@dataclass(frozen=True)
class Part:
    """What one call asks: reporters and periods that are wanted, and the codes that are missing of them."""

    reporters: tuple[str, ...]
    periods: tuple[str, ...]
    codes: tuple[str, ...]

    def halves(self) -> list[Part]:
        """Two smaller questions: fewer months, else reporters, else codes; none for a single cell."""
        for name in ("periods", "reporters", "codes"):
            items = getattr(self, name)
            if len(items) > 1:
                middle = len(items) // 2
                return [replace(self, **{name: items[:middle]}), replace(self, **{name: items[middle:]})]
        return []


Available = Mapping[tuple[str, str], Mapping[str, Any]]


def legs(keyed: bool) -> tuple[Leg, ...]:
    """The legs that can be asked for: without a key only exports to Russia are few enough rows."""
    return (ONWARD, INBOUND, ARRIVAL) if keyed else (ONWARD,)


def row_limit(keyed: bool) -> int:
    """Most rows of an answer; settings, since a premium key has more."""
    name, default = ("rows", 100_000) if keyed else ("preview_rows", 500)
    return max(2, int(number(setting("comtrade", name), default)))


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """Calls and bytes of a first run; a later one costs the availability and what was republished."""
    keyed = bool(key_of("comtrade"))
    n, row_bytes = len(asked.months), 700
    limit = row_limit(keyed)
    found = [Estimate(source.name, "availability by year", len(asked.years), 400_000 * len(asked.years))]
    reporters = {"onward": 130, "inbound": 12, "arrival": 110}
    for leg in legs(keyed):
        most = MOST_PERIODS if keyed else 1
        per_call = min(_per_call(leg, limit), most * reporters[leg.name])
        calls = -(-n * reporters[leg.name] // per_call)
        rows = round(n * reporters[leg.name] * leg.usual_rows)
        found.append(Estimate(source.name, f"{leg.name} leg", calls, rows * row_bytes))
    return found


def fetch(taker: Taker, asked: Asked) -> None:
    """Take availability, and of each leg the months that are new or were republished."""
    keyed = bool(key_of("comtrade"))
    available: dict[tuple[str, str], Mapping[str, Any]] = {}
    for year in asked.years:
        available |= _availability(taker, asked, year)
    if not available:
        raise FetchIncomplete(f"{taker.source.title}: availability is unknown, so nothing was asked for.")
    for leg in legs(keyed):
        partners = _partners(taker, leg, asked)
        wanted = _wanted(available, leg, asked)
        for part in missing_parts(taker, leg, wanted, asked.codes, keyed):
            _take_part(taker, leg, part, available, partners, keyed)


def _availability(taker: Taker, asked: Asked, year: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    periods = [month for month in asked.months if month[:4] == year]
    request = Request(
        taker.source.name,
        f"availability/{year}",
        taker.source.at("public/v1/getDA/C/M/HS"),
        Expectation(
            "json", rows_at="data", header=("reporterCode", "period", "datasetChecksum", "lastReleased")
        ),
        {"period": ",".join(periods)},
        period=year,
        name=f"availability-{year}.json",
    )
    entry = taker.take(request).entry
    if entry is None:
        return {}
    with opened(taker.store.object(entry.sha256), 1 << 30) as file:
        rows = json.loads(file.read().decode("utf-8-sig"))["data"]
    newest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in sorted(rows, key=lambda row: str(row.get("lastReleased"))):
        if str(row["period"]) in periods and int(row.get("totalRecords") or 0) > 0:
            newest[str(row["reporterCode"]), str(row["period"])] = row
    return newest


def _partners(taker: Taker, leg: Leg, asked: Asked) -> str:
    if leg.partners != "members":
        return leg.partners
    known = references.codes(taker.store, "partnerAreas.json")
    lacking = sorted(asked.members - known.keys())
    if lacking:
        raise FetchIncomplete(
            f"{taker.source.title}: no partner code is known of {', '.join(lacking[:5])}; fetch references "
            "first. Comtrade's codes are not those of M49, and a wrong one gives an empty answer."
        )
    return ",".join(sorted((known[member] for member in asked.members), key=int))


def _wanted(available: Available, leg: Leg, asked: Asked) -> dict[str, dict[str, str]]:
    """Period -> reporter -> checksum, of the reporters that a leg asks."""
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for (reporter, period), row in sorted(available.items()):
        iso = str(row.get("reporterISO") or "")
        is_member = iso in asked.members
        if reporter == RUSSIA or (leg.members is not None and is_member != leg.members):
            continue
        if leg is INBOUND and iso in asked.union:
            continue  # the monthly archives of Eurostat hold them without any quota
        wanted[period][reporter] = str(row["datasetChecksum"])
    return wanted


def missing_parts(
    taker: Taker, leg: Leg, wanted: Mapping[str, Mapping[str, str]], codes: tuple[str, ...], keyed: bool
) -> list[Part]:
    """Questions that fetch what the store does not hold with its present checksum; months asked together."""
    have = held_codes(taker.entries, leg)
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for period, reporters in sorted(wanted.items()):
        lacking: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for reporter, checksum in reporters.items():
            held = have.get((reporter, period, checksum), frozenset())
            if absent := tuple(code for code in codes if code not in held):
                lacking[absent].append(reporter)
        for absent, names in lacking.items():
            groups[tuple(names), absent].append(period)
    limit = row_limit(keyed)
    most = MOST_PERIODS if keyed else int(number(setting("comtrade", "preview_periods"), 1)) or 1
    return [
        Part(tuple(names), tuple(periods), absent)
        for (reporters, absent), months in groups.items()
        for names, periods in _packed(reporters, months, _per_call(leg, limit), most)
    ]


def _per_call(leg: Leg, limit: int) -> int:
    """Reporter-months that stay well below the limit of rows."""
    return max(1, int(0.7 * limit / leg.usual_rows))


def _packed(
    reporters: tuple[str, ...], periods: list[str], room: int, most: int
) -> Iterator[tuple[list[str], list[str]]]:
    """Cut reporters by what one month may hold, then put as many months together as fit."""
    for names in pieces(reporters, max(1, min(room, LONGEST_LIST // 4))):
        yield from ((names, some) for some in pieces(periods, max(1, min(most, room // len(names)))))


def held_codes(entries: Iterable[ledger.Entry], leg: Leg) -> dict[tuple[str, str, str], frozenset[str]]:
    """Codes that the store holds of each reporter, period and checksum of a leg."""
    have: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for entry in ledger.holding(entries):
        if entry.source == "comtrade" and entry.dataset.startswith(f"{leg.name}/"):
            codes = str(entry.request.get("params", {}).get("cmdCode", "")).split(",")
            for cover in entry.covers:
                have[str(cover["reporter"]), str(cover["period"]), str(cover["checksum"])].update(codes)
    return {key: frozenset(codes) for key, codes in have.items()}


def _take_part(
    taker: Taker, leg: Leg, part: Part, available: Available, partners: str, keyed: bool, goal: str = ""
) -> None:
    """Ask; an answer that was cut is asked for in halves, an empty one is believed only with a proof."""
    request = _request(taker.source, leg, part, available, partners, keyed, goal)
    taken = taker.take(request)
    if taken.refused_by == ROW_LIMIT:
        halves = part.halves()
        if not halves:
            taker.give_up(
                request, "one reporter, month and code fills an answer; it cannot be asked for in parts"
            )
        for half in halves:
            _take_part(taker, leg, half, available, partners, keyed, goal or ",".join(part.codes))
    elif taken.refused_by == EMPTY:
        _believe_or_refuse(taker, request, leg, part)


def _believe_or_refuse(taker: Taker, request: Request, leg: Leg, part: Part) -> None:
    """Ask for the total trade of the same reporters and months: if that is there, no row means no trade."""
    proof = replace(
        request,
        dataset=f"proof/{request.dataset}",
        params={**request.params, "cmdCode": "TOTAL", "partnerCode": "0"},
        covers=(),
        goal="",
    )
    entry = taker.take(proof).entry
    shown = set[tuple[str, str]]()
    if entry is not None:
        with opened(taker.store.object(entry.sha256), 1 << 30) as file:
            rows = json.loads(file.read().decode("utf-8-sig"))["data"]
        shown = {(str(row["reporterCode"]), str(row["period"])) for row in rows}
    if {(r, p) for r in part.reporters for p in part.periods} & {_cell(c) for c in request.covers} <= shown:
        taker.take(replace(request, expects=replace(request.expects, must_have_rows=False)))
        return
    taker.give_up(request, "empty, though availability says that these reporters have rows for these months")


def _cell(cover: Mapping[str, Any]) -> tuple[str, str]:
    return str(cover["reporter"]), str(cover["period"])


def _request(
    source: PublicSource, leg: Leg, part: Part, available: Available, partners: str, keyed: bool, goal: str
) -> Request:
    covers = tuple(
        _cover(available[reporter, period])
        for period in part.periods
        for reporter in part.reporters
        if (reporter, period) in available
    )
    params = {
        "reporterCode": ",".join(part.reporters),
        "period": ",".join(part.periods),
        "flowCode": leg.flow,
        "cmdCode": ",".join(part.codes),
        "partner2Code": "0",
        "customsCode": "C00",
        "motCode": "0",
        "breakdownMode": "classic",
        "includeDesc": "false",
    }
    if partners:
        params["partnerCode"] = partners
    named = f"{part.periods[0]}-{part.periods[-1]}/{part.reporters[0]}-{part.reporters[-1]}/{part.codes[0]}"
    return Request(
        source.name,
        f"{leg.name}/{named}",
        source.at("data/v1/get/C/M/HS" if keyed else "public/v1/preview/C/M/HS"),
        Expectation(
            "json",
            header=_FIELDS,
            rows_at="data",
            row_limit=row_limit(keyed),
            must_have_rows=not goal,
            only={"reporterCode": frozenset(part.reporters), "period": frozenset(part.periods)},
        ),
        params,
        period=part.periods[0] if len(part.periods) == 1 else f"{part.periods[0]}-{part.periods[-1]}",
        name=f"{leg.name} {part.periods[0]} to {part.periods[-1]}",
        covers=covers,
        goal=goal,
        with_key=keyed,
    )


def _cover(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "reporter": str(row["reporterCode"]),
        "iso": str(row.get("reporterISO") or ""),
        "period": str(row["period"]),
        "checksum": str(row["datasetChecksum"]),
        "published_at": str(row.get("lastReleased") or ""),
        "first_published_at": str(row.get("firstReleased") or ""),
    }
