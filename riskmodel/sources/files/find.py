"""Which files to read: paths and folders to an ordered list, and a name for each that is safe to publish."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import InputFile
from riskmodel.sources.limits import ReadingLimits, reading_limits

_NOT_DATA = ("readme", "provenance", "license", "licence", "changelog")


@dataclass(frozen=True)
class Source:
    """A file to read and its name in published tables: base name, or more where base names collide.

    `limits` says how much of it is read at once.
    """

    path: Path
    name: str
    limits: ReadingLimits = field(default_factory=reading_limits)

    def refuse(self, sentence: str) -> InputUnreadable:
        """Return the error for this file; the sentence continues after the file's name."""
        return InputUnreadable(f"{one_line(self.name, 120)} {sentence}")


@dataclass(frozen=True)
class Found:
    """Files to read, in order, and the files of folders that were passed over (reader `skipped: why`)."""

    sources: tuple[Source, ...]
    skipped: tuple[InputFile, ...]


def find(paths: Sequence[Path], suffixes: Sequence[str], limits: ReadingLimits | None = None) -> Found:
    """Expand files and folders (recursively, sorted) into sources.

    In folders, hidden files, READMEs and PROVENANCE notes, and files whose name ends in none of `suffixes`
    are passed over and reported. A file named outright is always read. Raises InputUnreadable for a missing
    path, a path that is no regular file, a link that leads out of its folder, a folder without data, and a
    file given twice. `limits` are those of the settings where they are None.
    """
    limits = limits or reading_limits()
    chosen: list[Path] = []
    passed: list[tuple[Path, str]] = []
    for path in map(Path, paths):
        if _is_folder(path):
            files = _inside(path, suffixes, passed)
            if not files:
                raise InputUnreadable(
                    f"folder {one_line(path.name, 120)} holds no readable file; "
                    f"known endings: {', '.join(suffixes)}"
                )
            chosen += files
        else:
            chosen.append(_checked(path))
    if not chosen:
        raise InputUnreadable("no input file was named")
    repeated = [p for p, n in Counter(p.resolve() for p in chosen).items() if n > 1]
    if repeated:
        raise InputUnreadable(f"{one_line(repeated[0].name, 120)} is given twice; name each file once")
    names = _names(chosen)
    skipped = tuple(
        InputFile(one_line(p.name, 120), "", p.stat().st_size, f"skipped: {why}", 0) for p, why in passed
    )
    return Found(tuple(Source(p, names[p], limits) for p in chosen), skipped)


def is_note(path: Path) -> bool:
    """Whether a file is about data and no data itself: a README, a licence, a PROVENANCE note."""
    return path.name.lower().startswith(_NOT_DATA)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path) -> Path:
    name = one_line(path.name or str(path), 120)
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputUnreadable(f"{name} has a name that is no UTF-8 text; rename it") from error
    try:
        if not path.exists():
            raise InputUnreadable(f"{name} does not exist; check the path")
        if not path.is_file():
            raise InputUnreadable(f"{name} is not a regular file")
        if path.stat().st_size == 0:
            raise InputUnreadable(f"{name} is empty (0 bytes); fetch or export it again")
        with path.open("rb"):
            return path
    except (OSError, ValueError) as error:
        raise InputUnreadable(f"{name} cannot be opened: {one_line(str(error.args[-1]), 120)}") from error


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder that can be read and entered. Raises InputUnreadable where it cannot."""
    name = one_line(path.name or str(path), 120)
    try:
        if not path.is_dir():
            return False
    except OSError as error:
        raise InputUnreadable(
            f"{name} lies in a folder that cannot be entered ({error.strerror}); get the right (chmod u+rx)"
        ) from None
    if not os.access(path, os.R_OK | os.X_OK):
        raise InputUnreadable(
            f"folder {name} cannot be read and entered (Permission denied); get the right to (chmod u+rx)"
        )
    return True


def _inside(folder: Path, suffixes: Sequence[str], passed: list[tuple[Path, str]]) -> list[Path]:
    root = folder.resolve()
    kept = []
    for path in sorted(folder.rglob("*")):
        if not path.is_symlink() and _is_folder(path):
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise InputUnreadable(
                f"{one_line(path.name, 120)} in folder {one_line(folder.name, 120)} is a link that leads out "
                "of the folder; name its target outright or remove it"
            )
        if not path.is_file():
            continue  # a link to a folder, a pipe
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts):
            passed.append((path, "hidden"))
        elif is_note(path):
            passed.append((path, "a note, not data"))
        elif not path.name.lower().endswith(tuple(suffixes)):
            passed.append((path, "unknown ending"))
        else:
            kept.append(_checked(path))
    return kept


def _names(paths: Sequence[Path]) -> dict[Path, str]:
    """Name each path by as few trailing parts as tell it from the others."""
    names: dict[Path, str] = {}
    for path in paths:
        parts = path.resolve().parts
        others = [p.resolve().parts for p in paths if p is not path]
        depth = 1
        while any(o[-depth:] == parts[-depth:] for o in others) and depth < len(parts):
            depth += 1
        names[path] = one_line("/".join(parts[-depth:]), 1000)
    return names
