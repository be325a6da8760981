"""Real tables that worlds of the family `resampled` are made of, read from the user's folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl

from riskmodel.errors import InputUnreadable, WrongUsage
from riskmodel.sources.trade.read import read_trade
from riskmodel.worlds.resampled.background import TOTALS, Background, background_of


@cache
def background_in(folder: Path) -> Background:
    """The background of a folder with `trade/` and perhaps `totals/`; read once per process."""
    trade = folder / "trade"
    if not trade.is_dir():
        raise WrongUsage(
            f"{folder.name!r} has no subfolder trade/ with real trade tables; worlds of the family "
            "`resampled` are made from tables of your own."
        )
    totals = sorted(path for path in (folder / "totals").glob("*") if path.suffix in {".csv", ".parquet"})
    return read_background([trade], totals)


def read_background(trade: Sequence[Path], totals: Sequence[Path] = ()) -> Background:
    """Read tables (see `worlds.resampled.background`). Raises InputUnreadable, WrongUsage."""
    frame = read_trade(trade).frame
    return background_of(frame, _read_totals(totals))


def _read_totals(paths: Sequence[Path]) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=TOTALS)]
    for path in paths:
        found = (
            pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, try_parse_dates=True)
        )
        if not set(TOTALS) <= set(found.columns):
            raise InputUnreadable(f"{path.name} lacks one of the columns {', '.join(TOTALS)}.")
        frames.append(found.select(pl.col(name).cast(dtype) for name, dtype in TOTALS.items()))
    return pl.concat(frames)
