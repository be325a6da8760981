"""The UK Sanctions List (XML; CSV and ODS under a line with its date) and OFSI's list closed in 2026."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

import polars as pl

from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import known_day
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_RUSSIA_RELATED,
    Parties,
    Party,
    first_reason,
    frame_of,
)
from riskmodel.sources.listings.trees import Tree, text, texts

LIST, JURISDICTION, SOURCE = "UK-SANCTIONS-LIST", "UK", "uk_sanctions_list"
_RUSSIA = re.compile(r"russia|belarus|ukraine", re.IGNORECASE)
# Names of one column in the list of today and in OFSI's.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "party": ("Unique ID", "Group ID", "OFSI Group ID"),
    "kind": ("Designation Type", "Individual, Entity, Ship", "Group Type"),
    "regime": ("Regime Name", "Regime"),
    "country": ("Address Country", "Country"),
    "listed_on": ("Date Designated", "UK Sanctions List Date Designated", "Listed On"),
}
_NAME = "Name 6"
_NAME_KINDS = ("Name type", "Name Type", "Alias Type")
_PRIMARY = "primary name"
DATED_LINE = re.compile(r"^\W*(?:Report Date|Last Updated|Date Generated)\W+([^,;\t]+)", re.IGNORECASE)


def read_xml(tree: Tree) -> Parties:
    """Entities of the regimes for Russia and Belarus, in every country of their addresses, as designated."""
    published = known_day(tree.attributes.get("dateGenerated") or tree.first("DateGenerated"))
    parties = [_designation(record, row) for row, record in enumerate(tree.records("Designation"), start=1)]
    return Parties(frame_of(parties), SOURCE, published)


def _designation(record: Element, row: int) -> Party:
    return _party(
        text(record, "UniqueID", "OFSIGroupID") or str(row),
        text(record, "IndividualEntityShip", "DesignationType") or "",
        text(record, "RegimeName") or "",
        texts(record, "AddressCountry"),
        text(record, "DateDesignated"),
        row,
        _primary_name(record),
    )


def _primary_name(record: Element) -> str | None:
    names = list(record.iter("Name"))
    primary = [one for one in names if (text(one, "NameType") or "").casefold() == _PRIMARY]
    return next((found for one in (*primary, *names) if (found := text(one, "Name6"))), None)


def recognise_columns(columns: frozenset[str]) -> bool:
    """A number, a kind, a regime, a country and a day, under the names of one of the two lists."""
    return all(columns & set(names) for names in COLUMNS.values()) and _NAME in columns


def read_table(frame: pl.DataFrame, dated: str | None) -> Parties:
    """As `read_xml`, from a table with one row for each name and address; `dated` is the line above it."""
    chosen = {name: [c for c in names if c in frame.columns] for name, names in COLUMNS.items()}
    cells = frame.select(
        *(pl.coalesce(pl.col(columns)).alias(name) for name, columns in chosen.items()),
        pl.col(ROW),
        _primary_names(frame).alias("name"),
    )
    parties = [
        _party(
            party or str(row),
            kind or "",
            regime or "",
            (country or "").split("|"),
            listed_on or None,
            row,
            name,
        )
        for party, kind, regime, country, listed_on, row, name in cells.rows()
    ]
    used = {_NAME, *_NAME_KINDS, *(column for columns in chosen.values() for column in columns)}
    ignored = tuple(c for c in frame.columns if c not in used and c != ROW)
    return Parties(frame_of(parties), SOURCE, known_day(dated), ignored_columns=ignored)


def _primary_names(frame: pl.DataFrame) -> pl.Expr:
    """The name in the rows of primary names; in all rows where the table does not say which these are."""
    kinds = [pl.col(column) for column in _NAME_KINDS if column in frame.columns]
    if not kinds:
        return pl.col(_NAME)
    primary = pl.coalesce(kinds).str.strip_chars().str.to_lowercase() == _PRIMARY
    return pl.when(primary).then(pl.col(_NAME))


def _party(
    number: str,
    kind: str,
    regime: str,
    countries: list[str],
    listed_on: str | None,
    row: int,
    name: str | None,
) -> Party:
    return Party(
        number.strip(),
        [alpha3(country) for country in countries if country.strip()],
        listed_on or None,
        first_reason(
            (kind.strip().casefold() != "entity", NOT_AN_ENTITY),
            (not _RUSSIA.search(regime), NOT_RUSSIA_RELATED),
        ),
        LIST,
        JURISDICTION,
        row,
        name,
        number.strip(),
    )
