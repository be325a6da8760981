"""Who is never scored as a transit country, and why: one table for panels, labels and contracts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class NeverScored:
    """One row of `never_scored.csv`.

    Attributes
    ----------
    reason: in a few words, as manifests and reports print it. a_story_may_name_it_as_route: whether a
        sentence may still put goods on their way through it. valid_from: the day from which the reason holds,
        None where it always did; the country is left out of earlier dates too, so that all dates compare.
    """

    code: str
    reason: str
    a_story_may_name_it_as_route: bool
    valid_from: date | None
    source: str


@cache
def never_scored() -> tuple[NeverScored, ...]:
    """The whole table, in its order.

    >>> [row.code for row in never_scored()]
    ['RUS', 'BLR', 'UKR', 'WLD']
    """
    text = files("data_contracts.codes").joinpath("never_scored.csv").read_text(encoding="utf-8")
    return tuple(
        NeverScored(
            row["code"],
            row["reason"],
            row["a_story_may_name_it_as_route"] == "yes",
            date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


NEVER_SCORED = frozenset(row.code for row in never_scored())
NEVER_ROUTES = frozenset(row.code for row in never_scored() if not row.a_story_may_name_it_as_route)
