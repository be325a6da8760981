"""What a store lacks for a better grade, and how to get it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from features.trade.flows.windows import Windows
from riskmodel.doctor.finding import Finding
from riskmodel.fetch.keys import key_of
from riskmodel.fetch.plan import STARTER
from riskmodel.fetch.source import months, source
from riskmodel.store import ledger
from riskmodel.store.archives import seven_available
from riskmodel.store.layout import open_store
from riskmodel.store.run import check

STALE_DAYS = 35
OUT_BY_DAYS = 62  # after the end of a month; the slowest documented reporter takes 50
# What a score loses without a source.
_COSTS = {
    "comtrade": "no country's own exports to Russia are known, which costs every country a grade",
    "comext": "the exports of the EU are missing, without which most countries cannot be graded",
    "ecb": "figures in euro and pounds cannot be turned into dollars and are left out",
    "ofac": "US designations have no days",
    "csl": "the US Entity List is missing",
    "uk-list": "British designations are missing",
    "eu-annex-iv": "the dated texts of Regulation 833/2014 are missing",
    "references": "partner codes of Comtrade are unknown",
}


def store_findings(root: Path) -> Iterator[Finding]:
    """One line for the store, each source of the starter set, the key, and the reader of archives."""
    store = open_store(root)
    entries, _ = ledger.read(store.ledger)
    problems = list(check(store))
    yield Finding(
        f"store {root.name}: {len(entries)} lines in the ledger",
        f"{len(problems)} problems, first: {problems[0].what}" if problems else "",
        problems[0].fix if problems else "",
    )
    held = ledger.holding(entries)
    for name in STARTER:
        yield _of_source(name, [e for e in held if e.source == name], entries)
    for name in ("comext", "comtrade"):
        yield from _months(name, held)
    inbound = any(e.source == "comtrade" and e.dataset.startswith("inbound/") for e in held)
    if not inbound:
        have = "is set, but these legs were not fetched" if key_of("comtrade") else "is not set"
        yield Finding(
            "Comtrade with a key",
            f"the key {have}: exports of the coalition outside the EU, and the mirror, are missing",
            "Get the free key at comtradedeveloper.un.org, set COMTRADE_API_KEY, and fetch comtrade again.",
        )
    if not seven_available():
        yield Finding(
            "reader of 7z archives",
            "neither py7zr nor 7-Zip is installed, so Eurostat's archives cannot be read",
            "pip install --require-hashes -r requirements-fetch.lock, or install the program 7-Zip (7zz).",
        )


def _months(name: str, held: Sequence[ledger.Entry]) -> Iterator[Finding]:
    """Months of the baseline and since that are documented to be out by now, and not held of a source."""
    mine = [e for e in held if e.source == name]
    here = {e.period for e in mine} | {str(cover["period"]) for e in mine for cover in e.covers}
    if not any(month.isdigit() and len(month) == 6 for month in here):
        return
    first, today = Windows().baseline_start, datetime.now(UTC).date()
    wanted = months(f"{first:%Y-%m}", f"{today - timedelta(days=OUT_BY_DAYS):%Y-%m}")[:-1]
    missing = [month for month in wanted if month not in here]
    title = f"{source(name).title}: {len(wanted) - len(missing)} of {len(wanted)} months since {first:%Y-%m}"
    if missing:
        since = f"{missing[0][:4]}-{missing[0][4:]}"
        yield Finding(
            title,
            f"{len(missing)} are missing, the first is {since}; a missing month of the baseline or of "
            "the recent window costs the grade",
            f"Run: riskmodel fetch {name} --since {since} --store DIR.",
        )
    else:
        yield Finding(title)


def _of_source(name: str, held: list[ledger.Entry], entries: list[ledger.Entry]) -> Finding:
    title, fix = source(name).title, f"Run: riskmodel fetch {name} --store DIR."
    if not held:
        return Finding(title, f"nothing is stored: {_COSTS[name]}", fix)
    last = datetime.fromisoformat(held[-1].retrieved_at)
    if datetime.now(UTC) - last > timedelta(days=STALE_DAYS):
        return Finding(title, f"last fetched on {last:%Y-%m-%d}; newer figures may be out", fix)
    newest = [e for e in entries if e.source == name][-1]
    if newest.outcome in ("failed", "rejected"):
        return Finding(title, f"the last answer was {newest.outcome}: {newest.reason}", fix)
    return Finding(f"{title}: {len({e.dataset for e in held})} datasets, fetched {last:%Y-%m-%d}")
