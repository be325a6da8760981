"""Where parts lie: a folder that all workers see, or an object store by fsspec."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Any, Protocol

from data_contracts.plain_text import one_line
from riskmodel.errors import WrongUsage
from riskmodel.operations.disk import append_line, remove, replace_bytes
from riskmodel.operations.scratch import Scratch

LEDGER = "ledger.jsonl"


class Place(Protocol):
    """Files by name; what is read was written whole.

    `name` is what a worker on another machine opens with `open_place`; `lasting`: it outlives this process.
    """

    name: str
    lasting: bool

    def read(self, name: str) -> bytes:
        """Bytes of a file; FileNotFoundError where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""

    def note(self, key: str, line: str) -> None:
        """Add a line to the ledger."""

    def notes(self) -> list[str]:
        """The lines of the ledger; a torn one may be among them."""

    def claim(self) -> None:
        """Take the place for this process where that can be done; raises WrongUsage where another has it."""

    def release(self) -> None:
        """Give it up again."""


class Folder:
    """A folder, on this machine or on a file system that all machines see."""

    def __init__(self, folder: Path, scratch: Scratch | None = None) -> None:
        self.name, self.lasting = str(folder), scratch is None
        self._folder, self._scratch = folder, scratch
        self._lock: int | None = None

    def claim(self) -> None:
        """Lock the folder until the process ends; raises WrongUsage where another job has it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._folder / ".lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise WrongUsage(
                f"--parts {one_line(self.name, 160)} is in use by another job; wait, or name another folder."
            ) from None

    def release(self) -> None:
        """Unlock the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, name: str) -> bytes:
        """Bytes of a file; FileNotFoundError where there is none."""
        return (self._folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all: another worker may be writing the same part."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_bytes(path, content)

    def remove(self, name: str) -> None:
        """Remove a file or a folder."""
        remove(self._folder / name)

    def note(self, key: str, line: str) -> None:
        """Add a line to the ledger, whole and flushed, or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        append_line(self._folder / LEDGER, line)

    def notes(self) -> list[str]:
        """The lines of the ledger."""
        try:
            return (self._folder / LEDGER).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []


class ObjectStore:
    """Objects below an address that fsspec knows, such as `s3://bucket/parts`.

    An object store cannot append, so each line of the ledger is an object; a put is whole or not there.
    """

    def __init__(self, address: str) -> None:
        self.name, self.lasting = address.rstrip("/"), True
        try:
            import fsspec
        except ImportError:
            raise WrongUsage(
                f"--parts {one_line(address, 120)} needs fsspec: pip install "
                "'export-diversion-risk[cluster]', or name a folder that all workers see."
            ) from None
        try:
            self._files, self._root = fsspec.core.url_to_fs(self.name)
        except (ImportError, ValueError) as error:
            raise WrongUsage(
                f"--parts {one_line(address, 120)} cannot be used: {one_line(str(error), 200)}"
            ) from None

    def read(self, name: str) -> bytes:
        """Bytes of an object; FileNotFoundError where there is none."""
        found: bytes = self._files.cat_file(self._path(name))
        return found

    def write(self, name: str, content: bytes) -> None:
        """Put an object."""
        self._files.pipe_file(self._path(name), content)

    def remove(self, name: str) -> None:
        """Remove an object and all below it."""
        with contextlib.suppress(FileNotFoundError):
            self._files.rm(self._path(name), recursive=True)

    def claim(self) -> None:
        """Nothing: a store has no locks, so each job needs an address of its own."""

    def release(self) -> None:
        """Nothing."""

    def note(self, key: str, line: str) -> None:
        """Put a line of the ledger."""
        self.write(f"ledger/{key}.json", line.encode())

    def notes(self) -> list[str]:
        """The lines of the ledger."""
        self._files.invalidate_cache()
        found: dict[str, Any] = {}
        with contextlib.suppress(FileNotFoundError):
            names = self._files.ls(self._path("ledger"), detail=False)
            found = self._files.cat(names) if names else {}
        return [found[name].decode("utf-8", errors="replace") for name in sorted(found)]

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def open_place(name: str) -> Place:
    """The place of a path or an address; raises WrongUsage where it cannot be used."""
    if "://" in name and not name.startswith("file://"):
        return ObjectStore(name)
    folder = Path(name.removeprefix("file://"))
    return Folder(folder.absolute())


def own_place() -> Place:
    """A place of this process alone, removed with it."""
    scratch = Scratch()
    return Folder(scratch.folder / "parts", scratch)


def check_place(place: Place) -> None:
    """Claim a place and try to write; raises WrongUsage with the reason where that fails."""
    try:
        place.claim()
        place.write("tried", b"")
        place.remove("tried")
    except WrongUsage:
        raise
    except Exception as error:
        raise WrongUsage(
            f"--parts {one_line(place.name, 160)} cannot be written: {one_line(str(error), 160)}; name "
            "another folder or store, or get the right to write there."
        ) from None
