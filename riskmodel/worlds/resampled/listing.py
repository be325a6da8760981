"""Lists of sanctioned entities in a world: late, of some diverters only, and mostly about other things."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from data_contracts.tables import LISTINGS
from riskmodel.worlds.planting.episodes import Episode
from riskmodel.worlds.planting.months import first_day
from riskmodel.worlds.planting.view import stream
from riskmodel.worlds.resampled.cast import ResampledCast
from riskmodel.worlds.resampled.params import Params
from riskmodel.worlds.resampled.reporting import SOURCE

LISTS = (("US", "US-BIS-EL"), ("US", "US-OFAC-SDN"), ("EU", "EU-ANNEX-IV"), ("GB", "GB-CONSOLIDATED"))
FALSE_CHANCE = 0.04  # a country where nothing is diverted has an entity listed for diverting goods
OTHER_MEAN = 0.4  # listings for other reasons, per country
Row = tuple[str, date, str, str, int, str, str]


def make_listings(
    seed: int, params: Params, cast: ResampledCast, episodes: tuple[Episode, ...]
) -> pl.DataFrame | None:
    """`LISTINGS` to the end of the world, sorted; None where no list is given in it.

    A diverter is listed with the world's chance, larger flows likelier, half a year to two years after it
    began.
    """
    if params.listings is None:
        return None
    rng = stream(seed, "resampled", "listings")
    first, last = first_day(params.first), first_day(params.last + 1) - timedelta(days=1)
    rows: list[Row] = []
    for episode in episodes:
        size = np.clip(np.log10(episode.amount_usd / 1e5) / 3, 0.2, 1.2)
        if rng.random() < params.listings * size:
            for _ in range(int(rng.integers(1, 4))):
                on = episode.first_month + timedelta(days=int(rng.integers(180, 730)))
                rows.append(_row(rng, episode.country, on, "true" if rng.random() < 0.8 else "unknown"))
    for country, role in zip(cast.countries, cast.roles, strict=True):
        if role != "diverter" and rng.random() < FALSE_CHANCE:
            rows.append(_row(rng, country, last - timedelta(days=int(rng.integers(0, 600))), "true"))
        for _ in range(int(rng.poisson(OTHER_MEAN))):
            on = first + timedelta(days=int(rng.integers(0, (last - first).days)))
            rows.append(_row(rng, country, on, "false" if rng.random() < 0.7 else "unknown"))
    frame = pl.DataFrame(rows, schema=LISTINGS, orient="row").filter(pl.col("listed_on") <= last)
    key = [name for name in LISTINGS if name != "n_entities"]
    return frame.group_by(key).agg(pl.col("n_entities").sum()).select(*LISTINGS).sort(*LISTINGS)


def _row(rng: np.random.Generator, country: str, on: date, basis: str) -> Row:
    jurisdiction, name = LISTS[int(rng.integers(len(LISTS)))]
    return country, on, jurisdiction, name, 1 + int(rng.geometric(0.4)), basis, SOURCE
