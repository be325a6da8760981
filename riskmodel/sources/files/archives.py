"""Archives of files: zip and tar, and 7z where py7zr is installed; members are read as files of a folder are.

A member of a zip archive is unpacked when it is read. A tar or 7z archive can only be gone through from its
start, so that its members are unpacked once, into a folder that is removed with the last of them.
"""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.operations.scratch import Scratch
from riskmodel.sources.files.streams import (
    BROKEN_PACKING,
    PACKED_ENDINGS,
    SEVEN_MAGIC,
    ZIP_MAGIC,
    opened_stream,
    packing_of,
)
from riskmodel.sources.limits import ReadingLimits

ARCHIVE_ENDINGS = (
    ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".7z", *(f".tar{ending}" for ending in PACKED_ENDINGS)
)  # fmt: skip
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MOST_MEMBERS = 100_000
_BLOCK = 1 << 20
_EXTRA = "install py7zr (pip install 'export-diversion-risk[fetch]'), or unpack it by hand"


@dataclass(frozen=True)
class Member:
    """A file in an archive: its name there, its size, and where it is read.

    `member` names it in the zip archive `path`; where it is None, `path` is the file itself, which is there
    as long as `keep` is.
    """

    name: str
    bytes: int
    path: Path
    member: str | None = None
    keep: Scratch | None = None


def is_archive(path: Path) -> bool:
    """Whether a file begins as a zip, 7z or tar archive does, packed or not; spreadsheets are none."""
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(ZIP_MAGIC):
        return not _is_sheet(path)
    if head.startswith(SEVEN_MAGIC) or _is_tar(head):
        return True
    name = path.name.lower()
    likely = ".tar" in name or name.endswith((".tgz", ".tbz2", ".txz"))
    if packing_of(head) is None or not likely:
        return False
    try:
        with ExitStack() as stack:
            return _is_tar(opened_stream(path, None, stack)[0].read(512))
    except BROKEN_PACKING:
        return False


def members_of(path: Path, limits: ReadingLimits) -> list[Member]:
    """The files of an archive by name, folders left out. Raises InputUnreadable."""
    name, kind = one_line(path.name, 120), "tar"
    try:
        with path.open("rb") as file:
            head = file.read(6)
        kind = "zip" if head.startswith(ZIP_MAGIC) else "7z" if head.startswith(SEVEN_MAGIC) else "tar"
        if head.startswith(ZIP_MAGIC):
            found = _zip_members(path)
        elif head.startswith(SEVEN_MAGIC):
            found = _seven_members(path, name, limits)
        else:
            found = _tar_members(path, name, limits)
    except (*BROKEN_PACKING, tarfile.TarError, ValueError) as error:
        raise InputUnreadable(f"{name} is a truncated or corrupt {kind} archive; fetch it again") from error
    if len(found) > _MOST_MEMBERS:
        raise InputUnreadable(f"{name} is an archive of more than {_MOST_MEMBERS:,} files; unpack it by hand")
    refuse_growth(path, name, sum(member.bytes for member in found), limits)
    return sorted(found, key=lambda member: member.name)


def _zip_members(path: Path) -> list[Member]:
    with zipfile.ZipFile(path) as archive:
        return [
            Member(info.filename, info.file_size, path, member=info.filename)
            for info in archive.infolist()
            if not info.is_dir()
        ]


def _is_sheet(path: Path) -> bool:
    """A workbook is a zip archive, too."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except BROKEN_PACKING:
        return path.name.lower().endswith(_SHEETS)
    return "[Content_Types].xml" in names or "mimetype" in names or path.name.lower().endswith(_SHEETS)


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _tar_members(path: Path, name: str, limits: ReadingLimits) -> list[Member]:
    keep, total = Scratch(), 0
    found: list[Member] = []
    with ExitStack() as stack:
        stream, _ = opened_stream(path, None, stack)
        archive = stack.enter_context(tarfile.open(fileobj=stream, mode="r|"))
        for info in archive:
            file = archive.extractfile(info) if info.isfile() else None
            if file is None or not info.size:
                continue
            total += info.size
            refuse_growth(path, name, total, limits)
            target = keep.folder / f"member-{len(found)}"
            with target.open("wb") as out:
                shutil.copyfileobj(file, out, _BLOCK)
            found.append(Member(info.name, info.size, target, keep=keep))
            if len(found) > _MOST_MEMBERS:
                break
        while block := stream.read(_BLOCK):  # to the end, where packed streams keep their checksum
            total += len(block)
            refuse_growth(path, name, total, limits)
    return found


def _seven_members(path: Path, name: str, limits: ReadingLimits) -> list[Member]:
    try:
        import py7zr
    except ImportError:
        raise InputUnreadable(f"{name} is packed as 7z; {_EXTRA}") from None
    try:
        with py7zr.SevenZipFile(path) as archive:
            if archive.needs_password():
                raise InputUnreadable(f"{name} is packed with a password; unpack it by hand")
            infos = [info for info in archive.list() if not info.is_directory and not info.is_symlink]
            refuse_growth(path, name, sum(info.uncompressed for info in infos), limits)
            keep = Scratch()
            archive.extract(keep.folder / "members", targets=[info.filename for info in infos])
    except py7zr.exceptions.ArchiveError as error:
        raise InputUnreadable(f"{name} is a truncated or corrupt 7z archive; fetch it again") from error
    root = (keep.folder / "members").resolve()
    found = []
    for info in infos:
        target = root / info.filename
        if target.resolve().is_relative_to(root) and target.is_file() and not target.is_symlink():
            found.append(Member(info.filename, info.uncompressed, target, keep=keep))
    return found


def refuse_growth(path: Path, name: str, total: int, limits: ReadingLimits) -> None:
    """Raise InputUnreadable where a file unpacks to more than the limits allow."""
    allowed = limits.unpacked(path.stat().st_size)
    if total > allowed:
        raise InputUnreadable(
            f"{name} unpacks to more than {allowed:,} bytes, which a data file should not; "
            "unpack it by hand if you trust it"
        )
