"""CEPII BACI: reconciled yearly trade, one row for each year, exporter, importer and HS6 product."""

from __future__ import annotations

import re

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.sources.files.cells import clean, or_text, whole_number
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, added, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country_of
from riskmodel.sources.trade.copies import without_parts

SOURCE = "cepii_baci"
_COLUMNS = ("t", "i", "j", "k", "v", "q")
_EDITIONS = {"92": "HS1992", "96": "HS1996", "02": "HS2002", "07": "HS2007", "12": "HS2012", "17": "HS2017",
             "22": "HS2022"}  # fmt: skip


def recognise(columns: frozenset[str]) -> bool:
    """Columns t, i, j, k, v, q."""
    return set(_COLUMNS) <= columns


def read(frame: pl.DataFrame) -> Reading:
    """Turn thousand dollars into dollars, tonnes into kilograms, numeric codes into ISO, codes to six digits.

    The edition is that of the file name (`BACI_HS17_...`). Rows stand at 1 January of their year with
    known_at 31 January two years later, the rhythm of the releases. BACI holds no world rows. Exports and
    imports are reconciled to one figure, given here as the exporter's flow X: do not mix with reported flows.
    """
    frame, parts, looked_at = without_parts(frame, _COLUMNS)
    cells = {name: clean(frame[name]) for name in _COLUMNS}
    year = cells["t"].cast(pl.Int64, strict=False).to_frame("year")
    # A number that is no year is left to the contract; polars would raise.
    year = year.with_columns(pl.when(pl.col("year").is_between(1, 9990)).then("year"))
    # Written as a number at the source, so that a lost leading zero is certain, not guessed.
    code = pl.when(pl.col("k").str.contains(r"^\d{5}$")).then("0" + pl.col("k")).otherwise(pl.col("k"))
    table = frame.select(
        country_of(cells["i"], "m49").alias("reporter"),
        country_of(cells["j"], "m49").alias("partner"),
        pl.lit("X").alias("flow"),
        cells["k"].to_frame("k").select(code).to_series().alias("hs6"),
        _edition(frame[FILE]).alias("hs_edition"),
        or_text(year.select(pl.date("year", 1, 1)).to_series(), cells["t"]).alias("period"),
        whole_number(cells["v"], 1000).alias("value_usd"),
        whole_number(cells["q"], 1000).alias("net_kg"),
        year.select(pl.date(pl.col("year") + 2, 1, 31)).to_series().alias("known_at"),
        pl.lit(SOURCE).alias("source"),
        FILE,
        ROW,
    )
    nowhere = {
        "reporter_not_a_country": pl.col("reporter") == NOT_A_COUNTRY,
        "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
    }
    kept, dropped = sift(table, nowhere)
    return Reading(kept, added(parts, dropped), unused(frame, [*_COLUMNS, *looked_at]))


def _cells(_: frozenset[str]) -> Cells:
    return Cells(numbers={"v": "USD", "q": ""}, products=("k",), codes=("t", "i", "j"), point=True)


def _edition(names: pl.Series) -> pl.Series:
    of_file = {
        name: _EDITIONS.get(found[1]) if (found := re.search(r"(?i)HS(\d{2})_", name)) else None
        for name in names.unique().to_list()
    }
    return names.replace_strict(list(of_file), list(of_file.values()), return_dtype=pl.String)


def _set_aside(frame: pl.DataFrame) -> Reading:
    """Count the rows of the code lists that come in the same archive; the codes are known without them."""
    empty = pl.DataFrame(schema={**TRADE_FLOWS, FILE: pl.String(), ROW: pl.Int64()})
    return Reading(empty, {"code_list_row": frame.height})


FORMATS = (
    Format("baci", ", ".join(_COLUMNS), recognise, read, by_row=True, cells=_cells),
    Format(
        "baci-code-list",
        "country_code and names, or code and description",
        lambda columns: "country_code" in columns or {"code", "description"} <= columns,
        _set_aside,
        by_row=True,
    ),
)
