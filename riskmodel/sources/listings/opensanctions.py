"""OpenSanctions: targets.simple.csv, entities.ftm.json and targets.nested.json."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.table import ROW
from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import known_day
from riskmodel.sources.listings.names import organisation
from riskmodel.sources.listings.parties import (
    NOT_AN_ENTITY,
    NOT_SANCTIONED,
    Parties,
    Party,
    first_reason,
    frame_of,
)

LIST, SOURCE = "OPENSANCTIONS", "opensanctions"
SIMPLE = ("id", "schema", "countries", "sanctions", "dataset")
NESTED = ("id", "schema", "properties")
_MORE = ("program_ids", "last_seen", "name")
ENTITIES = ("Company", "Organization", "LegalEntity", "PublicBody")
# What a listing means here; sanction.counter (by Russia, China and others), sanction.linked (owned by a
# listed party), export.risk and debarment are none.
TOPICS = ("sanction", "export.control")
_PLACES = ("country", "mainCountry", "jurisdiction")
# Who answers sanctions with sanctions.
_COUNTER = re.compile(r"^(?:RU|CN|HK|BY|IR|KP|SY|VE|CU)-")
_COUNTER_TITLES = re.compile(r"Chin(?:a|ese)|Russian? |Iran|Belarus", re.IGNORECASE)
_JURISDICTIONS = (
    (re.compile(r"OFAC|(?:^|;)(?:US |us_)"), "US"),
    (re.compile(r"(?:^|;)(?:EU |eu_)|European Union"), "EU"),
    (re.compile(r"(?:^|;)(?:UK |gb_)|HMT|FCDO"), "UK"),
)
# Program, reason, status, then start and end, joined by dashes: days at the end of a sanction's text.
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[0-9:]+)?(?: - \d{4}-\d\d-\d\d(?:T[0-9:]+)?)*\"?\s*(?:;|$)")


def recognise_simple(columns: frozenset[str]) -> bool:
    """The columns of the simple table, whatever their order and number."""
    return set(SIMPLE) <= columns


def recognise_nested(columns: frozenset[str]) -> bool:
    """An id, a schema and properties."""
    return set(NESTED) <= columns


def read_simple(frame: pl.DataFrame) -> Parties:
    """Sanctioned companies and organisations in every country; the day is the first start of a sanction.

    `first_seen` is not used: it is when OpenSanctions first held the party, for whatever reason, before or
    after it was listed. Where no sanction has a start, the day of the file counts (its newest `last_seen`).
    """
    names = (*SIMPLE, *_MORE)
    cells = frame.select(
        *((clean(frame[c]) if c in frame.columns else pl.lit(None, pl.String)).alias(c) for c in names),
        pl.col(ROW),
    )
    parties = [
        Party(
            key or str(row),
            [alpha3(c) for c in (countries or "").split(";") if c.strip()],
            min(_DAYS.findall(sanctions or ""), default=None),
            first_reason(
                (schema not in ENTITIES, NOT_AN_ENTITY),
                (not sanctions or _only_counter(programmes, datasets), NOT_SANCTIONED),
            ),
            LIST,
            _jurisdiction(datasets or ""),
            row,
            _name(schema, name),
            key,
        )
        for key, schema, countries, sanctions, datasets, programmes, _, name, row in cells.rows()
    ]
    ignored = tuple(c for c in frame.columns if c not in {*names, ROW})
    return Parties(frame_of(parties), SOURCE, _newest(cells["last_seen"]), ignored_columns=ignored)


def read_nested(frame: pl.DataFrame) -> Parties:
    """As `read_simple`, from entities: sanctioned is who has a topic of `TOPICS`, no other.

    The day is the first `listingDate` or `startDate` of the sanctions on it, which stand in rows of their own
    (entities.ftm.json) or within the party (targets.nested.json).
    """
    graph = _Graph()
    records = []
    for key, schema, text, row in frame.select(*NESTED, ROW).rows():
        properties = _parsed(text)
        graph.take(str(key), str(schema), properties)
        records.append((str(key), str(schema), properties, row))
    datasets = frame["datasets"].to_list() if "datasets" in frame.columns else [None] * frame.height
    parties = [_entity(*record, names or "", graph) for record, names in zip(records, datasets, strict=True)]
    ignored = tuple(c for c in frame.columns if c not in {*NESTED, "datasets", "last_seen", ROW})
    newest = _newest(frame["last_seen"]) if "last_seen" in frame.columns else None
    return Parties(frame_of(parties), SOURCE, newest, ignored_columns=ignored)


@dataclass
class _Graph:
    """Days of the sanctions on each party, and the countries of addresses, by id."""

    days: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[str, list[str]] = field(default_factory=dict)

    def take(self, key: str, schema: str, properties: Mapping[str, Any]) -> None:
        if schema == "Sanction":
            for party in _texts(properties, "entity"):
                self.days[party] += _starts(properties)
        elif schema == "Address":
            self.addresses[key] = _texts(properties, "country")


def _entity(
    key: str, schema: str, properties: Mapping[str, Any], row: int, datasets: str, graph: _Graph
) -> Party:
    topics = {topic for topic in _texts(properties, "topics") if topic in TOPICS}
    nested = _objects(properties, "sanctions")
    days = graph.days.get(key, []) + [day for one in nested for day in _starts(one)]
    places = [place for name in _PLACES for place in _texts(properties, name)]
    places += [c for a in _texts(properties, "addressEntity") for c in graph.addresses.get(a, ())]
    places += [c for one in _objects(properties, "addressEntity") for c in _texts(one, "country")]
    names = ";".join(str(name) for name in _list(datasets))
    return Party(
        key,
        [alpha3(place) for place in places],
        min(days, default=None),
        first_reason((schema not in ENTITIES, NOT_AN_ENTITY), (not topics, NOT_SANCTIONED)),
        LIST,
        _jurisdiction(names),
        row,
        _name(schema, next(iter(_texts(properties, "name")), None)),
        key,
    )


def _name(schema: str | None, name: str | None) -> str | None:
    """The name of a body; a LegalEntity may be a person."""
    return organisation(name) if schema == "LegalEntity" else name


def _starts(sanction: Mapping[str, Any]) -> list[str]:
    """Days on which a sanction of this purpose was listed or began; parts of a date are no day."""
    programmes = _texts(sanction, "programId")
    if programmes and all(_COUNTER.match(name) for name in programmes):
        return []
    found = _texts(sanction, "listingDate") or _texts(sanction, "startDate")
    return [text[:10] for text in found if known_day(text) is not None]


def _only_counter(programmes: str | None, datasets: str | None) -> bool:
    if programmes:
        return all(_COUNTER.match(name.strip()) for name in programmes.split(";"))
    return bool(datasets) and all(_COUNTER_TITLES.search(name) for name in str(datasets).split(";"))


def _jurisdiction(datasets: str) -> str:
    return next((name for pattern, name in _JURISDICTIONS if pattern.search(datasets)), "other")


def _newest(seen: pl.Series) -> date | None:
    days = [day for text in seen.drop_nulls().unique().to_list() if (day := known_day(str(text)))]
    return max(days, default=None)


def _texts(properties: Mapping[str, Any], name: str) -> list[str]:
    value = properties.get(name)
    values: Iterable[Any] = value if isinstance(value, list) else [] if value is None else [value]
    return [str(one) for one in values if isinstance(one, str | int)]


def _objects(properties: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = properties.get(name)
    found = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return [one["properties"] if isinstance(one.get("properties"), dict) else one for one in found]


def _parsed(text: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {}


def _list(text: str) -> list[Any]:
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, list) else []
