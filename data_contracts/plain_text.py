"""Hostile text as one harmless line: the same rendering in messages, logs, tables and pages."""

from __future__ import annotations

import re
import unicodedata

# Marks that join, part or hide letters and show nothing themselves.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def one_line(text: object, limit: int | None = None) -> str:
    r"""Text on one line that a terminal or a page only shows, at most `limit` characters long; null is empty.

    Line breaks and other blanks are one blank, marks without width go. Any other character that cannot be
    shown (of control, of the direction of writing, half a surrogate pair, not assigned) is `?`, so that a
    reader sees that something was there.

    >>> one_line("two\nlines\x1b[31m \u202egnp.exe")
    'two lines?[31m ?gnp.exe'
    >>> one_line("a long name", 6), one_line(None)
    ('a lon…', '')
    """
    if text is None:
        return ""
    line = " ".join(shown(str(text)).split())
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def shown(text: str) -> str:
    r"""Text with `?` for every character that cannot be shown; line breaks and blanks of any kind stay.

    >>> shown("a\tb\x00\n")
    'a\tb?\n'
    """
    if text.isprintable():
        return text
    return "".join(c if _can_be_shown(c) else "?" for c in _INVISIBLE.sub("", text).replace("\r", "\n"))


def _can_be_shown(character: str) -> bool:
    return character.isprintable() or character in "\n\t" or unicodedata.category(character) == "Zs"


def shown_value(value: object, limit: int = 60) -> str:
    r"""A value in a sentence: text between quotes, on one line, short; null is `empty`.

    >>> shown_value("two\nlines"), shown_value(7), shown_value(None)
    ("'two lines'", '7', 'empty')
    """
    if value is None:
        return "empty"
    line = one_line(value, limit)
    return f"'{line}'" if isinstance(value, str) else line
