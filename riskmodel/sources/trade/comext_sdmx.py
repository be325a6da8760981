"""Eurostat Comext as the dissemination service (SDMX-CSV) and the bulk download give it, codes as codes."""

from __future__ import annotations

import polars as pl

from data_contracts.checking.grammar import decimal
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.csv_cells import TRAILING, Dialect
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, Tally, added, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country
from riskmodel.sources.trade.by_cell import ByCell, Known, known
from riskmodel.sources.trade.comext_cn8 import (
    SOURCE,
    TOGETHER,
    area_signs,
    fold_cn8,
    no_value,
    partners_of,
    refuse_fold,
)
from riskmodel.sources.trade.copies import CONFLICT, is_total, once, without_parts

_SDMX = ("freq", "reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD", "OBS_VALUE")
_BULK: dict[str, tuple[str, ...]] = {
    "reporter": ("DECLARANT_ISO", "REPORTER_ISO", "REPORTER", "DECLARANT"),
    "partner": ("PARTNER_ISO", "PARTNER"),
    "code": ("PRODUCT_NC",),
    "flow": ("FLOW",),
    "period": ("PERIOD",),
    "value": ("VALUE_IN_EUROS", "VALUE_EUR"),
    "net_kg": ("QUANTITY_IN_KG", "QUANTITY_KG"),
    "trade_type": ("TRADE_TYPE",),
    "procedure": ("STAT_PROCEDURE", "STAT_REGIME"),
    "unit": ("SUPPL_UNIT",),
}
_MAY_LACK = ("net_kg", "trade_type", "procedure", "unit")
_CELLS = ["reporter", "partner", "flow", "code", "period"]
_IN_ALL = ("trade_type", "unit")  # columns that tell rows apart only where every file has them
_WHOLE_YEAR = r"^\d{4}52$"
_UPDATE = "LAST UPDATE"
_FLOWS = {"1": "M", "2": "X"}
_AREA = {
    "reporter_not_a_country": pl.col("reporter") == NOT_A_COUNTRY,
    "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
}


def _read_sdmx(frame: pl.DataFrame) -> Reading:
    """Take values in euro, with their quantities in 100 kg as weights, then fold like any CN8 table.

    Yearly rows, total reporters and areas that are no country are dropped; WORLD is WLD. Raises
    InputUnreadable for the label display, which has no product codes, and where only yearly rows are given.
    """
    return SDMX_STEPS.read(frame)


def _sdmx_cut(frame: pl.DataFrame) -> Reading:
    used = [*_SDMX, "DATAFLOW", _UPDATE, TRAILING]
    frame, parts, looked_at = without_parts(frame, used)
    cells = frame.select(*(clean(frame[c]).alias(c) for c in _SDMX), _updated(frame), FILE, ROW)
    coded = int(cells["product"].str.contains(r"^([0-9A-Z]{2,9}|TOTAL)$").sum())
    rows = cells.with_columns(
        country(pl.col("reporter"), "iso2", "comext").alias("reporter"),
        country(pl.col("partner"), "iso2", "comext").alias("partner"),
        pl.col("flow").replace(_FLOWS),
        pl.col("product").alias("code"),
        pl.col("TIME_PERIOD").alias("period"),
    )
    tally = Tally({"cells": cells.height, "coded": coded})
    return Reading(rows.drop("product", "TIME_PERIOD"), parts, unused(frame, [*used, *looked_at]), tally)


def _months_in_euro(rows: pl.DataFrame) -> Reading:
    """The latest value of each cell with its weight, as `fold_cn8` takes them."""
    rows, copies = once(rows, [*_CELLS, "freq", "indicators"], ["OBS_VALUE"], "updated")
    kept, dropped = sift(
        rows,
        {
            **_AREA,
            "annual_row": (pl.col("freq") == "A") | (pl.col("period").str.len_chars() == 4),
            "no_value": no_value("OBS_VALUE"),
            "other_quantity": ~pl.col("indicators").is_in(["VALUE_IN_EUROS", "QUANTITY_IN_100KG"]),
        },
    )
    value = kept.filter(pl.col("indicators") == "VALUE_IN_EUROS")
    weight = kept.filter(pl.col("indicators") == "QUANTITY_IN_100KG")
    # Of a cell with two quantities neither is known to be right.
    kept_weight = weight.filter(~pl.col(CONFLICT))
    dropped["conflicting_duplicate"] = weight.height - kept_weight.height
    dropped["quantity_row_joined_as_weight"] = kept_weight.height
    tally = Tally(
        {
            "once": rows.height,
            "kept": kept.height,
            "annual": dropped.get("annual_row", 0),
            "values": value.height,
        }
    )
    weight = kept_weight.select(*_CELLS, (decimal(pl.col("OBS_VALUE")) * 100).cast(pl.String).alias("net_kg"))
    table = value.join(weight, on=_CELLS, how="left", maintain_order="left").select(
        *_CELLS, pl.col("OBS_VALUE").alias("value"), "net_kg", FILE, ROW
    )
    return Reading(table, added(copies, dropped), tally=tally)


