"""Simulated public listings: they follow diversion late, and sometimes attention alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from data_contracts.tables import LISTINGS
from riskmodel.worlds.corridors.months import INVASION, month_at, n_months, position
from riskmodel.worlds.corridors.news import News
from riskmodel.worlds.corridors.plan import CorridorPlan
from riskmodel.worlds.corridors.streams import stream

JURISDICTIONS = ("US", "EU", "GB")
DIVERSION_LAG = 8
ATTENTION_LAG = 5


def draw_listings(plan: CorridorPlan, news: News) -> pl.DataFrame:
    """Listings of all transit countries in the canonical LISTINGS columns, sorted by date.

    The monthly chance of a listing by one jurisdiction grows with the root of the diverted amount eight
    months before, and, with `attention_listings`, with the stories of the year that ended five months
    before. A few listings have nothing to do with goods.
    """
    attention = _attention(plan, news)
    rows: list[dict[str, Any]] = []
    for c, country in enumerate(plan.cast.transit):
        moved = _lag(_moved_per_year(plan, country), DIVERSION_LAG)
        by_diversion = np.minimum(0.5, 0.05 * np.sqrt(moved / 1e7))
        by_attention = np.minimum(0.15, 0.008 * attention[c])
        for jurisdiction in JURISDICTIONS:
            draw = stream(plan.params.seed, "listings", country, jurisdiction)
            rows += _listed(plan, draw, country, jurisdiction, by_diversion, ("true", "true", "unknown"), 0)
            by_press = _listed(plan, draw, country, jurisdiction, by_attention, ("true", "unknown"), 9)
            rows += by_press if plan.params.decoys.attention_listings else []
            other = np.full(n_months(plan.params), 0.004)
            rows += _listed(plan, draw, country, jurisdiction, other, ("false", "unknown"), 18)
    frame = pl.DataFrame(rows, schema=LISTINGS)
    return frame.sort("listed_on", "country", "jurisdiction", "goods_diversion", "n_entities")


def _listed(
    plan: CorridorPlan,
    draw: np.random.Generator,
    country: str,
    jurisdiction: str,
    chance: np.ndarray,
    kinds: tuple[str, ...],
    first_day: int,
) -> list[dict[str, Any]]:
    """One listing in each month that `chance` hits, in the nine days from `first_day` on.

    Each cause has its own days, so that no two listings of one country and list fall on one day.
    """
    months = n_months(plan.params)
    happens = draw.random(months) < chance
    days, kind = draw.integers(0, 9, months), draw.integers(0, len(kinds), months)
    entities = 1 + draw.negative_binomial(1, 0.35, months)
    happens[: max(0, position(plan.params, INVASION))] = False
    return [
        {
            "country": country,
            "listed_on": month_at(plan.params, m) + timedelta(days=first_day + int(days[m])),
            "jurisdiction": jurisdiction,
            "list": f"simulated-{jurisdiction.lower()}-list",
            "n_entities": int(entities[m]),
            "goods_diversion": kinds[kind[m]],
            "source": "simulated",
        }
        for m in np.flatnonzero(happens).tolist()
    ]


def _moved_per_year(plan: CorridorPlan, country: str) -> np.ndarray:
    months = n_months(plan.params)
    total = np.zeros(months)
    for flows in plan.planted:
        if country in (flows.episode.country, flows.episode.via):
            total += flows.episode.usd_per_year * flows.episode.profile(months)
    return total


def _attention(plan: CorridorPlan, news: News) -> np.ndarray:
    """Diversion stories of twelve months, ending `ATTENTION_LAG` months before; shape (transit, T)."""
    months = n_months(plan.params)
    place = {country: c for c, country in enumerate(plan.cast.transit)}
    counts = np.zeros((len(place), months))
    for story in news.stories:
        if story.country not in place:
            continue
        counts[place[story.country], story.month] += 1
    running = np.cumsum(counts, axis=1)
    year = running - np.concatenate([np.zeros((len(place), 12)), running], axis=1)[:, :months]
    return np.stack([_lag(row, ATTENTION_LAG) for row in year])


def _lag(values: np.ndarray, months: int) -> np.ndarray:
    return np.concatenate([np.zeros(months), values])[: values.size]
