"""What kind of source an article is from: the press, or a journal of record, and how often each is right."""

from __future__ import annotations

from functools import lru_cache

from features.reference.read import read_reference

PRESS, OFFICIAL = "press", "official_journal"


@lru_cache(maxsize=1)
def _classes() -> dict[str, str]:
    return {row["host"]: row["class"] for row in read_reference("source_classes.csv")}


def source_class(source: str | None) -> str:
    """`OFFICIAL` for a journal of record, given as host, address of a site or name; else `PRESS`.

    >>> source_class("www.federalregister.gov"), source_class("Federal Register"), source_class(None)
    ('official_journal', 'official_journal', 'press')
    """
    name = (source or "").strip().lower().removeprefix("https://").removeprefix("www.").partition("/")[0]
    known = _classes()
    while name not in known and "." in name:
        name = name.partition(".")[2]
    return known.get(name, PRESS)


@lru_cache(maxsize=1)
def hit_rates() -> dict[str, tuple[int, int]]:
    """Of the sentences of a class that are shown as evidence: those right when measured, and all of them.

    `source_hit_rates.csv`: `right` of `shown`, and the set of texts. A test measures it again.
    """
    return {
        row["class"]: (int(row["right"]), int(row["shown"])) for row in read_reference("source_hit_rates.csv")
    }
