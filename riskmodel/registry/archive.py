"""skops files that are the same bytes for the same model, and are read without running anything.

skops names array files after memory addresses and stamps the clock; both are replaced by running
numbers and a fixed date. Reading allows only the types named in `TRUSTED_TYPES`, plain values and numpy
arrays; nothing is ever unpickled.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from riskmodel.errors import ModelRefused
from riskmodel.model.head import AdditiveHead
from riskmodel.registry.skops_reading import skops_io

TRUSTED_TYPES: tuple[str, ...] = ("riskmodel.model.head.AdditiveHead",)
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def dump_heads(heads: Mapping[str, AdditiveHead]) -> bytes:
    """The heads as bytes of a skops file; equal heads give equal bytes."""
    raw = skops_io().dumps(dict(heads))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members.pop("schema.json"))
    renumber = _Renumber(_cached_ids(schema))
    schema = renumber.walk(schema)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for old, new in renumber.files.items():
            archive.writestr(zipfile.ZipInfo(new, _FIXED_DATE), members[old])
        text = json.dumps(schema, indent=1)
        archive.writestr(zipfile.ZipInfo("schema.json", _FIXED_DATE), text)
    return out.getvalue()


def load_heads(path: Path) -> dict[str, AdditiveHead]:
    """Heads of a skops file; ModelRefused where it is none or holds a type that is not trusted."""
    try:
        data = path.read_bytes()
        foreign = sorted(set(skops_io().get_untrusted_types(data=data)) - set(TRUSTED_TYPES))
        if foreign:
            raise ModelRefused(
                f"{path.name} holds types that are not trusted ({', '.join(foreign)}); allowed are numpy "
                f"arrays and {', '.join(TRUSTED_TYPES)}: train the model again with riskmodel retrain."
            )
        heads = skops_io().loads(data, trusted=list(TRUSTED_TYPES))
    except ModelRefused:
        raise
    except Exception as error:
        raise ModelRefused(
            f"{path.name} is not a readable skops file ({type(error).__name__}); "
            "restore it or train the model again with riskmodel retrain."
        ) from error
    if not isinstance(heads, dict) or not all(isinstance(head, AdditiveHead) for head in heads.values()):
        raise ModelRefused(
            f"{path.name} does not hold heads of this project; train again with riskmodel retrain."
        )
    return heads


def _cached_ids(node: Any) -> set[int]:
    """Ids to which a later node points back; they must stay equal on both sides."""
    found: set[int] = set()
    if isinstance(node, dict):
        if node.get("__loader__") == "CachedNode":
            found.add(node["__id__"])
        for value in node.values():
            found |= _cached_ids(value)
    elif isinstance(node, list):
        for value in node:
            found |= _cached_ids(value)
    return found


class _Renumber:
    """Gives every node a running number and every array file a running name, in order of appearance.

    Nodes that share an id only because the interpreter shares small objects get numbers of their own:
    such sharing differs from one process to the next.
    """

    def __init__(self, shared: set[int]) -> None:
        self.shared = shared
        self.known: dict[int, int] = {}
        self.files: dict[str, str] = {}
        self.count = 0

    def walk(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.walk(value) for value in node]
        if not isinstance(node, dict):
            return node
        return {key: self._value(key, value, node) for key, value in node.items()}

    def _value(self, key: str, value: Any, node: dict[str, Any]) -> Any:
        if key == "__id__" and isinstance(value, int):
            return self._number(value)
        if key == "file" and isinstance(value, str) and "__loader__" in node:
            return self.files.setdefault(value, f"{len(self.files):06d}.npy")
        return self.walk(value)

    def _number(self, old: int) -> int:
        if old in self.known:
            return self.known[old]
        self.count += 1
        if old in self.shared:
            self.known[old] = self.count
        return self.count
