"""Every contract as great-expectations states it, committed next to the contract as `golden.json`.

`python -m tools.contracts.golden --write` writes the files; a test fails when they differ from the code.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from data_contracts.checking.judge import suite
from data_contracts.contract import Contract
from data_contracts.registry import CONTRACTS


def golden_path(name: str) -> Path:
    """Where the golden file of a contract lies."""
    folder, file = ("scores", f"golden_{name}.json") if name.startswith("scores") else (name, "golden.json")
    return Path(str(files("data_contracts"))) / folder / file


def golden_text(contract: Contract) -> str:
    """The contract as JSON: terms, columns, and its two suites, without ids and library versions."""
    content = {
        "contract": contract.name,
        "version": contract.version,
        "digest": contract.digest,
        "columns": {name: str(dtype) for name, dtype in contract.columns.items()},
        "required": list(contract.required),
        "rules": [{k: v for k, v in rule.to_dict().items() if k != "kwargs"} for rule in contract.rules],
        "row_suite": _plain(suite(contract.name, contract.row_rules).to_json_dict()),
        "set_suite": _plain(suite(f"{contract.name} batch", contract.set_rules).to_json_dict()),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        noise = {"id", "great_expectations_version", "notes"}
        return {key: _plain(item) for key, item in value.items() if key not in noise}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def main(arguments: list[str] | None = None) -> int:
    """Compare the golden files with the contracts, or write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files instead of comparing them")
    write = parser.parse_args(arguments).write
    stale = []
    for name, contract in CONTRACTS.items():
        path, text = golden_path(name), golden_text(contract)
        if write:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name if name not in path.parts else f"{name}/{path.name}")
    if stale:
        sys.stderr.write(f"Stale: {', '.join(stale)}. Run: python -m tools.contracts.golden --write\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
