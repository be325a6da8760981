"""Which files to read: paths, folders and archives to an ordered list, each with a name safe to publish."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.operations.scratch import Scratch
from riskmodel.sources.batch import InputFile
from riskmodel.sources.files.archives import ARCHIVE_ENDINGS, is_archive, members_of
from riskmodel.sources.files.delta import LOG, live_files
from riskmodel.sources.files.sheets import is_workbook, sheets_of
from riskmodel.sources.files.streams import PACKED_ENDINGS
from riskmodel.sources.limits import ReadingLimits, reading_limits

_NOT_DATA = ("readme", "provenance", "license", "licence", "changelog")
_PARTITION = re.compile(r"([^=]{1,120})=(.*)")
_NESTED = "an archive inside an archive; unpack it"
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
# Bulk files of UN Comtrade are named after what they hold and end in .gz alone.
_BULK = re.compile(r"comtrade-[^/]*\.(?:gz|txt)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A file to read and its name in published tables: base name, or more where base names collide.

    `limits` says how much of it is read at once. `member` names the file in the zip archive `path`. `keep`
    holds a file that was unpacked. `partitions` are columns that only the names of its folders hold. A file
    that was not named `outright`, but found in a folder or an archive, may be set aside.
    """

    path: Path
    name: str
    limits: ReadingLimits = field(default_factory=reading_limits)
    member: str | None = None
    keep: Scratch | None = field(default=None, compare=False, repr=False)
    partitions: tuple[tuple[str, str | None], ...] = ()
    outright: bool = True
    archive: Path | None = None

    @property
    def origin(self) -> Path:
        """The file that was given: the archive or workbook of what is inside one."""
        return self.archive or self.path

    def refuse(self, sentence: str) -> InputUnreadable:
        """Return the error for this file; the sentence continues after the file's name."""
        return InputUnreadable(f"{one_line(self.name, 120)} {sentence}")

    def set_aside(self, error: InputUnreadable) -> InputFile:
        """The entry of a file that is not used, with the reason. Raises it if the file was named outright."""
        if self.outright:
            raise error
        return _skipped(self.name, self.origin, f"set aside, {_reason(error, self.name)}")


@dataclass(frozen=True)
class Found:
    """Files to read, in order, and the files of folders that were passed over (reader `skipped: why`)."""

    sources: tuple[Source, ...]
    skipped: tuple[InputFile, ...]


def find(
    paths: Sequence[Path],
    suffixes: Sequence[str],
    limits: ReadingLimits | None = None,
    *,
    strict: bool = False,
) -> Found:
    """Expand files, folders (recursively, sorted) and archives into sources.

    In folders and archives hidden files, READMEs and PROVENANCE notes, and files whose name ends in none of
    `suffixes`, packed or not, are passed over and reported; so is what cannot be read, unless `strict`. A
    file named outright is always read. Raises InputUnreadable for a missing path, a path that is no regular
    file, a link that leads out of its folder, a folder without data, and a file given twice. `limits` are
    those of the settings where they are None.
    """
    limits = limits or reading_limits()
    chosen: dict[Path, bool] = {}
    passed: list[tuple[Path, str]] = []
    listed: list[Path] = []
    for path in map(Path, paths):
        if _is_folder(path):
            files = _inside(path, suffixes, passed, strict)
            if not files:
                raise InputUnreadable(_nothing_in(path, suffixes))
        else:
            files = [_checked(path)]
        listed += files
        chosen.update({file: strict or not path.is_dir() for file in files})
    if not listed:
        raise InputUnreadable("no input file was named")
    repeated = [p for p, n in Counter(p.resolve() for p in listed).items() if n > 1]
    if repeated:
        raise InputUnreadable(f"{one_line(repeated[0].name, 120)} is given twice; name each file once")
    names = _names(listed)
    skipped = [_skipped(p.name, p, why) for p, why in passed]
    sources: list[Source] = []
    for path in listed:
        source = Source(
            path, names[path], limits, partitions=_partitions(path.parts[:-1]), outright=chosen[path]
        )
        sources += _unfolded(source, suffixes, skipped, strict)
    if not sources:
        raise InputUnreadable(f"{one_line(listed[0].name, 120)} {_why(skipped)}")
    return Found(tuple(sources), tuple(skipped))


def ends_in(name: str, suffixes: Sequence[str]) -> bool:
    """Whether a name ends in one of the suffixes, or in one that is packed."""
    low = name.lower()
    packed = next((ending for ending in PACKED_ENDINGS if low.endswith(ending)), "")
    return low.endswith(tuple(suffixes)) or low.removesuffix(packed).endswith(tuple(suffixes))


