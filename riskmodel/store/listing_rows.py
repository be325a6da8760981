"""Stored lists to canonical listings, by the readers that read such lists from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from data_contracts.tables import LISTINGS
from riskmodel.sources.listings import read_listings


def listings_of(paths: Sequence[Path], known_at: date) -> pl.DataFrame:
    """The listings of the files of one publisher, sorted; a party on several of them counts once.

    Parties without a day of listing stand at the day that the list gives of itself, else at `known_at`.
    Raises InputUnreadable.
    """
    table = read_listings(paths, published_at=known_at).frame.select(list(LISTINGS))
    return table.cast(dict(LISTINGS)).sort("country", "listed_on")  # type: ignore[arg-type]


def rows_of(counted: Mapping[tuple[str, date], int], jurisdiction: str, name: str) -> pl.DataFrame:
    """Numbers of entities by country and day as canonical listings, sorted."""
    record = [
        (country, day, jurisdiction, name, n, "unknown", name.lower().replace("-", "_"))
        for (country, day), n in sorted(counted.items())
    ]
    return pl.DataFrame(record, schema=list(LISTINGS), orient="row").cast(dict(LISTINGS))  # type: ignore[arg-type]
