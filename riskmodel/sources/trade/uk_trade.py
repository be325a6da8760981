"""UK trade info (HMRC), overseas trade statistics: months, CN8, pounds sterling, countries by number."""

from __future__ import annotations

import polars as pl

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, Tally, added, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, area_parts, country, country_of
from riskmodel.sources.trade.by_cell import ByCell, Known, known
from riskmodel.sources.trade.comext_cn8 import fold_cn8, partners_of, refuse_fold
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
_IS_RECORD = pl.col("MonthId").is_not_null() | pl.col("Value").is_not_null()
_PERIOD = pl.col("MonthId").str.replace(r"^(\d{4})(\d{2})$", "$1-$2")
_REASONS = {
    "secret_code": pl.col("secret"),
    "partner_not_a_country": (pl.col("partner") == NOT_A_COUNTRY) | pl.col("alpha").is_in(_NO_COUNTRY),
    "other_flow": ~pl.col("flow").is_in(["X", "M"]),
}


def recognise(columns: frozenset[str]) -> bool:
    """Records (MonthId, FlowTypeId, CommodityId, CountryId, Value), or the table of countries."""
    return set(_NEEDED) <= columns or set(_COUNTRIES) <= columns


def read(frame: pl.DataFrame) -> Reading:
    """Fold CN8 into HS6 in dollars; ports of one cell are added up, copies of a record count once.

    Countries are those of the record (`$expand=Country`), else of the table of countries that is given with
    it. Commodities are codes of eight digits written as numbers; negative ones are kept secret. Raises
    InputUnreadable where nothing says which countries the numbers are.
    """
    return STEPS.read(frame)


def _cut(frame: pl.DataFrame) -> Reading:
    names = (*_NEEDED, *_MORE)
    frame, parts, looked_at = without_parts(frame, names, added_up=("port_part",))
    cells = frame.select(
        *((clean(frame[c]) if c in frame.columns else pl.lit(None, pl.String)).alias(c) for c in names),
        FILE,
        ROW,
    )
    nested = pl.when(pl.col("Country").str.starts_with("{")).then("Country")
    spelled = pl.coalesce(nested.str.json_path_match("$.CountryCodeAlpha"), "CountryCodeAlpha")
    return Reading(cells.with_columns(spelled.alias("spelled")), parts, unused(frame, [*names, *looked_at]))


def _settle(cells: pl.DataFrame, seen: Known | None) -> Reading:
    table = cells.filter(~_IS_RECORD)
    # A record is one whether or not it was asked for with its country spelled out.
    records, copies = once(cells.filter(_IS_RECORD), _KEY, ["Value", "NetMass"])
    numbers = _numbers(_look(table) if seen is None else seen)
    rows = _with_partner(records, numbers).with_columns(
        pl.lit("GBR").alias("reporter"),
        pl.col("CommodityId").str.zfill(8).alias("code"),
        _PERIOD.alias("period"),
        pl.col("Value").alias("value"),
        pl.col("NetMass").alias("net_kg"),
    )
    kept, dropped = sift(rows, _REASONS)
    whole = _ports_added_up(kept)
    reading = fold_cn8(whole, "GBP", SOURCE, None if seen is None else _partners(seen, numbers))
    own = {"code_list_row": table.height, "ports_added_up": kept.height - whole.height}
    tally = Tally({"records": rows.height, "with_country": rows.height - rows["alpha"].null_count()})
    return Reading(
        reading.frame, added(copies, own, dropped, reading.dropped), tally=tally.plus(reading.tally)
    )


def _with_partner(records: pl.DataFrame, numbers: dict[str, str]) -> pl.DataFrame:
    """Records with `alpha`, the code of their country, `partner`, `flow`, and whether they are `secret`."""
    by_number = pl.col("CountryId").replace_strict(numbers, default=None, return_dtype=pl.String)
    rows = records.with_columns(pl.coalesce("spelled", by_number).alias("alpha"))
    return rows.with_columns(
        pl.coalesce(country(pl.col("alpha"), "iso2", "comext"), pl.lit(NOT_A_COUNTRY)).alias("partner"),
        pl.col("FlowTypeId").replace(_FLOWS).alias("flow"),
        pl.col("CommodityId").str.contains("^-").fill_null(False).alias("secret"),
    )


def _look(cells: pl.DataFrame) -> Known:
    """The table of countries, and how the records name their countries."""
    table = cells.filter(~_IS_RECORD).drop_nulls(["CountryId", "CountryCodeAlpha"])
    used = _with_partner(cells.filter(_IS_RECORD), {}).filter(
        ~pl.col("secret"), pl.col("flow").is_in(["X", "M"])
    )
    return pl.concat(
        [
            known("number", table, "CountryId", "CountryCodeAlpha"),
            known("named", used, "spelled", "CountryId"),
        ]
    )


def _signs(cells: pl.DataFrame) -> frozenset[str]:
    """Whether countries are numbers, or parts of countries are among them."""
    partner = country_of(cells["spelled"], "iso2", "comext").is_in(list(area_parts()))
    return frozenset({"look"} if partner.any() or cells.filter(~_IS_RECORD).height else ())


def _numbers(seen: Known) -> dict[str, str]:
    return dict(seen.filter(pl.col("what") == "number").select("a", "b").sort("a", "b").iter_rows())


def _partners(seen: Known, numbers: dict[str, str]) -> Known:
    """The partners of all records, as `fold_cn8` must know them."""
    named = seen.filter(pl.col("what") == "named").rename({"a": "spelled", "b": "CountryId"})
    records = named.with_columns(FlowTypeId=pl.lit("2"), CommodityId=pl.lit("0"))
    return partners_of(sift(_with_partner(records, numbers), _REASONS)[0])


def _verdict(tally: Tally) -> None:
    if tally["records"] and not tally["with_country"]:
        raise InputUnreadable(
            "countries are numbers of HMRC (CountryId); give its table of countries with it "
            "(api.uktradeinfo.com/Country), or ask for $expand=Country"
        )
    refuse_fold(tally, "GBP")


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


def _cells(_: frozenset[str]) -> Cells:
    return Cells(
        {"Value": "GBP", "NetMass": ""},
        products=("CommodityId",),
        codes=("FlowTypeId", "CountryId", "PortId", "SuppressionIndex"),
        months=("MonthId",),
        point=True,
    )


STEPS = ByCell(
    cells=_cut,
    together=(_PERIOD,),  # the partner is known only with the table of countries
    settle=_settle,
    look=_look,
    signs=_signs,
    verdict=_verdict,
)
FORMAT = Format("uk-trade-info", ", ".join(_NEEDED), recognise, read, cells=_cells, by_cell=STEPS)
