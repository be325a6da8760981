"""The parties that one copy of a list names: what every source's module gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.days import days_of

HOME = ("RUS", "BLR")
NOT_AN_ENTITY = "not_an_entity"
NOT_RUSSIA_RELATED = "not_russia_related"
NOT_SANCTIONED = "not_sanctioned"
_COLUMNS = {
    "party": pl.String(),
    "countries": pl.List(pl.String()),
    "listed_on": pl.String(),
    "dropped": pl.String(),
    "list": pl.String(),
    "jurisdiction": pl.String(),
    ROW: pl.Int64(),
    "name": pl.String(),
    "number": pl.String(),
}


@dataclass(frozen=True)
class Party:
    """One party, or one of the rows about it.

    Attributes
    ----------
    party: its number or name, the same in every copy of the list. countries: alpha-3 of every address; `""`
        is no country, text that is not known stays. listed_on: ISO day, other text as written, None where
        the list gives no day. dropped: why it does not count, else None. row: its number in the file.
    name: of an organisation, as the list writes it; None where it has none or the party may be a person. Any
        row of a party may give it. number: the list's own reference, None where it has none.
    """

    party: str
    countries: Sequence[str]
    listed_on: str | None
    dropped: str | None
    list: str
    jurisdiction: str
    row: int
    name: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Parties:
    """All parties of one file.

    Attributes
    ----------
    frame: columns of `Party`, `source_row`. source: the reader's name in published tables. published_on: the
        day the copy is of, as it says itself. goods_diversion: `unknown`, `false`, or `abroad`: true outside
        Russia and Belarus.
    """

    frame: pl.DataFrame
    source: str
    published_on: date | None = None
    goods_diversion: str = "unknown"
    ignored_columns: tuple[str, ...] = field(default=())


def frame_of(parties: Iterable[Party], usual: str = "day") -> pl.DataFrame:
    """The parties of one file as a table; of days with slashes `usual` (`day`, `month`) comes first.

    A column that shows the other order is read in that one (`days.days_of`).
    """
    rows = [
        (p.party, list(p.countries), p.listed_on, p.dropped, p.list, p.jurisdiction, p.row, p.name, p.number)
        for p in parties
    ]
    frame = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
    return frame.with_columns(days_of(frame["listed_on"], usual))


def first_reason(*reasons: tuple[bool, str]) -> str | None:
    """The first reason that holds."""
    return next((reason for holds, reason in reasons if holds), None)
