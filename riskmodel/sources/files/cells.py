"""Cells to canonical types; a column with a cell that does not parse stays String for the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from data_contracts.checking.casting import cast_values
from data_contracts.checking.grammar import decimal, decimals

_FREE_TEXT = ("title", "text")


def canonical(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return `frame` with each column of `schema` in its type, or as String where a cell does not parse.

    Surrounding blanks go (not in title and text) and empty becomes null; numbers, days and moments are read
    as the contract reads them (`data_contracts.checking.casting`). A cell that does not parse keeps its text,
    and its whole column stays String, other cells in canonical spelling.
    """
    return frame.with_columns(_column(frame[name], dtype).alias(name) for name, dtype in schema.items())


def clean(series: pl.Series) -> pl.Series:
    """Return the series as String, blanks stripped and empty as null; whole floats lose their `.0`.

    >>> clean(pl.Series([8542.0, None])).to_list()
    ['8542', None]
    """
    if series.dtype in (pl.Float32, pl.Float64):
        whole = series.cast(pl.Int64, strict=False)
        spelled = pl.when(whole == series).then(whole.cast(pl.String)).otherwise(series.cast(pl.String))
        return pl.select(spelled.alias(series.name)).to_series()
    if series.dtype == pl.Boolean:
        return series.cast(pl.Int8).replace_strict([0, 1], ["false", "true"], return_dtype=pl.String)
    if series.dtype.is_nested() or series.dtype in (pl.Binary, pl.Object):
        return pl.Series(series.name, [None if v is None else repr(v) for v in series.to_list()], pl.String)
    text = series.cast(pl.String)
    stripped = text.str.strip_chars()
    kept = text if series.name in _FREE_TEXT else stripped
    empty = (stripped == "").fill_null(False)
    return kept.set(empty, None) if empty.any() else kept


def whole(text: pl.Expr, factor: int = 1) -> pl.Expr:
    """Numbers written as text, times `factor`, as text of whole numbers, halves up; other text stays."""
    number = (decimal(text) * factor + 0.5).floor().cast(pl.Int64, strict=False)
    return pl.coalesce(number.cast(pl.String), text)


def whole_number(text: pl.Series, factor: int = 1) -> pl.Series:
    """Numbers written as text, times `factor`, halves up: Int64, or text where one does not parse."""
    number = decimals(text) * factor + 0.5
    return or_text(number.floor().cast(pl.Int64, strict=False), text)


def or_text(parsed: pl.Series, text: pl.Series) -> pl.Series:
    """Return `parsed`, or all of it as text where a cell did not parse, that cell as written."""
    if parsed.null_count() == text.null_count():
        return parsed
    return pl.select(pl.coalesce(parsed.cast(pl.String), text)).to_series()


def _column(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    if dtype == pl.String:
        return clean(series)
    if series.dtype == dtype:
        return series
    if series.dtype.is_temporal():
        parsed, text = cast_values(series, dtype), series
        if parsed.null_count() == series.null_count():
            return parsed
        return (
            text.dt.to_string("iso:strict") if isinstance(text.dtype, pl.Datetime) else text.cast(pl.String)
        )
    text = clean(series)
    return or_text(cast_values(_spelled(text, dtype), dtype), text)


def _spelled(text: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Days and moments as the grammar wants them: months, days and hours of two digits, signs between.

    YYYYMMDD and YYYYMMDDHHMMSS are moments; where a day is asked for they may be any number.
    """
    if isinstance(dtype, pl.Datetime) and text.str.contains(r"^\d{8}(\d{6})?$").any():
        text = text.str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3").str.replace(
            r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$", "$1-$2-${3}T$4:$5:$6"
        )
    if not dtype.is_temporal() or not text.str.contains(r"^\d{4}-(\d-|\d\d-\d\b)|[T ]\d:").any():
        return text
    month = text.str.replace(r"^(\d{4})-(\d)-", "$1-0$2-")
    return month.str.replace(r"^(\d{4}-\d\d)-(\d)\b", "$1-0$2").str.replace(
        r"^(\d{4}-\d\d-\d\d[T ])(\d):", "${1}0$2:"
    )


def stack(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put frames under one another; a column whose types differ becomes String in all of them."""
    types: dict[str, set[str]] = {}
    for frame in frames:
        for name, dtype in frame.schema.items():
            types.setdefault(name, set()).add(str(dtype))
    mixed = {name for name, seen in types.items() if len(seen) > 1}
    same = [f.with_columns(clean(f[c]) for c in f.columns if c in mixed) for f in frames]
    return pl.concat(same, how="diagonal")
