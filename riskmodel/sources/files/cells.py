"""Cells to canonical types; a column with a cell that does not parse stays String for the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import polars as pl

_FREE_TEXT = ("title", "text")
_ISO = "%Y-%m-%dT%H:%M:%S%.f%#z"


def canonical(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return `frame` with each column of `schema` in its type, or as String where a cell does not parse.

    Surrounding blanks go (not in title and text), empty becomes null, whole numbers may end in `.0`, months
    may be written YYYY-MM in `period`, a date alone is midnight UTC, a time without zone is UTC. A cell that
    does not parse keeps its text, and its whole column stays String, other cells in canonical spelling.
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
    stripped = text if series.name in _FREE_TEXT else text.str.strip_chars()
    return pl.select(pl.when(text.str.strip_chars() != "").then(stripped)).to_series().alias(series.name)


def whole(text: pl.Expr, factor: int = 1) -> pl.Expr:
    """Numbers written as text, times `factor`, as text of whole numbers, halves up; other text stays."""
    number = (text.cast(pl.Float64, strict=False) * factor + 0.5).floor().cast(pl.Int64, strict=False)
    return pl.coalesce(number.cast(pl.String), text)


def whole_number(text: pl.Series, factor: int = 1) -> pl.Series:
    """Numbers written as text, times `factor`, halves up: Int64, or text where one does not parse."""
    number = text.cast(pl.Float64, strict=False) * factor + 0.5
    return or_text(number.floor().cast(pl.Int64, strict=False), text)


def or_text(parsed: pl.Series, text: pl.Series) -> pl.Series:
    """Return `parsed`, or all of it as text where a cell did not parse, that cell as written."""
    if parsed.null_count() == text.null_count():
        return parsed
    return pl.select(pl.coalesce(parsed.cast(pl.String), text)).to_series()


def _column(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    if series.dtype == dtype:
        return clean(series) if dtype == pl.String else series
    if dtype == pl.String:
        return clean(series)
    if series.dtype.is_temporal():
        return _from_temporal(series, dtype)
    text = clean(series)
    return or_text(_parse(text, dtype), text)


def _parse(text: pl.Series, dtype: pl.DataType) -> pl.Series:
    if dtype == pl.Int64:
        number = text.cast(pl.Int64, strict=False)
        if number.null_count() == text.null_count():
            return number
        return text.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    if dtype == pl.Date:
        written = text.str.to_date("%Y-%m-%d", strict=False)
        if written.null_count() == text.null_count():
            return written
        day = text.str.replace(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?$", "")
        if text.name == "period":
            day = day.str.replace(r"^(\d{4}-\d{2})$", "$1-01")
        return day.str.to_date("%Y-%m-%d", strict=False)
    return _moments(text)


def _moments(text: pl.Series) -> pl.Series:
    iso = text.str.replace(r"^(\d{4}-\d{2}-\d{2}) +", "${1}T").str.replace(
        r"^(\d{4}-\d{2}-\d{2})$", "${1}T00:00:00"
    )
    iso = iso.str.replace(r"(T\d{2}:\d{2})($|Z|[+-])", "${1}:00$2")
    zoned = pl.select(
        pl.when(iso.str.contains(r"(Z|[+-]\d{2}:?\d{2})$") & iso.str.contains("T"))
        .then(iso)
        .otherwise(iso + "+00:00")
    ).to_series()
    parsed = zoned.str.to_datetime(_ISO, time_unit="us", time_zone="UTC", strict=False)
    left = text.filter(parsed.is_null() & text.is_not_null()).unique(maintain_order=True)
    if left.is_empty():
        return parsed
    known = {t: moment for t in left.to_list() if (moment := _other_spelling(t)) is not None}
    rest = (
        text.replace_strict(
            list(known), list(known.values()), default=None, return_dtype=pl.Datetime("us", "UTC")
        )
        if known
        else parsed
    )
    return pl.select(pl.coalesce(parsed, rest)).to_series()


def _other_spelling(text: str) -> datetime | None:
    """Parse mail dates (RFC 822) and the compact YYYYMMDD and YYYYMMDDHHMMSS; None for anything else."""
    for form in ("%Y%m%d", "%Y%m%d%H%M%S"):
        if text.isascii() and text.isdigit() and len(text) == len(datetime(2000, 1, 1).strftime(form)):
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC)
            except ValueError:
                return None
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _from_temporal(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    if dtype == pl.Date and isinstance(series.dtype, pl.Datetime):
        day = series.dt.date()
        midnight = series.dt.truncate("1d") == series
        return day if midnight.all() else series.dt.to_string("iso:strict")
    if isinstance(dtype, pl.Datetime) and isinstance(series.dtype, pl.Date):
        return series.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if isinstance(dtype, pl.Datetime) and isinstance(series.dtype, pl.Datetime):
        moment = series.dt.cast_time_unit("us")
        return (
            moment.dt.convert_time_zone("UTC")
            if series.dtype.time_zone
            else moment.dt.replace_time_zone("UTC")
        )
    return series.cast(pl.String)


def stack(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put frames under one another; a column whose types differ becomes String in all of them."""
    types: dict[str, set[str]] = {}
    for frame in frames:
        for name, dtype in frame.schema.items():
            types.setdefault(name, set()).add(str(dtype))
    mixed = {name for name, seen in types.items() if len(seen) > 1}
    same = [f.with_columns(clean(f[c]) for c in f.columns if c in mixed) for f in frames]
    return pl.concat(same, how="diagonal")
