"""The table of rules in `docs/contracts.md`, made from the contracts and their broken batches.

`python -m tools.contracts.rules_page --write docs/contracts.md` replaces the part between the two marks; a
test fails when the file differs from the code.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data_contracts.checking.check import validate_batches
from data_contracts.contract import Contract
from data_contracts.registry import CONTRACTS
from tools.contracts.breaks import BREAKS
from tools.contracts.examples import sound
from tools.sections import renewed

SECTION = "rules"


def rule_tables() -> str:
    """Markdown: for each contract its rules, what a failure does, and a batch that breaks each.

    The last column is not written by hand: each batch is made and checked while the table is made.
    """
    return "\n".join(_table(contract) for contract in CONTRACTS.values())


def _table(contract: Contract) -> str:
    cases = [case for case in BREAKS if case.contract == contract.name]
    batches = [(case.make(sound(contract.name)), case.context) for case in cases]
    seen: dict[str, list[str]] = {}
    for case, checked in zip(cases, validate_batches(contract, batches), strict=True):
        failed = [result.rule for result in checked.report.results if not result.passed]
        verdict = "batch refused" if not checked.report.passed else "batch usable"
        count = checked.quarantined.height
        refused = f", {count} row{'s' if count > 1 else ''} refused" if count else ""
        others = [f"`{name}`" for name in failed if name != case.rule]
        besides = f"; also breaks {', '.join(others)}" if others else ""
        bites = "fails" if case.rule in failed else "does not fail"
        seen.setdefault(case.rule, []).append(f"{_cell(case.words)}: {bites}, {verdict}{refused}{besides}")
    lines = [
        f"### {contract.name} {contract.version}",
        "",
        "| rule | tier | a failure | what must hold | broken by, and the verdict |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{rule.name}` | {rule.tier} | {rule.effect} | {_cell(rule.description)} "
        f"| {'<br>'.join(seen.get(rule.name, ['nothing yet']))} |"
        for rule in contract.rules
    ]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main(arguments: list[str] | None = None) -> int:
    """Compare the document with the contracts, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path)
    parser.add_argument("--write", action="store_true", help="write the document instead of comparing it")
    chosen = parser.parse_args(arguments)
    old = chosen.document.read_text(encoding="utf-8")
    new = renewed(old, {SECTION: rule_tables()})
    if chosen.write:
        chosen.document.write_text(new, encoding="utf-8")
    elif new != old:
        sys.stderr.write(
            f"{chosen.document.name} is stale: run python -m tools.contracts.rules_page --write\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
