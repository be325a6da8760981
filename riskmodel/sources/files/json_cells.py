"""JSON and JSON lines to cells, all String."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.sources.files.find import Source
from riskmodel.sources.files.unpack import utf8_file

NOT_AN_OBJECT = "not_a_json_object"
_LISTS = ("data", "dataset", "entries", "items", "articles", "results", "value")


def read_json_cells(source: Source) -> pl.DataFrame:
    """Read one JSON list of objects, an object with such a list (`_LISTS`), or one object a line.

    A list of lists, the first of which names the columns (as the US Census answers), is read like a list of
    objects; of a name that is repeated the first column counts. Returns cells (String or null; lists and
    objects as JSON text); what is no object is a row of nulls, so that rows keep their place. An empty list
    gives an empty frame without columns. Raises InputUnreadable where nothing is an object.
    """
    with utf8_file(source) as path:
        whole = None if is_json_lines(path) else _parse(path.read_text(encoding="utf-8-sig"))
        if isinstance(whole, dict):
            whole = next((whole[key] for key in _LISTS if isinstance(whole.get(key), list)), whole)
        if isinstance(whole, list):
            items = whole
        else:
            with path.open(encoding="utf-8-sig") as file:
                items = [_parse(line) for line in file if line.strip()]
    objects = [item if isinstance(item, dict) else {} for item in _named(items)]
    if objects and not any(objects):
        raise source.refuse("holds no JSON object; give one object a line, or one list of objects")
    columns = list(dict.fromkeys(one_line(key, 120) for item in objects for key in item))
    return _cells(objects, columns)


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
            item = _parse(line)
            if isinstance(item, dict) and not item.keys() <= keys.keys():
                keys.update(dict.fromkeys(one_line(key, 120) for key in item))
    return list(keys)


def json_line_parts(path: Path, columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
    """Cells of a file of JSON lines, at most `rows` lines at a time, as `read_json_cells` gives them."""
    with path.open(encoding="utf-8-sig") as file:
        lines = (line for line in file if line.strip())
        while chunk := list(islice(lines, rows)):
            items = [_parse(line) for line in chunk]
            yield _cells([item if isinstance(item, dict) else {} for item in items], columns)


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
