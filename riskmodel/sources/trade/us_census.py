"""US Census Bureau, trade by HS: monthly exports or imports, whole dollars, Schedule C countries."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import canonical, clean
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, Tally, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country
from riskmodel.sources.trade.by_cell import ByCell, Known
from riskmodel.sources.trade.comext_cn8 import edition_of
from riskmodel.sources.trade.copies import once, without_parts

SOURCE = "us_census"
_SIDES = {"M": ("I_COMMODITY", "GEN_VAL_MO"), "X": ("E_COMMODITY", "ALL_VAL_MO")}
_MORE = ("SUMMARY_LVL", "COMM_LVL", "YEAR", "MONTH", "time")


def recognise(columns: frozenset[str]) -> bool:
    """CTY_CODE, a commodity with its value (general imports or all exports), and YEAR with MONTH, or time."""
    return "CTY_CODE" in columns and _side(columns) is not None and _has_month(columns)


def read(frame: pl.DataFrame) -> Reading:
    """Take six-digit rows of single countries; the total over all countries (`-`) is WLD.

    Country groups are dropped. Values by air and vessel are parts of the total and not used, nor are their
    weights, which leave out land. Exports hold re-exports; imports are at customs value. Raises
    InputUnreadable where no row has six digits.
    """
    return STEPS.read(frame)


def _cut(frame: pl.DataFrame) -> Reading:
    columns = frozenset(frame.columns)
    flow = _side(columns) or "M"
    code, value = _SIDES[flow]
    used = ["CTY_CODE", code, value, *_MORE]
    frame, parts, looked_at = without_parts(frame, used)
    cells = frame.select(
        clean(frame["CTY_CODE"]).alias("cty"),
        clean(frame[code]).alias("hs6"),
        clean(frame[value]).alias("value_usd"),
        *((clean(frame[c]) if c in columns else pl.lit(None, pl.String)).alias(c) for c in _MORE),
        pl.lit(flow).alias("flow"),
        FILE,
        ROW,
    )
    return Reading(cells, parts, unused(frame, [*used, *looked_at]))


def _settle(cells: pl.DataFrame, _: Known | None) -> Reading:
    cells, copies = once(cells, ["cty", "hs6", *_MORE], ["value_usd"])
    month = pl.coalesce(
        pl.col("time").str.extract(r"^(\d{4}-\d{2})$"),
        pl.concat_str("YEAR", pl.col("MONTH").str.zfill(2), separator="-"),
    )
    rows = cells.with_columns(
        pl.lit("USA").alias("reporter"),
        country(pl.col("cty"), "schedule_c").alias("partner"),
        (month + "-01").alias("period"),
        (month + "-01").str.to_date("%Y-%m-%d", strict=False).alias("day"),
        pl.lit(None, pl.Int64).alias("net_kg"),
        pl.lit(None, pl.Date).alias("known_at"),
        pl.lit(SOURCE).alias("source"),
    ).with_columns(edition_of("day"))
    group = (pl.col("SUMMARY_LVL") == "CGP") | pl.col("cty").str.contains(r"^(0\d{3}|\dXXX)$")
    kept, dropped = sift(
        rows,
        {
            "country_group": group,
            "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
            "other_commodity_level": (pl.col("COMM_LVL") != "HS6") | (pl.col("hs6").str.len_chars() != 6),
            "special_code": pl.col("hs6").str.contains(r"^9[89]"),
        },
    )
    table = canonical(kept, TRADE_FLOWS).select(*TRADE_FLOWS, FILE, ROW)
    tally = Tally({"kept": kept.height, "other_levels": dropped.get("other_commodity_level", 0)})
    return Reading(table, {**copies, **dropped}, tally=tally)


def _verdict(tally: Tally) -> None:
    if not tally["kept"] and tally["other_levels"]:
        raise InputUnreadable("no row of six digits (COMM_LVL HS6); ask for commodity level HS6")


def _cells(_: frozenset[str]) -> Cells:
    codes, values = zip(*_SIDES.values(), strict=True)
    return Cells(dict.fromkeys(values, "USD"), products=codes, codes=("YEAR", "MONTH"), months=("time",))


def _side(columns: frozenset[str]) -> str | None:
    return next((flow for flow, needed in _SIDES.items() if set(needed) <= columns), None)


def _has_month(columns: frozenset[str]) -> bool:
    return {"YEAR", "MONTH"} <= columns or "time" in columns


STEPS = ByCell(
    cells=_cut,
    together=(pl.col("cty"), *(pl.col(name) for name in ("YEAR", "MONTH", "time"))),
    settle=_settle,
    verdict=_verdict,
)
FORMAT = Format(
    "us-census",
    "CTY_CODE, I_COMMODITY, GEN_VAL_MO (or E_COMMODITY, ALL_VAL_MO), YEAR, MONTH",
    recognise,
    read,
    cells=_cells,
    by_cell=STEPS,
)
