"""One edition of the Harmonized System for a month: trade that is given in two is counted once."""

from __future__ import annotations

import polars as pl

_MONTH = ["reporter", "flow", "period"]
_CELL = ["reporter", "partner", "flow", "period", "known_at"]


def one_edition(flows: pl.LazyFrame) -> pl.LazyFrame:
    """The flows with one HS edition for each reporter, partner, flow, month and day of publication.

    Where two of them share a code, the month is given twice: the edition of the larger value counts, the
    newer of two equal ones, and rows of the other are left out. Editions that share no code complete one
    another and stay, as do two vintages in two editions, since one replaces the other. Tables without
    `hs_edition` come back as they are. Reads the months first; only where a month has two editions, more.
    """
    if "hs_edition" not in flows.collect_schema().names():
        return flows
    edition = pl.col("hs_edition")
    months = flows.group_by(_MONTH).agg(edition.min().alias("oldest"), edition.max().alias("newest"))
    mixed = months.filter(pl.col("oldest") != pl.col("newest")).collect(engine="streaming")
    if mixed.is_empty():
        return flows
    rows = flows.join(mixed.lazy(), on=_MONTH, how="semi")
    twice = rows.group_by(*_CELL, "hs6").agg(edition.n_unique()).filter(edition > 1).select(_CELL).unique()
    sums = (
        rows.join(twice, on=_CELL, how="semi", nulls_equal=True)
        .group_by(*_CELL, "hs_edition")
        .agg(pl.col("value_usd").sum())
        .collect(engine="streaming")
    )
    ordered = sums.sort("value_usd", "hs_edition", descending=True, nulls_last=True)
    others = ordered.filter(edition != edition.first().over(_CELL)).select(*_CELL, "hs_edition")
    if others.is_empty():
        return flows
    return flows.join(others.lazy(), on=[*_CELL, "hs_edition"], how="anti", nulls_equal=True)
