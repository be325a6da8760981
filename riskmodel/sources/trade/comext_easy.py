"""Eurostat Easy Comext, relational view: codes with labels in one cell, months in English."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import polars as pl

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country
from riskmodel.sources.trade.comext_cn8 import SOURCE, fold_cn8, no_value

_COLUMNS = ("REPORTER", "PARTNER", "PRODUCT", "FLOW", "PERIOD")
_VALUES = ("VALUE_IN_EUR", "VALUE_IN_EUROS")
_FLOWS = {"EXPORT": "X", "IMPORT": "M", "2": "X", "1": "M"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def recognise(columns: frozenset[str]) -> bool:
    """REPORTER, PARTNER, PRODUCT, FLOW, PERIOD and VALUE_IN_EUR; STAT_PROCEDURE may be there."""
    return set(_COLUMNS) <= columns and bool(columns & set(_VALUES))


def read(frame: pl.DataFrame) -> Reading:
    """Take codes from the front of each cell, months from English text, then fold like any CN8 table.

    Rows of the EU as a whole and of totals are dropped, as are the parts by statistical procedure alongside
    their total, and whole years. Raises InputUnreadable
    where no product has a code, because labels cannot be kept apart, and where only totals are given.
    """
    value = next(c for c in _VALUES if c in frame.columns)
    procedure = clean(frame["STAT_PROCEDURE"]) if "STAT_PROCEDURE" in frame.columns else pl.lit("Total")
    rows = frame.select(
        *(clean(frame[c]).alias(c) for c in _COLUMNS),
        procedure.alias("procedure"),
        clean(frame[value]).alias("value"),
        pl.lit(None, pl.String).alias("net_kg"),
        FILE,
        ROW,
    ).with_columns(
        _area("REPORTER").alias("reporter"),
        _area("PARTNER").alias("partner"),
        pl.col("PRODUCT").str.extract(r"^(\d{2,8}|TOTAL|Total)(?:-|$)").str.to_uppercase().alias("code"),
        pl.col("FLOW").str.extract(r"^([A-Za-z0-9]+)").str.to_uppercase().replace(_FLOWS).alias("flow"),
        _month().alias("period"),
    )
    if rows.height and not rows["code"].is_not_null().any():
        raise InputUnreadable("labels without codes in PRODUCT; choose the display of codes with labels")
    kept, dropped = sift(
        rows,
        {
            "reporter_not_a_country": pl.col("reporter") == NOT_A_COUNTRY,
            "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
            "annual_row": pl.col("PERIOD").str.contains(r"^\d{4}52-|Jan\.-Dec\."),
            "total_row": pl.col("code") == "TOTAL",
            "no_value": no_value("value"),
            "statistical_procedure_part": ~pl.col("procedure").str.contains(r"^(T-)?Total$|^T$"),
        },
    )
    if not kept.height and dropped.get("total_row"):
        raise InputUnreadable(f"only totals ({dropped['total_row']} rows); export the table by CN8 product")
    kept = kept.with_columns(pl.coalesce("code", "PRODUCT").alias("code"))
    reading = fold_cn8(kept, "EUR", SOURCE, unused(frame, [*_COLUMNS, value, "STAT_PROCEDURE"]))
    return Reading(reading.frame, {**dropped, **reading.dropped}, reading.ignored_columns)


@cache
def _names() -> dict[str, str]:
    text = (files("features") / "reference" / "countries.csv").read_bytes()
    table = pl.read_csv(text, infer_schema=False)
    return dict(zip(table["name"], table["country"], strict=True))


def _area(column: str) -> pl.Expr:
    """Alpha-3 from `DE-Germany (...)`, or from a name whose history in brackets is set aside."""
    code = pl.col(column).str.extract(r"^([A-Z]{2}(?:\d{2}(?:_\d{4})?)?)-")
    name = pl.col(column).str.replace(r"\s*\(.*$", "")
    union = pl.when(name.str.contains(r"^(European Union|Euro area|Extra-|Intra-)")).then(
        pl.lit(NOT_A_COUNTRY)
    )
    return pl.coalesce(country(code, "iso2", "comext"), union, name.replace(_names()))


def _month() -> pl.Expr:
    """YYYY-MM from `202105-May. 2021` or `May. 2021`; other text stays."""
    coded = pl.col("PERIOD").str.extract(r"^(\d{4}(?:0[1-9]|1[0-2]))-")
    number = pl.col("PERIOD").str.extract(r"^([A-Z][a-z]{2})[a-z]*\.? \d{4}$")
    month = number.replace_strict(_MONTHS, [f"{n:02}" for n in range(1, 13)], default=None)
    spelled = pl.concat_str(pl.col("PERIOD").str.extract(r"(\d{4})$"), month, separator="-")
    return pl.coalesce(coded.str.replace(r"^(\d{4})", "$1-"), spelled, "PERIOD")


FORMAT = Format("comext-easy", ", ".join((*_COLUMNS, _VALUES[0])), recognise, read)
