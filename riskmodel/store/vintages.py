"""Which vintage of each publication was known on a day; pure functions on ledger entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from riskmodel.store.ledger import Entry, holding, known_day

# got: the figures of that day are held. not reconstructable: they were public then and replaced since, or
# were fetched later and the publisher does not say since when they were public. not public yet: they
# came later.
Status = Literal["got", "not reconstructable", "not public yet"]


@dataclass(frozen=True)
class Vintage:
    """One version of one publication: the answers that hold it, and the days on which it became known.

    `first_public` is the day of the first version as the publisher gives it, None where it does not.
    """

    key: str
    known_at: date
    entries: tuple[Entry, ...]
    first_public: date | None = None


@dataclass(frozen=True)
class Known:
    """What was known of a publication on a day: the vintage, or why there is none."""

    status: Status
    vintage: Vintage | None = None


def of_files(entries: Iterable[Entry], source: str) -> dict[str, list[Vintage]]:
    """Vintages of every dataset of a source that is published as files, by dataset."""
    found: dict[str, list[Vintage]] = defaultdict(list)
    for entry in holding(entries):
        if entry.source == source and entry.outcome == "accepted":
            found[entry.dataset].append(Vintage(entry.sha256, entry.known_at, (entry,)))
    return dict(found)


def of_pages(
    entries: Iterable[Entry], source: str, prefix: str, is_last: Callable[[Entry], bool]
) -> dict[str, list[Vintage]]:
    """Vintages of publications that come in pages (`prefix/period/0`, `/1`, ...), by period.

    Pages count together only where one run brought all of them, from the first to one that `is_last`: pages
    of two runs may be of two versions. A version that came again is not a new one.
    """
    found: dict[str, list[Vintage]] = defaultdict(list)
    open_runs: dict[str, list[Entry]] = defaultdict(list)
    for entry in holding(entries):
        if entry.source != source or not entry.dataset.startswith(prefix):
            continue
        period, _, page = entry.dataset.removeprefix(prefix).rpartition("/")
        run = open_runs[period]
        if page == "0":
            run.clear()
        if page != str(len(run)):
            run.clear()
            continue
        run.append(entry)
        if is_last(entry):
            key = ",".join(each.sha256 for each in run)
            if not found[period] or found[period][-1].key != key:
                found[period].append(Vintage(key, max(each.known_at for each in run), tuple(run)))
            run.clear()
    return dict(found)


def of_covers(entries: Iterable[Entry], source: str, leg: str) -> dict[tuple[str, str], list[Vintage]]:
    """Vintages of every (reporter, period) of a leg; answers of one checksum are one vintage.

    A vintage of which parts are missing is left out, so a list may be empty.
    """
    grouped: dict[tuple[str, str], dict[str, list[tuple[Entry, Mapping[str, object]]]]] = {}
    for entry in holding(entries):
        if entry.source != source or not entry.dataset.startswith(f"{leg}/"):
            continue
        for cover in entry.covers:
            unit = (str(cover["reporter"]), str(cover["period"]))
            grouped.setdefault(unit, {}).setdefault(str(cover["checksum"]), []).append((entry, cover))
    return {
        unit: [_covered(checksum, answers) for checksum, answers in versions.items() if _is_whole(answers)]
        for unit, versions in grouped.items()
    }


def _is_whole(answers: Sequence[tuple[Entry, Mapping[str, object]]]) -> bool:
    """Whether the parts of a question that was split are all there."""
    held = {code for entry, _ in answers for code in _codes(entry)}
    return all(held.issuperset(entry.goal.split(",")) for entry, _ in answers if entry.goal)


def _codes(entry: Entry) -> list[str]:
    return str(entry.request.get("params", {}).get("cmdCode", "")).split(",")


def _covered(checksum: str, answers: Sequence[tuple[Entry, Mapping[str, object]]]) -> Vintage:
    known = min(known_day(_utc(cover, "published_at"), entry.retrieved_at) for entry, cover in answers)
    first = [_utc(cover, "first_published_at") for _, cover in answers]
    day = min((datetime.fromisoformat(text).date() for text in first if text), default=None)
    kept = {entry.sha256: entry for entry, _ in answers}
    return Vintage(checksum, known, tuple(kept.values()), day)


def _utc(cover: Mapping[str, object], name: str) -> str:
    """A publisher's naive time read as UTC; empty where it cannot be read."""
    text = str(cover.get(name) or "").replace("Z", "+00:00")
    head, _, rest = text.partition(".")
    try:
        moment = datetime.fromisoformat(head + rest.lstrip("0123456789"))
    except ValueError:
        return ""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")


def known_on(vintages: Sequence[Vintage], as_of: date) -> Known:
    """The newest vintage known on a day. Never a later one: where there is none, the status says why.

    Of two vintages of one day the one that was stored last counts.
    """
    known = [v for v in vintages if v.known_at <= as_of]
    if known:
        newest = max(known, key=lambda v: (v.known_at, max(e.seq for e in v.entries)))
        return Known("got", newest)
    first = min((v.first_public for v in vintages if v.first_public), default=None)
    if first is not None and first > as_of:
        return Known("not public yet")
    return Known("not reconstructable")
