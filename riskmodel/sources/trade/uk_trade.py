"""UK trade info (HMRC), overseas trade statistics: months, CN8, pounds sterling, countries by number."""

from __future__ import annotations

import polars as pl

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, added, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country
from riskmodel.sources.trade.comext_cn8 import fold_cn8
from riskmodel.sources.trade.copies import CONFLICT, once, without_parts

SOURCE = "uk_trade_info"
_NEEDED = ("MonthId", "FlowTypeId", "CommodityId", "CountryId", "Value")
_COUNTRIES = ("CountryId", "CountryCodeAlpha")
_MORE = ("NetMass", "Country", "CountryCodeAlpha", "Commodity", "PortId", "SuppressionIndex")
# Imports from the EU, exports to the EU, imports from others, exports to others.
_CELL = ["reporter", "partner", "flow", "code", "period"]
_KEY = ["MonthId", "FlowTypeId", "CommodityId", "CountryId", "PortId", "SuppressionIndex"]
_FLOWS = {"1": "M", "2": "X", "3": "M", "4": "X"}
# In the records of the Office, these stand for goods or countries kept secret, and for stores.
_NO_COUNTRY = ("QP", "QQ", "QR", "QS", "QU", "QV", "QW", "QX", "QY", "QZ", "XX", "ZZ")


def recognise(columns: frozenset[str]) -> bool:
    """Records (MonthId, FlowTypeId, CommodityId, CountryId, Value), or the table of countries."""
    return set(_NEEDED) <= columns or set(_COUNTRIES) <= columns


def read(frame: pl.DataFrame) -> Reading:
    """Fold CN8 into HS6 in dollars; ports of one cell are added up, copies of a record count once.

    Countries are those of the record (`$expand=Country`), else of the table of countries that is given with
    it. Commodities are codes of eight digits written as numbers; negative ones are kept secret. Raises
    InputUnreadable where nothing says which countries the numbers are.
    """
    names = (*_NEEDED, *_MORE)
    frame, parts, looked_at = without_parts(frame, names, added_up=("port_part",))
    cells = frame.select(
        *((clean(frame[c]) if c in frame.columns else pl.lit(None, pl.String)).alias(c) for c in names),
        FILE,
        ROW,
    )
    is_record = pl.col("MonthId").is_not_null() | pl.col("Value").is_not_null()
    table = cells.filter(~is_record)
    # A record is one whether or not it was asked for with its country spelled out.
    records, copies = once(cells.filter(is_record), _KEY, ["Value", "NetMass"])
    nested = pl.when(pl.col("Country").str.starts_with("{")).then("Country")
    alpha = pl.coalesce(
        nested.str.json_path_match("$.CountryCodeAlpha"), "CountryCodeAlpha", _by_number(table)
    )
    rows = records.with_columns(
        alpha.alias("alpha"),
        pl.col("CommodityId").str.contains("^-").fill_null(False).alias("secret"),
    )
    if rows.height and rows["alpha"].null_count() == rows.height:
        raise InputUnreadable(
            "countries are numbers of HMRC (CountryId); give its table of countries with it "
            "(api.uktradeinfo.com/Country), or ask for $expand=Country"
        )
    rows = rows.with_columns(
        pl.lit("GBR").alias("reporter"),
        pl.coalesce(country(pl.col("alpha"), "iso2", "comext"), pl.lit(NOT_A_COUNTRY)).alias("partner"),
        pl.col("FlowTypeId").replace(_FLOWS).alias("flow"),
        pl.col("CommodityId").str.zfill(8).alias("code"),
        pl.col("MonthId").str.replace(r"^(\d{4})(\d{2})$", "$1-$2").alias("period"),
        pl.col("Value").alias("value"),
        pl.col("NetMass").alias("net_kg"),
    )
    kept, dropped = sift(
        rows,
        {
            "secret_code": pl.col("secret"),
            "partner_not_a_country": (pl.col("partner") == NOT_A_COUNTRY)
            | pl.col("alpha").is_in(_NO_COUNTRY),
            "other_flow": ~pl.col("flow").is_in(["X", "M"]),
        },
    )
    whole = _ports_added_up(kept)
    reading = fold_cn8(whole, "GBP", SOURCE, unused(frame, [*names, *looked_at]))
    ports = kept.height - whole.height
    own = {"code_list_row": table.height, "ports_added_up": ports}
    return Reading(
        reading.frame, added(parts, copies, own, dropped, reading.dropped), reading.ignored_columns
    )


def _ports_added_up(rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each cell; rows whose value is no number stay single. A weight is known where all are.

    Records that disagree stay apart, so that their cell is refused.
    """
    number = {name: pl.col(name).cast(pl.Decimal(38, 2), strict=False) for name in ("value", "net_kg")}
    readable = number["value"].is_not_null()
    sums = (
        rows.filter(readable)
        .with_columns(pl.when(CONFLICT).then(pl.int_range(pl.len())).alias("apart"))
        .group_by([*_CELL, "apart"], maintain_order=True)
        .agg(
            number["value"].sum().cast(pl.String).alias("value"),
            pl.when(number["net_kg"].null_count() == 0)
            .then(number["net_kg"].sum())
            .cast(pl.String)
            .alias("net_kg"),
            pl.col(FILE, ROW).first(),
        )
        .drop("apart")
    )
    return pl.concat([sums, rows.filter(~readable).select(sums.columns)])


def _by_number(table: pl.DataFrame) -> pl.Expr:
    numbers = dict(table.select("CountryId", "CountryCodeAlpha").drop_nulls().iter_rows())
    return pl.col("CountryId").replace_strict(numbers, default=None, return_dtype=pl.String)


def _cells(_: frozenset[str]) -> Cells:
    return Cells(
        {"Value": "GBP", "NetMass": ""},
        products=("CommodityId",),
        codes=("FlowTypeId", "CountryId", "PortId", "SuppressionIndex"),
        months=("MonthId",),
        point=True,
    )


FORMAT = Format("uk-trade-info", ", ".join(_NEEDED), recognise, read, cells=_cells)
