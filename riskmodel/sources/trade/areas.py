"""Country codes of statistical offices to ISO 3166 alpha-3, from `area_codes.csv`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import polars as pl

NOT_A_COUNTRY = ""


@cache
def area_codes(*systems: str) -> dict[str, str]:
    """Return code -> alpha-3 for `m49`, `iso2`, `comext`, `comtrade`; groups and dead codes give `""`.

    >>> area_codes("m49")["842"], area_codes("m49")["490"], area_codes("iso2", "comext")["EL"]
    ('USA', 'TWN', 'GRC')
    """
    text = (files("riskmodel.sources.trade") / "area_codes.csv").read_bytes()
    table = pl.read_csv(text, infer_schema=False)
    chosen = table.filter(pl.col("system").is_in(systems))
    return dict(zip(chosen["code"], chosen["country"].fill_null(NOT_A_COUNTRY), strict=True))


def country(column: pl.Expr, *systems: str) -> pl.Expr:
    """Alpha-3 of a code; `""` where the code is no country; an unknown code stays, null stays null."""
    codes = area_codes(*systems)
    bare = column.str.replace(r"^0+(\d)", "$1").str.replace(r"\.0$", "")
    return bare.replace_strict(list(codes), list(codes.values()), default=bare)


def country_of(codes: pl.Series, *systems: str) -> pl.Series:
    """As `country`, for a long column of few codes: each distinct code is looked up once."""
    distinct = codes.unique().drop_nulls().to_frame("code")
    found = distinct.select(country(pl.col("code"), *systems)).to_series()
    return codes.replace_strict(distinct["code"], found, default=None, return_dtype=pl.String)
