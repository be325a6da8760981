"""The press of a world: stories about diversion, false ones, and a great many that say nothing of it.

A reporter hears of a flow some months after it began, sooner where it is large. False stories follow what is
visible: countries whose trade grew for a reason of its own are named more often than others. A story is
copied by other outlets. The reader that turns sentences into rows errs in both directions.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from data_contracts.tables import MENTIONS
from riskmodel.worlds.planting.episodes import Episode
from riskmodel.worlds.planting.months import first_day
from riskmodel.worlds.planting.view import stream
from riskmodel.worlds.resampled.cast import ResampledCast
from riskmodel.worlds.resampled.params import Params

OUTLETS = 12
FALSE_PER_DECOY, FALSE_PER_OTHER = 0.6, 0.15  # stories per country, before the world's coverage
OTHER_ROLES = ("destination_not_russia", "sanctioning_or_speaker", "origin", "other_mention")
TEXT = "Simulated sentence about trade and a country that was drawn at random."
Story = tuple[str, int, float, int, list[str]]  # country, day, probability, polarity, goods


def make_mentions(
    seed: int, params: Params, cast: ResampledCast, episodes: tuple[Episode, ...], starts: dict[str, int]
) -> pl.DataFrame | None:
    """`MENTIONS` of the world's months, sorted; None where nothing is read in it.

    `starts` has the start of each decoy as a place of a month.
    """
    if not params.coverage:
        return None
    rng = stream(seed, "resampled", "news")
    first, last = first_day(params.first), first_day(params.last + 1) - timedelta(days=1)
    days = (last - first).days
    stories: list[Story] = []
    for episode in episodes:
        stories += _true_stories(rng, params, episode, first, days)
    for country, role in zip(cast.countries, cast.roles, strict=True):
        if role != "diverter":
            stories += _false_stories(rng, params, country, role, starts, days, cast)
    stories += _chatter(rng, params, cast, days)
    return _rows(rng, stories, first, days)


def _true_stories(
    rng: np.random.Generator, params: Params, episode: Episode, first: date, days: int
) -> list[Story]:
    yearly = episode.amount_usd * 12 / episode.duration
    count = rng.poisson(params.coverage * max(0.1, np.log10(yearly / 2e5)) / 1.5)
    begin = (episode.first_month - first).days
    found: list[Story] = []
    for _ in range(int(count)):
        day = int(begin + rng.integers(45, 240) + rng.exponential(150))
        over = day > begin + episode.duration * 30
        goods = sorted(rng.choice(episode.hs6, min(3, len(episode.hs6)), replace=False).tolist())
        polarity = -1 if over and rng.random() < 0.6 else int(rng.choice([0, 1], p=[0.25, 0.75]))
        found.append(
            (episode.country, day, float(rng.beta(5, 2.5)), polarity, goods if rng.random() < 0.5 else [])
        )
    return [story for story in found if story[1] <= days]


def _false_stories(
    rng: np.random.Generator,
    params: Params,
    country: str,
    role: str,
    starts: dict[str, int],
    days: int,
    cast: ResampledCast,
) -> list[Story]:
    mean = FALSE_PER_OTHER if role == "ordinary" else FALSE_PER_DECOY
    controls = days * 3 // 5  # most worlds are three fifths over when the controls bite
    found: list[Story] = []
    for _ in range(int(rng.poisson(mean * params.coverage))):
        begin = max(controls, starts.get(country, 0) * 30 + 60)
        if begin >= days:
            continue
        goods = [str(rng.choice(cast.listed))] if rng.random() < 0.4 else []
        found.append((country, int(rng.integers(begin, days + 1)), float(rng.beta(3, 3)), 1, goods))
    return found


def _chatter(rng: np.random.Generator, params: Params, cast: ResampledCast, days: int) -> list[Story]:
    """Sentences that name a country in some other role."""
    count = int(rng.poisson(params.coverage * 8 * params.months))
    names = np.array([*cast.countries, *cast.members])
    weights = np.array([*np.log10(cast.size_usd + 10), *([8.0] * len(cast.members))])
    who = rng.choice(names, count, p=weights / weights.sum())
    when = rng.integers(0, days + 1, count)
    p = rng.beta(1, 12, count)
    return [(str(c), int(d), float(x), 0, []) for c, d, x in zip(who, when, p, strict=True)]


def _rows(rng: np.random.Generator, stories: list[Story], first: date, days: int) -> pl.DataFrame:
    stories = sorted(stories, key=lambda story: (story[1], story[0], story[2]))
    rows = []
    for number, (country, day, p, polarity, goods) in enumerate(stories):
        copies = 1 + (int(rng.geometric(0.5)) if polarity else 0)
        for copy in range(copies):
            on = min(days, day + int(rng.integers(0, 4)) * bool(copy))
            said = float(np.clip(p + 0.05 * rng.standard_normal() * bool(copy), 0.0, 1.0))
            role = "transit_to_russia" if said >= 0.5 else str(rng.choice(OTHER_ROLES))
            rows.append(
                (
                    f"story-{number:05d}-{copy}",
                    first + timedelta(days=on),
                    f"daily-{int(rng.integers(1, OUTLETS + 1))}.example",
                    f"story-{number:05d}",
                    int(rng.integers(0, 12)),
                    country,
                    role,
                    round(said, 4),
                    round(said, 4) >= 0.5,
                    polarity,
                    goods,
                    TEXT,
                )
            )
    frame = pl.DataFrame(rows, schema=MENTIONS, orient="row")
    return frame.with_columns(
        pl.when("is_diversion").then(pl.lit("transit_to_russia")).otherwise("role").alias("role")
    ).sort("published_on", "article_id")
