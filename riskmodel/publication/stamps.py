"""Digests of large files, remembered by what the file system says of them, so that a second run is quick.

They lie in `riskmodel/digests.json` of the user's cache folder (`XDG_CACHE_HOME`, else `~/.cache`), never in
a run. A digest counts again where device, inode, size and both times (of content and of status) are the same
to the nanosecond, and both are older than the digest by more than any file system's clock is coarse: a file
that is written twice within one tick has the same times. All else is read again, and so is every file under
`LEAST_BYTES`.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from riskmodel.operations import disk
from riskmodel.publication.digests import digest_file

LEAST_BYTES = 4_000_000  # read in some ten milliseconds
COARSE = 2_000_000_000  # nanoseconds: FAT counts in steps of two seconds
MOST_FILES = 10_000
_PLACE = Path("riskmodel") / "digests.json"


@dataclass
class Stamps:
    """Digests of files as they were at known times.

    Attributes
    ----------
    place: the file they are kept in; None where there is no cache folder.
    known: path -> device, inode, size, both times, when it was read (nanoseconds), sha256.
    """

    place: Path | None
    known: dict[str, list[int | str]] = field(default_factory=dict)
    changed: bool = False

    def digest(self, path: Path) -> str:
        """sha256 of a file, read where it is not known; raises OSError as reading does."""
        before = path.stat()
        if before.st_size < LEAST_BYTES:
            return digest_file(path)
        name, marks = str(path.resolve()), _marks(before)
        held = self.known.get(name)
        if held is not None and held[:5] == marks and _settled(before, int(held[5])):
            return str(held[6])
        started = time.time_ns()
        sha256 = digest_file(path)
        self.known.pop(name, None)
        if _marks(path.stat()) == marks and _settled(before, started):
            self.known[name] = [*marks, started, sha256]
        self.changed = True
        return sha256

    def keep(self) -> None:
        """Write what was learnt, the newest files; nothing where that cannot be done: it only saves time."""
        if self.place is None or not self.changed:
            return
        newest = dict(list(self.known.items())[-MOST_FILES:])
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            disk.replace_text(self.place, json.dumps(newest))
        except OSError:
            return


def read_stamps(again: bool = False) -> Stamps:
    """What is remembered; nothing of it where `again`, where there is none or where it cannot be read."""
    place = _place()
    if place is None or again:
        return Stamps(place)
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Stamps(place)
    sound = found.items() if isinstance(found, dict) else ()
    return Stamps(place, {name: held for name, held in sound if _is_sound(held)})


def _place() -> Path | None:
    try:
        folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # no home
        return None
    return Path(folder) / _PLACE if Path(folder).is_absolute() else None


def _is_sound(held: object) -> bool:
    return (
        isinstance(held, list)
        and len(held) == 7
        and all(type(mark) is int for mark in held[:6])
        and isinstance(held[6], str)
    )


def _marks(stat: os.stat_result) -> list[int | str]:
    return [stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def _settled(stat: os.stat_result, read_at: int) -> bool:
    """Whether both times lie so far before the reading that a later change must show in them."""
    return max(stat.st_mtime_ns, stat.st_ctime_ns) + COARSE < read_at
