"""Who owns a news source, so that two sites of one house count as one voice."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _owners() -> dict[str, str]:
    text = (resources.files("features.reference") / "source_owners.csv").read_text(encoding="utf-8")
    return {row["host"]: row["owner"] for row in csv.DictReader(io.StringIO(text, newline=""))}


def owner_of(source: str | None) -> str | None:
    """Owner of a source given as host or name; a source that the table does not know owns itself.

    >>> owner_of("www.azattyq.org"), owner_of("news.bbc.co.uk"), owner_of("The Example")
    ('Radio Free Europe/Radio Liberty', 'British Broadcasting Corporation', 'the example')
    """
    if source is None or not source.strip():
        return None
    return known_owner(source) or _name(source)


def known_owner(source: str) -> str | None:
    """Owner of a source by the table; None for one that it does not know."""
    known, rest = _owners(), _name(source)
    while rest not in known and "." in rest:
        rest = rest.partition(".")[2]
    return known.get(rest)


def _name(source: str) -> str:
    return source.strip().lower().removeprefix("www.")
