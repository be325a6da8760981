"""Trade tables of every known format to canonical trade_flows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from riskmodel.sources.batch import Batch
from riskmodel.sources.files.find import find
from riskmodel.sources.files.table import TABLE_SUFFIXES
from riskmodel.sources.formats import Format, format_by_name, in_memory
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade import (
    baci,
    canonical,
    comext_browser,
    comext_cn8,
    comext_easy,
    comext_sdmx,
    comext_tables,
    comtrade,
    india_bank,
    uk_trade,
    us_census,
    wits,
)
from riskmodel.sources.trade.described.read import described_formats
from riskmodel.sources.trade.parts import TradeParts

FORMATS: tuple[Format, ...] = (
    canonical.FORMAT,
    comext_cn8.FORMAT,
    comext_easy.FORMAT,
    *comext_sdmx.FORMATS,
    *comext_tables.FORMATS,
    comext_browser.FORMAT,
    *comtrade.FORMATS,
    *baci.FORMATS,
    india_bank.FORMAT,
    us_census.FORMAT,
    wits.FORMAT,
    uk_trade.FORMAT,
    *described_formats(),
)


def trade_parts(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    hs_edition: str | None = None,
    limits: ReadingLimits | None = None,
    strict: bool = False,
) -> TradeParts:
    """Trade files and folders as one table of trade_flows that is read part by part.

    The format of each file is known by its header, or named by `format` for all. `hs_edition` (HS2012,
    HS2017, HS2022) fills rows whose file does not say its edition; without it such a file is refused. A row
    is about a month; yearly tables stand at 1 January of their year. A file of a
    folder or an archive that cannot be read is set aside unless `strict`. Raises InputUnreadable, WrongUsage.
    """
    wanted = FORMATS if format is None else (format_by_name(format, FORMATS),)
    return TradeParts(
        find(paths, TABLE_SUFFIXES, limits, strict=strict), wanted, format is not None, hs_edition
    )


def read_trade(paths: Sequence[Path], *, format: str | None = None, hs_edition: str | None = None) -> Batch:
    """Read trade files and folders at once; arguments and errors as of `trade_parts`."""
    return in_memory(trade_parts(paths, format=format, hs_edition=hs_edition))
