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
    return tuple(sorted(row["code"] for row in _rows("countries.csv")))


@cache
def never_scored() -> dict[str, str]:
    """Codes that no score is made for, sorted, and why.

    >>> list(never_scored())
    ['BLR', 'RUS', 'UKR', 'WLD']
    """
    return {row["code"]: row["reason"] for row in _rows("never_scored.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    text = files("data_contracts.codes").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
