"""Trade tables of every known format to canonical trade_flows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources import (
    baci,
    comext_cn8,
    comext_easy,
    comext_sdmx,
    comtrade,
    india_bank,
    trade_canonical,
    us_census,
    wits,
)
from riskmodel.sources.batch import Batch
from riskmodel.sources.formats import Format, read_batch

FORMATS: tuple[Format, ...] = (
    trade_canonical.FORMAT,
    comext_cn8.FORMAT,
    comext_easy.FORMAT,
    *comext_sdmx.FORMATS,
    *comtrade.FORMATS,
    *baci.FORMATS,
    india_bank.FORMAT,
    us_census.FORMAT,
    wits.FORMAT,
)


def read_trade(paths: Sequence[Path], *, format: str | None = None, hs_edition: str | None = None) -> Batch:
    """Read trade files and folders into one batch of trade_flows.

    The format of each file is told by its header, or named by `format` for all. `hs_edition` (HS2012,
    HS2017, HS2022) fills rows whose file does not say its edition; without it such a file is refused. A row
    is about a month; yearly tables stand at 1 January of their year. Raises InputUnreadable, WrongUsage.
    """
    batch = read_batch("trade_flows", paths, FORMATS, TRADE_FLOWS, named=format)
    edition = batch.frame["hs_edition"]
    if not edition.null_count() or not batch.frame.height:
        return batch
    if hs_edition is not None:
        frame = batch.frame.with_columns(pl.col("hs_edition").fill_null(hs_edition))
        return Batch(batch.kind, frame, batch.files, batch.rows_read, batch.dropped, batch.ignored_columns)
    if edition.null_count() == edition.len():
        raise InputUnreadable(
            f"{batch.files[0].name} does not say in which HS edition its codes are; add a column hs_edition "
            "or name the edition (HS2012, HS2017 or HS2022)"
        )
    return batch
