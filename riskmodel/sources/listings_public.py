"""Screening lists that others merge: the US Consolidated Screening List and OpenSanctions."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from data_contracts.tables import LISTINGS
from riskmodel.sources.files.cells import canonical, clean
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country

_SCREENING = ("source", "type", "programs", "addresses", "start_date")
_OPEN = ("id", "schema", "countries", "sanctions", "dataset", "first_seen")
_ENTITIES = ("Company", "Organization", "LegalEntity", "PublicBody")
_OTHER_LISTS = "Denied Persons|Debarred|Nonproliferation"
_HOME = ("RUS", "BLR")
_FTM = ("id", "schema", "properties", "datasets", "first_seen")
_PLACES = ("country", "mainCountry", "jurisdiction")
_TOPICS = ("sanction", "export.control")
_JURISDICTIONS = (
    ("OFAC|^US |^us_|;us_", "US"),
    ("^EU |European Union|^eu_|;eu_", "EU"),
    ("^UK |HMT|FCDO|^gb_|;gb_", "UK"),
)


def _screening(frame: pl.DataFrame) -> Reading:
    """Parties of the US list with a start date; of the financial lists only those for Russia and Ukraine.

    Left out are persons denied exports by a court and the arms and missile lists, which are not about Russia.
    A party counts once, for its first address outside Russia and Belarus, else for its first address. The
    lists do not say whether goods were diverted: goods_diversion is unknown.
    """
    rows = frame.select(*(clean(frame[c]).alias(c) for c in _SCREENING), FILE, ROW).with_columns(
        _abroad(pl.col("addresses").str.split(";").list.eval(pl.element().str.extract(r"\b([A-Z]{2})\s*$")))
    )
    financial = pl.col("source").str.contains("Treasury")
    programme = pl.col("programs").fill_null("").str.contains("RUSSIA|UKRAINE|BELARUS")
    kept, dropped = sift(
        rows,
        {
            "not_an_entity": pl.col("type").str.to_lowercase().is_in(["individual", "vessel", "aircraft"]),
            "not_russia_related": (financial & ~programme) | pl.col("source").str.contains(_OTHER_LISTS),
            "no_date": pl.col("start_date").is_null(),
            "no_country": pl.col("country").is_null() | (pl.col("country") == NOT_A_COUNTRY),
        },
    )
    table = kept.with_columns(
        pl.col("start_date").alias("listed_on"),
        pl.lit("US").alias("jurisdiction"),
        pl.concat_str(
            pl.lit("US-CSL-"), pl.coalesce(pl.col("source").str.extract(r"\(([A-Z]+)\)"), "source")
        ).alias("list"),
        pl.lit("us_screening_list").alias("source"),
    )
    return _reading(table, dropped, unused(frame, _SCREENING))


def _open(frame: pl.DataFrame) -> Reading:
    """Sanctioned companies and organisations; listed_on is the day OpenSanctions first saw them.

    That day is never before the listing, but for lists taken up late it is years after. A party counts once,
    as on the US list; jurisdiction is that of the first list named among US, EU and UK, else `other`.
    """
    rows = frame.select(*(clean(frame[c]).alias(c) for c in _OPEN), FILE, ROW).with_columns(
        _abroad(pl.col("countries").str.to_uppercase().str.split(";"))
    )
    kept, dropped = sift(
        rows,
        {
            "not_an_entity": ~pl.col("schema").is_in(_ENTITIES),
            "not_sanctioned": pl.col("sanctions").is_null(),
            "no_country": pl.col("country").is_null() | (pl.col("country") == NOT_A_COUNTRY),
        },
    )
    named = [pl.when(pl.col("dataset").str.contains(p)).then(pl.lit(j)) for p, j in _JURISDICTIONS]
    table = kept.with_columns(
        pl.col("first_seen").str.slice(0, 10).alias("listed_on"),
        pl.coalesce(*named, pl.lit("other")).alias("jurisdiction"),
        pl.lit("OPENSANCTIONS").alias("list"),
        pl.lit("opensanctions").alias("source"),
    )
    return _reading(table, dropped, unused(frame, _OPEN))


def _ftm(frame: pl.DataFrame) -> Reading:
    """Entities as OpenSanctions' JSON lines give them, put into the columns of the simple table."""
    records = [_simple(properties, datasets) for properties, datasets in frame.select(_FTM[2:4]).rows()]
    simple = pl.DataFrame(
        records, schema=dict.fromkeys(("countries", "sanctions", "dataset"), pl.String()), orient="row"
    )
    reading = _open(
        pl.concat([frame.select("id", "schema", "first_seen", FILE, ROW), simple], how="horizontal")
    )
    return Reading(reading.frame, reading.dropped, unused(frame, _FTM))


def _simple(properties: str | None, datasets: str | None) -> tuple[str | None, str | None, str | None]:
    """Countries, topics that mean a sanction, and datasets, each joined by semicolons."""
    found = _parsed(properties, dict)
    places = [str(place) for name in _PLACES for place in _listed(found.get(name))]
    topics = [topic for topic in map(str, _listed(found.get("topics"))) if topic.startswith(_TOPICS)]
    names = map(str, _parsed(datasets, list))
    return ";".join(places) or None, ";".join(topics) or None, ";".join(names) or None


def _parsed(text: str | None, kind: type) -> Any:
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, kind) else kind()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _abroad(alpha2: pl.Expr) -> pl.Expr:
    """The first country outside Russia and Belarus among ISO alpha-2 codes, else the first."""
    known = alpha2.list.eval(country(pl.element().str.strip_chars(), "iso2")).list.drop_nulls()
    away = known.list.eval(pl.element().filter(~pl.element().is_in(_HOME)))
    return pl.coalesce(away.list.first(), known.list.first()).alias("country")


def _reading(table: pl.DataFrame, dropped: dict[str, int], ignored: tuple[str, ...]) -> Reading:
    """Count the parties of one country, day and list together."""
    key = ["country", "listed_on", "jurisdiction", "list", "source"]
    days = table.group_by(key, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("n_entities"), pl.col(FILE, ROW).first()
    )
    rows = canonical(days.with_columns(pl.lit("unknown").alias("goods_diversion")), LISTINGS)
    folded = {"counted_with_same_country_and_day": table.height - days.height}
    return Reading(rows.select(*LISTINGS, FILE, ROW), {**dropped, **folded}, ignored)


FORMATS = (
    Format("screening-list", ", ".join(_SCREENING), lambda columns: set(_SCREENING) <= columns, _screening),
    Format("opensanctions", ", ".join(_OPEN), lambda columns: set(_OPEN) <= columns, _open),
    Format("opensanctions-ftm", ", ".join(_FTM), lambda columns: set(_FTM) <= columns, _ftm),
)
