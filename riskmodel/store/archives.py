"""7z archives, by the optional py7zr or an installed 7-Zip: names, a check of all bytes, unpacking."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riskmodel.errors import WrongUsage

_PROGRAMS = ("7zz", "7z", "7za")
_HEAD = 4096


@dataclass
class Glance:
    """What unpacking a file shows: its first bytes and how many lines it has."""

    head: bytes = b""
    lines: int = 0
    _size: int = field(default=0, repr=False)

    def add(self, block: bytes) -> None:
        """Count one block."""
        if self._size < _HEAD:
            self.head += block[: _HEAD - self._size]
        self._size += len(block)
        self.lines += block.count(b"\n")


def seven_available() -> bool:
    """Whether 7z archives can be read."""
    return _library() is not None or _program() is not None


def require_seven() -> None:
    """Raise WrongUsage with one sentence where 7z archives cannot be read."""
    if not seven_available():
        raise WrongUsage(
            "Eurostat's monthly archives are 7z files; install their reader: "
            "pip install --require-hashes -r requirements-fetch.lock, or the program 7-Zip (7zz)."
        )


def seven_names(path: Path) -> tuple[list[str], int]:
    """Names in an archive and their unpacked size in all. Raises ValueError where it is damaged."""
    py7zr = _library()
    if py7zr is None:
        return _listed(_run(["l", "-slt", "-ba", "--", str(path)]).decode("utf-8", "replace"))
    try:
        with py7zr.SevenZipFile(path) as archive:
            files = archive.list()
            return [file.filename for file in files], sum(int(file.uncompressed or 0) for file in files)
    except Exception as error:  # the reader raises errors of many kinds on broken bytes
        raise ValueError("damaged archive") from error


def glance(path: Path, name: str) -> Glance:
    """Unpack a whole archive to nowhere and look at one file. Raises ValueError where a checksum is wrong."""
    py7zr = _library()
    if py7zr is None:
        _run(["t", "--", str(path)])
        return _streamed(path, name)
    found: dict[str, Glance] = {}
    try:
        with py7zr.SevenZipFile(path) as archive:
            archive.extractall(factory=_glances(py7zr, found))
    except Exception as error:  # as above; a full disk cannot be among them, since nothing is written
        raise ValueError("damaged archive") from error
    if name not in found:
        raise ValueError("damaged archive")
    return found[name]


def take_out(path: Path, name: str, folder: Path) -> Path:
    """Unpack one file, which must have a plain name, into an empty folder."""
    if "/" in name or "\\" in name or name.startswith((".", "-")):
        raise ValueError("a path in an archive")
    py7zr = _library()
    if py7zr is None:
        require_seven()
        _run(["e", f"-o{folder}", "-y", "--", str(path), name])
    else:
        with py7zr.SevenZipFile(path) as archive:
            archive.extract(path=folder, targets=[name])
    return folder / name


def _library() -> Any:
    try:
        import py7zr
    except ImportError:
        return None
    return py7zr


def _program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def _run(arguments: list[str]) -> bytes:
    """What the program prints. Raises ValueError where it finds an archive damaged."""
    require_seven()
    ended = subprocess.run([str(_program()), *arguments], capture_output=True, check=False)  # noqa: S603
    if ended.returncode:
        raise ValueError("damaged archive")
    return ended.stdout


def _listed(text: str) -> tuple[list[str], int]:
    """Names and sizes in a technical listing of 7-Zip: one block of lines for each file."""
    names, size = [], 0
    for line in text.splitlines():
        key, _, value = line.partition(" = ")
        if key == "Path":
            names.append(value)
        elif key == "Size" and value.isdigit():
            size += int(value)
    return names, size


def _streamed(path: Path, name: str) -> Glance:
    """A file as the program unpacks it to a pipe."""
    seen = Glance()
    command = [str(_program()), "e", "-so", "--", str(path), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as job:  # noqa: S603
        assert job.stdout is not None
        while block := job.stdout.read(1 << 20):
            seen.add(block)
    if job.returncode:
        raise ValueError("damaged archive")
    return seen


def _glances(py7zr: Any, found: dict[str, Glance]) -> Any:
    """A factory of writers that keep nothing but a glance."""

    class Writer(py7zr.io.Py7zIO):
        def __init__(self, seen: Glance) -> None:
            self._seen, self._size = seen, 0

        def write(self, s: bytes | bytearray) -> int:
            self._seen.add(bytes(s))
            self._size += len(s)
            return len(s)

        def read(self, size: int | None = None) -> bytes:
            return b""

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0

        def flush(self) -> None:
            return

        def size(self) -> int:
            return self._size

    class Writers(py7zr.io.WriterFactory):
        def create(self, filename: str) -> Any:
            found[filename] = Glance()
            return Writer(found[filename])

    return Writers()
