"""The cells of article files in plain spelling: what says nothing, what wraps a text, which day is meant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from features.articles.text.html import visible_line, visible_lines
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.day_order import day_order, in_doubt, in_order
from riskmodel.sources.files.table import Table
from riskmodel.sources.formats import Reading
from riskmodel.sources.news.names import named_as

# Words that programs write where there was nothing, and moments that are none: the zero of a clock.
_NOTHING = ("nan", "nat", "none", "null", "n/a", "na", "<na>", "undefined", "nil", "[removed]")
_LONGEST_WORD = 64
_ZERO = (
    r"^(?:0+(?:\.0+)?|-1|(?:0000-00-00|0001-01-01|1970-01-01)(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?)?)$"
)
# Where a cell holds JSON: contents of feeds, named sources, WordPress, and the types of MongoDB.
_PARTS = (
    ("text", "$[0].value"), ("text", "$.rendered"), ("text", "$.value"), ("text", "$['#text']"),
    ("title", "$.rendered"), ("title", "$.main"), ("title", "$.value"), ("title", "$['#text']"),
    ("source", "$.name"), ("source", "$.title"), ("source", "$.domain"), ("source", "$.Name"),
    ("article_id", "$['$oid']"), ("article_id", "$.rendered"), ("url", "$['@id']"),
    ("published_at", "$['$date']"), ("published_at", "$['$numberLong']"), ("published_at", "$.value"),
)  # fmt: skip
_LIST = r'^\[(?s:["{].*["}])\]$'
_SECTIONS = r'^\{(?s:.*)"(?:sections|paragraphs|blocks)"(?s:.*)\}$'
_SHOWN = frozenset({"text", "summary", "sections", "headline", "paragraphs", "blocks", "body", "content"})


def first_filled(frame: pl.DataFrame, name: str, columns: Sequence[str]) -> pl.Series:
    """The first of the columns that says something, row by row; a column of moments alone keeps its type."""
    if not columns:
        return pl.Series(name, [None], pl.String).new_from_index(0, frame.height)
    first = frame[columns[0]]
    if first.dtype.is_temporal() and (len(columns) == 1 or _all_said(first)):
        return first.rename(name)
    texts = [_said(clean(_as_json(frame[column]).rename(name)), name) for column in columns]
    return pl.select(pl.coalesce(texts).alias(name)).to_series()


def _as_json(values: pl.Series) -> pl.Series:
    """Lists and records of Parquet as JSON, in which text formats give them."""
    if not values.dtype.is_nested():
        return values
    written = [None if value is None else json.dumps(value, default=str) for value in values.to_list()]
    return pl.Series(values.name, written, pl.String)


def _all_said(moments: pl.Series) -> bool:
    return not moments.null_count() and not (moments.dt.year() <= 1970).any()


def _said(text: pl.Series, name: str) -> pl.Series:
    """Cells that say something; a whole cell of a word for nothing is none."""
    short = (text.str.len_bytes() <= _LONGEST_WORD).fill_null(False).arg_true()  # texts are long
    bare = text.gather(short).str.strip_chars()
    nothing = (bare == "") | bare.str.to_lowercase().is_in(_NOTHING)
    if name == "published_at":
        nothing |= bare.str.contains(_ZERO)
    return text.scatter(short.filter(nothing), None) if nothing.any() else text


def unwrapped(named: pl.DataFrame) -> pl.DataFrame:
    """Texts out of the JSON that some writers wrap them in: parts of objects, and lists of texts."""
    for column, path in _PARTS:
        if named.schema[column] == pl.String:
            nested = pl.when(pl.col(column).str.contains(r"^(?:\[\{|\{)(?s:.*)[}\]]$")).then(column)
            part = pl.coalesce(nested.str.json_path_match(path), pl.col(column))
            named = named.with_columns(part.alias(column))
    for column in ("article_id", "source", "language", "title", "text", "url", "published_at"):
        if (
            named.schema[column] == pl.String
            and (lists := named[column].str.contains(_LIST).arg_true()).len()
        ):
            end = "\n" if column == "text" else None
            plain = pl.Series([_of_list(text, end) for text in named[column].gather(lists)], dtype=pl.String)
            named = named.with_columns(named[column].scatter(lists, plain))
    if named.schema["text"] == pl.String and (rows := named["text"].str.contains(_SECTIONS).arg_true()).len():
        plain = pl.Series([_of_sections(text) for text in named["text"].gather(rows)], dtype=pl.String)
        named = named.with_columns(named["text"].scatter(rows, plain))
    return named


def _of_list(text: str, end: str | None) -> str:
    """The texts of a list, its first where they are not to be joined; what is no list of texts stays."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(value, list):
        return text
    parts = [one.get("text") if isinstance(one, dict) else one for one in value]
    texts = [part for part in parts if isinstance(part, str)]
    if not texts or len(texts) < len(parts):
        return text
    # Telegram divides a text where its type changes; everyone else gives a paragraph each.
    if any(isinstance(one, dict) for one in value):
        return "".join(texts)
    said = [one for one in texts if one.strip()]
    return (end.join(said) if end else said[0]) if said else ""


def _of_sections(text: str) -> str:
    """The headlines and paragraphs of a text that is given in its sections."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "\n".join(_shown(value)) or text


def _shown(value: object, depth: int = 0) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if depth > 8:
        return []
    within = value if isinstance(value, list) else []
    if isinstance(value, dict):
        within = [one for key, one in value.items() if key in _SHOWN]
    return [text for one in within for text in _shown(one, depth + 1)]


def seen(reading: Reading) -> Reading:
    """Titles and texts of a table as a reader sees them: crawlers and feeds leave tags and entities in."""
    frame = reading.frame
    for column, read in (("title", visible_line), ("text", visible_lines)):
        texts = frame[column]
        odd = texts.str.contains("<|&[#A-Za-z0-9]+;").fill_null(False).arg_true()
        if len(odd):
            plain = pl.Series([read(text).strip() or None for text in texts.gather(odd)], dtype=pl.String)
            frame = frame.with_columns(texts.scatter(odd, plain))
    return replace(reading, frame=frame)


class DaysOfFile:
    """Dates such as `01/05/2022` in plain spelling, each column by what the whole file says of it.

    `again` gives the parts of the file once more; it is asked for only where a cell is in doubt. A date that
    the file leaves in doubt keeps its text, so that the contract refuses its row.
    """

    def __init__(self, again: Callable[[], Iterator[Table]]) -> None:
        self._again = again
        self._orders: dict[str, str] = {}

    def __call__(self, table: Table) -> Table:
        """The table with plain dates."""
        changed = []
        for column in named_as("published_at", table.frame.columns):
            text = table.frame[column]
            if text.dtype == pl.String and (column in self._orders or in_doubt(text)):
                if column not in self._orders:
                    self._orders[column] = day_order(part.frame[column] for part in self._again())
                changed.append(in_order(text, self._orders[column]))
        return replace(table, frame=table.frame.with_columns(changed)) if changed else table
