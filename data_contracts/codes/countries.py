"""Country codes that a canonical table may carry: ISO 3166-1 alpha-3 and a few documented others."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

WORLD = "WLD"


@cache
def country_codes() -> tuple[str, ...]:
    """All known codes, sorted: assigned, user-assigned (Kosovo `XKX`) and former ones.

    >>> "KGZ" in country_codes(), "WLD" in country_codes(), len(country_codes())
    (True, False, 252)
    """
    text = files("data_contracts.codes").joinpath("countries.csv").read_text(encoding="utf-8")
    return tuple(sorted(row["code"] for row in csv.DictReader(text.splitlines())))
