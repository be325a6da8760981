"""The folder of a store: where objects, the ledger, partial downloads and locks lie."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from riskmodel.errors import WrongUsage
from riskmodel.operations import disk

FORMAT = 1
_MARK = "FORMAT"
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Store:
    """A store at `root`. Objects are named by their sha256 and never change; the ledger only grows."""

    root: Path

    @property
    def ledger(self) -> Path:
        """One line of JSON for each answer."""
        return self.root / "ledger.jsonl"

    @property
    def partial(self) -> Path:
        """Downloads that are not complete."""
        return self.root / "partial"

    @property
    def derived(self) -> Path:
        """Tables computed from objects, by digest; may be removed at any time."""
        return self.root / "derived"

    @property
    def views(self) -> Path:
        """What was known on a day; may be removed at any time."""
        return self.root / "views"

    def object(self, sha256: str) -> Path:
        """Where an accepted answer lies."""
        return self.root / "objects" / _name(sha256)

    def rejected(self, sha256: str) -> Path:
        """Where a refused answer lies, apart from the accepted ones."""
        return self.root / "rejected" / _name(sha256)

    def quota(self, source: str) -> Path:
        """Calls made of a source today."""
        return self.root / "quota" / f"{source}.json"

    @contextmanager
    def exclusive(self, name: str, wait_seconds: float) -> Iterator[None]:
        """Hold the right to fetch one source; a second process waits, for at most `wait_seconds`.

        The lock ends with the process, however it ends. Raises WrongUsage where the wait is over.
        """
        folder = self.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(
            folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644
        )
        try:
            _wait_for(handle, name, wait_seconds)
            yield
        finally:
            os.close(handle)  # the file stays: removing it would let two processes lock two files of one name


def _name(sha256: str) -> Path:
    if len(sha256) != 64 or not set(sha256) <= _HEX:
        raise ValueError(f"not a sha256: {sha256[:80]!r}")
    return Path(sha256[:2], sha256)


def _wait_for(handle: int, name: str, wait_seconds: float) -> None:
    end = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            if time.monotonic() >= end:
                raise WrongUsage(
                    f"Another process is working on {name} in this store; wait for it, then run again."
                ) from None
            time.sleep(0.2)


def open_store(root: Path, *, create: bool = False) -> Store:
    """The store at `root`; `create` makes a new one in an empty or missing folder.

    Raises WrongUsage where there is none, where the folder holds something else, or for a newer format.
    """
    mark = root / _MARK
    if not mark.is_file():
        if not create:
            raise WrongUsage(
                f"{root.name!r} holds no store; make one with: riskmodel fetch starter --store {root.name}"
            )
        _make(root, mark)
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))["format"]
    except (OSError, ValueError, LookupError, TypeError):
        raise WrongUsage(f"{root.name!r} holds no store that can be read; name another folder.") from None
    if found != FORMAT:
        raise WrongUsage(f"The store {root.name!r} has format {found}; this program reads format {FORMAT}.")
    return Store(root)


def _make(root: Path, mark: Path) -> None:
    try:
        if root.is_symlink() or (root.exists() and not root.is_dir()):
            raise WrongUsage(f"--store {root.name!r} is not a folder; name a new one.")
        started = {"objects", "rejected", "partial", "quota", "locks", mark.name}
        if root.is_dir() and any(
            p.name not in started and not p.name.startswith(".") for p in root.iterdir()
        ):
            raise WrongUsage(f"--store {root.name!r} holds other files; name a new or empty folder.")
        for folder in ("objects", "rejected", "partial", "quota", "locks"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        disk.replace_text(mark, json.dumps({"format": FORMAT}) + "\n")
    except OSError as error:
        raise WrongUsage(f"--store {root.name!r} cannot be used: {error.strerror}; name another.") from None
