"""Consignments: the one form in which all trade of a world is kept before it is published."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

RUSSIA = "RUS"
ELSEWHERE = "ROW"  # partners that are not named in the data

SHIPMENTS: dict[str, pl.DataType] = {
    "origin": pl.String(),
    "dest": pl.String(),
    "good": pl.Int64(),  # what it is: place among the goods of the stage
    "code_x": pl.Int64(),  # what the sender declares
    "code_m": pl.Int64(),  # what the receiver declares
    "t_x": pl.Int64(),  # month of leaving
    "t_m": pl.Int64(),  # month of arrival
    "value": pl.Float64(),  # US$ on leaving
    "shown_x": pl.Float64(),  # part of the value that export statistics of the sender can show
    "shown_m": pl.Float64(),  # the same for import statistics of the receiver
    "foreign": pl.Boolean(),  # goods made elsewhere: a re-export
    "layer": pl.String(),  # legal, decoy or network
}


def shipments(layer: str, **columns: Any) -> pl.DataFrame:
    """Make a frame of consignments; what is not given takes its plain value (declared truly and in full)."""
    n = len(columns["value"])
    plain = {
        "code_x": columns["good"],
        "code_m": columns["good"],
        "t_m": columns["t_x"],
        "shown_x": np.ones(n),
        "shown_m": np.ones(n),
        "foreign": np.zeros(n, dtype=bool),
        "layer": [layer] * n,
    }
    data = {**plain, **columns}
    return pl.DataFrame({k: pl.Series(k, data[k], dtype=t, strict=False) for k, t in SHIPMENTS.items()})
