"""UN Comtrade reference tables: which reporter and partner codes exist. No key, no quota."""

from __future__ import annotations

import json
from collections.abc import Mapping

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request
from riskmodel.fetch.taking import Taker
from riskmodel.store import ledger
from riskmodel.store.layout import Store
from riskmodel.store.opened import opened

TABLES = ("Reporters.json", "partnerAreas.json", "HS.json", "tradeRegimes.json")


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """Four small files."""
    return [Estimate(source.name, "reporters, partners, HS codes, trade regimes", len(TABLES), 3_000_000)]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take each table; a list that lost a fifth of its rows is kept back."""
    for table in TABLES:
        taker.take(
            Request(
                taker.source.name,
                table,
                taker.source.at(f"files/v1/app/reference/{table}"),
                Expectation("json", rows_at="results", header=("id", "text"), least_share=0.8),
                name=table,
                free=True,
            )
        )


def codes(store: Store, table: str) -> dict[str, str]:
    """ISO alpha-3 to Comtrade code, from a stored table; empty where there is none. Groups are left out."""
    entries, _ = ledger.read(store.ledger)
    entry = ledger.newest(entries, "references", table)
    if entry is None:
        return {}
    with opened(store.object(entry.sha256), 1 << 30) as file:
        rows = json.loads(file.read().decode("utf-8-sig"))["results"]
    found: dict[str, str] = {}
    for row in rows:
        iso, expired = _iso(row), row.get("entryExpiredDate")
        if iso and not row.get("isGroup") and not expired:
            found[iso] = str(row["id"])
    return found


def _iso(row: Mapping[str, object]) -> str:
    named = ("reporterCodeIsoAlpha3", "PartnerCodeIsoAlpha3", "partnerCodeIsoAlpha3")
    text = next((str(row[name]) for name in named if row.get(name)), "")
    return text if len(text) == 3 and text.isalpha() else ""
