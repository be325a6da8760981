"""What an answer must pass before it becomes current. Each guard returns why it refuses, or an empty text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from riskmodel.fetch.client import Received
from riskmodel.fetch.content import Content, look
from riskmodel.fetch.keys import MASK, key_of, names
from riskmodel.fetch.source import Request
from riskmodel.store.ledger import Entry
from riskmodel.store.opened import NotWhole, opened

ROW_LIMIT, EMPTY = "row_limit", "empty"
_STARTS = {
    "json": (b"{", b"["),
    "xml": (b"<",),
    "xhtml": (b"<",),
    "zip": (b"PK\x03\x04",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
}


NOTHING = Content()


@dataclass(frozen=True)
class Case:
    """What a guard sees: the request, the answer, the file, what it holds, and the accepted answer before."""

    request: Request
    received: Received
    path: Path
    before: Entry | None
    content: Content = NOTHING


@dataclass(frozen=True)
class Verdict:
    """The guard that refused an answer and why; both empty where the answer may be used."""

    guard: str = ""
    why: str = ""
    content: Content = NOTHING

    @property
    def passed(self) -> bool:
        """Whether the answer may become current."""
        return not self.guard


def judge(case: Case) -> Verdict:
    """Ask every guard, those on the bytes before those on the content; the first refusal counts."""
    for name, guard in ON_BYTES.items():
        if why := guard(case):
            return Verdict(name, why)
    try:
        content = look(case.path, case.request.expects)
    except NotWhole as error:
        return Verdict("whole", str(error))
    case = replace(case, content=content)
    for name, guard in ON_CONTENT.items():
        if why := guard(case):
            return Verdict(name, why, content)
    return Verdict(content=content)


def _size(case: Case) -> str:
    wanted = case.request.expects.size
    there = case.path.stat().st_size
    return "" if wanted is None or wanted == there else f"{there:,} bytes, the source announced {wanted:,}"


def _digest(case: Case) -> str:
    kind, _, wanted = case.request.expects.digest.partition(":")
    if not wanted:
        return ""
    with case.path.open("rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    return "" if found == wanted.lower() else f"its {kind} is not the one that the source announced"


def _ended(case: Case) -> str:
    """Tables and text have no end of their own; where the transfer shows none, a line must be whole."""
    if case.request.expects.kind not in ("csv", "text") or case.received.delimited:
        return ""
    with opened(case.path, case.request.expects.most_unpacked) as file:
        last = b""
        while block := file.read(1 << 20):
            last = block[-1:]
    return "the connection was closed in the middle of a line" * (last != b"\n")


def _media_type(case: Case) -> str:
    kind, found = case.request.expects.kind, case.received.media_type
    page = found in ("text/html", "application/xhtml+xml")
    if page and kind != "xhtml":
        return f"its type is {found}, not {kind}"
    return (
        f"its type is {found}, not json"
        if kind == "json" and found in ("application/xml", "text/xml")
        else ""
    )


def _page(case: Case) -> str:
    if case.request.expects.kind == "xhtml":
        return ""
    start = _start(case).lower()
    return "it is a web page, though its status is 200" * start.startswith((b"<!doctype html", b"<html"))


def _kind(case: Case) -> str:
    kind = case.request.expects.kind
    start = _start(case)
    if kind in _STARTS:
        return f"it does not start as {kind} does" * (not start.startswith(_STARTS[kind]))
    return f"it is no {kind}: it starts with {start[:1].decode('ascii', 'replace')}" * start.startswith(
        (b"<", b"{", b"PK\x03\x04")
    )


def _key_echo(case: Case) -> str:
    source = case.request.source
    key = key_of(source).encode() if names(source) else b""
    if not key:
        return ""
    with opened(case.path, case.request.expects.most_unpacked) as file:
        tail = b""
        while block := file.read(1 << 20):
            if key in tail + block:
                return "it repeats the key that was sent"
            tail = block[-len(key) :]
    return ""


def _envelope(case: Case) -> str:
    if case.request.expects.kind == "json" and not case.content.has_list:
        said = f": {case.content.error}" if case.content.error else ""
        return f"it holds no {case.request.expects.rows_at or 'list'}, but a message{said}"
    if case.content.error:
        return f"it says: {case.content.error}"
    return ""


def _header(case: Case) -> str:
    expects = case.request.expects
    if not expects.header or (expects.kind == "json" and not case.content.rows):
        return ""
    missing = [name for name in expects.header if name not in case.content.columns]
    return f"it lacks {', '.join(missing)}" if missing else ""


def _only(case: Case) -> str:
    for name, allowed in case.request.expects.only.items():
        if strange := sorted(case.content.values.get(name, frozenset()) - allowed):
            return f"it has rows of {name} {', '.join(strange[:5])}, which was not asked for"
    return ""


def _row_count(case: Case) -> str:
    for wanted in (case.request.expects.announced, case.content.announced):
        if wanted is not None and wanted != case.content.rows:
            return f"{case.content.rows:,} rows, announced were {wanted:,}"
    return ""


def _row_limit(case: Case) -> str:
    limit = case.request.expects.row_limit
    if limit is None or case.content.rows < limit:
        return ""
    return f"exactly {limit:,} rows, the most an answer may have: it was cut"


def _empty(case: Case) -> str:
    wrong = case.request.expects.must_have_rows and case.content.rows == 0
    return "it is empty, though the source says that there are rows" * wrong


def _shrunk(case: Case) -> str:
    share, before = case.request.expects.least_share, case.before
    if not share or before is None:
        return ""
    pairs = [("", before.rows, case.content.rows)]
    pairs += [(name, rows, case.content.counts.get(name, 0)) for name, rows in before.counts.items()]
    for name, old, new in pairs:
        if new < share * old:
            which = f" of {name[:80]}" if name else ""
            return f"{new:,} rows{which}, {old:,} before: it lost more than {1 - share:.0%}"
    return ""


def _start(case: Case) -> bytes:
    try:
        with opened(case.path, case.request.expects.most_unpacked) as file:
            return file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, EOFError, NotWhole):
        return b""


def mask_key(path: Path, source: str) -> None:
    """Take the key out of a refused answer before it is kept."""
    key = key_of(source).encode() if names(source) else b""
    if key and key in (raw := path.read_bytes()):
        path.write_bytes(raw.replace(key, MASK.encode()))


Guard = Callable[[Case], str]
ON_BYTES: dict[str, Guard] = {
    "size": _size,
    "digest": _digest,
    "ended": _ended,
    "media_type": _media_type,
    "page": _page,
    "kind": _kind,
}
ON_CONTENT: dict[str, Guard] = {
    "key_echo": _key_echo,
    "envelope": _envelope,
    "header": _header,
    "only": _only,
    ROW_LIMIT: _row_limit,
    "row_count": _row_count,
    EMPTY: _empty,
    "shrunk": _shrunk,
}