def _sdmx_settle(rows: pl.DataFrame, seen: Known | None) -> Reading:
    months = _months_in_euro(rows)
    reading = fold_cn8(months.frame, "EUR", SOURCE, seen)
    return Reading(
        _known_later(reading.frame, _revised(rows)),
        added(months.dropped, reading.dropped),
        tally=months.tally.plus(reading.tally),
    )


def _sdmx_look(rows: pl.DataFrame) -> Known:
    return partners_of(_months_in_euro(rows).frame)


def _sdmx_verdict(tally: Tally) -> None:
    if tally["cells"] and not tally["coded"]:
        raise InputUnreadable(
            "labels in place of codes; export with codes (no product can be recognised by its label)"
        )
    if tally["annual"] and not tally["kept"]:
        raise InputUnreadable("only yearly rows; export the months (freq M)")
    if tally["once"] and not tally["values"] and not tally["annual"]:
        raise InputUnreadable(
            "no month has a value in euro; ask for the indicator VALUE_IN_EUROS, or for later months"
        )
    refuse_fold(tally, "EUR")


def _revised(rows: pl.DataFrame) -> pl.DataFrame:
    """HS6 cells of which an older extract has another figure: key, and day of the newest (`later`)."""
    dated = rows.filter(pl.col("updated").is_not_null())
    changed = (
        dated.group_by([*_CELLS, "indicators"])
        .agg(
            pl.col("OBS_VALUE").n_unique().alias("figures"), pl.col("updated").max().dt.date().alias("later")
        )
        .filter(pl.col("figures") > 1)
    )
    return (
        changed.with_columns(
            pl.col("code").str.slice(0, 6).alias("hs6"),
            (pl.col("period") + "-01").str.to_date("%Y-%m-%d", strict=False).alias("period"),
        )
        .group_by("reporter", "partner", "flow", "hs6", "period")
        .agg(pl.col("later").max())
    )


def _known_later(frame: pl.DataFrame, revised: pl.DataFrame) -> pl.DataFrame:
    """A revised figure is known from the day of its extract on: before it no one could have used it."""
    if not revised.height:
        return frame
    key = ["reporter", "partner", "flow", "hs6", "period"]
    typed = revised.with_columns(pl.col(name).cast(frame.schema[name]) for name in key)
    later = pl.coalesce("known_at", pl.col("later").cast(frame.schema["known_at"]))
    return (
        frame.join(typed, on=key, how="left", maintain_order="left")
        .with_columns(later.alias("known_at"))
        .select(frame.columns)
    )


def _updated(frame: pl.DataFrame) -> pl.Series:
    """When the publisher last updated the extract of a row, so that the later of two figures is known."""
    if _UPDATE not in frame.columns:
        return pl.repeat(None, frame.height, dtype=pl.Datetime("us"), eager=True).alias("updated")
    text = clean(frame[_UPDATE])
    short = text.str.to_datetime("%d/%m/%y %H:%M:%S", strict=False)
    return short.zip_with(short.is_not_null(), text.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)).alias(
        "updated"
    )


def _read_bulk(frame: pl.DataFrame) -> Reading:
    """Add up the rows of all trade types and statistical procedures, except those next to their total.

    Month 52 (the whole year) is dropped.
    """
    return BULK_STEPS.read(frame)


def _bulk_cut(frame: pl.DataFrame) -> Reading:
    chosen = {name: next((c for c in names if c in frame.columns), None) for name, names in _BULK.items()}
    used = [c for c in chosen.values() if c]
    frame, parts, looked_at = without_parts(frame, used)
    cells = frame.select(
        *((clean(frame[c]) if c else pl.lit(None, pl.String)).alias(name) for name, c in chosen.items()),
        FILE,
        ROW,
    )
    rows = cells.with_columns(
        country(pl.col("reporter"), "iso2", "comext").alias("reporter"),
        country(pl.col("partner"), "iso2", "comext").alias("partner"),
        pl.col("flow").replace(_FLOWS),
        # Of a whole year the months are left as they are, so that they are counted under their reason.
        pl.when(~pl.col("period").str.contains(_WHOLE_YEAR))
        .then(pl.col("period").str.replace(r"^(\d{4})(\d{2})$", "$1-$2"))
        .otherwise("period")
        .alias("period"),
    )
    return Reading(rows, parts, unused(frame, [*used, *looked_at]))


