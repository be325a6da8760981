"""The page of the reasons under which rows are left out, and the same reasons as the code has them."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("dropped_rows.csv")
CODE = (ROOT / "riskmodel" / "sources", ROOT / "riskmodel" / "scoring", ROOT / "features" / "trade" / "flows")
LISTS = ("part_columns.csv", "area_parts.csv")
KINDS = {
    "all": "Any table",
    "trade": "Trade tables",
    "articles": "Articles and GDELT",
    "listings": "Listings",
    "goods": "Goods lists",
    "used": "Accepted rows, by what became of them",
}
_WORD = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+$")
_INTRODUCTION = """# Reasons of dropped rows

Generated from `tools/documents/dropped_rows.csv` by `python -m tools.documents.pages --write`; do not edit.

No row disappears: rows read = accepted + refused by the contract + dropped by the reader under one of these
reasons. A run's counts are in `manifest.json` (`rows`), and `riskmodel validate` prints them. Most reasons
are
no fault: a table often gives the same trade as a total and in parts, and only one may count. Rows that a
contract
refuses are another thing: see [Contracts](../contracts.md#rules).
"""


def page() -> str:
    """The page, as Markdown."""
    parts = [_INTRODUCTION]
    for kind, heading in KINDS.items():
        rows = [f"| `{row['reason']}` | {row['meaning']} |" for row in table() if row["kind"] == kind]
        parts += [f"## {heading}\n", "| reason | the row is |", "|---|---|", *rows, ""]
    return "\n".join(parts)


def table() -> list[dict[str, str]]:
    """Reason, kind of input and meaning, in the order of the table."""
    return list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


def reasons_in_code() -> set[str]:
    """Reasons that readers count under: keys of what is dropped, and of the tables of parts."""
    found = set()
    for path in sorted(path for folder in CODE for path in folder.rglob("*.py")):
        found |= set(_counted(ast.parse(path.read_text(encoding="utf-8"))))
    for path in sorted(path for folder in CODE for name in LISTS for path in folder.rglob(name)):
        found |= {row["reason"] for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
    return {word for word in found if _WORD.match(word)}


def words_in_code() -> set[str]:
    """Every word with an underscore that the code holds as text or as the name of an argument."""
    found = set(reasons_in_code())
    for path in sorted(path for folder in CODE for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
    return found


def _counted(tree: ast.Module) -> Iterator[str]:
    """Keys in what is given to `sift`, assigned to a name of dropped rows, or put into it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sift":
            yield from _keys(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            named = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if re.search(r"dropped|reasons$", ast.unparse(named), re.IGNORECASE):
                yield from _keys(node.value)
        elif isinstance(node, ast.Subscript) and "dropped" in ast.unparse(node.value):
            yield from _texts(node.slice)


def _keys(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Dict):
            for key in inner.keys:
                yield from _texts(key) if key is not None else ()


def _texts(node: ast.AST) -> Iterator[str]:
    """The text; of one that is put together, those that occur."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for given in ("2", "4") if ast.unparse(node).startswith("f'hs") else ("address", "name"):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else given for part in node.values
            )
