"""Copies are never added up, and a part is never the whole: the one step of every reader before it sums.

A reader says as data what its rows are keyed by and which of its columns are figures.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from importlib.resources import files

import polars as pl

from data_contracts.checking.numbers import nothing_said
from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.trade.areas import area_parts

CONFLICT = "conflicts"
_PLACE = "_place"
_TOTAL = r"(?i)^(-|0+|t|c00|tot|(t-)?total\b.*|all\b.*|world|w00)$"


def once(
    rows: pl.DataFrame, key: Sequence[str], figures: Sequence[str], dated: str | None = None
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The first of all rows with the same key and figures, and how many copies were dropped.

    `exact_duplicate` counts the copies. Rows of one key whose figures differ are versions: where a column
    `dated` says when each was published, the last counts and the others are dropped as `earlier_vintage`;
    those without a day, and all where there is no such column, are marked in `conflicts` (Boolean), for the
    contract to refuse. Figures are compared as numbers, null equals null; a row that says the first figure
    alone is a copy of one that says the others too.
    """
    unmarked = rows.with_columns(pl.lit(False).alias(CONFLICT))
    twice = rows.select(key).hash_rows().is_duplicated()
    if not twice.any():
        return unmarked, {}
    named = [f"_figure_{name}" for name in figures]
    shared = rows.with_row_index(_PLACE).filter(twice).with_columns(
        pl.coalesce(pl.col(f).cast(pl.Float64, strict=False).cast(pl.String), pl.col(f).cast(pl.String))
        .alias(name)
        for f, name in zip(figures, named, strict=True)
    )  # fmt: skip
    if dated:
        shared = shared.sort(dated, descending=True, nulls_last=True, maintain_order=True)
    first = shared.unique([*key, *named], keep="first", maintain_order=True)
    if len(named) > 1:
        # A copy that does not say the weight is one of the row that does.
        silent = pl.all_horizontal(pl.col(name).is_null() for name in named[1:])
        said_elsewhere = (~silent).any().over([*key, named[0]])
        first = first.filter(~(silent & said_elsewhere))
    dropped = {"exact_duplicate": shared.height - first.height}
    if dated:
        newest = pl.col(dated).eq_missing(pl.col(dated).first().over(key))
        dropped["earlier_vintage"] = (
            first.height - (kept := first.filter(newest | pl.col(dated).is_null())).height
        )
        first = kept
    conflicts = first.filter(pl.len().over(key) > 1)[_PLACE]
    places = pl.int_range(rows.height, eager=True)
    gone = pl.repeat(False, rows.height, eager=True).scatter(shared[_PLACE], True)
    gone = gone.scatter(first[_PLACE], False)
    marked = unmarked.with_columns(places.is_in(conflicts.cast(pl.Int64).implode()).alias(CONFLICT))
    return marked.filter(~gone), {reason: count for reason, count in dropped.items() if count}


def released_on(names: pl.Series) -> pl.Series:
    """Date `released`: the day in the names of Comtrade's bulk files (`...H5[2023-01-03].gz`), else null."""
    day = names.str.extract(r"\[(\d{4}-\d{2}-\d{2})\]").str.to_date("%Y-%m-%d", strict=False)
    return day.set(day < date(1962, 1, 1), None).alias("released")  # what is unknown is given as 1900


def revisions(rows: pl.DataFrame, key: Sequence[str], figures: Sequence[str], dated: str) -> pl.DataFrame:
    """Keys whose rows of several days disagree, and the newest day (`later`), before which no one had it."""
    known = rows.filter(pl.col(dated).is_not_null())
    if known[dated].n_unique() < 2:
        return rows.clear().select(*key, pl.col(dated).cast(pl.Date).alias("later"))
    figure = pl.struct(pl.col(name).cast(pl.Float64, strict=False) for name in figures)
    days = known.group_by(key).agg(
        figure.n_unique().alias("versions"),
        pl.col(dated).n_unique().alias("days"),
        pl.col(dated).max().cast(pl.Date).alias("later"),
    )
    return days.filter(pl.col("versions") > 1, pl.col("days") > 1).select(*key, "later")


