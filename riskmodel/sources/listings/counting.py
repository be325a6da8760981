"""Parties of any number of copies of lists to canonical listings, each party once for a country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.tables import LISTINGS_WITH_NAMES
from riskmodel.sources.files.cells import canonical
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.listings.names import NAMES, UNNAMED, cell_of, label
from riskmodel.sources.listings.parties import HOME, Parties, frame_of
from riskmodel.sources.trade.areas import NOT_A_COUNTRY

NO_COUNTRY, NO_DATE = "no_country", "no_date"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_ONE = ["list", "party", "country"]
_SEEN = "seen"  # the day of the copy that says so
_DAYS = ["country", "listed_on", "jurisdiction", "list", "goods_diversion", "source"]


@dataclass(frozen=True)
class Counted:
    """Canonical rows with bookkeeping columns, and what did not become a row by reason."""

    frame: pl.DataFrame
    dropped: Mapping[str, int]


def entries(parties: Parties, file: str, published_on: date | None) -> pl.DataFrame:
    """One row for each party and country of a file; a dropped party is one row with its reason.

    `day` is the day of listing as the list gives it, else `published_on`, the day this copy is of: whoever
    is on it was listed by then. A party of no country is one row, dropped as `no_country`. `label` says who
    it is (`names.label`), the same in all of a party's rows.
    """
    published = pl.lit(None if published_on is None else published_on.isoformat(), pl.String)
    known = parties.frame.with_columns(
        pl.when(pl.col("dropped").is_null())
        .then(pl.col("countries").list.eval(pl.element().filter(pl.element() != NOT_A_COUNTRY)).list.unique())
        .otherwise(None)
        .alias("country")
    ).with_columns(pl.when(pl.col("country").list.len() > 0).then("country").alias("country"))
    rows = known.with_row_index("_party").explode("country", empty_as_null=True, keep_nulls=True)
    own = pl.col("listed_on")
    rows = rows.join(_labels(parties.frame), on=["list", "party"], how="left", maintain_order="left")
    return rows.sort("_party", "country").select(
        *_ONE,
        own.is_not_null().alias("official"),
        pl.coalesce(own, published).alias("day"),
        "dropped",
        "jurisdiction",
        pl.when(pl.lit(parties.goods_diversion == "abroad"))
        .then(pl.when(pl.col("country").is_in(HOME)).then(pl.lit("unknown")).otherwise(pl.lit("true")))
        .otherwise(pl.lit(parties.goods_diversion))
        .alias("goods_diversion"),
        pl.lit(parties.source).alias("source"),
        published.alias(_SEEN),
        "label",
        pl.lit(file).alias(FILE),
        ROW,
    )


def _labels(frame: pl.DataFrame) -> pl.DataFrame:
    """list, party and label: the first name and the first number among the rows of each party that counts."""
    rows = frame.filter(pl.col("dropped").is_null()).group_by("list", "party", maintain_order=True)
    first = rows.agg(pl.col("name", "number").drop_nulls().first())
    labels = [label(name, number) for name, number in first.select("name", "number").iter_rows()]
    return first.select("list", "party", pl.Series("label", labels, pl.String))


def counted(rows: pl.DataFrame) -> Counted:
    """Count the parties of one country, day and list; copies and several rows of one party count once.

    Of dated copies the first day on which a party is on one counts; a day of listing that the list gives goes
    before the day of a copy. A party that later copies lack was listed all the same.
    """
    reason = pl.coalesce(
        "dropped",
        pl.when(pl.col("country").is_null()).then(pl.lit(NO_COUNTRY)),
        pl.when(pl.col("day").is_null()).then(pl.lit(NO_DATE)),
    )
    judged = rows.with_columns(reason.alias("dropped"))
    dropped = Counter(dict(judged["dropped"].drop_nulls().value_counts().iter_rows()))
    kept = judged.filter(pl.col("dropped").is_null())
    dated = kept.filter(pl.col("day").str.contains(_DAY))
    once, copies = _once(dated)
    listed = pl.concat([once, kept.filter(~pl.col("day").str.contains(_DAY)).select(once.columns)])
    days = (
        listed.rename({"day": "listed_on"})
        .group_by(_DAYS, maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("n_entities"), pl.col(FILE, ROW).first(), "label")
    )
    cells = [cell_of([one for one in labels if one], len(labels)) for labels in days["label"].to_list()]
    days = days.with_columns(pl.Series(NAMES, cells, pl.String))
    dropped.update(copies)
    dropped["counted_with_same_country_and_day"] += listed.height - days.height
    table = canonical(days, LISTINGS_WITH_NAMES).select(*LISTINGS_WITH_NAMES, FILE, ROW)
    return Counted(table, {why: n for why, n in sorted(dropped.items()) if n})


def _once(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Each party once for a country and list, and how many rows that took away."""
    official = pl.col("day").filter("official").min()
    one = rows.group_by(_ONE, maintain_order=True).agg(
        pl.coalesce(official, pl.col("day").min()).alias("day"),
        pl.col("jurisdiction", "goods_diversion", "source", FILE, ROW).first(),
        pl.len().alias("n_rows"),
        _first_label(),
        pl.col(FILE).n_unique().alias("n_files"),
        pl.col("day").n_unique().alias("n_days"),
    )
    again = pl.col("n_files") - 1
    counts = one.select(
        further_row_of_one_entity=(pl.col("n_rows") - pl.col("n_files")).sum(),
        exact_duplicate=again.filter(pl.col("n_days") == 1).sum(),
        dated_copy=again.filter(pl.col("n_days") > 1).sum(),
    )
    return one.select(*_ONE, "day", *_DAYS[2:3], *_DAYS[4:], "label", FILE, ROW), {
        name: int(n) for name, n in counts.row(0, named=True).items()
    }


def _first_label() -> pl.Expr:
    """What the earliest copy that names the party calls it, whatever the order of the files."""
    unnamed = pl.col("label").str.starts_with(UNNAMED)
    order = [unnamed, pl.col(_SEEN), pl.col(FILE), pl.col(ROW)]
    return pl.col("label").sort_by(order, nulls_last=True).first()


def without_any_day(rows: pl.DataFrame) -> bool:
    """Whether some party would count if it had a day, and none has one."""
    kept = rows.filter(pl.col("dropped").is_null() & pl.col("country").is_not_null())
    return kept.height > 0 and kept["day"].null_count() == kept.height


def joined(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Entries of several files under one another, in their order."""
    return pl.concat([*parts, _no_entries()])


def _no_entries() -> pl.DataFrame:
    return entries(Parties(frame_of(()), ""), "", None)
