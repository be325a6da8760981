"""Listings of entities: they follow diverted goods by months, and some have nothing to do with them."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np
import polars as pl

from data_contracts.tables import LISTINGS
from riskmodel.worlds.markets.attention import Notice
from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Parameters

LISTS = (
    ("US", "US-BIS-EL"),
    ("US", "US-OFAC-SDN"),
    ("EU", "EU-ANNEX-IV"),
    ("GB", "GB-OFSI"),
    ("JP", "JP-METI"),
)
CHANCES = (0.3, 0.35, 0.2, 0.1, 0.05)
BASES = ("true", "false", "unknown")
INQUIRY = 5  # months from what leaks to a listing
SOURCE = "simulated list"


def listings(p: Parameters, c: MarketCast, n: Notice) -> pl.DataFrame:
    """Listings to the end of the last month, grounded or unrelated; papers and visible flows add some."""
    rng = p.rng("listings")
    late = np.zeros_like(n.leak)
    late[:, INQUIRY:] = (n.leak + 0.4 * n.papers + 0.04 * n.visible)[:, :-INQUIRY]
    grounded = p["listing_hazard"] * 0.35 * n.interest * late
    unrelated = np.minimum(p["false_listing"] * n.weight[:, None], 0.2) * np.ones_like(n.leak)
    frames = [
        _events(rng, c, grounded, (0.75, 0.05, 0.2), 1.5),
        _events(rng, c, unrelated, (0.12, 0.6, 0.28), 0.8),
    ]
    key = [name for name in LISTINGS if name != "n_entities"]
    return (
        pl.concat(frames)
        .group_by(key)
        .agg(pl.col("n_entities").sum())
        .select(pl.col(name).cast(dtype) for name, dtype in LISTINGS.items())
        .sort(key)
    )


def _events(
    rng: np.random.Generator, c: MarketCast, hazard: Array, basis: tuple[float, ...], entities: float
) -> pl.DataFrame:
    country, month = np.nonzero(np.ones_like(hazard))
    count = rng.poisson(hazard.ravel())
    country, month = np.repeat(country, count), np.repeat(month, count)
    size = len(country)
    ends = [calendar.monthrange(m.year, m.month)[1] for m in c.months]
    first = np.array([(m - date(1970, 1, 1)).days for m in c.months])
    day = first[month] + np.floor(rng.random(size) * np.array(ends)[month]).astype(np.int64)
    which = rng.choice(len(LISTS), size=size, p=CHANCES)
    why = rng.choice(len(BASES), size=size, p=basis)
    return pl.DataFrame(
        {
            "country": pl.Series(list(c.codes)).gather(country),
            "listed_on": pl.Series(day.astype(np.int32), dtype=pl.Int32).cast(pl.Date),
            "jurisdiction": pl.Series([name for name, _ in LISTS]).gather(which),
            "list": pl.Series([name for _, name in LISTS]).gather(which),
            "n_entities": 1 + rng.poisson(entities, size),
            "goods_diversion": pl.Series(list(BASES)).gather(why),
            "source": pl.repeat(SOURCE, size, eager=True),
        }
    )
