"""Rows that share their key: copies, versions that disagree, and vintages that a later one replaces.

Keys are compared in two steps. Equal keys have equal fingerprints, so only rows whose fingerprint occurs
twice are looked at; these are compared value by value. Two keys that share a fingerprint by chance cost time
and change nothing.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import cache

import polars as pl

from data_contracts.contract import Unique, state

PLACE = "__place"
MEASURES = ("copy_no", "versions")


def readable(typed: pl.DataFrame, unique: Unique) -> pl.Series:
    """Rows that are compared: those that have a readable value in each column of key and values."""
    return typed.select(
        pl.all_horizontal(
            pl.col(state(c)).ne_missing(0) if c in unique.optional else pl.col(state(c)).eq_missing(1)
            for c in (*unique.key, *unique.values)
        )
    ).to_series()


def fingerprints(rows: pl.DataFrame, unique: Unique) -> pl.Series:
    """A number (UInt64) for each row, the same for all vintages of one thing in one process."""
    return rows.select(unique.thing).hash_rows()


@cache
def probe() -> int:
    """What fingerprints of known rows are here: machines that agree on it make the same of all rows."""
    texts = [None, "", *("aé" * n for n in (1, 4, 5, 9, 20, 70))]
    days = [date(1990, 1, 1) + timedelta(n) if n else None for n in range(len(texts))]
    known = pl.DataFrame({"text": texts, "other": texts[::-1], "number": range(len(texts)), "day": days})
    digest = hashlib.sha256(known.hash_rows().to_numpy().tobytes()).digest()
    return int.from_bytes(digest[:8])


def copies(shared: pl.LazyFrame, unique: Unique) -> pl.LazyFrame:
    """For rows of `shared` (key, values, place): place, `copy_no` and `versions`.

    `copy_no` is 0 for the first row of equal key and values and 1 for the later ones; `versions` counts the
    different values that the key has. Null equals null. Memory follows the distinct rows.
    """
    key, columns = list(unique.key), [*unique.key, *unique.values]
    distinct = shared.group_by(columns).agg(first=pl.col(PLACE).min())
    versions = distinct.group_by(key).agg(versions=pl.len().cast(pl.Int64))
    return (
        shared.join(distinct, on=columns, how="left", nulls_equal=True)
        .join(versions, on=key, how="left", nulls_equal=True)
        .select(PLACE, copy_no=(pl.col(PLACE) > pl.col("first")).cast(pl.Int64), versions="versions")
    )


def replaced(shared: pl.LazyFrame, unique: Unique) -> pl.LazyFrame:
    """Places of the rows of `shared` (key, place) that a later vintage replaces; no vintage is the first."""
    thing, vintage = list(unique.thing), pl.col(unique.vintage)
    newest = shared.group_by(thing).agg(newest=vintage.max())
    later = vintage.is_null() & pl.col("newest").is_not_null() | (vintage < pl.col("newest"))
    return shared.join(newest, on=thing, how="left", nulls_equal=True).filter(later).select(PLACE)


def with_copies(typed: pl.DataFrame, unique: Unique) -> pl.DataFrame:
    """Adds `copy_no` and `versions` (see `copies`) to the rows of a whole batch; null where not readable."""
    known = readable(typed, unique)
    shared = _sharing(typed, unique, known)
    found = copies(shared.lazy(), unique).collect()
    return typed.with_columns(
        _spread(name, found, alone, known) for name, alone in zip(MEASURES, (0, 1), strict=True)
    )


def superseded(accepted: pl.DataFrame, unique: Unique) -> pl.Series:
    """For each row of a whole batch whether it holds a later vintage of the same thing."""
    shared = _sharing(accepted, unique, pl.repeat(True, accepted.height, eager=True))
    places = replaced(shared.lazy(), unique).collect()[PLACE]
    return pl.repeat(False, accepted.height, eager=True).scatter(places, True).alias("superseded")


def _sharing(rows: pl.DataFrame, unique: Unique, known: pl.Series) -> pl.DataFrame:
    """Key, values and place of the rows whose fingerprint occurs twice."""
    places = known.arg_true()
    prints = fingerprints(rows, unique).gather(places)
    chosen = places.filter(prints.is_duplicated())
    return rows[chosen].select(*unique.key, *unique.values).with_columns(chosen.alias(PLACE))


def _spread(name: str, found: pl.DataFrame, alone: int, known: pl.Series) -> pl.Series:
    """The measure for every row: as found, `alone` for other readable rows, null for the rest."""
    every = pl.repeat(alone, len(known), dtype=pl.Int64, eager=True)
    every = every.scatter(found[PLACE], found[name])
    return pl.select(pl.when(known).then(every)).to_series().alias(name)
