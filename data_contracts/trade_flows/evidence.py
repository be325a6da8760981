"""Facts of a whole trade table, for the rules about coverage, freshness, totals, jumps and drift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from data_contracts.contract import Context
from data_contracts.countries import WORLD

SHOWN = 5
STOPPED_MONTHS = 3
HISTORY_MONTHS = 6
JUMP_TIMES = 20
JUMP_LEAST_USD = 1_000_000
ROUNDING_USD = 1_000


def evidence(accepted: pl.DataFrame, context: Context) -> Mapping[str, Any]:
    """One value each; null where nothing can be said (no rows, no as_of, no previous batch)."""
    return {
        **_coverage(accepted, context.as_of),
        **_world(accepted),
        **_jumps(accepted),
        **_editions(accepted),
        **_drift(accepted, context.previous),
    }


def _months(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month().cast(pl.Int64)


def _coverage(rows: pl.DataFrame, as_of: date | None) -> dict[str, Any]:
    by_reporter = (
        rows.group_by("reporter")
        .agg(last=pl.col("period").max(), months=pl.col("period").n_unique())
        .sort("reporter")
    )
    newest = by_reporter["last"].max()
    stopped = (
        by_reporter.filter(
            pl.col("months") >= HISTORY_MONTHS,
            _months("last") <= newest.year * 12 + newest.month - STOPPED_MONTHS,
        )
        if isinstance(newest, date)
        else by_reporter.clear()
    )
    months_old = None
    if as_of is not None and isinstance(newest, date):
        months_old = (as_of.year - newest.year) * 12 + as_of.month - newest.month
    return {
        "n_reporters": by_reporter.height,
        "reporters": by_reporter["reporter"].to_list(),
        "oldest_period": rows["period"].min(),
        "newest_period": newest,
        "months_old": months_old,
        "total_value_usd": rows["value_usd"].sum(),
        "n_stopped_reporters": stopped.height,
        "stopped_reporters": _list(
            f"{r} after {d:%Y-%m}" for r, d in stopped.select("reporter", "last").rows()
        ),
    }


def _world(rows: pl.DataFrame) -> dict[str, Any]:
    cell = ["reporter", "flow", "hs6", "hs_edition", "period", "known_at"]
    world = rows.filter(pl.col("partner") == WORLD).select(*cell, world="value_usd")
    none = {"n_world": 0, "n_above_world": None, "above_world": ""}
    if not world.height:
        return none
    parts = rows.filter(pl.col("partner") != WORLD).group_by(cell).agg(parts=pl.col("value_usd").sum())
    above = (
        world.join(parts, on=cell, how="inner", nulls_equal=True)
        .filter(pl.col("parts") > pl.col("world") * 1.01 + ROUNDING_USD)
        .with_columns(gap=pl.col("parts") - pl.col("world"))
        .sort("gap", *cell, descending=[True] + [False] * len(cell))
    )
    named = above.head(SHOWN).select("reporter", "flow", "hs6", "period", "parts", "world").rows()
    return {
        "n_world": world.height,
        "n_above_world": above.height,
        "above_world": _list(f"{r} {f} {h} {p:%Y-%m} ({a} over {w})" for r, f, h, p, a, w in named),
    }


def _jumps(rows: pl.DataFrame) -> dict[str, Any]:
    pair = ["reporter", "partner", "flow"]
    vintages = rows.group_by(*pair, "period", "known_at").agg(total=pl.col("value_usd").sum())
    # The newest vintage of each month, so that a revision is no jump.
    totals = vintages.filter(
        pl.col("known_at").eq_missing(pl.col("known_at").max().over("reporter", "period", "flow"))
    ).sort(*pair, "period")
    jumps = (
        totals.with_columns(
            before=pl.col("total").shift(1).over(pair),
            gap=(_months("period") - _months("period").shift(1)).over(pair),
        )
        .filter(
            pl.col("gap") == 1,
            pl.col("total") >= JUMP_LEAST_USD,
            pl.col("before") > 0,
            pl.col("total") > JUMP_TIMES * pl.col("before"),
        )
        .with_columns(times=pl.col("total") / pl.col("before"))
        .sort("times", *pair, "period", descending=[True, False, False, False, False])
    )
    named = jumps.head(SHOWN).select("reporter", "partner", "flow", "period", "times").rows()
    return {
        "n_jumps": jumps.height,
        "largest_jump": _list(f"{r} to {p} ({f}) {m:%Y-%m}, {x:.0f} times" for r, p, f, m, x in named),
    }


def _editions(rows: pl.DataFrame) -> dict[str, Any]:
    mixed = (
        rows.group_by("reporter", "flow", "period")
        .agg(editions=pl.col("hs_edition").n_unique())
        .filter(pl.col("editions") > 1)
        .sort("reporter", "flow", "period")
    )
    named = mixed.head(SHOWN).select("reporter", "flow", "period").rows()
    return {
        "n_mixed_editions": mixed.height,
        "mixed_editions": _list(f"{r} {f} {p:%Y-%m}" for r, f, p in named),
    }


def _drift(rows: pl.DataFrame, previous: Mapping[str, Any] | None) -> dict[str, Any]:
    if not previous or not rows.height:
        return {"n_gone_reporters": None, "gone_reporters": "", "rows_to_previous": None}
    gone = sorted(set(previous.get("reporters") or ()) - set(rows["reporter"].to_list()))
    before = previous.get("rows_accepted")
    return {
        "n_gone_reporters": len(gone),
        "gone_reporters": _list(gone),
        "rows_to_previous": rows.height / before if before else None,
    }


def _list(words: Any) -> str:
    words = list(words)
    return ", ".join(words[:SHOWN]) + (f" and {len(words) - SHOWN} more" if len(words) > SHOWN else "")