def known_from(rows: pl.DataFrame, revised: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Rows with `known_at` no earlier than the day of the revision they hold (`revisions`)."""
    if not revised.height:
        return rows
    days = revised.group_by(key).agg(pl.col("later").max())
    joined = rows.join(days, on=list(key), how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.max_horizontal("known_at", "later").alias("known_at")).select(rows.columns)


def with_whole_areas(
    rows: pl.DataFrame, column: str, key: Sequence[str], seen: Collection[str] | None = None
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows whose `column` is a part of a country (`area_parts.csv`) as rows of the country, or without them.

    Where the country has a row of the same `key` (which names `column`), its parts are dropped under their
    reason; elsewhere they stay, to be added up by the reader, and the column says the country. A part is
    dropped as well where none of the other parts is in the table at all, since it cannot be the whole then,
    unless it is the first of them, which is nearly all of it. `seen` are the values of `column` in the whole
    table, where `rows` are not all of it.
    """
    parts = area_parts()
    if not rows[column].is_in(list(parts)).any():
        return rows, {}
    seen = set(rows[column].unique().to_list()) if seen is None else seen
    main: dict[str, str] = {}
    for part, (whole, _) in parts.items():
        main.setdefault(whole, part)
    lonely = [p for p, (whole, _) in parts.items() if p != main[whole] and main[whole] not in seen]
    is_part = pl.col(column).is_in(list(parts)).fill_null(False)
    named = rows.with_columns(
        is_part.alias("_is_part"),
        pl.col(column).is_in(lonely).fill_null(False).alias("_lonely"),
        pl.col(column).replace({p: reason for p, (_, reason) in parts.items()}).alias("_reason"),
        whole_area(column),
    )
    with_total = (~pl.col("_is_part")).any().over(key)
    named = named.with_columns((pl.col("_is_part") & (with_total | pl.col("_lonely"))).alias("_drop"))
    counts = named.filter("_drop")["_reason"].value_counts()
    kept = named.filter(~pl.col("_drop")).drop("_is_part", "_lonely", "_reason", "_drop")
    return kept, dict(counts.iter_rows())


def whole_area(column: str) -> pl.Expr:
    """The country where a cell is a part of one, else the cell: rows that `with_whole_areas` compares."""
    return pl.col(column).replace({part: whole for part, (whole, _) in area_parts().items()})


def is_total(column: str) -> pl.Expr:
    """Whether a cell of a column of parts says nothing, or that it is the total of them."""
    return pl.col(column).str.contains(_TOTAL).fill_null(True)


@cache
def part_columns() -> dict[str, str]:
    """Column (small letters and digits alone) that makes its rows parts -> the reason to drop them."""
    text = (files("riskmodel.sources.trade") / "part_columns.csv").read_text(encoding="utf-8")
    return {row["column"]: row["reason"] for row in csv.DictReader(text.splitlines())}


def without_parts(
    frame: pl.DataFrame, used: Sequence[str], added_up: Sequence[str] = ()
) -> tuple[pl.DataFrame, dict[str, int], tuple[str, ...]]:
    """Drop the rows of one state, port, mode, procedure and so on, by the columns that say so.

    Looked at are columns of `part_columns` that are not among `used`, save those of reasons that the reader
    adds up or drops itself (`added_up`). A row is a whole where such a column is empty or says total. Returns
    the rows, the counts by reason, and the columns looked at.
    """
    known = {name: reason for name, reason in part_columns().items() if reason not in added_up}
    bare = {c: "".join(x for x in c.lower() if x.isalnum()) for c in frame.columns if c not in used}
    columns = {c: known[name] for c, name in bare.items() if name in known}
    if not columns:
        return frame, {}, ()
    part = {c: f"_part_{c}" for c in columns}
    marked = frame.with_columns(
        (~clean(frame[c]).str.contains(_TOTAL) & ~nothing_said(clean(frame[c]))).alias(part[c])
        for c in columns
    )
    reasons: dict[str, pl.Expr] = {}
    for column, reason in columns.items():
        reasons[reason] = reasons.get(reason, pl.lit(False)) | pl.col(part[column]).fill_null(False)
    whole, dropped = sift(marked, reasons)
    return whole.drop(part.values()), dropped, tuple(columns)
