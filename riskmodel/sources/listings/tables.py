"""Listings that come counted, or as a table of entities made by others: canonical, OFAC Russia, events."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import LISTINGS, LISTINGS_WITH_NAMES
from riskmodel.sources.files.cells import canonical, clean
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Reading, unused
from riskmodel.sources.listings.countries import alpha3
from riskmodel.sources.listings.days import days_of
from riskmodel.sources.listings.names import NAMES, tidy
from riskmodel.sources.listings.parties import NOT_AN_ENTITY, Parties

OFAC = ("ent_num", "sdn_type", "iso3", "first_seen_russia_eo14024")
EVENTS = ("list", "event_date", "iso3", "n_entries", "count_type", "russia_related")
_KEY = ["country", "listed_on", "jurisdiction", "list", "goods_diversion", "source"]


def recognise_canonical(columns: frozenset[str]) -> bool:
    """All canonical columns, save `source` and `goods_diversion`."""
    return set(LISTINGS) - columns <= {"source", "goods_diversion"}


def read_canonical(frame: pl.DataFrame) -> Reading:
    """Absent `source` is the file's name, absent `goods_diversion` is `unknown`, absent names are null."""
    fill = {"source": pl.col(FILE), "goods_diversion": pl.lit("unknown")}
    table = frame.with_columns(expr.alias(name) for name, expr in fill.items() if name not in frame.columns)
    table = with_days(table, "listed_on").with_columns(_countries(clean(table["country"])))
    given = clean(frame[NAMES]).map_elements(tidy, pl.String) if NAMES in frame.columns else pl.lit(None)
    table = canonical(table.with_columns(given.alias(NAMES)), LISTINGS_WITH_NAMES)
    table = table.with_columns(pl.col("goods_diversion").str.to_lowercase())
    return Reading(
        table.select(*LISTINGS_WITH_NAMES, FILE, ROW),
        ignored_columns=unused(frame, list(LISTINGS_WITH_NAMES)),
    )


def with_days(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Days with slashes in plain spelling, in each file by what the whole of it shows; in doubt they stay."""
    if isinstance(frame.schema[column], pl.Datetime):
        return frame.with_columns(pl.col(column).dt.date())
    if frame.schema[column] != pl.String:
        return frame
    files = frame.partition_by(FILE, maintain_order=True)
    return pl.concat([one.with_columns(days_of(one[column])) for one in files]) if files else frame


def _countries(text: pl.Series) -> pl.Series:
    """Alpha-3 of names and of codes of two letters; text that is no country stays as it is."""
    return text.map_elements(lambda written: alpha3(written) or written, return_dtype=pl.String)


def read_ofac(frame: pl.DataFrame) -> Parties:
    """Entities of the Russia programme (EO 14024), a row for each record and address.

    `listed_on` is the day the record was first seen with the programme, so never earlier than it was public.
    """
    used = [c for c in (*OFAC, "name") if c in frame.columns]
    rows = frame.select(*(clean(frame[c]).alias(c) for c in used), pl.col(ROW))
    name = pl.col("name") if "name" in used else pl.lit(None, pl.String)
    entity = pl.col("sdn_type").str.to_lowercase() == "entity"
    table = rows.select(
        pl.coalesce("ent_num", pl.col(ROW).cast(pl.String)).alias("party"),
        pl.when(pl.col("iso3").is_not_null()).then(pl.concat_list("iso3")).alias("countries"),
        pl.col("first_seen_russia_eo14024").alias("listed_on"),
        pl.when(~entity.fill_null(False)).then(pl.lit(NOT_AN_ENTITY)).alias("dropped"),
        pl.lit("OFAC-SDN-RU14024").alias("list"),
        pl.lit("US").alias("jurisdiction"),
        ROW,
        name.alias("name"),
        pl.col("ent_num").alias("number"),
    )
    return Parties(table, "ofac", ignored_columns=unused(frame, (*OFAC, "name")))


def read_events(frame: pl.DataFrame) -> Reading:
    """Listing events by country, with a judgement whether each was for supplying Russia.

    `yes` is goods_diversion true, `mixed` and `unknown` stay unknown, the rest is dropped, as are drafts and
    proposals. A country named without a number counts as one entity, the least it can be. `event_date` is the
    day of publication. The same event in two rows or files counts once.
    """
    own = [c for c in frame.columns if c not in (FILE, ROW)]
    rows = with_days(frame.with_columns(clean(frame[c]) for c in own), "event_date")
    once = rows.unique(own, keep="first", maintain_order=True)
    adopted = once.filter(pl.col("count_type").is_in(["exact", "named_no_count"]))
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
        "exact_duplicate": rows.height - once.height,
        "proposed_only": once.height - adopted.height,
        "not_russia_related": adopted.height - related.height,
        "no_country": related.height - placed.height,
    }
    return _by_day(canonical(table, LISTINGS), dropped, unused(frame, EVENTS))


def _by_day(table: pl.DataFrame, dropped: dict[str, int], ignored: tuple[str, ...]) -> Reading:
    """Count rows of one country, day and list together, unless a count could not be read."""
    if table["n_entities"].dtype == pl.String:
        return Reading(table.select(*LISTINGS, FILE, ROW), dropped, ignored)
    days = table.group_by(_KEY, maintain_order=True).agg(
        pl.col("n_entities").sum(), pl.col(FILE, ROW).first()
    )
    folded = {"counted_with_same_country_and_day": table.height - days.height}
    return Reading(days.select(*LISTINGS, FILE, ROW), {**dropped, **folded}, ignored)
