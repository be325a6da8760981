"""JSON and JSON lines to cells, all String."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.unpack import utf8_file

NOT_AN_OBJECT = "not_a_json_object"
_VALUE = re.compile(r"[^\s,\x1e]")
_LISTS = (
    "data", "dataset", "entries", "items", "articles", "results", "records", "docs", "stories", "posts",
    "news", "hits", "value", "objects", "documents", "messages",
    "@graph",
)  # fmt: skip
_TEXTS = ("text", "body", "content", "maintext", "article", "articleBody", "full_text")
_SAYS_ERROR = frozenset({"error", "errors", "message", "error_message", "fault", "detail"})
_OF_ERRORS = _SAYS_ERROR | {
    "status", "statuscode", "code", "details", "success", "reason", "type", "ok", "request_id", "timestamp",
    "elapsedtime", "count",
    "path",
}  # fmt: skip
_WRAPPED = ("response", "hits", "result", "data", "articles", "payload", "_embedded", "article", "item")


def read_json_cells(source: Source) -> pl.DataFrame:
    """Read one JSON list of objects, an object with such a list (`_LISTS`), or objects one after another.

    An object may take one line or many. Of a search engine's hits what they are about is read (`_source`,
    `fields`), of objects under their ids the objects, of a data frame its rows, however pandas wrote it.

    A list of lists, the first of which names the columns (as the US Census answers), is read like a list of
    objects; of a name that is repeated the first column counts. Returns cells (String or null; lists and
    objects as JSON text); what is no object is a row of nulls, so that rows keep their place. An empty list
    gives an empty frame without columns. Raises InputUnreadable where nothing is an object.
    """
    with utf8_file(source) as path:
        values = None if is_json_lines(path) else _values(path.read_text(encoding="utf-8-sig"))
        if values is None:
            with path.open(encoding="utf-8-sig") as file:
                items = [_parse(line) for line in file if line.strip()]
        else:
            lists = [_list_in(value) for value in values]
            items = [item for value in lists for item in (value if isinstance(value, list) else [value])]
    if len(items) == 1 and (said := _error_in(items[0])):
        raise source.refuse(
            f"holds an error of its source and no data ({one_line(said, 160)}); fetch it again"
        )
    objects = [_object(item) for item in _named(items)]
    if objects and not any(objects):
        raise source.refuse(
            "holds no JSON object, or breaks off; give one object a line, or one list of objects"
        )
    columns = list(dict.fromkeys(one_line(key, 120) for item in objects for key in item))
    return _cells(objects, columns)


def _values(text: str) -> list[Any] | None:
    """JSON values one after another, each on one line or on many; None where anything else is between."""
    # Texts of pages hold line breaks that some writers leave as they are.
    decoder, values, place = json.JSONDecoder(strict=False), [], 0
    try:
        while found := _VALUE.search(text, place):
            value, place = decoder.raw_decode(text, found.start())
            values.append(value)
    except (ValueError, RecursionError):
        return None
    return values


def _list_in(value: Any, depth: int = 0) -> Any:
    """The list of objects that an answer wraps or a data frame is, or the value itself."""
    if not isinstance(value, dict):
        return value
    if framed := _framed(value):
        return framed
    if "title" in value and any(isinstance(value.get(name), str) for name in _TEXTS):
        return value  # one article, whatever lists it has
    found = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    if found is not None and any(isinstance(one, dict | list) for one in found or [{}]):
        return found
    inner = next((value[key] for key in _WRAPPED if isinstance(value.get(key), dict)), None)
    wrapped = None if inner is None or depth > 2 else _list_in(inner, depth + 1)
    if isinstance(wrapped, list):
        return wrapped
    return inner if inner is not None and len(value) == 1 else value


def _framed(value: Mapping[str, Any]) -> list[Any]:
    """The rows of a data frame as pandas writes one (`split`, `list`, `columns`, `index`); else none."""
    columns, rows = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(rows, list) and all(isinstance(r, list) for r in rows):
        return [columns, *rows]
    cells = list(value.values())
    if len(cells) > 1 and all(isinstance(c, list) for c in cells) and len({len(c) for c in cells}) == 1:
        plain = not any(isinstance(one, dict | list) for c in cells for one in c)
        return [dict(zip(value, row, strict=True)) for row in zip(*cells, strict=True)] if plain else []
    if len(cells) < 2 or not all(isinstance(c, dict) and c.keys() == cells[0].keys() for c in cells):
        return []
    if all(key.isdigit() for key in cells[0]):
        return [{name: column[key] for name, column in value.items()} for key in cells[0]]
    return [{"_id": key, **one} for key, one in value.items()]


def _error_in(item: Any) -> str | None:
    """What an answer says that is an error and nothing else."""
    if not isinstance(item, dict):
        return None
    said_so = {str(key).lower() for key, value in item.items() if value not in (None, [], {})}
    if not said_so or not said_so <= _OF_ERRORS:
        return None
    said = next((item[key] for key in item if str(key).lower() in _SAYS_ERROR and item[key]), None)
    return None if said is None else said if isinstance(said, str) else json.dumps(said)


def _object(item: Any) -> dict[str, Any]:
    """An object; of a hit what it is about, with its id; nothing for what is no object."""
    if not isinstance(item, dict):
        return {}
    about = item.get("_source", item.get("fields"))
    if not isinstance(about, dict):
        return item
    if "_id" in item:
        return {"_id": item["_id"], **about}
    return {**about, **{key: value for key, value in item.items() if value is not about}}


def _named(items: Sequence[Any]) -> Sequence[Any]:
    """Rows under a header row as objects; anything else as it is."""
    header = items[0] if items else None
    if not isinstance(header, list) or not header or not all(isinstance(name, str) for name in header):
        return items
    fit = (item if isinstance(item, list) and len(item) == len(header) else None for item in items[1:])
    # From the right, so that of a repeated name the first column stays.
    return [item and dict(zip(header[::-1], item[::-1], strict=True)) for item in fit]


def json_line_columns(path: Path) -> list[str]:
    """The keys of all objects of a file of JSON lines, in the order of their first appearance."""
    keys: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            item = _object(_parse(line))
            if not item.keys() <= keys.keys():
                keys.update(dict.fromkeys(one_line(key, 120) for key in item))
    return list(keys)


def json_line_parts(path: Path, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
    """Cells of a file of JSON lines, at most `rows` lines at a time, as `read_json_cells` gives them."""
    with path.open(encoding="utf-8-sig") as file:
        lines = (line for line in file if line.strip())
        while chunk := list(islice(lines, rows)):
            yield _cells([_object(_parse(line)) for line in chunk], columns)


def _cells(objects: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pl.DataFrame:
    cells = {c: [_cell(item.get(c)) for item in objects] for c in columns}
    return pl.DataFrame(cells, schema={c: pl.String() for c in columns})


def is_json_lines(path: Path) -> bool:
    """Whether the first line is an object by itself and another follows."""
    with path.open(encoding="utf-8-sig") as file:
        first = file.readline()
        return isinstance(_parse(first), dict) and bool(file.readline().strip())


def _parse(text: str) -> Any:
    """Return the parsed value, or None: also for numbers and depths that the parser gives up on."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        # JSON may smuggle halves of surrogate pairs, which are no text.
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value)
