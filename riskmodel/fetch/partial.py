"""Downloads that are not complete: where they lie, and what proves that the rest is of the same answer."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from pathlib import Path

from riskmodel.fetch.source import Request
from riskmodel.operations import disk

_BLOCK = 1 << 18


def part_name(request: Request) -> str:
    """The name of the partial file of a request: the same for the same question."""
    asked = json.dumps([request.source, request.logged()], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:32] + ".part"


def note(part: Path, etag: str, last_modified: str) -> None:
    """Keep what proves that the rest is of the same answer; a weak tag proves nothing."""
    part.parent.mkdir(parents=True, exist_ok=True)
    validator = last_modified if etag.startswith("W/") else etag or last_modified
    disk.replace_text(_note_of(part), json.dumps({"validator": validator}) + "\n")


def begun(part: Path) -> tuple[int, str]:
    """Bytes that are there, and the validator to ask for the rest with; 0 where it must begin again."""
    try:
        validator = json.loads(_note_of(part).read_text(encoding="utf-8"))["validator"]
        size = part.stat().st_size
    except (OSError, ValueError, LookupError, TypeError):
        return 0, ""
    return (size, validator) if size and isinstance(validator, str) and validator else (0, "")


def drop(part: Path) -> None:
    """Forget what is left of a download."""
    part.unlink(missing_ok=True)
    _note_of(part).unlink(missing_ok=True)


class TooLarge(Exception):
    """The answer unpacks to more than it may."""


def unwrap(part: Path, most: int) -> int:
    """Undo the packing of a transfer; returns the bytes. Raises TooLarge, ValueError where it is damaged."""
    aside = part.with_suffix(".unpacked")
    size = 0
    try:
        with gzip.open(part, "rb") as packed, aside.open("wb") as file:
            while block := packed.read(_BLOCK):
                size += len(block)
                if size > most:
                    raise TooLarge
                file.write(block)
        aside.replace(part)
        return size
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError("damaged") from error
    finally:
        aside.unlink(missing_ok=True)


def _note_of(part: Path) -> Path:
    return part.with_suffix(".json")
