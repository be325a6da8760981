"""Keys of sources: from the environment or a file, and out of every text that leaves the program."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from riskmodel.errors import WrongUsage

MASK = "***"
_NAMES = {"comtrade": ("RISKMODEL_COMTRADE_KEY", "COMTRADE_API_KEY")}


def names(source: str) -> tuple[str, ...]:
    """Environment variables that may hold the key of a source; each also as `..._FILE`."""
    return _NAMES.get(source, ())


def key_of(source: str) -> str:
    """The key, or an empty text where none is set. Raises WrongUsage for a file that cannot be read."""
    for name in names(source):
        if text := os.environ.get(name, "").strip():
            return _checked(name, text)
        if path := os.environ.get(f"{name}_FILE", ""):
            try:
                return _checked(f"{name}_FILE", Path(path).read_text(encoding="utf-8").strip())
            except (OSError, UnicodeDecodeError):
                raise WrongUsage(f"{name}_FILE names no file that can be read.") from None
    return ""


def _checked(name: str, text: str) -> str:
    if len(text) < 8 or not text.isascii() or not text.isprintable() or " " in text:
        raise WrongUsage(f"{name} holds no key: a key is one word of at least 8 letters, digits or signs.")
    return text


def masked(text: str) -> str:
    """A text without any key that is set, plain or as it looks in an address."""
    for source in _NAMES:
        try:
            key = key_of(source)
        except WrongUsage:
            continue
        if key:
            text = text.replace(key, MASK).replace(quote(key, safe=""), MASK)
    return text
