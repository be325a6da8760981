"""Wire copy: a story as articles, syndicated copies and the mentions a careful reader would find in them.

Every title begins with "[simulated]"; outlets and events are invented, countries are labels.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from riskmodel.worlds.corridors.cast import REFERENCE, all_places
from riskmodel.worlds.corridors.months import month_at
from riskmodel.worlds.corridors.plan import CorridorPlan
from riskmodel.worlds.corridors.streams import stream

N_OUTLETS = 8
BY_THE_WAY = 0.4  # share of stories that also name a country they are not about


@dataclass(frozen=True)
class CorridorStory:
    """One event that is written about. key: stable name, from which ids are made; month: array position."""

    key: str
    country: str
    kind: str
    month: int


@cache
def phrases() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Sentence and title patterns by (kind, part): text, role, polarity, p_diversion."""
    rows = pl.read_csv(REFERENCE / "sentences.csv").to_dicts()
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["kind"], row["part"]), []).append(row)
    return found


class Wire:
    """Turns stories into articles, syndicated copies and mention rows."""

    def __init__(self, plan: CorridorPlan) -> None:
        self.plan = plan
        self.places = {row["country"]: row for row in all_places().to_dicts()}
        listed = plan.cast.goods.filter(pl.col("tier").is_not_null())
        self.words = listed["word"].to_list()
        self.others = (*plan.cast.transit, *plan.cast.control)
        self.suppliers = [self.places[c]["in_text"] for c in plan.cast.coalition]

    def write(
        self, story: CorridorStory, articles: list[dict[str, Any]], mentions: list[dict[str, Any]]
    ) -> None:
        """Append the articles of a story, first print and copies, and their mentions."""
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
            for number, sentence in enumerate(kept, start=1):
                if sentence["role"]:
                    mentions.append(
                        self._mention(draw, sentence, article_id, published, source, story_id, number)
                    )

    def _compose(self, draw: np.random.Generator, story: CorridorStory) -> tuple[str, list[dict[str, Any]]]:
        word = self.words[int(draw.integers(len(self.words)))]
        place = self.places[story.country]
        other = self.others[int(draw.integers(len(self.others)))]
        slots = {
            "country": place["in_text"],
            "other": self.places[other]["in_text"],
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
        if other != story.country and draw.random() < BY_THE_WAY:
            lines.insert(int(draw.integers(1, len(lines) + 1)), self._pick(draw, "aside", "sentence", 1)[0])
        title = _fill_in(self._pick(draw, story.kind, "title", 1)[0]["text"], slots)
        named = {"aside": other}
        return title, [
            {
                **line,
                "text": _fill_in(line["text"], slots),
                "goods": word,
                "country": named.get(line["kind"], story.country),
            }
            for line in lines
        ]

    @staticmethod
    def _pick(draw: np.random.Generator, kind: str, part: str, count: int) -> list[dict[str, Any]]:
        pool = phrases()[kind, part]
        return [pool[i] for i in draw.permutation(len(pool))[:count]]

    @staticmethod
    def _edited(draw: np.random.Generator, sentences: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A syndicated copy: the last sentence cut, or one of the filler sentences moved to the end."""
        if len(sentences) > 2 and draw.random() < 0.5:
            return sentences[:-1]
        return [*sentences, *Wire._pick(draw, "filler", "sentence", 1)]

    def _mention(
        self,
        draw: np.random.Generator,
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
            "country": sentence["country"],
            "role": sentence["role"],
            "p_diversion": p,
            "is_diversion": p >= 0.5,
            "polarity": polarity,
            "goods": [sentence["goods"]] if sentence["goods"] in sentence["text"] else [],
            "text": sentence["text"],
        }


def _fill_in(pattern: str, slots: dict[str, Any]) -> str:
    text = pattern.format(**slots)
    return text[:1].upper() + text[1:]


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
