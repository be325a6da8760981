"""Every format that is read: for the command that lists them, and for files given as another kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

from riskmodel.sources import goods
from riskmodel.sources.formats import Format
from riskmodel.sources.listings import read as listings
from riskmodel.sources.news import formats as news
from riskmodel.sources.trade import read as trade

KINDS = ("trade", "articles", "listings", "goods")
# Formats that are known by so little that a table of another kind may look like one.
AnyFormat = Format | listings.ListFormat | listings.JoinedFormat
_LOOSE = ("baci-code-list", "plain-list", "no-products")
_GKG = ("gdelt-gkg", "a line of 27 tab-separated fields that begins with a record id")
_WORDS = {
    "trade": "a trade table",
    "articles": "a table of articles",
    "listings": "a list of sanctioned entities",
    "goods": "a goods list",
}


@dataclass(frozen=True)
class KnownFormat:
    """One format: its kind, its name, what it is known by, and what to ask its source for."""

    kind: str
    name: str
    known_by: str
    query: str


@dataclass(frozen=True)
class OtherKind:
    """What a file is that was given as something else."""

    kind: str
    format: str

    @property
    def words(self) -> str:
        """What it is."""
        return f"{_WORDS[self.kind]} ({self.format})"

    @property
    def advice(self) -> str:
        """How to give it."""
        return f"give it as --{self.kind}, or check it with riskmodel validate {self.kind}"


def known_formats(kind: str | None = None) -> tuple[KnownFormat, ...]:
    """All formats in the order in which they are tried, of one kind or of all."""
    queries = _queries()
    return tuple(
        KnownFormat(of, name, known_by, queries.get((of, name), ""))
        for of in KINDS
        if kind in (None, of)
        for name, known_by in _named(of)
    )


def kind_of(columns: frozenset[str], *, but: str) -> OtherKind | None:
    """The other kind whose format a table with these columns is; None where it is none."""
    for kind, form in _tables():
        if kind != but and columns and form(columns):
            return OtherKind(kind, _name_of(kind, columns))
    return None


def _named(kind: str) -> list[tuple[str, str]]:
    found = [(form.name, form.header) for form in _formats()[kind]]
    return [*found, _GKG] if kind == "articles" else found


@cache
def _formats() -> dict[str, tuple[AnyFormat, ...]]:
    return {
        "trade": trade.FORMATS,
        "articles": news.article_formats(None),
        "listings": listings.FORMATS,
        "goods": goods.FORMATS,
    }


def _tables() -> list[tuple[str, Callable[[frozenset[str]], bool]]]:
    kinds = ("trade", "listings", "goods", "articles")
    return [
        (kind, fits) for kind in kinds for form in _formats()[kind] if (fits := _by_columns(form)) is not None
    ]


def _by_columns(form: AnyFormat) -> Callable[[frozenset[str]], bool] | None:
    if form.name in _LOOSE or isinstance(form, listings.JoinedFormat):
        return None
    return form.recognise if isinstance(form, Format) else form.fits


def _name_of(kind: str, columns: frozenset[str]) -> str:
    return next(
        form.name for form in _formats()[kind] if (fits := _by_columns(form)) is not None and fits(columns)
    )


@cache
def _queries() -> dict[tuple[str, str], str]:
    text = (files("riskmodel.sources") / "queries.csv").read_bytes()
    return {(kind, name): query for kind, name, query in pl.read_csv(text, infer_schema=False).rows()}
