"""One request the whole way: call, guards, object, ledger. The only place that makes an answer current."""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.client import Client, Received, SourceClosed
from riskmodel.fetch.guards import EMPTY, ROW_LIMIT, Case, judge, mask_key
from riskmodel.fetch.keys import masked
from riskmodel.fetch.pace import Pace, QuotaUsedUp
from riskmodel.fetch.source import PublicSource, Request
from riskmodel.operations.progress import Steps
from riskmodel.store import ledger, objects
from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry

# Refusals that a source answers by asking for less, or by asking whether there is nothing indeed.
ANSWERED_BY_MORE_CALLS = (ROW_LIMIT, EMPTY)


@dataclass(frozen=True)
class Taken:
    """What became of a request: the entry that is current now, or None; and the guard that refused."""

    entry: Entry | None = None
    refused_by: str = ""


@dataclass
class FetchTally:
    """What a command did, by outcome; `bytes` and `calls` as they went over the network."""

    calls: int = 0
    bytes: int = 0
    accepted: int = 0
    seen: int = 0
    absent: int = 0
    rejected: int = 0
    failed: int = 0

    def words(self) -> str:
        """One line for people."""
        parts = [f"{self.accepted} new", f"{self.seen} unchanged"]
        parts += [f"{getattr(self, k)} {k}" for k in ("absent", "rejected", "failed") if getattr(self, k)]
        return f"{', '.join(parts)}; {self.calls} calls, {self.bytes / 1e6:,.1f} MB"


