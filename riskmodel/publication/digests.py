"""Digests of values, files and code, and whether a folder still holds what its manifest lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


def digest_json(value: Any) -> str:
    """sha256 of a JSON-able value in its canonical form."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_file(path: Path) -> str:
    """sha256 of a file's bytes as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_digest() -> str:
    """sha256 over this project's source and reference files, so that a run names the code that made it.

    A model that the wheel holds is no code: an installed package and its checkout give the same digest.
    """
    total = hashlib.sha256()
    root = Path(__file__).resolve().parents[2]
    for package in ("data_contracts", "features", "riskmodel"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {
                ".py",
                ".csv",
                ".json",
                ".toml",
                ".jinja",
                ".css",
                ".js",
                ".skops",
                ".sha256",
            } and not {
                "__pycache__",
                "shipped",
            } & set(path.relative_to(root).parts):
                total.update(str(path.relative_to(root)).encode() + b"\0")
                total.update(path.read_bytes())
    return total.hexdigest()


def write_json(value: Any, path: Path) -> None:
    """Write JSON with sorted keys and a final newline: the same value gives the same bytes."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Mapping[str, object] | None:
    """The manifest of a run folder, or None where there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_whole(folder: Path, manifest: Mapping[str, object]) -> bool:
    """Whether a run folder holds exactly the files that its manifest lists under `files`, unchanged."""
    listed = manifest.get("files")
    if not isinstance(listed, dict) or not listed:
        return False
    try:
        return output_digests(folder) == listed
    except OSError:
        return False


def output_digests(folder: Path) -> dict[str, str]:
    """sha256 of every file below a run folder but its manifest, by relative name."""
    return {
        path.relative_to(folder).as_posix(): digest_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }
