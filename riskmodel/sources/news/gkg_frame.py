"""GDELT's Knowledge Graph as data frames: tables with a header, as gdeltPyR and BigQuery give it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from data_contracts.checking.moments import moments
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.csv_cells import NO_DIALECT
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.table import ROW, Table
from riskmodel.sources.files.table_parts import load_parts
from riskmodel.sources.files.typed import typed_columns
from riskmodel.sources.files.unpack import first_bytes
from riskmodel.sources.news.names import bare

# Names of the fields without case and signs: those of GDELT's codebook and of BigQuery.
_NAMES: dict[str, tuple[str, ...]] = {
    "record_id": ("gkgrecordid",),
    "date": ("date", "v21date", "v2date"),
    "source": ("sourcecommonname", "v2sourcecommonname"),
    "url": ("documentidentifier", "v2documentidentifier"),
    "themes": ("v2enhancedthemes", "v2themes"),
    "places_1": ("locations", "v1locations"),
    "places_2": ("v2enhancedlocations", "v2locations"),
    "tone": ("v2tone", "v15tone", "tone"),
}
_LOOKED_AT = 1 << 14


def is_frame(source: Source) -> bool:
    """Whether the columns of a file are those of the Knowledge Graph; an unreadable file is none."""
    try:
        head = first_bytes(source, _LOOKED_AT)
        columns = typed_columns(source, head)
    except InputUnreadable:
        return False
    if columns is not None:
        return "gkgrecordid" in {bare(name) for name in columns}
    start = head.split(b"\n", 1)[0] if head.lstrip()[:1] not in (b"{", b"[") else head
    return b"gkgrecordid" in start.lower().replace(b"_", b"")


def frame_parts(source: Source, fields: Sequence[str]) -> Iterator[tuple[Table, pl.DataFrame]]:
    """The fields of the records as text, and their row numbers, some thousand at a time. InputUnreadable."""
    for table in load_parts(source, lambda _: NO_DIALECT, source.limits.gkg_records):
        known = {bare(name): name for name in table.columns}
        cells = {}
        for field in fields:
            name = next((known[n] for n in _NAMES[field] if n in known), None)
            empty = pl.Series(field, [""], pl.String).new_from_index(0, table.frame.height)
            cells[field] = empty if name is None else clean(table.frame[name]).fill_null("").alias(field)
        yield table, pl.DataFrame(cells).with_columns(_stamp(cells["date"]), table.frame[ROW])


def _stamp(date: pl.Series) -> pl.Series:
    """YYYYMMDDHHMMSS, of a number or of a moment."""
    text = date.str.replace(r"\.0+$", "")
    other = moments(text).dt.strftime("%Y%m%d%H%M%S")
    return text.zip_with(text.str.contains(r"^\d{14}$"), other.fill_null("")).alias("date")
