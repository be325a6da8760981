"""The atomic publication of a folder: all of it or none of it.

A run is written to a hidden sibling of its folder, flushed to disk, and exchanged with the run in place;
the line in the ledger, which holds the time, comes last. Whatever a killed job leaves behind is cleaned
or completed when the next job takes the lock.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from riskmodel.errors import RiskmodelError, WrongUsage
from riskmodel.operations import disk, stopping
from riskmodel.publication.digests import MANIFEST, read_manifest

LEDGER = "ledger.jsonl"
STAGING = ".partial"
OLD = ".old"
_ENTRY = ("run_id", "as_of", "simulated")


def check_target(out: Path) -> None:
    """Refuse a folder that is not ours to replace, before any work is done.

    Raises
    ------
    WrongUsage: `out` is a file, holds something other than a run, or its parent cannot be written.
    """
    if not out.name or out.name == "..":
        raise WrongUsage(f"--out {str(out)!r} names no new folder; name one for the run, such as runs/june.")
    try:
        if out.is_symlink() or (out.exists() and not out.is_dir()):
            raise WrongUsage(f"--out {out.name!r} is not a folder; name a new folder for the run.")
        if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
            raise WrongUsage(
                f"--out {out.name!r} holds files that are not a run; name a new or empty folder."
            )
    except OSError as error:
        raise WrongUsage(f"--out {out.name!r} cannot be read: {error.strerror}; name another.") from None
    check_folder(out.absolute().parent)


def check_folder(folder: Path, option: str = "--out") -> None:
    """Make a folder that files are to be written to; WrongUsage, naming `option`, where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUsage(f"{option}: cannot use the folder {str(folder)!r}: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WrongUsage(f"{option}: the folder {str(folder)!r} is not writable; name another place.")


@contextmanager
def exclusive(out: Path) -> Iterator[tuple[str, ...]]:
    """Hold the right to publish `out`; yields what was repaired of a job that was killed there before.

    The lock ends with the process, however it ends.

    Raises
    ------
    WrongUsage: another job is writing the same run. RiskmodelError: the folder cannot be written.
    """
    out = out.absolute()
    lock = out.parent / f".{out.name}.lock"
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise _cannot_write(error, "nothing was published") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WrongUsage(
                f"Another job is writing {out.name!r} right now; wait for it or name another --out."
            ) from None
        try:
            repaired = recover(out)
        except OSError as error:
            raise _cannot_write(error, "what a killed job left there could not be cleaned") from None
        yield repaired
    finally:
        os.close(handle)  # the file stays: removing it would let two jobs lock two files of one name


def recover(out: Path) -> tuple[str, ...]:
    """Clean up after a job that was killed while it published `out`; call it under the lock only.

    A run that is there only under its `.old` name is put back, half-written runs are removed, and a run that
    was published without its ledger line gets it.
    """
    staging, old = _aside(out, STAGING), _aside(out, OLD)
    repaired = []
    if old.is_dir() and not old.is_symlink() and not (out / MANIFEST).is_file():
        if out.exists():
            out.rmdir()  # check_target let only an empty folder pass
        old.rename(out)
        disk.flush(out.parent)
        repaired.append("put the last run back in its place")
    for left in (old, staging):
        if left.exists() or left.is_symlink():
            disk.remove(left)
            repaired.append("removed what a killed job left behind")
    manifest = read_manifest(out)
    if manifest is not None and "run_id" in manifest and not _in_ledger(out, str(manifest["run_id"])):
        entry = {key: manifest.get(key) for key in _ENTRY}
        _append(out, {**entry, "note": "found in place without a ledger line"})
        repaired.append("added the ledger line of the run in place")
    return tuple(dict.fromkeys(repaired))


def publish(out: Path, write: Callable[[Path], None], entry: Mapping[str, object] | None = None) -> None:
    """Let `write` fill a staging folder, then put it in place of `out` in one step.

    Parameters
    ----------
    write: called with the empty staging folder. entry: line for the ledger next to `out`; the time is added.

    Raises
    ------
    RiskmodelError: the disk is full or the folder cannot be written; `out` is then as it was before.
    """
    out = out.absolute()
    staging = _aside(out, STAGING)
    try:
        disk.remove(staging)
        staging.mkdir()
        write(staging)
        disk.flush_tree(staging)
        with stopping.held_back():
            put_in_place(staging, out)
            if entry is not None:
                stopping.published()
                _finish(out, entry)
    except OSError as error:
        _forget(staging)
        raise _cannot_write(error, "nothing was published") from None
    except BaseException as error:
        _forget(staging)
        if disk.is_full(error):
            raise _cannot_write(error, "nothing was published") from None
        raise
    _forget(staging)  # after an exchange this is the run that was replaced


def put_in_place(staging: Path, out: Path) -> None:
    """Let the folder `staging` take the place of `out`; what was there may stay under the staging name."""
    if not out.exists() or not any(out.iterdir()):
        staging.rename(out)  # POSIX replaces an empty folder
    elif not disk.exchange(staging, out):
        old = _aside(out, OLD)
        disk.remove(old)
        out.rename(old)
        disk.flush(out.parent)
        try:
            staging.rename(out)
        except OSError:
            old.rename(out)
            raise
        with suppress(OSError):
            disk.remove(old)
    with suppress(OSError):  # some network file systems cannot flush a folder; the names are set all the same
        disk.flush(out.parent)


def _finish(out: Path, entry: Mapping[str, object]) -> None:
    try:
        _append(out, entry)
    except OSError as error:
        raise RiskmodelError(
            f"The run is published and whole, but its line could not be added to {LEDGER} "
            f"({error.strerror}); fix that and start the job again, which adds the line."
        ) from None


def _append(out: Path, entry: Mapping[str, object]) -> None:
    line = {**entry, "run": out.name, "published_at": datetime.now(UTC).isoformat(timespec="seconds")}
    disk.append_line(out.parent / LEDGER, json.dumps(line, sort_keys=True))


def _in_ledger(out: Path, run_id: str) -> bool:
    try:
        with (out.parent / LEDGER).open(encoding="utf-8", errors="replace") as lines:
            return any(run_id in line and _is_line_of(out.name, run_id, line) for line in lines)
    except FileNotFoundError:
        return False


def _is_line_of(name: str, run_id: str, line: str) -> bool:
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("run") == name and found.get("run_id") == run_id


def _aside(out: Path, ending: str) -> Path:
    return out.parent / f".{out.name}{ending}"


def _forget(staging: Path) -> None:
    with suppress(OSError):  # what cannot be removed now is removed at the next start
        disk.remove(staging)


def _cannot_write(error: BaseException, outcome: str) -> RiskmodelError:
    if disk.is_full(error):
        return RiskmodelError(f"The disk is full; {outcome}. Free some space and run again.")
    words = getattr(error, "strerror", None) or error
    return RiskmodelError(f"Cannot write the run ({words}); {outcome}. Fix that or name another --out.")
