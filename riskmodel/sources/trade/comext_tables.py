"""Comext as the packages for R and Python keep it: wide or long tables of the dissemination service."""

from __future__ import annotations

import re

import polars as pl

from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading
from riskmodel.sources.trade.comext_sdmx import FORMATS as SDMX_FORMATS

_KEYS = ("reporter", "partner", "product", "flow", "indicators")
_PERIODS = ("TIME_PERIOD", "time", "time_period")
_VALUES = ("values", "value", "OBS_VALUE", "obs_value")
_OF_THE_SERVICE = frozenset({"freq", "TIME_PERIOD", "OBS_VALUE"})
_PERIOD = re.compile(r"^X?(\d{4})(?:[-.]?M?(0[1-9]|1[0-2]))?(?:[-.]01)?(?:_value)?$")
_FLAGS = re.compile(r"_flag$")
_JOINED = re.compile(r"^(?:[a-z]+,)+[a-z]+[\\/](?:TIME_PERIOD|time)$", re.IGNORECASE)
_READ, _CELLS = SDMX_FORMATS[0].read, SDMX_FORMATS[0].cells


def recognise_long(columns: frozenset[str]) -> bool:
    """The dimensions of DS-045409 with a period and a value, under the names of one of the packages."""
    names = bool(columns & set(_PERIODS)) and bool(columns & set(_VALUES))
    return set(_KEYS) <= columns and names and not columns >= _OF_THE_SERVICE


def recognise_wide(columns: frozenset[str]) -> bool:
    """The dimensions, apart or joined by commas in the first column, and columns named by periods."""
    named = [part for name in columns for part in _dimensions(name)]
    once = all(named.count(key) == 1 for key in _KEYS) and named.count("freq") <= 1
    return once and any(_PERIOD.match(name.strip()) for name in columns)


def one_cell_a_row(frame: pl.DataFrame) -> pl.DataFrame:
    """The long form of a wide table, cells in the order of the rows; columns of flags are left out."""
    joined = next((name for name in frame.columns if _JOINED.match(name)), None)
    if joined is not None:
        names = _dimensions(joined)
        parts = pl.col(joined).str.split(",")
        dimensions = [parts.list.get(n, null_on_oob=True).alias(name) for n, name in enumerate(names)]
        frame = frame.with_columns(dimensions).drop(joined)
    frame = frame.rename({name: _bare(name) for name in frame.columns if _bare(name) in (*_KEYS, "freq")})
    periods = [name for name in frame.columns if _PERIOD.match(name.strip())]
    # Further dimensions stay, so that rows of one mode of transport and the like are known for parts.
    keys = [name for name in frame.columns if name not in periods and not _FLAGS.search(name)]
    texts = frame.with_columns(clean(frame[name]) for name in periods)
    cells = texts.unpivot(periods, index=keys, variable_name="TIME_PERIOD", value_name="OBS_VALUE")
    return _as_sdmx(cells.sort(FILE, ROW, maintain_order=True))


def rename_long(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of a long table under the names of the service."""
    period = next(name for name in _PERIODS if name in frame.columns)
    value = next(name for name in _VALUES if name in frame.columns)
    return _as_sdmx(frame.rename({period: "TIME_PERIOD", value: "OBS_VALUE"}))


def _as_sdmx(frame: pl.DataFrame) -> pl.DataFrame:
    """Periods as YYYY-MM or YYYY, values without flags (`1000 p`), freq where the table lacks it."""
    text, pattern = clean(frame["TIME_PERIOD"]), _PERIOD.pattern
    month = text.str.extract(pattern, 2)
    yearly = pl.col("freq") == "A" if "freq" in frame.columns else pl.lit(False)
    table = frame.with_columns(
        text.alias("TIME_PERIOD"),
        month.alias("_month"),
        text.str.extract(pattern, 1).alias("_year"),
        clean(frame["OBS_VALUE"]).str.replace(r"^(.*[0-9)-]) [a-z]{1,2}$", "$1").alias("OBS_VALUE"),
    ).with_columns(
        # R dates a whole year at its 1 January; freq says that it is one.
        pl.when(yearly | pl.col("_month").is_null())
        .then(pl.coalesce("_year", "TIME_PERIOD"))
        .otherwise(pl.concat_str("_year", "_month", separator="-"))
        .alias("TIME_PERIOD"),
    )
    if "freq" not in table.columns:
        table = table.with_columns(
            pl.when(pl.col("_month").is_null()).then(pl.lit("A")).otherwise(pl.lit("M")).alias("freq")
        )
    return table.drop("_month", "_year")


def _dimensions(name: str) -> list[str]:
    """The dimensions in a column's name: one, or those that the service joins by commas."""
    return [_bare(part) for part in name.split(",")] if _JOINED.match(name) else [_bare(name)]


def _bare(name: str) -> str:
    """A dimension's name, without the name of the columns that Eurostat adds behind a backslash."""
    return re.split(r"[\\/]", name.strip())[0].lower()


def _read(frame: pl.DataFrame) -> Reading:
    return _READ(frame)


FORMATS = (
    Format(
        "comext-long",
        "reporter, partner, product, flow, indicators, TIME_PERIOD or time, values or OBS_VALUE",
        recognise_long,
        _read,
        long=rename_long,
        cells=_CELLS,
        by_cell=SDMX_FORMATS[0].by_cell,
    ),
    Format(
        "comext-wide",
        "reporter, partner, product, flow, indicators\\TIME_PERIOD, and columns named by months",
        recognise_wide,
        _read,
        long=one_cell_a_row,
        cells=_CELLS,
        by_cell=SDMX_FORMATS[0].by_cell,
    ),
)
