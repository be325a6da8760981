"""Eurostat Easy Comext, relational view: codes with labels in one cell, months in English."""

from __future__ import annotations

import polars as pl

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.periods import plain_months
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, Tally, added, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country_of
from riskmodel.sources.trade.comext_cn8 import SOURCE, no_value, steps_of_fold
from riskmodel.sources.trade.copies import without_parts

_COLUMNS = ("REPORTER", "PARTNER", "PRODUCT", "FLOW", "PERIOD")
_VALUES = ("VALUE_IN_EUR", "VALUE_IN_EUROS")
# English, French and German.
_FLOWS = {"EXPORT": "X", "IMPORT": "M", "2": "X", "1": "M", "EXPORTATION": "X", "IMPORTATION": "M",
          "AUSFUHR": "X", "EINFUHR": "M"}  # fmt: skip
_YEAR = r"^\d{4}52-|Jan[a-zv]*\.? ?- ?D[eé][cz]"


def recognise(columns: frozenset[str]) -> bool:
    """REPORTER, PARTNER, PRODUCT, FLOW, PERIOD and VALUE_IN_EUR; STAT_PROCEDURE may be there."""
    return set(_COLUMNS) <= columns and bool(columns & set(_VALUES))


def read(frame: pl.DataFrame) -> Reading:
    """Take codes from the front of each cell, months from English text, then fold like any CN8 table.

    Rows of the EU as a whole and of totals are dropped, as are the parts by statistical procedure alongside
    their total, and whole years. Raises InputUnreadable
    where no product has a code, because labels cannot be kept apart, and where only totals are given.
    """
    return STEPS.read(frame)


def _cut(frame: pl.DataFrame) -> Reading:
    value = next(c for c in _VALUES if c in frame.columns)
    used = [*_COLUMNS, value, "STAT_PROCEDURE"]
    frame, parts, looked_at = without_parts(frame, used)
    procedure = clean(frame["STAT_PROCEDURE"]) if "STAT_PROCEDURE" in frame.columns else pl.lit("Total")
    rows = frame.select(
        *(clean(frame[c]).alias(c) for c in _COLUMNS),
        procedure.alias("procedure"),
        clean(frame[value]).alias("value"),
        pl.lit(None, pl.String).alias("net_kg"),
        FILE,
        ROW,
    ).with_columns(
        _area(frame["REPORTER"]).alias("reporter"),
        _area(frame["PARTNER"]).alias("partner"),
        pl.col("PRODUCT")
        .str.extract(r"^(\d{2,8}|TOTAL|Total|Insgesamt)(?:-|$)")
        .str.to_uppercase()
        .replace("INSGESAMT", "TOTAL")
        .alias("code"),
        pl.col("FLOW").str.extract(r"^([A-Za-z0-9]+)").str.to_uppercase().replace(_FLOWS).alias("flow"),
        _month(clean(frame["PERIOD"])).alias("period"),
    )
    kept, dropped = sift(
        rows,
        {
            "reporter_not_a_country": pl.col("reporter") == NOT_A_COUNTRY,
            "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
            "annual_row": pl.col("PERIOD").str.contains(_YEAR),
            "total_row": pl.col("code") == "TOTAL",
            "no_value": no_value("value"),
            "statistical_procedure_part": ~pl.col("procedure").str.contains(r"^(T-)?(Total|Insgesamt)$|^T$"),
        },
    )
    tally = Tally(
        {
            "table": rows.height,
            "coded": rows.height - rows["code"].null_count(),
            "kept": kept.height,
            "totals": dropped.get("total_row", 0),
        }
    )
    kept = kept.select(
        "reporter", "partner", "flow", pl.coalesce("code", "PRODUCT").alias("code"), "period", "value",
        "net_kg", FILE, ROW,
    )  # fmt: skip
    return Reading(kept, added(parts, dropped), unused(frame, [*used, *looked_at]), tally)


def _verdict(tally: Tally) -> None:
    if tally["table"] and not tally["coded"]:
        raise InputUnreadable("labels without codes in PRODUCT; choose the display of codes with labels")
    if not tally["kept"] and tally["totals"]:
        raise InputUnreadable(f"only totals ({tally['totals']} rows); export the table by CN8 product")


def _area(cells: pl.Series) -> pl.Series:
    """Alpha-3 from `DE-Germany (...)`, or from a name in English, French or German."""
    text = clean(cells)
    code = text.str.extract(r"^([A-Z]{2}(?:\d{2}(?:_\d{4})?)?)-")
    return country_of(code.zip_with(code.is_not_null(), text), "iso2", "comext")


def _month(cells: pl.Series) -> pl.Series:
    """YYYY-MM from `202105-May. 2021` or `May. 2021`; other text stays."""
    coded = cells.str.extract(r"^(\d{4}(?:0[1-9]|1[0-2]))-")
    return plain_months(coded.zip_with(coded.is_not_null(), cells))


def _cells(_: frozenset[str]) -> Cells:
    return Cells(dict.fromkeys(_VALUES, "EUR"))


STEPS = steps_of_fold(_cut, "EUR", SOURCE, _verdict)
FORMAT = Format(
    "comext-easy", ", ".join((*_COLUMNS, _VALUES[0])), recognise, read, cells=_cells, by_cell=STEPS
)
