"""What the simulated press writes about: diversion late and in part, false alarms, and everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data_contracts.tables import ARTICLES, MENTIONS
from riskmodel.worlds.corridors.articles import CorridorStory, Wire
from riskmodel.worlds.corridors.months import INVASION, n_months, position
from riskmodel.worlds.corridors.plan import CorridorPlan
from riskmodel.worlds.corridors.streams import stream

DIVERSION_KINDS = ("diversion", "pressure", "crackdown", "denial", "retraction")
OTHER_KINDS = ("ordinary", "diplomacy", "energy", "elsewhere", "sports")
NEWS_ONLY_FACTOR = 8


@dataclass(frozen=True)
class News:
    """articles, mentions: canonical tables. stories: (country, month position) of each diversion story."""

    articles: pl.DataFrame
    mentions: pl.DataFrame
    stories: tuple[CorridorStory, ...]


def draw_news(plan: CorridorPlan) -> News:
    """All articles of a world, oldest first, with their mentions."""
    stories = sorted(_stories(plan), key=lambda story: story.key)
    articles: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    wire = Wire(plan)
    for story in stories:
        wire.write(story, articles, mentions)
    order = ["published_at", "article_id"]
    frame = pl.DataFrame(articles, schema=ARTICLES).sort(order)
    found = pl.DataFrame(mentions, schema=MENTIONS).sort(
        "published_on", "article_id", "sentence_no", "country"
    )
    return News(frame, found, tuple(s for s in stories if s.kind in DIVERSION_KINDS))


def _stories(plan: CorridorPlan) -> Iterator[CorridorStory]:
    yield from _stories_of_episodes(plan)
    yield from _false_stories(plan)
    if plan.params.decoys.attention:
        yield from _attention(plan)
    yield from _ordinary(plan)


def _stories_of_episodes(plan: CorridorPlan) -> Iterator[CorridorStory]:
    """Press follows the goods three months later, by the root of their yearly value."""
    params = plan.params
    months = n_months(params)
    for flows in plan.planted:
        e = flows.episode
        for country in filter(None, (e.country, e.via)):
            draw = stream(params.seed, "news", e.episode_id, country)
            level = params.stories_per_month * draw.lognormal(-0.25, 0.7)
            rate = level * np.sqrt(np.maximum(e.usd_per_year * e.profile(months), 0) / 1e8)
            rate = np.concatenate([np.zeros(3), rate])[:months]
            counts = {
                "diversion": draw.poisson(rate),
                "pressure": draw.poisson(0.3 * rate),
                "denial": draw.poisson(0.15 * rate),
                "crackdown": draw.poisson(_around(months, e.crackdown, 1.2, 4)),
            }
            yield from _as_stories(e.episode_id + country, country, counts)
            if params.decoys.retractions:
                yield from _as_stories(
                    e.episode_id + country, country, {"retraction": draw.poisson(0.03 * rate)}
                )


def _around(months: int, start: int | None, rate: float, length: int) -> np.ndarray:
    t = np.arange(months)
    return np.where((t >= start) & (t < start + length), rate, 0.0) if start is not None else np.zeros(months)


def _false_stories(plan: CorridorPlan) -> Iterator[CorridorStory]:
    """Now and then somebody writes so of any country; some of it is withdrawn."""
    params, months = plan.params, n_months(plan.params)
    after = np.arange(months) >= position(params, INVASION)
    for country in (*plan.cast.transit, *plan.cast.news_only):
        draw = stream(params.seed, "false-stories", country)
        often = NEWS_ONLY_FACTOR if country in plan.cast.news_only else 1
        counts = {"diversion": draw.poisson(often * params.false_stories * after)}
        withdrawn = draw.random(months) < 0.3
        yield from _as_stories("f" + country, country, counts)
        if params.decoys.retractions:
            yield from _as_stories("f" + country, country, {"retraction": counts["diversion"] * withdrawn})


def _attention(plan: CorridorPlan) -> Iterator[CorridorStory]:
    """News attention without diversion: a country is much written about for a year, and nothing moves."""
    params, months = plan.params, n_months(plan.params)
    for country in plan.roles.attention:
        start, stop = attention_window(plan, country)
        draw = stream(params.seed, "attention", country)
        rate = _around(months, start, draw.uniform(0.6, 2.5), stop - start)
        counts = {"diversion": draw.poisson(0.6 * rate), "pressure": draw.poisson(0.3 * rate)}
        counts["denial"] = draw.poisson(0.3 * rate)
        yield from _as_stories("a" + country, country, counts)


def attention_window(plan: CorridorPlan, country: str) -> tuple[int, int]:
    """First month of attention and the first without it, as array positions."""
    draw = stream(plan.params.seed, "attention-window", country)
    start = int(draw.integers(position(plan.params, INVASION), n_months(plan.params) - 6))
    return start, min(start + int(draw.integers(8, 19)), n_months(plan.params))


def _ordinary(plan: CorridorPlan) -> Iterator[CorridorStory]:
    """Trade, talks, energy, courts and sport: names countries, says nothing of diversion."""
    params, months = plan.params, n_months(plan.params)
    countries = (*plan.cast.transit, *plan.cast.news_only)
    weight = stream(params.seed, "fame").gamma(0.8, 1.0, len(countries))
    for country, share in zip(countries, weight / weight.sum(), strict=True):
        draw = stream(params.seed, "ordinary", country)
        rate = params.ordinary_stories * share / len(OTHER_KINDS)
        yield from _as_stories("o" + country, country, {k: draw.poisson(rate, months) for k in OTHER_KINDS})


def _as_stories(key: str, country: str, counts: dict[str, np.ndarray]) -> Iterator[CorridorStory]:
    for kind, numbers in counts.items():
        for month in np.flatnonzero(numbers).tolist():
            for n in range(int(numbers[month])):
                yield CorridorStory(f"{key}-{kind}-{month}-{n}", country, kind, month)
