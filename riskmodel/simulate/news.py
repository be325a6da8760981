"""Simulated trade-desk wire copy, and the mentions that a careful reader would find in it.

Every title begins with "[simulated]"; outlets and events are invented, countries are labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from data_contracts.tables import ARTICLES, MENTIONS
from riskmodel.simulate.lists import REFERENCE, all_places
from riskmodel.simulate.months import INVASION, month_at, n_months, position
from riskmodel.simulate.plan import Plan
from riskmodel.simulate.streams import stream

DIVERSION_KINDS = ("diversion", "pressure", "crackdown", "denial", "retraction")
OTHER_KINDS = ("ordinary", "diplomacy", "energy", "elsewhere", "sports")
N_OUTLETS = 8
NEWS_ONLY_FACTOR = 8


@dataclass(frozen=True)
class Story:
    """One event that is written about. key: stable name, from which ids are made; month: array position."""

    key: str
    country: str
    kind: str
    month: int


@dataclass(frozen=True)
class News:
    """articles, mentions: canonical tables. stories: (country, month position) of each diversion story."""

    articles: pl.DataFrame
    mentions: pl.DataFrame
    stories: tuple[Story, ...]


def draw_news(plan: Plan) -> News:
    """All articles of a world, oldest first, with their mentions."""
    stories = sorted(_stories(plan), key=lambda story: story.key)
    articles: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    writer = _Writer(plan)
    for story in stories:
        writer.write(story, articles, mentions)
    order = ["published_at", "article_id"]
    frame = pl.DataFrame(articles, schema=ARTICLES).sort(order)
    found = pl.DataFrame(mentions, schema=MENTIONS).sort(
        "published_on", "article_id", "sentence_no", "country"
    )
    return News(frame, found, tuple(s for s in stories if s.kind in DIVERSION_KINDS))


def _stories(plan: Plan) -> Iterator[Story]:
    yield from _stories_of_episodes(plan)
    yield from _false_stories(plan)
    if plan.params.decoys.attention:
        yield from _attention(plan)
    yield from _ordinary(plan)


def _stories_of_episodes(plan: Plan) -> Iterator[Story]:
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


def _false_stories(plan: Plan) -> Iterator[Story]:
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


def _attention(plan: Plan) -> Iterator[Story]:
    """News attention without diversion: a country is much written about for a year, and nothing moves."""
    params, months = plan.params, n_months(plan.params)
    for country in plan.roles.attention:
        draw = stream(params.seed, "attention", country)
        start = int(draw.integers(position(params, INVASION), months - 6))
        rate = _around(months, start, draw.uniform(0.6, 2.5), int(draw.integers(8, 19)))
        counts = {"diversion": draw.poisson(0.6 * rate), "pressure": draw.poisson(0.3 * rate)}
        counts["denial"] = draw.poisson(0.3 * rate)
        yield from _as_stories("a" + country, country, counts)


def _ordinary(plan: Plan) -> Iterator[Story]:
    """Trade, talks, energy, courts and sport: names countries, says nothing of diversion."""
    params, months = plan.params, n_months(plan.params)
    countries = (*plan.cast.transit, *plan.cast.news_only)
    weight = stream(params.seed, "fame").gamma(0.8, 1.0, len(countries))
    for country, share in zip(countries, weight / weight.sum(), strict=True):
        draw = stream(params.seed, "ordinary", country)
        rate = params.ordinary_stories * share / len(OTHER_KINDS)
        yield from _as_stories("o" + country, country, {k: draw.poisson(rate, months) for k in OTHER_KINDS})


def _as_stories(key: str, country: str, counts: dict[str, np.ndarray]) -> Iterator[Story]:
    for kind, numbers in counts.items():
        for month in np.flatnonzero(numbers).tolist():
            for n in range(int(numbers[month])):
                yield Story(f"{key}-{kind}-{month}-{n}", country, kind, month)


@cache
def phrases() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Sentence and title patterns by (kind, part): text, role, polarity, p_diversion."""
    rows = pl.read_csv(REFERENCE / "sentences.csv").to_dicts()
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["kind"], row["part"]), []).append(row)
    return found


