"""What an answer holds: its columns, its rows, its lists; read within limits, in one pass."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from riskmodel.fetch.source import Expectation
from riskmodel.store.opened import MOST_TIMES, SMALL, NotWhole, opened

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()-]*")


@dataclass(frozen=True)
class Content:
    """What was found. `announced` is the number of rows that the answer itself gives, None without one."""

    columns: frozenset[str] = frozenset()
    rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    announced: int | None = None
    error: str = ""
    has_list: bool = True
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: tuple[str, ...] = ()


def look(path: Path, expects: Expectation) -> Content:
    """Read an answer of the expected kind. Raises NotWhole."""
    try:
        return _READERS[expects.kind](path, expects)
    except NotWhole:
        raise
    except (ValueError, RecursionError, EOFError, zlib.error, csv.Error, zipfile.BadZipFile) as error:
        raise NotWhole(f"it is cut or damaged ({type(error).__name__})") from None
    except ElementTree.ParseError as error:
        raise NotWhole(f"it is cut or damaged (XML, line {error.position[0]})") from None


def _json(path: Path, expects: Expectation) -> Content:
    with opened(path, expects.most_unpacked) as file:
        whole = json.loads(file.read().decode("utf-8-sig"))
    rows = whole
    for step in expects.rows_at.split(".") if expects.rows_at and isinstance(whole, dict) else ():
        rows = rows.get(step) if isinstance(rows, dict) else None
    if not isinstance(rows, list):
        return Content(has_list=False, error=_error_of(whole))
    first = next((row for row in rows if isinstance(row, dict)), {})
    count = whole.get("count") if isinstance(whole, dict) else None
    return Content(
        frozenset(first),
        len(rows),
        _by_list((row for row in rows if isinstance(row, dict)), expects.list_column),
        count if isinstance(count, int) and not isinstance(count, bool) else None,
        _error_of(whole),
        values={
            name: frozenset(str(row.get(name)) for row in rows if isinstance(row, dict))
            for name in expects.only
        },
    )


def _error_of(whole: Any) -> str:
    found = (
        next((whole[k] for k in ("error", "errors") if whole.get(k)), "") if isinstance(whole, dict) else ""
    )
    return str(found)[:200]


def _csv(path: Path, expects: Expectation) -> Content:
    with opened(path, expects.most_unpacked) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        columns, rows, counts = _csv_rows(text, expects)
    return Content(columns, rows, counts)


def _csv_rows(text: IO[str], expects: Expectation) -> tuple[frozenset[str], int, Mapping[str, int]]:
    """Find the header, which may follow a line about the file, and count what follows."""
    limit = csv.field_size_limit(1 << 24)
    try:
        reader = csv.reader(text)
        head: list[str] = []
        for _ in range(3):
            head = [cell.strip() for cell in next(reader, [])]
            if set(expects.header) <= set(head):
                break
        at = head.index(expects.list_column) if expects.list_column in head else None
        rows, counts = 0, Counter[str]()
        for row in reader:
            if row:
                rows += 1
                if at is not None and at < len(row):
                    counts[row[at]] += 1
        return frozenset(head), rows, dict(counts)
    finally:
        csv.field_size_limit(limit)


def _xml(path: Path, expects: Expectation) -> Content:
    rows, names = 0, set[str]()
    with opened(path, expects.most_unpacked) as file:
        head = file.peek(2048)[:2048] if isinstance(file, io.BufferedReader) else b""
        if b"<!ENTITY" in head:
            raise NotWhole("it defines entities, which a list has no need of")
        for event, element in ElementTree.iterparse(file, events=("start", "end")):  # noqa: S314
            name = element.tag.rpartition("}")[2]
            if event == "start":
                names.add(name)
                continue
            if name == expects.row_element:
                rows += 1
                element.clear()
    return Content(frozenset(names), rows)


def _xhtml(path: Path, expects: Expectation) -> Content:
    with opened(path, expects.most_unpacked) as file:
        text = file.read().decode("utf-8")
    if "</html>" not in text[-200:].lower():
        raise NotWhole("its end is missing")
    return Content(frozenset(name for name in expects.header if name in text), text.lower().count("<tr"))


def _text(path: Path, expects: Expectation) -> Content:
    with opened(path, expects.most_unpacked) as file:
        return Content(rows=sum(1 for line in file if line.strip()))


def _zip(path: Path, expects: Expectation) -> Content:
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        _check_unpacked(sum(info.file_size for info in infos), path, expects)
        names = checked_names([info.filename for info in infos], expects)
        if archive.testzip() is not None:
            raise NotWhole("a file in it is damaged")
        member = next(name for name in names if name.endswith(expects.member))
        columns, rows = frozenset[str](), 0
        if expects.header:
            with archive.open(member) as file:
                columns, rows, _ = _csv_rows(io.TextIOWrapper(file, "utf-8-sig", "replace", ""), expects)
    return Content(columns, rows, members=tuple(names))


def _seven(path: Path, expects: Expectation) -> Content:
    from riskmodel.store.archives import glance, seven_names

    names, unpacked = seven_names(path)
    _check_unpacked(unpacked, path, expects)
    checked_names(names, expects)
    seen = glance(path, next(name for name in names if name.endswith(expects.member)))
    head = seen.head.decode("utf-8-sig", "replace").splitlines()
    columns = frozenset(cell.strip() for cell in next(csv.reader(head[:1]), []))
    return Content(columns, max(0, seen.lines - 1), members=tuple(names))


def checked_names(names: list[str], expects: Expectation) -> list[str]:
    """Names in an archive, all plain and one as expected. Raises NotWhole."""
    for name in names:
        if not _PLAIN_NAME.fullmatch(name) or ".." in name:
            raise NotWhole("a name in it is a path, which could be written elsewhere")
    if not any(name.endswith(expects.member) and expects.inside in name for name in names):
        raise NotWhole(f"it holds no file that ends in {expects.inside}{expects.member}")
    return names


def _check_unpacked(unpacked: int, path: Path, expects: Expectation) -> None:
    if unpacked > min(expects.most_unpacked, max(SMALL, MOST_TIMES * path.stat().st_size)):
        raise NotWhole("it unpacks to far more than such an answer holds")


def _by_list(rows: Iterator[Mapping[str, Any]], column: str) -> dict[str, int]:
    return dict(Counter(str(row.get(column)) for row in rows)) if column else {}


_READERS = {
    "json": _json,
    "csv": _csv,
    "xml": _xml,
    "xhtml": _xhtml,
    "text": _text,
    "zip": _zip,
    "7z": _seven,
}
