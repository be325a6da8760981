"""Under which code an edition of the Harmonized System declares a good."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from data_contracts.codes.hs_codes import EDITIONS, edition_codes
from features.reference.facts import hs_families

NEWEST = EDITIONS[-1]


def declared_code(hs6: str, edition: str) -> str | None:
    """The code of a good in an edition: its own where it exists, else its nearest relative; None if neither.

    Relatives are codes of its family in the UNSD correlation tables; the nearest shares the most digits.

    >>> [declared_code("854149", edition) for edition in ("HS2017", "HS2022")]
    ['854140', '854149']
    """
    if (edition, hs6) in edition_codes():
        return hs6
    for since in (edition, *EDITIONS[:-1]):
        families = hs_families(since)
        family = families.filter(hs6=hs6)["family"]
        relatives = families.filter(pl.col("family").is_in(family.implode()))["hs6"]
        known = sorted(code for code in relatives if (edition, code) in edition_codes())
        if known:
            return max(known, key=lambda code: _shared_digits(code, hs6))
    return None


def _shared_digits(one: str, other: str) -> int:
    return next((place for place in range(6) if one[place] != other[place]), 6)


def declared_codes(goods: Iterable[str], editions: Iterable[str]) -> pl.DataFrame:
    """hs6, hs_edition, declared: one row for each good and edition that can declare it, sorted."""
    rows = [
        (hs6, edition, declared)
        for hs6 in sorted(set(goods))
        for edition in sorted(set(editions))
        if edition in EDITIONS and (declared := declared_code(hs6, edition)) is not None
    ]
    schema = {"hs6": pl.String(), "hs_edition": pl.String(), "declared": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")