class _Writer:
    """Turns stories into articles, syndicated copies and mention rows."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.places = {row["country"]: row for row in all_places().to_dicts()}
        listed = plan.cast.goods.filter(pl.col("tier").is_not_null())
        self.words = listed["word"].to_list()
        self.suppliers = [self.places[c]["name"] for c in plan.cast.coalition]
        self.last_day = month_at(plan.params, n_months(plan.params) - 1) + timedelta(days=31)

    def write(self, story: Story, articles: list[dict[str, Any]], mentions: list[dict[str, Any]]) -> None:
        params = self.plan.params
        draw = stream(params.seed, "story", story.key)
        month = month_at(params, story.month)
        at = datetime(month.year, month.month, 1, tzinfo=UTC)
        at += timedelta(minutes=int(draw.integers(0, 28 * 24 * 60)))
        title, sentences = self._compose(draw, story)
        copies = 1 + int(draw.poisson(0.9))
        outlets = draw.permutation(N_OUTLETS)
        delays = np.sort(draw.integers(30, 3 * 24 * 60, N_OUTLETS))
        for copy in range(min(copies if params.decoys.syndication else 1, N_OUTLETS)):
            article_id = _digest(f"{params.seed}-{story.key}-{copy}")
            source = f"simulated-wire-{outlets[copy] + 1}"
            published = at if copy == 0 else at + timedelta(minutes=int(delays[copy]))
            kept = sentences if copy == 0 else self._edited(draw, sentences)
            articles.append(
                {
                    "article_id": article_id,
                    "published_at": published,
                    "source": source,
                    "language": "en",
                    "title": f"[simulated] {title}",
                    "text": " ".join(s["text"] for s in kept),
                    "url": None,
                }
            )
            story_id = _digest(f"{params.seed}-{story.key}")
            for number, sentence in enumerate(kept):
                if sentence["role"]:
                    mentions.append(
                        self._mention(draw, story, sentence, article_id, published, source, story_id, number)
                    )

    def _compose(self, draw: np.random.Generator, story: Story) -> tuple[str, list[dict[str, Any]]]:
        word = self.words[int(draw.integers(len(self.words)))]
        place = self.places[story.country]
        slots = {
            "country": place["name"],
            "adjective": place["adjective"],
            "capital": place["capital"],
            "supplier": self.suppliers[int(draw.integers(len(self.suppliers)))],
            "goods": word,
            "goods_capital": word[:1].upper() + word[1:],
            "amount": int(draw.integers(2, 90)),
            "times": ["two", "three", "four", "five"][int(draw.integers(4))],
            "count": int(draw.integers(3, 40)),
        }
        lines = self._pick(draw, story.kind, "sentence", int(draw.integers(1, 4)))
        if story.kind == "diversion" and draw.random() < 0.3:
            lines.insert(1, self._pick(draw, "there", "sentence", 1)[0])
        lines += self._pick(draw, "filler", "sentence", int(draw.integers(1, 4)))
        title = self._pick(draw, story.kind, "title", 1)[0]["text"].format(**slots)
        return title, [{**line, "text": line["text"].format(**slots), "goods": word} for line in lines]

    @staticmethod
    def _pick(draw: np.random.Generator, kind: str, part: str, count: int) -> list[dict[str, Any]]:
        pool = phrases()[kind, part]
        return [pool[i] for i in draw.permutation(len(pool))[:count]]

    @staticmethod
    def _edited(draw: np.random.Generator, sentences: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A syndicated copy: the last sentence cut, or one of the filler sentences moved to the end."""
        if len(sentences) > 2 and draw.random() < 0.5:
            return sentences[:-1]
        return [*sentences, *_Writer._pick(draw, "filler", "sentence", 1)]

    def _mention(
        self,
        draw: np.random.Generator,
        story: Story,
        sentence: dict[str, Any],
        article_id: str,
        published: datetime,
        source: str,
        story_id: str,
        number: int,
    ) -> dict[str, Any]:
        noise = self.plan.params.extraction_noise
        odds = np.log(sentence["p_diversion"] / (1 - sentence["p_diversion"])) + 8 * noise * draw.normal()
        p = float(np.round(1 / (1 + np.exp(-odds)), 4))
        polarity = int(sentence["polarity"]) if draw.random() >= noise / 2 else 0
        return {
            "article_id": article_id,
            "published_on": published.date(),
            "source": source,
            "story_id": story_id,
            "sentence_no": number,
            "country": story.country,
            "role": sentence["role"],
            "p_diversion": p,
            "is_diversion": p >= 0.5,
            "polarity": polarity,
            "goods": [sentence["goods"]] if sentence["goods"] in sentence["text"] else [],
            "text": sentence["text"],
        }


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
