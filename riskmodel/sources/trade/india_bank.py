"""India's export bank: exports by HS8 product and destination, fiscal years, million dollars."""

from __future__ import annotations

import polars as pl

from data_contracts.checking.grammar import decimal, decimals
from data_contracts.tables import TRADE_FLOWS
from riskmodel.sources.files.cells import canonical, clean, stack
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country_of
from riskmodel.sources.trade.by_cell import ByCell, Known
from riskmodel.sources.trade.copies import CONFLICT, once, without_parts

SOURCE = "india_export_bank"
_COLUMNS = ("partner_iso3", "fy", "hs8", "value_usd_mn", "quantity", "unit")
_KEY = ["partner", "hs6", "period", "known_at"]
_CELL = ["partner", "fy", "hs8"]  # what a row of the bank is keyed by
_LARGEST = 10**11  # hundredths of a million dollars: far above any flow, and safe to add up
_KILOGRAMS = ("KGS", "KG", "KGS.")


def recognise(columns: frozenset[str]) -> bool:
    """Columns partner_iso3, fy, hs8, value_usd_mn; quantity and unit may follow."""
    return set(_COLUMNS[:4]) <= columns


def read(frame: pl.DataFrame) -> Reading:
    """Fold HS8 into HS6; a fiscal year (`2021-22`, `2021-2022`) is dated 1 April, its start.

    It is known on 30 June after its end. Values have two decimals of a million: they are added as whole
    hundredths, so exactly. Weights are known where every folded row counts kilograms. The bank's HS8 list is
    that of HS2017. Rows without value are dropped; those whose year, code or value cannot be read stay single
    and keep their text for the contract.
    """
    return STEPS.read(frame)


def _cut(frame: pl.DataFrame) -> Reading:
    frame, parts, looked_at = without_parts(frame, _COLUMNS)
    return Reading(_rows(frame), parts, unused(frame, [*_COLUMNS, *looked_at]))


def _settle(rows: pl.DataFrame, _: Known | None) -> Reading:
    valued, copies = once(rows.filter(pl.col("written").is_not_null()), _CELL, ["written", "quantity"])
    nowhere = valued["partner"] == NOT_A_COUNTRY
    valued = valued.filter(~nowhere.fill_null(False))
    known = pl.col("period").is_not_null() & pl.col("hs6").is_not_null()
    fit = ((pl.col("hundredths").abs() <= _LARGEST) & known).fill_null(False)
    readable = valued.filter(fit)
    # Rows that disagree stay apart, so that the contract sees two versions of their cell.
    apart = pl.when(CONFLICT).then(pl.int_range(pl.len())).alias("apart")
    folded = (
        readable.with_columns(apart)
        .group_by([*_KEY, "apart"], maintain_order=True)
        .agg(
            (pl.col("hundredths").sum() * 10_000).alias("value_usd"),
            pl.when(pl.col("kg").null_count() == 0).then(pl.col("kg").sum()).alias("net_kg"),
            pl.col(FILE, ROW).first(),
        )
    )
    parts = [_finished(folded)]
    bad = valued.filter(~fit)
    if bad.height:
        text = bad.with_columns(
            pl.coalesce("hs6", "hs8").alias("hs6"),
            pl.coalesce(pl.col("period").cast(pl.String), "fy").alias("period"),
            pl.format("{} million USD", "written").alias("value_usd"),
            pl.col("kg").alias("net_kg"),
        )
        parts.append(_finished(text))
    dropped = {
        **copies,
        "no_value": int(rows["written"].null_count()),
        "partner_not_a_country": int(nowhere.sum()),
        "folded_into_hs6": readable.height - folded.height,
    }
    return Reading(stack(parts), dropped)


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells as text with what can be read of them: period, known_at, hs6, hundredths, kg; null where not."""
    quantity = [
        (clean(frame[c]) if c in frame.columns else pl.lit(None, pl.String)).alias(c) for c in _COLUMNS[4:]
    ]
    # Single precision at the source: two decimals are rounded away from their binary noise.
    hundredths = (decimals(frame["value_usd_mn"]) * 100).round().cast(pl.Int64, strict=False)
    cells = frame.select(
        country_of(clean(frame["partner_iso3"])).alias("partner"),
        clean(frame["fy"]).alias("fy"),
        clean(frame["hs8"]).alias("hs8"),
        clean(frame["value_usd_mn"]).alias("written"),
        hundredths.alias("hundredths"),
        *quantity,
        FILE,
        ROW,
    )
    start = pl.col("fy").str.extract(r"^(\d{4}) ?- ?(?:\d{2}|\d{4})$").cast(pl.Int64)
    kilograms = pl.col("unit").str.to_uppercase().is_in(_KILOGRAMS)
    return cells.with_columns(
        pl.date(start, 4, 1).alias("period"),
        pl.date(start + 1, 6, 30).alias("known_at"),
        pl.when(pl.col("hs8").str.contains(r"^\d{8}$")).then(pl.col("hs8").str.slice(0, 6)).alias("hs6"),
        pl.when(kilograms).then(decimal(pl.col("quantity")).round().cast(pl.Int64)).alias("kg"),
    )


def _finished(rows: pl.DataFrame) -> pl.DataFrame:
    named = rows.with_columns(
        pl.lit("IND").alias("reporter"),
        pl.lit("X").alias("flow"),
        pl.lit("HS2017").alias("hs_edition"),
        pl.lit(SOURCE).alias("source"),
    )
    return canonical(named, TRADE_FLOWS).select(*TRADE_FLOWS, FILE, ROW)


def _cells(_: frozenset[str]) -> Cells:
    return Cells(numbers={"value_usd_mn": "USD", "quantity": ""}, products=("hs8",), point=True)


STEPS = ByCell(cells=_cut, together=(pl.col("partner"), pl.col("period")), settle=_settle)
FORMAT = Format("india-export-bank", ", ".join(_COLUMNS[:4]), recognise, read, cells=_cells, by_cell=STEPS)
