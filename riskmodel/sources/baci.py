"""CEPII BACI: reconciled yearly trade, one row for each year, exporter, importer and HS6 product."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.sources.areas import NOT_A_COUNTRY, country
from riskmodel.sources.cast import canonical, clean, whole
from riskmodel.sources.formats import Format, Reading, unused
from riskmodel.sources.sieve import sift
from riskmodel.sources.table import FILE, ROW

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
    cells = frame.select(*(clean(frame[c]).alias(c) for c in _COLUMNS), FILE, ROW)
    year = pl.col("t").cast(pl.Int64, strict=False)
    weight = pl.when(~pl.col("q").is_in(["NA", "N/A"])).then(whole(pl.col("q"), 1000))
    table = cells.with_columns(
        country(pl.col("i"), "m49").alias("reporter"),
        country(pl.col("j"), "m49").alias("partner"),
        pl.lit("X").alias("flow"),
        # Written as a number at the source, so that a lost leading zero is certain, not guessed.
        pl.when(pl.col("k").str.contains(r"^\d{5}$"))
        .then("0" + pl.col("k"))
        .otherwise(pl.col("k"))
        .alias("hs6"),
        pl.col(FILE)
        .str.extract(r"(?i)HS(\d{2})_")
        .replace_strict(_EDITIONS, default=None)
        .alias("hs_edition"),
        pl.coalesce(pl.date(year, 1, 1).cast(pl.String), "t").alias("period"),
        whole(pl.col("v"), 1000).alias("value_usd"),
        weight.alias("net_kg"),
        pl.date(year + 2, 1, 31).alias("known_at"),
        pl.lit(SOURCE).alias("source"),
    )
    nowhere = {
        "reporter_not_a_country": pl.col("reporter") == NOT_A_COUNTRY,
        "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
    }
    kept, dropped = sift(table, nowhere)
    return Reading(
        canonical(kept, TRADE_FLOWS).select(*TRADE_FLOWS, FILE, ROW), dropped, unused(frame, _COLUMNS)
    )


def _set_aside(frame: pl.DataFrame) -> Reading:
    """Count the rows of the code lists that come in the same archive; the codes are known without them."""
    empty = pl.DataFrame(schema={**TRADE_FLOWS, FILE: pl.String(), ROW: pl.Int64()})
    return Reading(empty, {"code_list_row": frame.height})


FORMATS = (
    Format("baci", ", ".join(_COLUMNS), recognise, read),
    Format(
        "baci-code-list",
        "country_code and names, or code and description",
        lambda columns: "country_code" in columns or columns == {"code", "description"},
        _set_aside,
    ),
)
