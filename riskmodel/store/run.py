"""The work of `riskmodel store`: list, check, prune, export."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from riskmodel.errors import WrongUsage
from riskmodel.publication.digests import digest_file
from riskmodel.store import ledger, objects
from riskmodel.store.archives import seven_names, take_out
from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry, holding

LISTED = {
    "source": pl.String(),
    "datasets": pl.Int64(),
    "vintages": pl.Int64(),
    "megabytes": pl.Float64(),
    "first": pl.String(),
    "last": pl.String(),
    "rejected": pl.Int64(),
    "absent": pl.Int64(),
    "failed": pl.Int64(),
    "licence": pl.String(),
}


def listed(store: Store) -> pl.DataFrame:
    """One row for each source: what is held, when it was fetched, what was refused."""
    entries, _ = ledger.read(store.ledger)
    rows = []
    for source in sorted({e.source for e in entries}):
        mine = [e for e in entries if e.source == source]
        held = [e for e in holding(mine) if e.outcome == "accepted"]
        sizes = {e.sha256: e.bytes for e in held}
        counts = {name: sum(e.outcome == name for e in mine) for name in ("rejected", "absent", "failed")}
        rows.append(
            (source, len({e.dataset for e in held}), len(held), round(sum(sizes.values()) / 1e6, 1),
             mine[0].retrieved_at, mine[-1].retrieved_at, *counts.values(), mine[-1].licence)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=LISTED, orient="row")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a store, and how to fix it."""

    what: str
    fix: str


def check(store: Store) -> Iterator[Problem]:
    """Compare every object with its name and the ledger; changes nothing."""
    entries, torn = ledger.read(store.ledger)
    if torn:
        yield Problem(f"{torn} lines of the ledger cannot be read", "They are passed over; nothing to do.")
    held = {e.sha256: e for e in holding(entries)}
    there = set[str]()
    for path in objects.stored(store):
        there.add(path.name)
        if digest_file(path) != path.name:
            yield Problem(
                f"object {path.name[:12]} was changed on disk", "Remove that file and fetch its source again."
            )
    for sha256, entry in held.items():
        if sha256 not in there:
            yield Problem(
                f"{entry.source} {entry.name or entry.dataset}: its bytes are missing",
                "Fetch the source again.",
            )
    for name in sorted(there - set(held)):
        yield Problem(f"object {name[:12]} is in no line of the ledger", "store prune removes it.")
    stray = [p for p in (store.root / "objects").rglob("*") if p.is_file() and len(p.name) != 64]
    for path in stray:
        yield Problem(f"{path.name[:40]} is no object", "Remove it.")


@dataclass(frozen=True)
class Pruned:
    """Files and bytes that were removed."""

    files: int
    bytes: int


def prune(store: Store, *, rejected: bool, derived: bool, older_than: str = "", dry: bool = False) -> Pruned:
    """Remove what no vintage needs; on request refused answers, derived tables and views, and vintages
    that were replaced before the day `older_than` (YYYY-MM-DD).

    The newest vintage of a dataset is never removed; what is removed is written to the ledger first.
    """
    with store.exclusive("prune", 60):
        entries, _ = ledger.read(store.ledger)
        gone = _superseded(entries, older_than) if older_than else []
        held = {e.sha256 for e in holding(entries)} - {e.sha256 for e in gone}
        doomed = [p for p in objects.stored(store) if p.name not in held]
        if rejected:
            doomed += [p for p in (store.root / "rejected").glob("*/*") if p.is_file()]
        if derived:
            doomed += [p for folder in (store.derived, store.views) for p in folder.rglob("*") if p.is_file()]
        size = sum(path.stat().st_size for path in doomed)
        if not dry:
            for entry in gone:
                when = ledger.now(entries)
                line = replace(
                    entry, outcome="pruned", retrieved_at=when, reason=f"replaced before {older_than}"
                )
                ledger.append(store.ledger, line)
            for path in doomed:
                path.unlink(missing_ok=True)
        return Pruned(len(doomed), size)


def _superseded(entries: list[Entry], older_than: str) -> list[Entry]:
    """Vintages that a later one replaced before a day; those that cover several publications are kept."""
    held = [e for e in holding(entries) if e.outcome == "accepted" and not e.covers]
    newest: dict[tuple[str, str], Entry] = {(e.source, e.dataset): e for e in held}
    keep = {e.sha256 for e in newest.values()}
    following: dict[tuple[str, str], Entry] = {}
    found = []
    for entry in reversed(held):
        key = (entry.source, entry.dataset)
        if key in following and entry.sha256 not in keep and following[key].known_at.isoformat() < older_than:
            found.append(entry)
        following[key] = entry
    return found


def export(store: Store, out: Path, source: str, unpack: bool = False) -> int:
    """Copy the objects of a source under readable names, each with the day it was known; returns how many.

    `unpack` gives the files of archives instead of the archives, as the readers of tables want them. Raises
    WrongUsage where `out` holds files.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WrongUsage(f"--out {out.name!r} is not an empty folder; name a new one.")
    entries, _ = ledger.read(store.ledger)
    chosen = [e for e in holding(entries) if e.outcome == "accepted" and e.source == source]
    if not chosen:
        raise WrongUsage(f"The store holds nothing of {source!r}.")
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    for entry in chosen:
        plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in entry.name or entry.dataset).lstrip(
            ".-"
        )
        name = f"{entry.known_at}-{entry.sha256[:8]}-{plain[-80:]}"
        for file in _copied(store.object(entry.sha256), out, name, unpack):
            lines.append({"file": file, **asdict(entry)})
    text = "".join(
        json.dumps(line, sort_keys=True, ensure_ascii=False, default=list) + "\n" for line in lines
    )
    (out / "ledger.jsonl").write_text(text, encoding="utf-8")
    return len(lines)


def _copied(stored: Path, out: Path, name: str, unpack: bool) -> list[str]:
    """Names of the files that an object gives: itself, or those in it where it is an archive."""
    with stored.open("rb") as file:
        start = file.read(6)
    if unpack and start.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(stored) as archive:
            files = [f"{name}-{member}" for member in archive.namelist()]
            for member, plain in zip(archive.namelist(), files, strict=True):
                with archive.open(member) as packed, (out / plain).open("wb") as whole:
                    shutil.copyfileobj(packed, whole)
        return files
    if unpack and start == b"7z\xbc\xaf\x27\x1c":
        members, _ = seven_names(stored)
        for member in members:
            take_out(stored, member, out).replace(out / f"{name}-{member}")
        return [f"{name}-{member}" for member in members]
    shutil.copyfile(stored, out / name)
    return [name]