class Taker:
    """Takes answers of one source into the store. Used under the source's lock."""

    def __init__(
        self,
        source: PublicSource,
        store: Store,
        steps: Steps,
        say: Callable[[str], None] = lambda _: None,
        accept_shrunk: bool = False,
    ) -> None:
        self.source, self.store, self._say, self._steps = source, store, say, steps
        self.pace = Pace(source, store.quota(source.name))
        self.tally = FetchTally()
        self._accept_shrunk = accept_shrunk
        self.entries, _ = ledger.read(store.ledger)
        self._client = Client(source, store.partial, self.pace, self._count_bytes)

    def newest(self, dataset: str) -> Entry | None:
        """The current answer of a dataset of this source, or None."""
        return ledger.newest(self.entries, self.source.name, dataset)

    def take(self, request: Request) -> Taken:
        """Ask, judge and keep.

        Raises QuotaUsedUp, SourceClosed and OSError. Other failures are written to the ledger and counted;
        the source goes on with its next request.
        """
        before = self.newest(request.dataset)
        has_bytes = before is not None and self.store.object(before.sha256).is_file()
        try:
            received = self._client.get(
                request,
                before.etag if before and has_bytes else "",
                before.last_modified if before and has_bytes else "",
            )
        except QuotaUsedUp:
            raise
        except FetchIncomplete as error:
            self.tally.failed += 1
            self._add(self._line(request, "failed", reason=masked(str(error))))
            if isinstance(error, SourceClosed):
                raise  # every further call would end the same way
            self._say(masked(str(error)))
            return Taken()
        finally:
            self.tally.calls = self.pace.made
            self._steps.advance()
        if received.status == 304 and before is not None:
            self.tally.seen += 1
            return Taken(self._add(self._seen(request, before)))
        if received.part is None:
            self.tally.absent += 1
            self._add(self._line(request, "absent", received, reason="the source does not have it"))
            return Taken()
        return self._judged(request, received, before)

    def _judged(self, request: Request, received: Received, before: Entry | None) -> Taken:
        part = received.part or Path()
        expects = request.expects
        if self._accept_shrunk:
            request = replace(request, expects=replace(expects, least_share=0.0))
        verdict = judge(Case(request, received, part, before))
        if not verdict.passed:
            mask_key(part, self.source.name)
            sha256 = objects.keep(self.store, part, accepted=False)
            self._client.discard(request)
            self._add(
                self._line(request, "rejected", received, sha256=sha256, rows=verdict.content.rows,
                           reason=masked(f"{verdict.guard}: {verdict.why}"))
            )  # fmt: skip
            if verdict.guard not in ANSWERED_BY_MORE_CALLS:
                self.tally.rejected += 1
                self._say(
                    f"{self.source.title}: {request.name or request.dataset} was refused: {verdict.why}"
                )
            return Taken(None, verdict.guard)
        sha256 = objects.keep(self.store, part, accepted=True)
        self._client.discard(request)
        same = before is not None and before.sha256 == sha256 and before.covers == request.covers
        if same and before is not None:
            self.tally.seen += 1
            return Taken(self._add(self._seen(request, before)))
        self.tally.accepted += 1
        entry = self._line(request, "accepted", received, sha256=sha256, rows=verdict.content.rows,
                           counts=verdict.content.counts, publisher_digest=expects.digest)  # fmt: skip
        return Taken(self._add(_dated(entry, request, received)))

    def give_up(self, request: Request, reason: str) -> None:
        """Write down that a request cannot be fulfilled now."""
        self.tally.failed += 1
        self._add(self._line(request, "failed", reason=reason))
        self._say(f"{self.source.title}: {request.name or request.dataset}: {reason}")

    def note_absent(self, request: Request, reason: str) -> None:
        """Write down that the source does not have something, without a call."""
        before = [e for e in self.entries if e.dataset == request.dataset and e.source == self.source.name]
        if before and before[-1].outcome == "absent":
            return
        self.tally.absent += 1
        self._add(self._line(request, "absent", reason=reason))

    def _seen(self, request: Request, before: Entry) -> Entry:
        return replace(
            before, outcome="seen", retrieved_at=ledger.now(self.entries),
            covers=request.covers or before.covers,
        )  # fmt: skip

    def _line(
        self, request: Request, outcome: ledger.Outcome, received: Received | None = None, **more: Any
    ) -> Entry:
        got = received or Received(0)
        return Entry(
            source=request.source,
            dataset=request.dataset,
            outcome=outcome,
            retrieved_at=ledger.now(self.entries),
            period=request.period,
            name=request.name,
            request=_without_keys(request.logged()),
            status=got.status,
            media_type=got.media_type,
            etag=got.etag,
            last_modified=got.last_modified,
            bytes=got.size,
            covers=request.covers if outcome in ledger.HOLDS else (),
            goal=request.goal,
            licence=self.source.licence,
            tool=f"export-diversion-risk {version('export-diversion-risk')}",
            **more,
        )

    def _add(self, entry: Entry) -> Entry:
        ledger.append(self.store.ledger, entry)
        entry = replace(entry, seq=self.entries[-1].seq + 1 if self.entries else 1)
        self.entries.append(entry)
        return entry

    def _count_bytes(self, count: int) -> None:
        self.tally.bytes += count
        received = getattr(self._steps, "received", None)
        if received is not None:
            received(count)


def _dated(entry: Entry, request: Request, received: Received) -> Entry:
    """Add the publisher's time: what the request knows, else the Last-Modified header."""
    if request.published_at:
        return replace(entry, published_at=utc(request.published_at), published_field=request.published_field)
    if received.last_modified:
        try:
            moment = email.utils.parsedate_to_datetime(received.last_modified).astimezone(UTC)
        except (ValueError, TypeError):
            return entry
        return replace(
            entry, published_at=moment.isoformat(timespec="seconds"), published_field="Last-Modified"
        )
    return entry


def utc(text: str) -> str:
    """A publisher's time as ISO text in UTC; without a zone it is read as UTC; unreadable, it is empty.

    >>> utc("2025-12-04T10:11:12.1234567"), utc("2025-12-04"), utc("soon")
    ('2025-12-04T10:11:12+00:00', '2025-12-04T00:00:00+00:00', '')
    """
    text = text.strip().replace("Z", "+00:00")
    head, dot, rest = text.partition(".")
    if dot:
        zone = rest.lstrip("0123456789")
        text = head + zone
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")


def _without_keys(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": masked(str(record["url"])),
        "params": {k: masked(v) for k, v in record["params"].items() if "key" not in k.lower()},
    }


def total(tallies: Iterable[FetchTally]) -> FetchTally:
    """The sum of several."""
    whole = FetchTally()
    for tally in tallies:
        for name in vars(whole):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
    return whole
