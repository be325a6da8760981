"""Digests, and the atomic publication of a run: all of it or none of it.

A run is written to a hidden sibling of its folder, flushed to disk, and renamed into place; the line in
the ledger, which holds the time, comes last.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from riskmodel.errors import RiskmodelError, WrongUsage

LEDGER = "ledger.jsonl"
MANIFEST = "manifest.json"
STAGING = ".partial"


def digest_json(value: Any) -> str:
    """sha256 of a JSON-able value in its canonical form."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def code_digest() -> str:
    """sha256 over this project's source and reference files, so that a run names the code that made it."""
    total = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    for package in ("data_contracts", "features", "riskmodel"):
        for path in sorted((root / package).rglob("*")):
            if (
                path.suffix in {".py", ".csv", ".json", ".jinja", ".css", ".skops"}
                and "__pycache__" not in path.parts
            ):
                total.update(str(path.relative_to(root)).encode() + b"\0")
                total.update(path.read_bytes())
    return total.hexdigest()


def write_json(value: Any, path: Path) -> None:
    """Write JSON with sorted keys and a final newline: the same value gives the same bytes."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def check_target(out: Path) -> None:
    """Refuse a folder that is not ours to replace, before any work is done.

    Raises
    ------
    WrongUsage: `out` is a file, holds something other than a run, or its parent cannot be written.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise WrongUsage(f"--out {out.name!r} is not a folder; name a new folder for the run.")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise WrongUsage(f"--out {out.name!r} holds files that are not a run; name a new or empty folder.")
    parent = out.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUsage(f"--out: cannot make the folder {str(parent)!r}: {error.strerror}.") from None
    if not os.access(parent, os.W_OK | os.X_OK):
        raise WrongUsage(f"--out: the folder {str(parent)!r} is not writable; name another place.")


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold the right to publish `out`; a second job at the same time is refused.

    Raises
    ------
    WrongUsage: another job is writing the same run. RiskmodelError: the folder cannot be written.
    """
    lock = out.absolute().parent / f".{out.name}.lock"
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise RiskmodelError(
            f"Cannot write beside {out.name!r} ({error.strerror}); name another --out."
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise WrongUsage(
            f"Another job is writing {out.name!r} right now; wait for it or name another --out."
        ) from None
    try:
        yield
    finally:
        os.close(handle)  # the file stays: removing it would let two jobs lock two files of one name


def publish(out: Path, write: Callable[[Path], None], entry: Mapping[str, Any] | None = None) -> None:
    """Let `write` fill a staging folder, then put it in place of `out` in one step.

    Parameters
    ----------
    write: called with the empty staging folder. entry: line for the ledger beside `out`; the time is added.

    Raises
    ------
    RiskmodelError: the disk is full or the folder cannot be written; `out` is then as it was before.
    """
    out = out.absolute()
    staging = out.parent / f".{out.name}{STAGING}"
    try:
        _remove(staging)
        staging.mkdir()
        write(staging)
        _flush(staging)
        _swap(staging, out)
    except OSError as error:
        _remove(staging)
        if error.errno == errno.ENOSPC:
            raise RiskmodelError(
                "The disk is full; nothing was published. Free some space and run again."
            ) from None
        raise RiskmodelError(
            f"Cannot write the run ({error.strerror or error}); nothing was published."
        ) from None
    except BaseException:
        _remove(staging)
        raise
    if entry is not None:
        line = {**entry, "published_at": datetime.now(UTC).isoformat(timespec="seconds")}
        with (out.parent / LEDGER).open("a", encoding="utf-8") as ledger:
            ledger.write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")


def _swap(staging: Path, out: Path) -> None:
    if not out.exists():
        staging.rename(out)
    elif not any(out.iterdir()):
        staging.rename(out)  # POSIX replaces an empty folder
    elif _exchange(staging, out):
        _remove(staging)  # now the old run
    else:
        old = out.parent / f".{out.name}.old"
        _remove(old)
        out.rename(old)
        staging.rename(out)
        _remove(old)
    _flush_folder(out.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one system call where the system can; False where it cannot."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    here, exchange = -100, 2
    done: int = renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange)
    return done == 0


def _flush(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
