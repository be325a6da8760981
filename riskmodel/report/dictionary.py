"""The data dictionary of a run folder: every column of every table, with type, unit and meaning."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from features.catalogue import BY_NAME

DICTIONARY: dict[str, pl.DataType] = {
    name: pl.String() for name in ("file", "column", "type", "unit", "meaning")
}
_TYPES = {"String": "text", "Int64": "whole number", "Float64": "number", "Boolean": "true or false"}


@cache
def _described() -> dict[tuple[str, str], tuple[str, str]]:
    text = (Path(__file__).parent / "columns.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["file"], row["column"]): (row["unit"], row["meaning"]) for row in rows}


def describe(file: str, column: str) -> tuple[str, str]:
    """Unit and meaning of a column; KeyError where it is described nowhere.

    >>> describe("scores_country", "rank")[1][:20]
    'place in the ranking'
    """
    if column in BY_NAME:
        return BY_NAME[column].unit, BY_NAME[column].label
    known = _described()
    return known.get((file, column)) or known["*", column]


def dictionary(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row for each column of `tables` (file name without ending to frame): a frame of `DICTIONARY`."""
    rows = [
        (f"{file}.csv", column, _TYPES.get(str(dtype), str(dtype).lower()), *describe(file, column))
        for file, frame in tables.items()
        for column, dtype in frame.schema.items()
    ]
    return pl.DataFrame(rows, schema=DICTIONARY, orient="row")
