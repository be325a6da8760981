"""The house stands: riskmodel over features over data_contracts, and no lower floor looks up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"data_contracts": {"features", "riskmodel"}, "features": {"riskmodel"}}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_no_layer_jump(package: str) -> None:
    files = sorted((CHECKOUT / package).rglob("*.py"))
    assert len(files) > 5
    jumps = [
        f"{file.relative_to(CHECKOUT)} imports {name}"
        for file in files
        for name in imported(file)
        if name in FORBIDDEN[package]
    ]
    assert jumps == []


def test_the_check_sees_an_import_inside_a_function(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("def f():\n    from riskmodel.errors import RiskmodelError\n")
    assert list(imported(file)) == ["riskmodel"]
