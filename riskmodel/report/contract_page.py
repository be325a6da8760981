"""What `riskmodel validate` found of one table, as JSON and as one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from data_contracts.contract import ContractReport, Rule, RuleResult
from riskmodel.report.environment import render_page


@dataclass(frozen=True)
class CheckedFile:
    """One file that was read."""

    name: str
    sha256: str
    reader: str
    rows: int


@dataclass(frozen=True)
class RefusedCell:
    """One cell that broke a rule, as the file had it; `row` 1 is the first data row."""

    rule: str
    file: str
    row: int
    column: str
    value: str | None


@dataclass(frozen=True)
class CheckedTable:
    """A table of one kind after its contract. dropped: rows that the reader left out, by reason."""

    kind: str
    files: tuple[CheckedFile, ...]
    rows_read: int
    dropped: Mapping[str, int]
    ignored_columns: tuple[str, ...]
    report: ContractReport
    rules: tuple[Rule, ...]
    examples: tuple[RefusedCell, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything that was found; equal tables give equal values."""
        return {
            "kind": self.kind,
            "files": [asdict(file) for file in self.files],
            "rows_read": self.rows_read,
            "dropped": dict(self.dropped),
            "ignored_columns": list(self.ignored_columns),
            "report": self.report.to_dict(),
            "rules": [rule.to_dict() for rule in self.rules],
            "examples": [asdict(example) for example in self.examples],
        }


@dataclass(frozen=True)
class RuleLine:
    """One rule on the page; `kind` is the style of its verdict: yes, warn or no."""

    rule: str
    kind: str
    verdict: str
    rows: str
    found: str


def contract_page(table: CheckedTable) -> str:
    """HTML of a checked table: counts, every rule with its verdict, the first refused rows."""
    verdict = "usable" if table.report.passed else "refused"
    described = {rule.name: rule.description for rule in table.rules}
    return render_page(
        "contract.html.jinja",
        title=f"Contract {table.report.contract} {table.report.version}: {verdict}",
        report=table.report,
        files=table.files,
        rows_read=table.rows_read,
        dropped=table.dropped,
        lines=[_line(result, described[result.rule]) for result in table.report.results],
        examples=table.examples,
    )


def _line(result: RuleResult, description: str) -> RuleLine:
    rows = str(result.failing_rows or "")
    if result.passed:
        return RuleLine(result.rule, "yes", "holds" if result.judged else "not judged", rows, description)
    kind = "warn" if result.effect == "reports" else "no"
    return RuleLine(result.rule, kind, result.effect, rows, result.detail)
