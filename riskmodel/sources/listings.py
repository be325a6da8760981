"""Public designations of entities, by country and day, to canonical listings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from data_contracts.tables import LISTINGS
from riskmodel.sources.batch import Batch
from riskmodel.sources.files.cells import canonical, clean
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, read_batch, unused
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.listings_public import FORMATS as PUBLIC_FORMATS

_OFAC = ("ent_num", "sdn_type", "iso3", "first_seen_russia_eo14024")
_EVENTS = ("list", "event_date", "iso3", "n_entries", "count_type", "russia_related")
_KEY = ["country", "listed_on", "jurisdiction", "list", "goods_diversion", "source"]


def read_listings(paths: Sequence[Path], *, limits: ReadingLimits | None = None) -> Batch:
    """Read listing files and folders into one batch of listings. Raises InputUnreadable."""
    return read_batch("listings", paths, FORMATS, LISTINGS, limits=limits)


def _canonical(frame: pl.DataFrame) -> Reading:
    """Absent `source` is the file's name, absent `goods_diversion` is `unknown`."""
    fill = {"source": pl.col(FILE), "goods_diversion": pl.lit("unknown")}
    table = frame.with_columns(expr.alias(name) for name, expr in fill.items() if name not in frame.columns)
    table = canonical(table, LISTINGS).with_columns(pl.col("goods_diversion").str.to_lowercase())
    return Reading(table.select(*LISTINGS, FILE, ROW), ignored_columns=unused(frame, list(LISTINGS)))


def _ofac(frame: pl.DataFrame) -> Reading:
    """Entities of the Russia programme (EO 14024), one row for each record and address country.

    Kept are records of type `entity` with a country; `listed_on` is the day the record was first seen with
    the programme, so never earlier than it was public. Records of one country and day are one row.
    """
    rows = frame.with_columns(clean(frame[c]) for c in _OFAC)
    entities = rows.filter(pl.col("sdn_type").str.to_lowercase() == "entity")
    placed = entities.filter(pl.col("iso3").is_not_null())
    table = placed.select(
        pl.col("iso3").alias("country"),
        pl.col("first_seen_russia_eo14024").alias("listed_on"),
        pl.lit("US").alias("jurisdiction"),
        pl.lit("OFAC-SDN-RU14024").alias("list"),
        pl.lit(1, pl.Int64).alias("n_entities"),
        pl.lit("unknown").alias("goods_diversion"),
        pl.lit("ofac").alias("source"),
        FILE,
        ROW,
    )
    return _by_day(
        table,
        {"not_an_entity": rows.height - entities.height, "no_country": entities.height - placed.height},
        unused(frame, _OFAC),
    )


def _events(frame: pl.DataFrame) -> Reading:
    """Listing events by country, with a judgement whether each was for supplying Russia.

    `yes` is goods_diversion true, `mixed` and `unknown` stay unknown, the rest is dropped, as are drafts and
    proposals. A country named without a number counts as one entity, the least it can be. `event_date` is the
    day of publication.
    """
    rows = frame.with_columns(clean(frame[c]) for c in _EVENTS)
    adopted = rows.filter(pl.col("count_type").is_in(["exact", "named_no_count"]))
    related = adopted.filter(pl.col("russia_related").is_in(["yes", "mixed", "unknown"]))
    placed = related.filter(pl.col("iso3").is_not_null())
    table = placed.select(
        pl.col("iso3").alias("country"),
        pl.col("event_date").alias("listed_on"),
        pl.col("list").str.extract(r"^([A-Z]{2,3})-").alias("jurisdiction"),
        pl.col("list"),
        pl.when(pl.col("n_entries").is_null() & (pl.col("count_type") == "named_no_count"))
        .then(pl.lit("1"))
        .otherwise(pl.col("n_entries"))
        .alias("n_entities"),
        pl.when(pl.col("russia_related") == "yes").then(pl.lit("true")).otherwise(pl.lit("unknown"))
        .alias("goods_diversion"),
        pl.lit("designation_events").alias("source"),
        FILE,
        ROW,
    )  # fmt: skip
    dropped = {
        "proposed_only": rows.height - adopted.height,
        "not_russia_related": adopted.height - related.height,
        "no_country": related.height - placed.height,
    }
    return _by_day(canonical(table, LISTINGS), dropped, unused(frame, _EVENTS))


def _by_day(table: pl.DataFrame, dropped: dict[str, int], ignored: tuple[str, ...]) -> Reading:
    """Count rows of one country, day and list together, unless a count could not be read."""
    rows = canonical(table, LISTINGS)
    if rows["n_entities"].dtype == pl.String:
        return Reading(rows.select(*LISTINGS, FILE, ROW), dropped, ignored)
    days = rows.group_by(_KEY, maintain_order=True).agg(pl.col("n_entities").sum(), pl.col(FILE, ROW).first())
    folded = {"counted_with_same_country_and_day": rows.height - days.height}
    return Reading(days.select(*LISTINGS, FILE, ROW), {**dropped, **folded}, ignored)


FORMATS = (
    Format(
        "canonical",
        ", ".join(LISTINGS),
        lambda columns: set(LISTINGS) - columns <= {"source", "goods_diversion"},
        _canonical,
    ),
    Format("ofac-russia", ", ".join(_OFAC), lambda columns: set(_OFAC) <= columns, _ofac),
    Format("designation-events", ", ".join(_EVENTS), lambda columns: set(_EVENTS) <= columns, _events),
    *PUBLIC_FORMATS,
)
