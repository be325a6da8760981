"""The table of what inputs go wrong in (docs/formats.md): `python -m tools.kinds_page --write`, or to stdout.

Tests are counted by collecting them, cases by running the real tests that name their folder, where the folder
of real data is there (`RISKMODEL_REAL_DATA`). No figure is written by hand.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from tools.sections import renewed

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "formats.md"
KINDS = Path(__file__).with_name("kinds_of_input.toml")
REAL = ROOT / "tests" / "real"
SECTION = "kinds of input"
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def kinds() -> list[dict[str, object]]:
    """The kinds in their order: name, tests, cases."""
    return list(tomllib.loads(KINDS.read_text(encoding="utf-8"))["kind"])


def collected(tests: Sequence[str]) -> int:
    """How many tests pytest collects from files or `file::name`."""
    found = subprocess.run(  # noqa: S603  (names from a file of this repository)
        [*_PYTEST, "--collect-only", *tests], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return sum("::" in line for line in found.stdout.splitlines())


def naming(case: str) -> list[str]:
    """The real tests, as `file::name`, whose function or parameters name a folder of cases."""
    found = []
    for path in sorted(REAL.glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                if case in "\n".join(text.splitlines()[first - 1 : node.end_lineno]):
                    found.append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def held(cases: Sequence[str]) -> Mapping[str, str]:
    """`held`, `failed` or `not here` of each folder of cases."""
    tests = {case: naming(case) for case in cases}
    wanted = sorted({test for names in tests.values() for test in names})
    if not wanted:
        return dict.fromkeys(cases, "not here")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run(  # noqa: S603  (names from files of this repository)
            [*_PYTEST, "-o", "junit_family=xunit1", f"--junitxml={report}", *wanted], cwd=ROOT,
            capture_output=True, check=False,
        )  # fmt: skip
        results = ElementTree.parse(report)  # noqa: S314  (written here)
    found: dict[str, list[str]] = {}
    for one in results.iter("testcase"):
        name = f"{one.get('file')}::{(one.get('name') or '').partition('[')[0]}"
        kind = next((child.tag for child in one if child.tag in ("failure", "error", "skipped")), "held")
        found.setdefault(name, []).append(kind)
    return {case: _verdict([kind for test in tests[case] for kind in found.get(test, [])]) for case in cases}


def _verdict(kinds_of_result: Sequence[str]) -> str:
    if {"failure", "error"} & set(kinds_of_result):
        return "failed"
    return "held" if "held" in kinds_of_result else "not here"


def table() -> str:
    """The table, as Markdown."""
    lines = ["| kind | tests | where | public cases that hold |", "|---|---|---|---|"]
    verdicts = held([str(case) for kind in kinds() for case in kind["cases"]])  # type: ignore[attr-defined]
    everything = sorted({test for kind in kinds() for test in kind["tests"]})  # type: ignore[attr-defined]
    for kind in kinds():
        tests, cases = list(kind["tests"]), list(kind["cases"])  # type: ignore[call-overload]
        number = collected(tests)
        files = ", ".join(f"`{name}`" for name in dict.fromkeys(t.partition("::")[0] for t in tests))
        good = [case for case in cases if verdicts[case] == "held"]
        shown = f"{len(good)} of {len(cases)}" if cases else "none known"
        lines.append(f"| {kind['name']} | {number} | {files} | {shown} |")
    return "\n".join([*lines, f"| all, each test once | {collected(everything)} | | {_all(verdicts)} |"])


def _all(verdicts: Mapping[str, str]) -> str:
    return f"{sum(v == 'held' for v in verdicts.values())} of {len(verdicts)}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(renewed(text, {SECTION: table()}), encoding="utf-8")
    else:
        sys.stdout.write(table() + "\n")
