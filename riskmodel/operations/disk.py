"""Files and folders that survive a crash: written aside, flushed to the disk, then renamed."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ROOM = "parquet: File out of specification: Invalid thrift: transport error"


def exchange(one: Path, other: Path) -> bool:
    """Swap two names in one system call where the system can; False where it cannot."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    here, swap_names = -100, 2
    done: int = renameat2(here, os.fsencode(one), here, os.fsencode(other), swap_names)
    return done == 0


def flush_tree(folder: Path) -> None:
    """Force every file and folder below `folder`, and `folder` itself, to the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() or path.is_dir():
            flush(path)
    flush(folder)


def flush(path: Path) -> None:
    """Force one file, or the names in one folder, to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all it holds; nothing happens where there is none."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def replace_text(path: Path, text: str) -> None:
    """Replace a file at once: a reader sees the old text or the new, never a part of either."""
    replace_bytes(path, text.encode())


def replace_bytes(path: Path, content: bytes) -> None:
    """Replace a file at once, also where threads or other machines write the same one: the last is kept."""
    aside = path.with_name(f".{path.name}.{os.uname().nodename}.{os.getpid()}.{os.urandom(4).hex()}.new")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    flush(path.absolute().parent)


def append_line(path: Path, line: str) -> None:
    """Add one line to a file that several jobs add to: whole and flushed, or not at all.

    A torn line that a crash left at the end is closed first, so that it spoils no other.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        data = (b"\n" if torn else b"") + line.encode() + b"\n"
        try:
            written = os.write(handle, data)
            if written != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def is_full(error: BaseException) -> bool:
    """Whether an error means that the disk, a quota or a size limit is used up.

    polars keeps no error number, only its text; where the header of a Parquet page finds no room, not even
    that. Readers catch the same words themselves: there they mean a damaged file.
    """
    number, words = getattr(error, "errno", None), str(error)
    return number in _FULL or any(f"(os error {code})" in words for code in _FULL) or _NO_ROOM in words
