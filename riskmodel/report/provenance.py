"""Where a run's figures come from: contracts, row counts, inputs, goods, settings, versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_contracts.contract import ContractReport, RuleResult
from riskmodel.explain.drift import SignalDrift
from riskmodel.report.manifest import RowsOfRun, RunManifest
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
    failed: tuple[RuleResult, ...]


@dataclass(frozen=True)
class RowLine:
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


def drift_lines(drift: Sequence[SignalDrift]) -> list[DriftLine]:
    """One line for each model signal, those that moved first, otherwise in the order given."""
    lines = [
        DriftLine(
            signal=clean(one.signal, 60),
            known=percent(one.known),
            known_in_training=percent(one.known_in_training),
            psi=UNKNOWN if one.psi is None else f"{one.psi:.2f}",
            moved=one.moved,
        )
        for one in drift
    ]
    return sorted(lines, key=lambda line: not line.moved)


def contract_line(report: ContractReport) -> ContractLine:
    """One contract in a line."""
    failed = tuple(result for result in report.results if not result.passed)
    not_judged = sum(not result.judged for result in report.results)
    rules = len(report.results)
    return ContractLine(
        name=clean(report.contract, 60),
        version=clean(report.version, 20),
        digest=clean(report.digest, 12),
        rows_in=count(report.rows_in),
        accepted=count(report.rows_accepted),
        quarantined=count(report.rows_quarantined),
        verdict="not passed" if not report.passed else "passed with remarks" if failed else "passed",
        rules=f"{rules} ({not_judged} with nothing to judge)" if not_judged else str(rules),
        failed=failed,
    )


def row_counts(rows: Mapping[str, RowsOfRun]) -> list[RowLine]:
    """What became of the rows of each kind of input, each loss under its reason."""
    return [_row_line(kind, rows[kind]) for kind in sorted(rows)]


def _row_line(kind: str, counts: RowsOfRun) -> RowLine:
    return RowLine(
        kind=_reason(kind),
        read=count(counts.read),
        accepted=count(counts.accepted),
        quarantined=count(counts.quarantined),
        used=count(counts.of_accepted.get("used")),
        dropped=_reasons(counts.dropped),
        unused=_reasons({name: n for name, n in counts.of_accepted.items() if name != "used"}),
    )


def _reasons(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(_reason(name), count(counts[name])) for name in sorted(counts) if counts[name]]


def _reason(name: str) -> str:
    return clean(name.replace("_", " "), 200)


def simulated_part(manifest: RunManifest) -> str:
    """How much of the evidence is made up: `all`, `part` or `none`. A goods list is not evidence."""
    made_up = set(manifest.simulated_inputs)
    given = {item.kind for item in manifest.inputs} - {"goods"}
    if manifest.simulated and (not made_up or given <= made_up):
        return "all"
    return "part" if made_up or manifest.simulated else "none"


def made_up(manifest: RunManifest) -> str:
    """The mark that every heading, chart and table of a simulated run carries; empty for a real one."""
    return {"all": "SIMULATED", "part": "PARTLY SIMULATED", "none": ""}[simulated_part(manifest)]


def plain_pairs(mapping: Mapping[str, object]) -> list[tuple[str, str]]:
    """A mapping as sorted pairs of text, its nested values as compact JSON."""
    return [(clean(key, 60), plain(mapping[key])) for key in sorted(mapping)]


def plain(value: object) -> str:
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


def count(value: object) -> str:
    """A number of rows with separators, or a dash."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else UNKNOWN
