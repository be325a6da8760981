"""GDELT Global Knowledge Graph 2.1: which countries a news item names, and how close to Russia.

Tab-separated, 27 fields, no header and no quoting, whatever the file's name says; plain, gzip or a zip of one
file. Places bear FIPS 10-4 country codes (`features/reference/fips_countries.csv`). A line that is no record
is counted under a reason and never stops the reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import polars as pl

from data_contracts.checking.large.read_ahead import ahead
from data_contracts.tables import GKG
from features.reference.read import read_reference
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import InputFile, Parts
from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.files.unpack import blocks, is_packed
from riskmodel.sources.news.gkg_frame import frame_parts, is_frame

GKG_SUFFIXES = (".gkg.csv",)
NEAR = 300  # characters of the text between two places, or a place and a theme, that stand close together
N_FIELDS = 27
_BOM = b"\xef\xbb\xbf"
_RECORD_ID = re.compile(rb"(?:\xef\xbb\xbf)?\d{14}-T?\d+")
_DATE = re.compile(r"^\d{14}$")
_HEAD_LINES = 20
_HEAD_BLOCKS = 80
_BLOCK = 1 << 18
# Field numbers: record id, date, source, address, themes, V1 and V2 places, tone, and how far to split.
_ID, _WHEN, _SOURCE, _URL, _THEMES, _PLACES_1, _PLACES_2, _TONE, _REST = 0, 1, 3, 4, 8, 9, 10, 15, 16
_KEPT = {
    "record_id": _ID,
    "date": _WHEN,
    "source": _SOURCE,
    "url": _URL,
    "themes": _THEMES,
    "places_1": _PLACES_1,
    "places_2": _PLACES_2,
    "tone": _TONE,
}
_SCHEMA: dict[str, pl.DataType] = {**dict.fromkeys(_KEPT, pl.String()), ROW: pl.Int64()}


def is_gkg(source: Source) -> bool:
    """Whether one of the first lines is a record, or the file is a data frame of records.

    Raises InputUnreadable where the packing is broken.
    """
    if is_frame(source):
        return True
    head = islice(blocks(source, _BLOCK), _HEAD_BLOCKS)
    lines = islice(_lines(head, source.limits.line_bytes), _HEAD_LINES)
    return any(isinstance(fields, list) for fields in lines)


class GkgParts(Parts):
    """The rows of `sources` as canonical frames.

    There is one row for each record and country it names. `rows_read` counts these rows and the records that
    gave none; `dropped` counts records by reason: `not_27_fields`, `no_record_id`, `no_date`,
    `line_too_long`, `names_no_country` (no place, or oceans and unknown codes only) and `blank_line`.
    """

    kind = "gkg"

    def __init__(self, sources: Sequence[Source], skipped: tuple[InputFile, ...] = ()) -> None:
        super().__init__(skipped)
        self._sources = sources

    def _frames(self) -> Iterator[pl.DataFrame]:
        self._sources = self._readable()
        for source in self._sources:
            rows = 0
            for frame, counts in read_parts(source):
                self._count([counts])
                rows += frame.height + counts.total()
                yield frame
            size = source.origin.stat().st_size
            self._add(InputFile(source.name, sha256_of(source.origin), size, "gdelt-gkg", rows))

    def _readable(self) -> Sequence[Source]:
        """The files whose packing is whole; of those from folders the others are set aside."""
        kept: list[Source] = []
        first: InputUnreadable | None = None
        for source in self._sources:
            try:
                if not source.outright and is_packed(source):
                    for _ in blocks(source):
                        pass
                kept.append(source)
            except InputUnreadable as error:
                self._set_aside(source.set_aside(error))
                first = first or error
        if first is not None and not kept:
            raise first
        return kept


def read_parts(source: Source) -> Iterator[tuple[pl.DataFrame, Counter[str]]]:
    """Yield canonical rows with bookkeeping and the counts of dropped records, `gkg_records` lines at a time.

    The file is unpacked in a thread of its own, which waits for nothing but the next block to be taken.
    """
    if is_frame(source):
        for table, frame in frame_parts(source, tuple(_KEPT)):
            yield _finished(source, frame.select(*_SCHEMA), Counter(table.dropped))
        return
    records, longest = source.limits.gkg_records, source.limits.line_bytes
    cells: dict[str, list[str]] = {name: [] for name in _KEPT}
    rows: list[int] = []
    dropped = Counter[str]()
    for number, fields in enumerate(_lines(ahead(blocks(source, _BLOCK)), longest), start=1):
        if isinstance(fields, str):
            dropped[fields] += 1
        else:
            rows.append(number)
            for name, place in _KEPT.items():
                cells[name].append(fields[place].decode("utf-8", "replace"))
        if len(rows) + dropped.total() >= records:
            yield _finished(source, pl.DataFrame({**cells, ROW: rows}, schema=_SCHEMA), dropped)
            cells, rows, dropped = {name: [] for name in _KEPT}, [], Counter[str]()
    if rows or dropped:
        yield _finished(source, pl.DataFrame({**cells, ROW: rows}, schema=_SCHEMA), dropped)


def _finished(
    source: Source, records: pl.DataFrame, dropped: Counter[str]
) -> tuple[pl.DataFrame, Counter[str]]:
    frame, silent = _canonical(records)
    return frame.with_columns(pl.lit(source.name).alias(FILE)).select(*_OUT), dropped + Counter(silent)


def _lines(blocks: Iterable[bytes], longest: int) -> Iterator[list[bytes] | str]:
    """Yield the fields of each line as far as they are needed, or the reason why it is no record."""
    for line in _split(blocks, longest):
        if line is None:
            yield "line_too_long"
        elif not line.strip():
            yield "blank_line"
        elif line.count(b"\t") != N_FIELDS - 1:
            yield "not_27_fields"
        elif not _RECORD_ID.match(line):
            yield "no_record_id"
        else:
            yield line.removeprefix(_BOM).split(b"\t", _REST)


def _split(blocks: Iterable[bytes], longest: int) -> Iterator[bytes | None]:
    """Yield the lines of a text without their ends; None for one that is too long to keep."""
    rest, lost = b"", False
    for block in blocks:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield None if lost or len(line) >= longest else line
            lost = False
        if len(rest) >= longest:
            rest, lost = b"", True
    if rest or lost:
        yield None if lost else rest


_OUT: dict[str, pl.DataType] = {**GKG, FILE: pl.String(), ROW: pl.Int64()}


def _canonical(records: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows of `GKG` with the record's line number, and the counts of records that give none."""
    dated = records.filter(pl.col("date").str.contains(_DATE.pattern)).with_columns(
        published_at=pl.col("date").str.to_datetime(
            "%Y%m%d%H%M%S", time_unit="us", time_zone="UTC", strict=False
        )
    )
    dated = dated.filter(pl.col("published_at").is_not_null()).with_row_index("i")
    places = _places(dated)
    themes = _watched_themes(dated)
    named = (
        places.with_columns(near_russia=_near(places, places.filter(pl.col("country") == "RUS")))
        .group_by("i", "country")
        .agg(n_locations=pl.len().cast(pl.Int64), near_russia=pl.col("near_russia").any())
        .join(_themes_near(places, themes), on=["i", "country"], how="left")
        .sort("i", "country")
    )
    facts = dated.select(
        "i",
        "record_id",
        "published_at",
        pl.when(pl.col("source").str.strip_chars() != "").then(pl.col("source").str.strip_chars()),
        pl.when(pl.col("url") != "").then("url"),
        pl.col("tone").str.extract(r"^(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?)(?:,|$)").cast(pl.Float64, strict=False),
        ROW,
    )
    rows = named.join(facts, on="i", maintain_order="left").select(
        *(name for name in GKG if name != "themes"), pl.col("themes").fill_null(""), ROW
    )
    silent = dated.height - named["i"].n_unique()
    return rows.select(*GKG, ROW), {"no_date": records.height - dated.height, "names_no_country": silent}