def is_note(path: Path) -> bool:
    """Whether a file is about data and no data itself: a README, a licence, a PROVENANCE note."""
    return path.name.lower().startswith(_NOT_DATA)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex, read in blocks; of a file that did not change once."""
    found = path.stat()
    marks = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return _digest(path, *marks)


@lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unfolded(
    source: Source, suffixes: Sequence[str], skipped: list[InputFile], strict: bool
) -> list[Source]:
    """The members of an archive that may be data; any other file itself."""
    try:
        sheets = is_workbook(source.path)
        if not sheets and not is_archive(source.path):
            return [source]
        members = (sheets_of if sheets else members_of)(source.path, source.limits)
    except InputUnreadable as error:
        skipped.append(source.set_aside(error))
        return []
    except OSError:
        return [source]  # what is wrong is said where it is read
    kept: list[Source] = []
    for member in members:
        place = PurePosixPath(member.name.replace("\\", "/"))
        why = None if sheets else _passed_over(place.parts, suffixes)
        if why == "unknown ending" and place.name.lower().endswith(ARCHIVE_ENDINGS):
            why = _NESTED
        why = why if member.bytes else "empty"
        if why == "unknown ending" and len(members) == 1 and source.outright:
            why = None
        name = one_line(f"{source.name}/{place}", 1000)
        if why is None and not sheets and place.name.lower().endswith(ARCHIVE_ENDINGS):
            why = _NESTED
        if why is not None:
            skipped.append(InputFile(name, "", member.bytes, f"skipped: {why}", 0))
            continue
        columns = source.partitions + _partitions(place.parts[:-1])
        kept.append(
            replace(
                source, path=member.path, name=name, member=member.member, keep=member.keep,
                archive=source.path,
                partitions=columns, outright=strict or (source.outright and len(members) == 1),
            )
        )  # fmt: skip
    if not kept:
        nested = next((file.name for file in skipped if file.reader == f"skipped: {_NESTED}"), None)
        what = (
            f"known endings: {_shown(suffixes)}" if nested is None else f"{nested} is an archive; unpack it"
        )
        nothing = source.refuse(f"is an archive without a readable file; {what}")
        skipped.append(source.set_aside(nothing))
    return kept


def _partitions(folders: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """Columns of the folders right above a file that are named `column=value`, as Hive names them."""
    found: list[tuple[str, str | None]] = []
    for folder in reversed(folders):
        if not (named := _PARTITION.fullmatch(folder)):
            break
        value = unquote(named[2])
        found.append((unquote(named[1]), None if value in ("", _NO_VALUE) else value))
    return tuple(reversed(found))


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


def _inside(
    folder: Path, suffixes: Sequence[str], passed: list[tuple[Path, str]], strict: bool
) -> list[Path]:
    root = folder.resolve()
    kept: list[Path] = []
    live: dict[Path, set[Path]] = {log.parent: live_files(log.parent) for log in folder.rglob(LOG)}
    for path in sorted(folder.rglob("*")):
        if not path.is_symlink() and _is_folder(path):
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise InputUnreadable(
                f"{one_line(path.name, 120)} in folder {one_line(folder.name, 120)} is a link that leads out "
                "of the folder; name its target outright or remove it"
            )
        if not path.is_file():
            continue
        table = next((parent for parent in path.parents if parent in live), None)
        why = _passed_over(path.relative_to(folder).parts, suffixes)
        if why is None and table is not None and path not in live[table]:
            why = "not in the present version of its Delta table"
        if why is None:
            try:
                kept.append(_checked(path))
            except InputUnreadable as error:
                if strict:
                    raise
                why = f"set aside, {_reason(error, path.name)}"
        if why is not None:
            passed.append((path, why))
    return kept


def _passed_over(parts: Sequence[str], suffixes: Sequence[str]) -> str | None:
    """Why a file of a folder or an archive is not read, by the names that lead to it; None for data."""
    if any(part.startswith((".", "_")) or part == "__MACOSX" for part in parts):
        return "hidden"
    name = parts[-1] if parts else ""
    if is_note(Path(name)):
        return "a note, not data"
    known = ends_in(name, (*suffixes, *ARCHIVE_ENDINGS)) or (".csv" in suffixes and _BULK.fullmatch(name))
    return None if known else "unknown ending"


def _nothing_in(folder: Path, suffixes: Sequence[str]) -> str:
    return f"folder {one_line(folder.name, 120)} holds no readable file; known endings: {_shown(suffixes)}"


def _shown(suffixes: Sequence[str]) -> str:
    return ", ".join(s for s in dict.fromkeys(suffixes) if not s.endswith(PACKED_ENDINGS))


def _why(skipped: Sequence[InputFile]) -> str:
    last = skipped[-1].reader.removeprefix("skipped: ") if skipped else "holds no data"
    return f"holds nothing that can be read: {last}"


def _skipped(name: str, path: Path, why: str) -> InputFile:
    return InputFile(one_line(name, 120), "", path.stat().st_size, f"skipped: {why}", 0)


def _reason(error: InputUnreadable, name: str) -> str:
    return one_line(str(error), 300).removeprefix(one_line(name, 120)).strip(" :")


def _names(paths: Sequence[Path]) -> dict[Path, str]:
    """Name each path by as few trailing parts as tell it from the others, with folders that are columns."""
    resolved = {path: path.resolve().parts for path in paths}
    # How many paths share each ending, so that a folder of thousands is named in one go.
    shared = Counter(parts[-depth:] for parts in resolved.values() for depth in range(1, len(parts) + 1))
    names: dict[Path, str] = {}
    for path, parts in resolved.items():
        partitions = len(_partitions(parts[:-1]))
        depth = partitions + 2 if partitions else 1
        while shared[parts[-depth:]] > 1 and depth < len(parts):
            depth += 1
        names[path] = one_line("/".join(parts[-depth:]), 1000)
    return names
