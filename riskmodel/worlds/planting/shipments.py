"""The shipments of an episode, month by month: who sends how much of which good."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from riskmodel.errors import WrongUsage
from riskmodel.worlds.planting.episodes import Episode
from riskmodel.worlds.planting.months import MONTH, month_number
from riskmodel.worlds.planting.onward import COURSE, with_course
from riskmodel.worlds.planting.view import TableView, stream

SHIPMENTS: dict[str, pl.DataType] = {
    "country": pl.String(),
    "hs6": pl.String(),  # what the goods are
    "reporter": pl.String(),  # the coalition member that exports them; null: none reports in this table
    "month": MONTH,
    "sent_usd": pl.Int64(),  # > 0
    **COURSE,
}
LOT_USD = 20_000  # a usual shipment: fewer of them for small amounts, not ever smaller ones
LEAST_USD = 1_000  # smaller ones are left out where larger ones carry the amount
MOST_SUPPLIERS = 3
UNEVEN = 0.7  # standard deviation of the logarithm of monthly amounts


def apportion(total: int, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Split whole dollars by weights so that the parts add up to the total; largest remainders first.

    >>> apportion(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    exact = total * (weights / weights.sum())
    parts = np.floor(exact).astype(np.int64)
    short = int(total - parts.sum())
    parts[np.argsort(-(exact - parts), kind="stable")[:short]] += 1
    return parts


def shipments_of(view: TableView, episode: Episode, seed: int) -> pl.DataFrame:
    """`SHIPMENTS` of an episode, adding up to its amount, sorted.

    Only months that a supplier reports hold shipments: what would not be published cannot be planted. Raises
    WrongUsage where no supplier reports any month of the episode.
    """
    rng = stream(seed, "shipments", episode.country)
    start = month_number(episode.first_month)
    months = np.arange(start, min(start + episode.duration, view.supplied[1] + 1))
    size = _size_by_month(rng, episode, len(months))
    rows: list[tuple[str, str | None, int, float]] = []
    for hs6 in episode.hs6:
        share = rng.gamma(1.0)
        for reporter, part, reported in _suppliers(view, rng, episode.country, hs6, months):
            uneven = np.exp(UNEVEN * rng.standard_normal(len(months))) * size * share * part * reported
            rows += [(hs6, reporter, int(m), w) for m, w in zip(months, uneven, strict=True) if w > 0]
    if not rows:
        raise WrongUsage(
            f"No coalition member in the trade table reports exports of the chosen goods after "
            f"{episode.first_month}; choose an earlier first month."
        )
    weights = _lots(rng, np.array([row[3] for row in rows]), episode.amount_usd)
    sent = apportion(episode.amount_usd, weights)
    frame = pl.DataFrame(
        {
            "country": [episode.country] * len(rows),
            "hs6": [row[0] for row in rows],
            "reporter": pl.Series([row[1] for row in rows], dtype=pl.String),
            "month": [row[2] for row in rows],
            "sent_usd": sent,
        },
        schema={name: dtype for name, dtype in SHIPMENTS.items() if name not in COURSE},
    )
    frame = frame.filter(pl.col("sent_usd") > 0).sort("hs6", "reporter", "month")
    return with_course(frame, episode, seed)


def _size_by_month(rng: np.random.Generator, episode: Episode, months: int) -> npt.NDArray[np.float64]:
    """Growth to the full size over the ramp."""
    return np.minimum(1.0, (np.arange(months) + 1) / (episode.ramp + 1))


def _suppliers(
    view: TableView, rng: np.random.Generator, country: str, hs6: str, months: npt.NDArray[np.int64]
) -> list[tuple[str | None, float, npt.NDArray[np.bool_]]]:
    """Up to three members that export the good and report some month, by how much of it they export.

    Each with its share, which add up to 1, and the months that it reports.
    """
    if not view.has_inbound:
        return [(None, 1.0, np.ones(len(months), dtype=bool))]
    supply = view.supply.filter((pl.col("hs6") == hs6) & (pl.col("reporter") != country))
    found = [
        (reporter, float(value), reported)
        for reporter, value in supply.select("reporter", "value_usd").iter_rows()
        if (reported := _reported(view, reporter, hs6, months)).any()
    ]
    if not found:
        return []
    values = np.array([value for _, value, _ in found])
    count = min(int(rng.integers(1, MOST_SUPPLIERS + 1)), len(values))
    chosen = rng.choice(len(values), count, replace=False, p=values / values.sum())
    parts = rng.dirichlet(np.ones(count))
    return [
        (found[at][0], float(part), found[at][2]) for at, part in zip(chosen.tolist(), parts, strict=True)
    ]


def _reported(
    view: TableView, reporter: str, hs6: str, months: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Which months the reporter's exports cover, in an edition that can declare the good."""
    codes = view.codes.filter(hs6=hs6)["hs_edition"]
    booked = view.calendar.filter(reporter=reporter, flow="X").filter(
        pl.col("hs_edition").is_in(codes.implode())
    )
    return np.isin(months, booked["month"].to_numpy())


def _lots(rng: np.random.Generator, weights: npt.NDArray[np.float64], amount: int) -> npt.NDArray[np.float64]:
    """The weights with some set to zero, so that what remains is shipments of a usual size."""
    most = max(1, round(amount / LOT_USD))
    if most < len(weights):
        kept = rng.choice(len(weights), most, replace=False, p=weights / weights.sum())
        weights = np.where(np.isin(np.arange(len(weights)), kept), weights, 0.0)
    large = amount * weights / weights.sum() >= LEAST_USD
    return np.where(large, weights, 0.0) if large.any() else weights
