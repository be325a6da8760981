"""A folder for large tables: removed with its last user, and after a kill when the next job starts."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
import weakref
from pathlib import Path

PREFIX = "riskmodel-parts-"
LOCK = "in-use"
NEWBORN_SECONDS = 60


class Scratch:
    """An empty folder below the system's folder for temporary files (`TMPDIR`).

    It is removed when the object is no longer used, at the latest when the process ends. A process that is
    killed leaves it behind unlocked; `remove_leftovers` of the next one removes it.
    """

    def __init__(self) -> None:
        remove_leftovers()
        self.folder, self._lock = _locked_folder()
        self._remove = weakref.finalize(self, _remove, self.folder, self._lock, os.getpid())


def _locked_folder() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / LOCK).exists():  # else another job took it for a leftover before it was locked
            return folder, lock
        os.close(lock)


def _remove(folder: Path, lock: int, owner: int) -> None:
    if os.getpid() == owner:  # a forked child is not the user
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_leftovers() -> None:
    """Remove the folders of this account's jobs that were killed: those that no one locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            found = folder.lstat()
            if found.st_uid == os.getuid() and not folder.is_symlink():
                _remove_unused(folder, found.st_ctime)
        except OSError:
            continue


def _remove_unused(folder: Path, born: float) -> None:
    """Remove a folder under its lock, so that no one begins to use it meanwhile."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:  # another job may be about to lock it
        if time.time() - born >= NEWBORN_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)
