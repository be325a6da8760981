"""Bytes as received, named by their digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from riskmodel.operations import disk
from riskmodel.publication.digests import digest_file
from riskmodel.store.layout import Store


def keep(store: Store, part: Path, *, accepted: bool) -> str:
    """Move a complete download to its place; returns its sha256. It is whole there or not there at all."""
    sha256 = digest_file(part)
    place = store.object(sha256) if accepted else store.rejected(sha256)
    if place.exists() and digest_file(place) == sha256:
        part.unlink()
        return sha256
    place.parent.mkdir(parents=True, exist_ok=True)
    disk.flush(part)
    part.replace(place)
    disk.flush(place.parent)
    return sha256


def stored(store: Store) -> Iterator[Path]:
    """Every object, in the order of its digest."""
    yield from sorted(p for p in (store.root / "objects").glob("*/*") if p.is_file())
