"""7z archives, by the optional py7zr: names, a check of every byte, and one file taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from riskmodel.errors import WrongUsage


def seven_available() -> bool:
    """Whether 7z archives can be read."""
    try:
        import py7zr  # noqa: F401
    except ImportError:
        return False
    return True


def _seven() -> Any:
    try:
        import py7zr
    except ImportError:
        raise WrongUsage(
            "Eurostat's monthly archives are 7z files; install their reader: "
            "pip install 'export-diversion-risk[fetch]'."
        ) from None
    return py7zr


def seven_names(path: Path) -> tuple[list[str], int]:
    """Names in an archive and their unpacked size in all. Raises ValueError where it is damaged."""
    py7zr = _seven()
    try:
        with py7zr.SevenZipFile(path) as archive:
            files = archive.list()
            return [file.filename for file in files], sum(int(file.uncompressed or 0) for file in files)
    except (py7zr.exceptions.ArchiveError, OSError, EOFError, ValueError, IndexError, TypeError) as error:
        raise ValueError("damaged archive") from error


def sound_seven(path: Path) -> bool:
    """Whether every file in an archive has the checksum it should have."""
    py7zr = _seven()
    try:
        with py7zr.SevenZipFile(path) as archive:
            return archive.testzip() is None
    except Exception:  # the decoders raise errors of their own on broken bytes
        return False


def take_out(path: Path, name: str, folder: Path) -> Path:
    """Unpack one file, which must have a plain name, into an empty folder."""
    if "/" in name or "\\" in name or name.startswith("."):
        raise ValueError("a path in an archive")
    with _seven().SevenZipFile(path) as archive:
        archive.extract(path=folder, targets=[name])
    return folder / name


def require_seven() -> None:
    """Raise WrongUsage with one sentence where 7z archives cannot be read."""
    _seven()
