"""From the values of a file to canonical types, strictly and row by row.

Each canonical column `c` becomes a typed column `c` and a state `c__state` (Int8): null where the file
says nothing (null or blank text), 0 where it says something that is not of the type, 1 where it is.
`checking.grammar` says how text is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import polars as pl

from data_contracts.checking import grammar
from data_contracts.contract import state


def cast_columns(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Typed columns and their states, then whatever else `frame` carries; absent columns become null."""
    texts = [name for name, dtype in columns.items() if frame.schema.get(name) == dtype == pl.String()]
    lazy = frame.with_columns(_text(frame[name]) for name in texts).lazy()
    missing = [name for name in columns if name not in frame.columns]
    lazy = lazy.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)
    schema = {name: frame.schema.get(name, pl.String()) for name in columns}
    typed = lazy.with_columns(
        *(
            _cast(name, schema[name], dtype).alias(name)
            for name, dtype in columns.items()
            if name not in texts
        ),
        *(_said(name, schema[name]).alias(state(name)) for name in columns if name not in texts),
        *(pl.col(name).is_not_null().alias(state(name)) for name in texts),
    )
    return typed.with_columns(
        pl.when(pl.col(state(name))).then(pl.col(name).is_not_null().cast(pl.Int8)).alias(state(name))
        for name in columns
    ).collect()


def cast_values(values: pl.Series, wanted: pl.DataType) -> pl.Series:
    """One column in its canonical type; null where a value is not of the type."""
    typed = _cast(values.name, values.dtype, wanted).alias(values.name)
    return values.to_frame().select(typed).to_series()


def _text(values: pl.Series) -> pl.Series:
    """Text without blanks around it; blank text becomes null."""
    stripped = values.str.strip_chars()
    blank = stripped == ""
    return stripped.set(blank, None) if blank.any() else stripped


def _said(name: str, found: pl.DataType) -> pl.Expr:
    if found == pl.String():
        return pl.col(name).str.strip_chars().ne("").fill_null(False)
    return pl.col(name).is_not_null()


def _cast(name: str, found: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if found == pl.Null():
        return column.cast(wanted)
    if isinstance(found, (pl.Categorical, pl.Enum)):
        column, found = column.cast(pl.String), pl.String()
    if wanted == pl.String():
        return _to_text(column, found)
    if wanted.is_integer():
        return _to_integer(column, found).cast(wanted, strict=False)
    if wanted.is_float():
        return _to_float(column, found)
    if wanted == pl.Boolean():
        return _to_boolean(column, found)
    if wanted == pl.Date():
        return _with_a_year(_to_date(column, found))
    if isinstance(wanted, pl.Datetime):
        return _with_a_year(_to_datetime(column, found))
    if isinstance(wanted, pl.List):
        return column if found == wanted else _nothing(wanted)
    raise ValueError(f"No cast to {wanted} is known; columns may be text, numbers, dates or lists of text.")


def _nothing(wanted: pl.DataType) -> pl.Expr:
    return pl.lit(None, dtype=wanted)


def _to_text(column: pl.Expr, found: pl.DataType) -> pl.Expr:
    if found == pl.String():
        text = column.str.strip_chars()
        return pl.when(text != "").then(text)
    if found.is_integer():
        return column.cast(pl.String)
    return _nothing(pl.String())


def _to_integer(column: pl.Expr, found: pl.DataType) -> pl.Expr:
    if found == pl.String():
        return _read(column, grammar.whole_numbers, pl.Int64())
    if found.is_integer():
        return column.cast(pl.Int64, strict=False)
    if found.is_float() or found.is_decimal():
        number = column.cast(pl.Float64)
        return pl.when(number.floor() == number).then(number.cast(pl.Int64, strict=False))
    return _nothing(pl.Int64())


def _to_float(column: pl.Expr, found: pl.DataType) -> pl.Expr:
    if found == pl.String():
        return _read(column, grammar.decimals, pl.Float64())
    return column.cast(pl.Float64, strict=False) if found.is_numeric() else _nothing(pl.Float64())


def _to_boolean(column: pl.Expr, found: pl.DataType) -> pl.Expr:
    if found == pl.String():
        return _read(column, grammar.truths, pl.Boolean())
    return column if found == pl.Boolean() else _nothing(pl.Boolean())


def _with_a_year(moment: pl.Expr) -> pl.Expr:
    """Dates of the years 1 to 9999; what lies outside can be neither shown nor compared in Python."""
    return pl.when(moment.dt.year().is_between(1, 9999)).then(moment)


def _to_date(column: pl.Expr, found: pl.DataType) -> pl.Expr:
    if found == pl.Date():
        return column
    if isinstance(found, pl.Datetime):
        return pl.when(column.dt.time() == pl.time(0, 0, 0)).then(column.dt.date())
    return _read(column, grammar.days, pl.Date()) if found == pl.String() else _nothing(pl.Date())


def _to_datetime(column: pl.Expr, found: pl.DataType) -> pl.Expr:
    wanted = grammar.MOMENT
    if found == pl.Date():
        return column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if isinstance(found, pl.Datetime):
        if found.time_zone is None:
            return column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        return column.dt.convert_time_zone("UTC").cast(wanted)
    return _read(column, grammar.moments, wanted) if found == pl.String() else _nothing(wanted)


def _read(column: pl.Expr, read: Callable[[pl.Series], pl.Series], wanted: pl.DataType) -> pl.Expr:
    text = column.str.strip_chars()
    return pl.when(text != "").then(text).map_batches(read, return_dtype=wanted)


def bytes_as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Binary columns as text; bytes that are not UTF-8 show as replacement characters."""
    return frame.with_columns(
        pl.Series(name, [_decoded(value) for value in frame[name].to_list()], dtype=pl.String)
        for name, dtype in frame.schema.items()
        if dtype == pl.Binary()
    )


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", errors="replace")


def as_text(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The values as the file had them, as text, under the canonical names; absent columns become null."""
    kept: list[pl.Expr] = []
    for name in columns:
        dtype = frame.schema.get(name)
        if dtype is None:
            kept.append(pl.lit(None, dtype=pl.String).alias(name))
        elif dtype.is_nested() or dtype == pl.Duration:
            kept.append(pl.col(name).map_elements(_json, return_dtype=pl.String).alias(name))
        else:
            kept.append(pl.col(name).cast(pl.String, strict=False))
    return frame.with_columns(kept).select(*columns)


def _json(value: object) -> str:
    return json.dumps(value.to_list() if isinstance(value, pl.Series) else value, default=str)
