"""Text for terminals that know few letters: what cannot be shown is shown in the nearest plain letters."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

HANDLER = "riskmodel.plain"
# One letter for one, so that tables keep their columns.
_KINDS = {
    "-": "–—−‐‑─━",
    '"': "“”„«»",
    "'": "‘’‚",
    "~": "…",
    "x": "×",
    "*": "•·",
    ">": "→≥",
    "<": "≤",
    "|": "│",
}
_PLAIN = str.maketrans({letter: plain for plain, letters in _KINDS.items() for letter in letters})


def speak_plainly() -> None:
    """Let stdout and stderr never fail on a letter that their encoding lacks, or a name that is no text."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def plain(error: UnicodeError) -> tuple[str, int]:
    """An error handler of `codecs`: dashes and quotes in ASCII, letters without accents, `?` for the rest.

    >>> "Türkiye – 5% …".encode("ascii", HANDLER)
    b'Turkiye - 5% ~'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    shown = []
    for letter in error.object[error.start : error.end].translate(_PLAIN):
        bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        shown.append(bare[:1] or "?")
    return "".join(shown), error.end


codecs.register_error(HANDLER, plain)
