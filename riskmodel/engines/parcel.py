"""Parcels: tables, arrays and small values as bytes; the same values give the same bytes, without code."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

Parcel = Mapping[str, Any]  # of frames, arrays and values that JSON has
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # a zip has no earlier; a real time would change the bytes


def pack(parcel: Parcel) -> bytes:
    """A parcel as a zip of one Arrow, NumPy or JSON file for each value, in the order of their names.

    Raises TypeError where a value is none of these.
    """
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(parcel):
            ending, content = _written(parcel[name])
            file.writestr(zipfile.ZipInfo(f"{name}.{ending}", _FIRST_DAY), content)
    return whole.getvalue()


def unpack(content: bytes) -> dict[str, Any]:
    """The values of `pack`, tables as frames; objects of Python are never read.

    >>> unpack(pack({"first": 3}))
    {'first': 3}
    """
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        found = ((name.rpartition("."), file.read(name)) for name in file.namelist())
        return {name: _read(ending, value) for (name, _, ending), value in found}


def _written(value: Any) -> tuple[str, bytes]:
    whole = io.BytesIO()
    if isinstance(value, pl.DataFrame):
        value.write_ipc(whole, compression="lz4")
        return "arrow", whole.getvalue()
    if isinstance(value, np.ndarray):
        np.save(whole, value, allow_pickle=False)
        return "npy", whole.getvalue()
    return "json", json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def _read(ending: str, content: bytes) -> Any:
    if ending == "arrow":
        return pl.read_ipc(io.BytesIO(content))
    if ending == "npy":
        return np.load(io.BytesIO(content), allow_pickle=False)
    return json.loads(content)
