"""What becomes of a shipment after it was sent: what arrives, what imports show, when and how it leaves.

Each shipment has a course of its own. Were the onward leg a fixed multiple of the inbound one, a score that
looks for that multiple would find planted cases and no real ones.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from features.reference.facts import MIRROR_CIF
from riskmodel.worlds.planting.episodes import Episode
from riskmodel.worlds.planting.months import MONTH
from riskmodel.worlds.planting.view import TableView, stream

COURSE: dict[str, pl.DataType] = {
    "arrived_usd": pl.Int64(),  # sent without the ghost part
    "imported_usd": pl.Int64(),  # what the country's imports show of it, with freight
    "leaves": MONTH,  # when it leaves for Russia
    "left_usd": pl.Int64(),  # what it is worth then
    "shown_usd": pl.Int64(),  # what the country's exports show of that
}
LEFT: dict[str, pl.DataType] = {
    "country": pl.String(),
    "hs6": pl.String(),
    "month": MONTH,
    "value_usd": pl.Int64(),
    "shown_usd": pl.Int64(),
}
LATER = (0.5, 0.25, 0.15, 0.1)  # shares that leave 0, 1, 2 and 3 months after the lag
MARKUP = (0.5, 1.5)  # a shipment's mark-up as a share of the episode's
IMPORTS_NOISE, DECLARED_NOISE = 0.1, 0.15


def with_course(sent: pl.DataFrame, episode: Episode, seed: int) -> pl.DataFrame:
    """Shipments of one episode (month, sent_usd and more) with the columns of `COURSE`; whole dollars."""
    rng = stream(seed, "course", episode.country)
    n = sent.height
    dollars = sent["sent_usd"].to_numpy()
    arrived = dollars - np.round(dollars * episode.ghost_share).astype(np.int64)
    noise = np.exp(IMPORTS_NOISE * rng.standard_normal(n))
    left = np.round(arrived * (1 + episode.markup * rng.uniform(*MARKUP, n))).astype(np.int64)
    hidden = np.full(n, episode.undeclared_share)
    if 0 < episode.undeclared_share < 1:
        hidden = np.clip(hidden + DECLARED_NOISE * rng.standard_normal(n), 0.0, 1.0)
    columns = {
        "arrived_usd": arrived,
        "imported_usd": np.round(arrived * MIRROR_CIF * episode.imports_share * noise),
        "leaves": sent["month"].to_numpy() + episode.lag + rng.choice(len(LATER), n, p=LATER),
        "left_usd": left,
        "shown_usd": left - np.round(left * hidden).astype(np.int64),
    }
    return sent.with_columns(pl.Series(name, columns[name]).cast(dtype) for name, dtype in COURSE.items())


def departures(view: TableView, shipments: pl.DataFrame) -> pl.DataFrame:
    """`LEFT`: what leaves each country for Russia by good and month, to the end of the table; sorted.

    What arrives so late that it would leave after the last month is still in the country then.
    """
    return (
        shipments.filter(pl.col("leaves") <= view.last)
        .group_by("country", "hs6", pl.col("leaves").alias("month"))
        .agg(pl.col("left_usd").sum().alias("value_usd"), pl.col("shown_usd").sum())
        .filter(pl.col("value_usd") > 0)
        .select(*LEFT)
        .sort("country", "hs6", "month")
    )
