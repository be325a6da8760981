"""Product codes of the Harmonized System by edition (`hs_codes.csv`, from the UNSD correlation tables)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import polars as pl

EDITIONS = ("HS2012", "HS2017", "HS2022")
_OF_A_CHAPTER = "^(0[1-9]|[1-68][0-9]|7[0-689]|9[0-7])[0-9]{4}$"
_ROOM = 1_000_000  # above every six-digit code


@cache
def edition_codes() -> frozenset[tuple[str, str]]:
    """Every (edition, hs6) that exists.

    >>> [(edition, "854149") in edition_codes() for edition in EDITIONS]
    [False, False, True]
    """
    text = files("data_contracts.codes").joinpath("hs_codes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return frozenset((f"HS20{year}", row["hs6"]) for row in rows for year in row["editions"].split())


def in_edition(hs6: str = "hs6", edition: str = "hs_edition") -> pl.Expr:
    """1 where the code exists in its edition, 0 where it does not (Int64).

    Null where the edition is unknown or the code is not six digits of a chapter: other rules speak of those.
    """
    # One number for edition and code: numbers are looked up several times faster than texts.
    known = pl.Series(sorted(_number(*pair) for pair in edition_codes()), dtype=pl.Int64)
    place = pl.col(edition).replace_strict(
        {name: at * _ROOM for at, name in enumerate(EDITIONS)}, default=None, return_dtype=pl.Int64
    )
    code = pl.when(pl.col(hs6).str.contains(_OF_A_CHAPTER)).then(pl.col(hs6)).cast(pl.Int64, strict=False)
    return (place + code).is_in(known.implode()).cast(pl.Int64)


def _number(edition: str, hs6: str) -> int:
    return EDITIONS.index(edition) * _ROOM + int(hs6)
