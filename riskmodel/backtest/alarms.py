"""What a reader who acts on a list would see: found events, how early, false alarms, and at other priors.

Every method is compared at the same number of flagged rows: as many as the chosen model puts into the band
`high`, its highest scores first, ties in row order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.months import month_number, month_numbers
from riskmodel.backtest import measures
from riskmodel.backtest.results import AlarmResult, Alarms, AtShare, PowerLine, RoleResult
from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.outcomes.rows import GAP_MONTHS

Vector = NDArray[np.float64]

PRIORS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
FOUND_WITHIN_MONTHS = 6
SIZES: dict[str, tuple[float, ...]] = {
    "diversion_usd_per_year": (0, 3_000_000, 10_000_000, 30_000_000, 100_000_000),
    "diversion_share": (0, 0.25, 0.5, 0.75, 0.9),
}


def flagged_like(score: Vector, n: int) -> NDArray[np.bool_]:
    """The n highest scores, ties in row order.

    >>> flagged_like(np.array([0.1, 0.9, 0.9]), 1).tolist()
    [False, True, False]
    """
    out = np.zeros(len(score), dtype=bool)
    out[np.argsort(-score, kind="stable")[:n]] = True
    return out


def alarms(rows: pl.DataFrame, scores: Mapping[str, Vector], risk: Vector) -> Alarms:
    """For each method: found spells, lead time, false alarms a quarter.

    Parameters
    ----------
    rows: world, country, as_of, target (known). scores: method -> score (rows,). risk: of the chosen model,
        which says how many rows are flagged.
    """
    n = int((risk >= LOWER_BOUNDS["high"]).sum())
    methods = {}
    for name, score in scores.items():
        mine = rows.select("world", "country", "as_of", "target").with_columns(
            pl.Series("flag", flagged_like(score, n))
        )
        methods[name] = AlarmResult(*_lead(mine), _false_alarms(mine))
    return Alarms(n, methods)


def _lead(rows: pl.DataFrame) -> tuple[int, float | None, float | None]:
    """Spells of events: how many begin within the rows, what share is flagged before it is public, how early.

    A spell begins on the first date whose six months ahead hold the event, where the date before has none;
    nine months later (horizon and publication) anyone can read it in the figures. Lead time is the
    time from the first flag in the spell to that day.
    """
    leads, spells = [], 0
    for _, mine in rows.sort("world", "country", "as_of").group_by(["world", "country"], maintain_order=True):
        days, events, flags = (mine[name].to_list() for name in ("as_of", "target", "flag"))
        for i in range(1, len(days)):
            if not events[i] or events[i - 1]:
                continue
            spells += 1
            late = next((k for k in range(i, len(days)) if not events[k] or flags[k]), None)
            if late is not None and flags[late] and events[late]:
                lead = GAP_MONTHS - (month_number(days[late]) - month_number(days[i]))
                leads += [lead] if lead > 0 else []
    return spells, len(leads) / spells if spells else None, float(np.median(leads)) if leads else None


def _false_alarms(rows: pl.DataFrame) -> float | None:
    """Countries a world and quarter that were flagged and had no event on a flagged date."""
    quarter = pl.col("as_of").dt.truncate("1q")
    lists = rows.select("world", quarter).n_unique()
    wrong = rows.filter(pl.col("flag") & ~pl.col("target")).select("world", "country", quarter).n_unique()
    return wrong / lists if lists else None


def roles(rows: pl.DataFrame, risk: Vector) -> dict[str, RoleResult]:
    """For each role of a simulated country: rows, share of events, mean risk, shares flagged high."""
    flag = pl.col("risk") >= LOWER_BOUNDS["high"]
    table = (
        rows.select("role", "target", "world", "country")
        .with_columns(pl.Series("risk", risk))
        .group_by("role")
        .agg(
            pl.len().alias("rows"),
            pl.struct("world", "country").n_unique().alias("countries"),
            pl.col("target").mean().alias("events"),
            pl.col("risk").mean().alias("risk"),
            flag.mean().alias("flagged_high"),
            (flag & ~pl.col("target")).mean().alias("flagged_without_event"),
        )
        .with_columns((pl.col("flagged_high") > pl.col("events")).alias("flagged_above_base_rate"))
    )
    return {row.pop("role"): RoleResult(**row) for row in table.sort("role").to_dicts()}


def at_priors(y: NDArray[np.int64], score: Vector, risk: Vector) -> tuple[AtShare, ...]:
    """The same scores, had events been rarer or commoner: rows are reweighted to each share of events.

    `precision_high` is the share of events among rows in the band `high` with the probabilities moved to
    that share (log-odds shifted by the change of the prior's); `average_precision` needs no probability.
    """
    own = float(y.mean())
    if not 0 < own < 1:
        return ()
    out = []
    for prior in sorted({*PRIORS, round(own, 4)}):
        weights = np.where(y == 1, prior / own, (1 - prior) / (1 - own))
        shift = np.log(prior / (1 - prior)) - np.log(own / (1 - own))
        logit = np.log(np.clip(risk, 1e-9, 1) / np.clip(1 - risk, 1e-9, 1)) + shift
        high = logit >= np.log(LOWER_BOUNDS["high"] / (1 - LOWER_BOUNDS["high"]))
        found = float((weights * high).sum())
        out.append(
            AtShare(
                share_of_events=float(prior),
                average_precision=measures.average_precisions(y, score, weights[None, :])[0],
                flagged_high=found / len(y),
                precision_high=float((weights * high * y).sum()) / found if found else None,
                recall_high=float((high & (y == 1)).sum() / y.sum()),
            )
        )
    return tuple(out)


def power(rows: pl.DataFrame, risk: Vector) -> tuple[PowerLine, ...]:
    """Which planted diversion is found within six months of its start, by size and declaration.

    One line for each class of size (`measure` says whether of diverted US$ a year at the peak, or of their
    share in the listed goods that come in) and of what the last country declares (most, half or more;
    little, less than half or nothing): countries, and the shares with a risk in `elevated` or above
    and in `high` on a date in the six months after the start, whatever the label. Countries without
    such a date are not counted.
    """
    planted = rows.with_columns(pl.Series("risk", risk)).filter(pl.col("diversion_start").is_not_null())
    later = month_numbers(pl.col("as_of")) - month_numbers(pl.col("diversion_start"))
    seen = (
        planted.filter(later.is_between(1, FOUND_WITHIN_MONTHS))
        .group_by("world", "country")
        .agg(pl.col("risk").max(), pl.col(*SIZES, "diversion_declared").first())
    )
    return tuple(
        line
        for measure, bounds in SIZES.items()
        for low, high in _pairs(bounds)
        for line in _found(seen, measure, low, high)
    )


def _found(seen: pl.DataFrame, measure: str, low: float, high: float | None) -> list[PowerLine]:
    size = pl.col(measure)
    inside = (size >= low) if high is None else size.is_between(low, high, closed="left")
    out = []
    for words, declared in (
        ("most declared", pl.col("diversion_declared") >= 0.5),
        ("little declared", pl.col("diversion_declared") < 0.5),
    ):
        mine = seen.filter(inside & declared)
        if mine.is_empty():
            continue
        out.append(
            PowerLine(
                measure=measure,
                at_least=low,
                below=high,
                onward_trade=words,
                countries=mine.height,
                elevated=_share(mine["risk"] >= LOWER_BOUNDS["elevated"]),
                high=_share(mine["risk"] >= LOWER_BOUNDS["high"]),
            )
        )
    return out


def _share(flags: pl.Series) -> float:
    return int(flags.sum()) / flags.len()


def _pairs(bounds: Sequence[float]) -> list[tuple[float, float | None]]:
    return [*pairwise(bounds), (bounds[-1], None)]
