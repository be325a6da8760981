"""The ledger of a store: one line for each answer of a source, only ever added to."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from riskmodel.operations import disk

# accepted: a new answer. seen: the source still gives the same. rejected: kept apart, never used.
# absent: the source says that there is none. failed: no answer. pruned: the bytes were removed on request.
Outcome = Literal["accepted", "seen", "rejected", "absent", "failed", "pruned"]
HOLDS = ("accepted", "seen")


@dataclass(frozen=True)
class Entry:
    """One answer.

    Attributes
    ----------
    source, dataset: who was asked, and for which thing that is published under one name again and again.
    period: the month (`2024-03`), day or year it is about; empty where it is about no time.
    request: url and parameters, never a key.
    published_at: the publisher's own time, as ISO text in UTC, and `published_field` that said so; empty
        where the publisher gives none.
    retrieved_at: when the answer was complete; never before that of an earlier line.
    rows: data rows; `counts`: rows by list, where a file holds several lists.
    covers: for answers that hold several publications, one object for each: `reporter`, `period`,
        `checksum`, `published_at`.
    goal: codes that the parts of a split question must give together before any of them may be used.
    reason: why an answer was rejected, is absent or failed.
    """

    source: str
    dataset: str
    outcome: Outcome
    retrieved_at: str
    period: str = ""
    name: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    status: int = 0
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    published_at: str = ""
    published_field: str = ""
    bytes: int = 0
    sha256: str = ""
    publisher_digest: str = ""
    rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    covers: tuple[Mapping[str, Any], ...] = ()
    goal: str = ""
    licence: str = ""
    tool: str = ""
    reason: str = ""
    calls: int = 0
    seq: int = 0

    @property
    def known_at(self) -> date:
        """The day from which this answer was surely public: the publisher's, else the day of retrieval.

        A publisher's time after the retrieval is a wrong clock or zone: then the retrieval counts.
        """
        return known_day(self.published_at, self.retrieved_at)


_NAMES = frozenset(f.name for f in fields(Entry)) - {"seq"}


def known_day(published_at: str, retrieved_at: str) -> date:
    """The earlier of the publisher's day and the day of retrieval.

    >>> known_day("2026-02-10T08:00:00+00:00", "2026-03-01T00:00:00+00:00")
    datetime.date(2026, 2, 10)
    """
    retrieved = datetime.fromisoformat(retrieved_at).astimezone(UTC).date()
    if not published_at:
        return retrieved
    return min(datetime.fromisoformat(published_at).astimezone(UTC).date(), retrieved)


def append(path: Path, entry: Entry) -> None:
    """Add one line, whole and flushed, or nothing. Raises OSError."""
    record = {
        name: value
        for name, value in asdict(entry).items()
        if name in _NAMES and value not in ("", 0, {}, ())
    }
    record["covers"] = list(entry.covers)
    if not entry.covers:
        del record["covers"]
    disk.append_line(path, json.dumps(record, sort_keys=True, ensure_ascii=False))


def read(path: Path) -> tuple[list[Entry], int]:
    """All entries in the order they were added, and the number of lines that cannot be read."""
    entries: list[Entry] = []
    torn = 0
    if not path.exists():
        return entries, 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            entry = _parsed(line, number)
            if entry is None:
                torn += 1
            else:
                entries.append(entry)
    return entries, torn


def _parsed(line: str, number: int) -> Entry | None:
    try:
        record = json.loads(line)
        known = {name: record[name] for name in record if name in _NAMES}
        known["covers"] = tuple(record.get("covers", ()))
        entry = Entry(**known, seq=number)
        datetime.fromisoformat(entry.retrieved_at)
        if entry.published_at:
            datetime.fromisoformat(entry.published_at)
        return entry
    except (ValueError, TypeError, LookupError, RecursionError, AttributeError):
        return None


def holding(entries: Iterable[Entry]) -> list[Entry]:
    """Answers that may be used: accepted, of bytes that were not pruned since."""
    kept: dict[str, bool] = {}
    entries = list(entries)
    for entry in entries:
        if entry.sha256:
            kept[entry.sha256] = entry.outcome != "pruned" and (
                entry.outcome in HOLDS or kept.get(entry.sha256, False)
            )
    return [e for e in entries if e.outcome in HOLDS and kept.get(e.sha256)]


def newest(entries: Iterable[Entry], source: str, dataset: str) -> Entry | None:
    """The last answer of a dataset that may be used, or None."""
    found = [e for e in holding(entries) if e.source == source and e.dataset == dataset]
    return found[-1] if found else None


def now(entries: Sequence[Entry] = ()) -> str:
    """The moment in UTC, never before the last line: a clock that was set back must not reorder vintages."""
    last = entries[-1].retrieved_at if entries else ""
    return max(datetime.now(UTC).isoformat(timespec="seconds"), last)


def json_rows(path: Path, at: str) -> list[dict[str, Any]]:
    """The list of objects under a key of a stored JSON answer, packed or not; empty where there is none."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    whole = json.loads(raw.decode("utf-8-sig"))
    rows = whole.get(at) if isinstance(whole, dict) else whole
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
