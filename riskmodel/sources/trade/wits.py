"""World Bank WITS, advanced query: yearly trade in thousand dollars, as UN Comtrade has it."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import canonical, clean, whole
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, Tally, added, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country
from riskmodel.sources.trade.by_cell import ByCell, Known
from riskmodel.sources.trade.copies import once, without_parts

SOURCE = "wits"
_VALUE = "TradeValue in 1000 USD"
_NOMENCLATURE = "Nomenclature"
_COLUMNS = ("ReporterISO3", "ProductCode", "PartnerISO3", "Year", "TradeFlowCode", _VALUE)
_FLOWS = {"5": "M", "6": "X"}
_EDITIONS = {f"H{n}": f"HS{year}" for n, year in enumerate((1992, 1996, 2002, 2007, 2012, 2017, 2022))}


def recognise(columns: frozenset[str]) -> bool:
    """The columns of an advanced query; the nomenclature may be left out."""
    return set(_COLUMNS) <= columns


def read(frame: pl.DataFrame) -> Reading:
    """Turn thousand dollars into dollars, flow 5 and 6 into M and X; yearly rows stand at 1 January.

    Like yearly Comtrade, of which WITS is a copy, rows are known on 1 July of the next year. Headings and
    other nomenclatures than HS are dropped; codes of an odd number of digits lost their leading zero. Without
    a nomenclature the edition is for the caller to say. Raises InputUnreadable where only headings are given.
    """
    return STEPS.read(frame)


def _cut(frame: pl.DataFrame) -> Reading:
    frame, parts, looked_at = without_parts(frame, (*_COLUMNS, _NOMENCLATURE))
    named = clean(frame[_NOMENCLATURE]) if _NOMENCLATURE in frame.columns else pl.lit(None, pl.String)
    cells = frame.select(*(clean(frame[c]).alias(c) for c in _COLUMNS), named.alias(_NOMENCLATURE), FILE, ROW)
    return Reading(cells, parts, unused(frame, (*_COLUMNS, _NOMENCLATURE, *looked_at)))


def _settle(cells: pl.DataFrame, _: Known | None) -> Reading:
    cells, copies = once(cells, [_NOMENCLATURE, *_COLUMNS[:-1]], [_VALUE])
    code, number = pl.col("ProductCode"), pl.col("Year").cast(pl.Int32, strict=False)
    # A number that is no year is left to the contract; polars would raise.
    year = pl.when(number.is_between(1, 9990)).then(number)
    rows = cells.with_columns(
        country(pl.col("ReporterISO3"), "wits").alias("reporter"),
        country(pl.col("PartnerISO3"), "wits").alias("partner"),
        pl.col("TradeFlowCode").replace(_FLOWS).alias("flow"),
        pl.when(code.str.contains(r"^\d(\d\d){0,2}$")).then("0" + code).otherwise(code).alias("hs6"),
        pl.col("Nomenclature").replace_strict(_EDITIONS, default=None).alias("hs_edition"),
        pl.coalesce(pl.date(year, 1, 1).cast(pl.String), "Year").alias("period"),
        whole(pl.col(_VALUE), 1000).alias("value_usd"),
        pl.lit(None, pl.Int64).alias("net_kg"),
        pl.date(year + 1, 7, 1).alias("known_at"),
        pl.lit(SOURCE).alias("source"),
    )
    kept, dropped = sift(
        rows,
        {
            "not_hs_classification": ~pl.col("Nomenclature").str.contains(r"^H[0-9S]$"),
            "other_flow": ~pl.col("flow").is_in(["M", "X"]),
            "reporter_not_a_country": pl.col("reporter") == NOT_A_COUNTRY,
            "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
            "special_code": pl.col("hs6").str.contains(r"^9[89]"),
            "heading_not_hs6": pl.col("hs6").str.contains(r"^(\d{2}|\d{4}|(?i)total)$"),
        },
    )
    table = canonical(kept, TRADE_FLOWS).select(*TRADE_FLOWS, FILE, ROW)
    tally = Tally({"kept": kept.height, "headings": dropped.get("heading_not_hs6", 0)})
    return Reading(table, added(copies, dropped), tally=tally)


def _verdict(tally: Tally) -> None:
    if not tally["kept"] and tally["headings"]:
        raise InputUnreadable(
            f"only headings of 2 or 4 digits ({tally['headings']} rows); query six-digit products"
        )


def _cells(_: frozenset[str]) -> Cells:
    codes = ("Year", "TradeFlowCode", "Nomenclature")
    return Cells(numbers={_VALUE: "USD"}, products=("ProductCode",), codes=codes, point=True)


STEPS = ByCell(
    cells=_cut,
    together=(pl.col("ReporterISO3"), pl.col("PartnerISO3"), pl.col("Year")),
    settle=_settle,
    verdict=_verdict,
)
FORMAT = Format("wits", ", ".join(_COLUMNS), recognise, read, cells=_cells, by_cell=STEPS)
