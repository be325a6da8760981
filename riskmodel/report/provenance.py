"""Where a run's figures come from: contracts, row counts, inputs, goods, settings, versions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from riskmodel.report.words import UNKNOWN, clean, percent


@dataclass(frozen=True)
class ContractLine:
    """One input's contract in a line, with the rules that failed."""

    name: str
    version: str
    digest: str
    rows_in: str
    accepted: str
    quarantined: str
    verdict: str
    rules: str
    failed: list[dict[str, Any]]


@dataclass(frozen=True)
class RowCount:
    """What became of the rows of one kind of input."""

    kind: str
    read: str
    accepted: str
    quarantined: str
    used: str
    dropped: list[tuple[str, str]]
    unused: list[tuple[str, str]]


@dataclass(frozen=True)
class DriftLine:
    """How one model signal's values lie against those of training, as text."""

    signal: str
    known: str
    known_in_training: str
    psi: str
    moved: bool


def drift_lines(manifest: dict[str, Any]) -> list[DriftLine]:
    """One line for each model signal, those that moved first, otherwise as in the manifest."""
    rows = [row for row in manifest.get("drift") or [] if isinstance(row, dict)]
    lines = [
        DriftLine(
            signal=clean(row.get("signal"), 60),
            known=percent(row.get("known")),
            known_in_training=percent(row.get("known_in_training")),
            psi=UNKNOWN if row.get("psi") is None else f"{row['psi']:.2f}",
            moved=bool(row.get("moved")),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: not line.moved)


def contract_lines(contracts: list[dict[str, Any]]) -> list[ContractLine]:
    """One line for each contract, in the order given."""
    return [_contract_line(report) for report in contracts]


def _contract_line(report: dict[str, Any]) -> ContractLine:
    results = [r for r in report.get("results") or [] if isinstance(r, dict)]
    failed = [{"effect": "", **r} for r in results if not r.get("passed")]
    not_judged = sum(not r.get("judged", True) for r in results)
    stops = any(r["effect"] == "stops the batch" for r in failed)
    verdict = (
        "not passed" if not report.get("passed", not stops) else "passed with remarks" if failed else "passed"
    )
    return ContractLine(
        name=clean(report.get("contract"), 60),
        version=clean(report.get("version"), 20),
        digest=clean(report.get("digest"), 12),
        rows_in=count(report.get("rows_in")),
        accepted=count(report.get("rows_accepted")),
        quarantined=count(report.get("rows_quarantined")),
        verdict=verdict,
        rules=f"{len(results)} ({not_judged} with nothing to judge)" if not_judged else str(len(results)),
        failed=failed,
    )


def row_counts(manifest: dict[str, Any]) -> list[RowCount]:
    """What became of the rows of each kind of input, each loss under its reason."""
    rows = manifest.get("rows") or {}
    return [_row_count(str(kind), rows[kind]) for kind in sorted(rows) if isinstance(rows[kind], dict)]


def _row_count(kind: str, counts: dict[str, Any]) -> RowCount:
    fates = dict(counts.get("of_accepted") or {})
    used = fates.pop("used", None)
    return RowCount(
        kind=_reason(kind),
        read=count(counts.get("read")),
        accepted=count(counts.get("accepted")),
        quarantined=count(counts.get("quarantined")),
        used=count(used),
        dropped=_reasons(counts.get("dropped") or {}),
        unused=_reasons(fates),
    )


def _reasons(counts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(_reason(name), count(counts[name])) for name in sorted(counts) if counts[name]]


def _reason(name: str) -> str:
    return clean(str(name).replace("_", " "), 200)


def simulated_part(manifest: dict[str, Any]) -> str:
    """How much of the evidence is made up: `all`, `part` or `none`. A goods list is not evidence."""
    made_up = set(manifest.get("simulated_inputs") or [])
    given = {item.get("kind") for item in manifest.get("inputs") or []} - {"goods"}
    if manifest.get("simulated") and (not made_up or given <= made_up):
        return "all"
    return "part" if made_up or manifest.get("simulated") else "none"


def plain_pairs(mapping: Any) -> list[tuple[str, str]]:
    """A mapping as sorted pairs of text, its nested values as compact JSON."""
    if not isinstance(mapping, dict):
        return []
    return [(clean(key, 60), plain(mapping[key])) for key in sorted(mapping, key=str)]


def plain(value: Any) -> str:
    """Any manifest value as one line of text."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
        return clean(", ".join(str(item) for item in value), 2000)
    if isinstance(value, dict | list | tuple):
        return clean(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str), 2000)
    return clean(value, 2000)


def count(value: Any) -> str:
    """A number of rows with separators, or a dash."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else UNKNOWN