def _bulk_rows(rows: pl.DataFrame) -> Reading:
    """Rows of months and countries, no part of a total, as `fold_cn8` takes them."""
    kept, dropped = sift(
        rows.with_columns(_next_to_total(rows).alias("part")),
        {
            **_AREA,
            "annual_row": pl.col("period").str.contains(_WHOLE_YEAR),
            "statistical_procedure_part": pl.col("part"),
        },
    )
    return Reading(kept, dropped)


def _bulk_settle(rows: pl.DataFrame, seen: Known | None) -> Reading:
    table = _bulk_rows(rows)
    more = ["procedure", *(name for name in _IN_ALL if _in_all_files(table.frame, name, seen))]
    reading = fold_cn8(table.frame, "EUR", SOURCE, seen, more)
    return Reading(reading.frame, added(table.dropped, reading.dropped), tally=reading.tally)


def _bulk_look(rows: pl.DataFrame) -> Known:
    table = _bulk_rows(rows).frame
    files = [
        known(f"{name} {said}", table.filter(has), FILE)
        for name in _IN_ALL
        for said, has in (("said", pl.col(name).is_not_null()), ("null", pl.col(name).is_null()))
    ]
    return pl.concat([partners_of(table), *files])


def _bulk_signs(rows: pl.DataFrame) -> frozenset[str]:
    """Parts of countries, and columns that some rows fill and others do not."""
    found = set(area_signs(rows))
    for name in _IN_ALL:
        nulls = rows[name].null_count()
        found |= {f"{name} null"} if nulls else set()
        found |= {f"{name} said"} if nulls < rows.height else set()
    return frozenset(found)


def _bulk_needs_look(signs: frozenset[str]) -> bool:
    return any({f"{name} null", f"{name} said"} <= signs for name in _IN_ALL) or "partner" in signs


def _next_to_total(rows: pl.DataFrame) -> pl.Series:
    """Whether a row is one procedure of a cell whose total is given."""
    total = rows.select(is_total("procedure")).to_series()
    if total.all() or not total.any():  # as in every bulk download; the rest costs a look at each cell
        return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    with_total = rows.select(is_total("procedure").any().over(_CELLS)).to_series()
    return ~total & with_total


def _in_all_files(table: pl.DataFrame, name: str, seen: Known | None) -> bool:
    """Whether every file has the column: else its rows would be no copies of those of a file without it."""
    if seen is not None:
        said, null = (set(seen.filter(pl.col("what") == f"{name} {word}")["a"]) for word in ("said", "null"))
        return null <= said
    if not table[name].null_count():
        return True
    return bool(table.group_by(FILE).agg(pl.col(name).is_not_null().any())[name].all())


def _sdmx_cells(_: frozenset[str]) -> Cells:
    return Cells({"OBS_VALUE": "EUR"}, ("product",), ("flow", "indicators"), ("TIME_PERIOD",), point=True)


def _bulk_cells(_: frozenset[str]) -> Cells:
    return Cells(
        {**dict.fromkeys(_BULK["value"], "EUR"), **dict.fromkeys(_BULK["net_kg"], "")},
        products=_BULK["code"],
        codes=("FLOW", "STAT_PROCEDURE", "STAT_REGIME"),
        months=_BULK["period"],
        point=True,
    )


SDMX_STEPS = ByCell(
    cells=_sdmx_cut,
    together=TOGETHER,
    settle=_sdmx_settle,
    look=_sdmx_look,
    signs=area_signs,
    verdict=_sdmx_verdict,
)
BULK_STEPS = ByCell(
    cells=_bulk_cut,
    together=TOGETHER,
    settle=_bulk_settle,
    look=_bulk_look,
    signs=_bulk_signs,
    needs_look=_bulk_needs_look,
    verdict=lambda tally: refuse_fold(tally, "EUR"),
)
FORMATS = (
    Format(
        "comext-sdmx",
        ", ".join(_SDMX),
        lambda columns: set(_SDMX) <= columns,
        _read_sdmx,
        Dialect(trailing_column=True),
        cells=_sdmx_cells,
        by_cell=SDMX_STEPS,
    ),
    Format(
        "comext-bulk",
        "REPORTER, PARTNER, PRODUCT_NC, FLOW, PERIOD, VALUE_EUR",
        lambda columns: all(set(_BULK[n]) & columns for n in _BULK if n not in _MAY_LACK),
        _read_bulk,
        cells=_bulk_cells,
        by_cell=BULK_STEPS,
    ),
)
