"""Facts of a whole trade table, for the rules about coverage, freshness, totals, jumps and drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from data_contracts.codes.countries import WORLD, country_codes
from data_contracts.contract import Context
from data_contracts.months import month_number, month_numbers

SHOWN = 5
STOPPED_MONTHS = 3
HISTORY_MONTHS = 6
JUMP_TIMES = 20
JUMP_LEAST_USD = 1_000_000
ROUNDING_USD = 1_000
AT_ONCE = 2_000_000  # rows or totals of reporters that are in memory together
PAIR = ["reporter", "partner", "flow"]
MOST_PAIRS = 3 * (len(country_codes()) + 1)  # flows and partners of a reporter


def evidence(accepted: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """One value each; null where nothing can be said (no rows, no as_of, no previous batch).

    Rows may be more than memory holds: what has many groups is computed for a few reporters at a time.
    """
    reporters = _reporters(accepted)
    return {
        **_coverage(reporters, context.as_of),
        **_world(accepted, reporters),
        **_jumps(accepted, reporters),
        **_editions(accepted),
        **_drift(reporters, context.previous),
    }


def _reporters(rows: pl.LazyFrame) -> pl.DataFrame:
    """One row for each reporter: rows, world rows, value, months, first and last month."""
    return (
        rows.group_by("reporter")
        .agg(
            rows=pl.len(),
            world=(pl.col("partner") == WORLD).sum(),
            value=pl.col("value_usd").sum(),
            months=pl.col("period").n_unique(),
            oldest=pl.col("period").min(),
            last=pl.col("period").max(),
        )
        .sort("reporter")
        .collect(engine="streaming")
    )


def _groups(reporters: pl.DataFrame, size: pl.Expr) -> list[pl.Expr]:
    """Filters that take a few reporters each, of at most `AT_ONCE` together where one has no more."""
    sized = reporters.select("reporter", part=(size.cast(pl.Int64).cum_sum() - 1) // AT_ONCE)
    return [pl.col("reporter").is_in(part["reporter"].to_list()) for part in sized.partition_by("part")]


def _coverage(by_reporter: pl.DataFrame, as_of: date | None) -> dict[str, Any]:
    newest = by_reporter["last"].max()
    stopped = (
        by_reporter.filter(
            pl.col("months") >= HISTORY_MONTHS,
            month_numbers(pl.col("last")) <= month_number(newest) - STOPPED_MONTHS,
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
        "oldest_period": by_reporter["oldest"].min(),
        "newest_period": newest,
        "months_old": months_old,
        "total_value_usd": by_reporter["value"].sum(),
        "n_stopped_reporters": stopped.height,
        "stopped_reporters": _list(
            f"{r} after {d:%Y-%m}" for r, d in stopped.select("reporter", "last").rows()
        ),
    }


def _world(rows: pl.LazyFrame, reporters: pl.DataFrame) -> dict[str, Any]:
    """World totals that are below the sum of their partners."""
    cell = ["reporter", "flow", "hs6", "hs_edition", "period", "known_at"]
    count = int(reporters["world"].sum())
    if not count:
        return {"n_world": 0, "n_above_world": None, "above_world": ""}
    found = [pl.DataFrame(schema=dict.fromkeys(("gap", "parts", "world"), pl.Int64))]
    for some in _groups(reporters.filter(pl.col("world") > 0), pl.col("world")):
        here = rows.filter(some)
        world = here.filter(pl.col("partner") == WORLD).select(*cell, world="value_usd").collect()
        parts = (
            here.filter(pl.col("partner") != WORLD)
            .join(world.lazy(), on=cell, how="semi", nulls_equal=True)
            .group_by(cell)
            .agg(parts=pl.col("value_usd").sum())
            .collect(engine="streaming")
        )
        found.append(
            world.join(parts, on=cell, how="inner", nulls_equal=True)
            .filter(pl.col("parts") > pl.col("world") * 1.01 + ROUNDING_USD)
            .with_columns(gap=pl.col("parts") - pl.col("world"))
        )
    above = pl.concat(found, how="diagonal")
    if not above.height:
        return {"n_world": count, "n_above_world": 0, "above_world": ""}
    worst = above.sort("gap", *cell, descending=[True] + [False] * len(cell)).head(SHOWN)
    named = worst.select("reporter", "flow", "hs6", "period", "parts", "world").rows()
    return {
        "n_world": count,
        "n_above_world": above.height,
        "above_world": _list(
            (f"{r} {f} {h} {p:%Y-%m} ({a} over {w})" for r, f, h, p, a, w in named), above.height
        ),
    }


def _jumps(rows: pl.LazyFrame, reporters: pl.DataFrame) -> dict[str, Any]:
    """Totals far above their previous month; each row counts in its latest vintage: a revision is no jump."""
    current = rows.filter(~pl.col("superseded"))
    jumps = pl.DataFrame(schema={**dict.fromkeys(PAIR, pl.String), "period": pl.Date, "times": pl.Float64})
    for some in _groups(reporters, pl.min_horizontal("rows", pl.col("months") * MOST_PAIRS)):
        totals = (
            current.filter(some)
            .group_by(*PAIR, "period")
            .agg(total=pl.col("value_usd").sum())
            .collect(engine="streaming")
            .with_columns(month=month_numbers(pl.col("period")))
        )
        before = totals.select(*PAIR, month=pl.col("month") + 1, before="total").filter(pl.col("before") > 0)
        found = (
            totals.filter(pl.col("total") >= JUMP_LEAST_USD)
            .join(before, on=[*PAIR, "month"])
            .filter(pl.col("total") > JUMP_TIMES * pl.col("before"))
            .select(*PAIR, "period", times=pl.col("total") / pl.col("before"))
        )
        jumps = pl.concat([jumps, found])
    largest = jumps.sort("times", *PAIR, "period", descending=[True, False, False, False, False]).head(SHOWN)
    return {
        "n_jumps": jumps.height,
        "largest_jump": _list(
            (f"{r} to {p} ({f}) {m:%Y-%m}, {x:.0f} times" for r, p, f, m, x in largest.rows()), jumps.height
        ),
    }


def _editions(rows: pl.LazyFrame) -> dict[str, Any]:
    mixed = (
        rows.group_by("reporter", "flow", "period")
        .agg(editions=pl.col("hs_edition").unique())
        .filter(pl.col("editions").list.len() > 1)
        .sort("reporter", "flow", "period")
        .collect(engine="streaming")
    )
    named = mixed.head(SHOWN).select("reporter", "flow", "period", pl.col("editions").list.sort()).rows()
    return {
        "n_mixed_editions": mixed.height,
        "mixed_editions": _list(
            (f"{r} {f} {p:%Y-%m} ({' and '.join(e)})" for r, f, p, e in named), mixed.height
        ),
    }


def _drift(reporters: pl.DataFrame, previous: Mapping[str, Any] | None) -> dict[str, Any]:
    if not previous or not reporters.height:
        return {"n_gone_reporters": None, "gone_reporters": "", "rows_to_previous": None}
    gone = sorted(set(previous.get("reporters") or ()) - set(reporters["reporter"].to_list()))
    before = previous.get("rows_accepted")
    return {
        "n_gone_reporters": len(gone),
        "gone_reporters": _list(gone),
        "rows_to_previous": int(reporters["rows"].sum()) / before if before else None,
    }


def _list(words: Iterable[str], count: int | None = None) -> str:
    """The first words, and how many more there are of `count` (all of `words` where not given)."""
    words = list(words)
    more = (len(words) if count is None else count) - SHOWN
    return ", ".join(words[:SHOWN]) + (f" and {more} more" if more > 0 else "")