def _places(records: pl.DataFrame) -> pl.DataFrame:
    """i, country, offset (null in V1 places, which have none), sorted; one row for each place named.

    A V2 block is type#name#country#adm1#adm2#lat#long#feature#offset; V1 lacks adm2 and offset.
    """
    codes = {row["fips"]: row["iso3"] for row in read_reference("fips_countries.csv")}
    second = pl.col("places_2").str.strip_chars("; ") != ""
    blocks = (
        records.select("i", place=pl.when(second).then("places_2").otherwise("places_1").str.split(";"))
        .explode("place", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("place") != "")
        .with_columns(
            pl.col("place").str.split_exact("#", 9).struct.rename_fields([f"f{k}" for k in range(10)])
        )
        .unnest("place")
    )
    offset = pl.when(pl.col("f9").is_null()).then(pl.col("f8").cast(pl.Int64, strict=False))
    return (
        blocks.select(
            "i",
            country=pl.col("f2").replace_strict(codes, default=None, return_dtype=pl.String),
            offset=offset,
        )
        .filter(pl.col("country").is_not_null())
        .sort("i", "offset", "country")
    )


def _watched_themes(records: pl.DataFrame) -> pl.DataFrame:
    """i, theme, offset: the themes that `gkg_themes.csv` names, one row for each place in the text."""
    patterns = [row["pattern"] for row in read_reference("gkg_themes.csv")]
    cells = (
        records.filter(pl.col("themes").str.contains_any(patterns))
        .select("i", cell=pl.col("themes").str.split(";"))
        .explode("cell", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("cell").str.contains_any(patterns))
    )
    return cells.select(
        "i",
        theme=pl.col("cell").str.extract(r"^([A-Za-z0-9_]{1,120})(?:,|$)"),
        offset=pl.col("cell").str.extract(r",(\d{1,9})$").cast(pl.Int64),
    ).drop_nulls("theme")


def _near(places: pl.DataFrame, others: pl.DataFrame) -> pl.Series:
    """For each place, in order, whether one of the others is within `NEAR` characters of it."""
    return (
        _nearest(places, others.select("i", "offset", hit=pl.lit(True)), ["i"])
        .select(pl.col("hit").fill_null(False))
        .to_series()
    )


def _themes_near(places: pl.DataFrame, themes: pl.DataFrame) -> pl.DataFrame:
    """i, country, themes: those within `NEAR` characters of a place in the country, sorted, joined by `;`."""
    pairs = places.join(themes.select("i", "theme").unique(), on="i").sort("i", "theme", "offset")
    hits = _nearest(pairs, themes.select("i", "theme", "offset", hit=pl.lit(True)), ["i", "theme"])
    return (
        hits.filter("hit").group_by("i", "country").agg(themes=pl.col("theme").unique().sort().str.join(";"))
    )


def _nearest(left: pl.DataFrame, right: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """`left` with `hit` of the nearest row of `right` within `NEAR` characters; the order of left is kept."""
    known = right.drop_nulls("offset").sort("offset")
    numbered = left.with_row_index("_place")
    asked = numbered.drop_nulls("offset").sort("offset")
    found = asked.join_asof(
        known, on="offset", by=list(by), strategy="nearest", tolerance=NEAR, check_sortedness=False
    )
    return numbered.join(found.select("_place", "hit"), on="_place", how="left", maintain_order="left").drop(
        "_place"
    )
