"""Press and lists: what exposures leave in print, with delay, copies, noise and false leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.random import Generator

from data_contracts.tables import LISTINGS, MENTIONS
from riskmodel.worlds.networks.decoys import NetworkDecoys
from riskmodel.worlds.networks.draws import stream
from riskmodel.worlds.networks.orders import Network
from riskmodel.worlds.networks.stage import NetworkStage

OTHER_ROLES = ("destination_not_russia", "sanctioning_or_speaker", "origin", "other_mention")
JURISDICTIONS = (("US", "US-BIS-EL"), ("US", "US-OFAC-SDN"), ("EU", "EU-ANNEX-IV"), ("UK", "UK-RUS"))
# A false lead is likelier where trade jumps in sight of all.
SUSPICIOUS = {
    "regional_hub": 3.0,
    "ghost_destination": 5.0,
    "parallel_trade": 5.0,
    "own_maker": 3.0,
    "relocated_firms": 2.0,
}


@dataclass(frozen=True)
class NetworkStory:
    """What a story says. `reading`: mean of the probability that readers give to diversion through
    `country`; `goods`: places of goods that it names; `role`: of the country in it.
    """

    country: str
    day: date
    role: str
    reading: float
    polarity: int
    goods: tuple[int, ...]


def mentions(stage: NetworkStage, network: Network, feints: NetworkDecoys) -> pl.DataFrame | None:
    """`MENTIONS` of the world, sorted; None in about a third of the worlds."""
    rng = stream(stage.seed, "press")
    if rng.random() < stage.p["no_mentions"]:
        return None
    stories = [*_true_stories(rng, stage, network), *_false_leads(rng, stage, network, feints)]
    stories += _background(rng, stage)
    end = _end(stage)
    kept = sorted((s for s in stories if s.day <= end), key=lambda s: (s.day, s.country, s.role, s.reading))
    rows: list[tuple[object, ...]] = []
    for number, story in enumerate(kept):
        rows += _copies(rng, stage, number, story, end)
    frame = pl.DataFrame(rows, schema=MENTIONS, orient="row")
    return frame.sort("published_on", "article_id", "sentence_no", "country")


def _end(stage: NetworkStage) -> date:
    return (stage.months[-1] + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _day(rng: Generator, stage: NetworkStage, month: float) -> date:
    """A day in a month counted from the first; fractions and months after the last are allowed."""
    return stage.months[0] + timedelta(days=int(month * 30.44 + rng.uniform(0, 30)))


def _moved_goods(network: Network) -> dict[str, np.ndarray]:
    """For each country the goods that passed it, most valuable first."""
    total = network.leaving.group_by("country", "good").agg((pl.col("value") * 100).cast(pl.Int64).sum())
    total = total.sort("country", "value", "good", descending=[False, True, False])
    return {str(k[0]): v["good"].to_numpy() for k, v in total.group_by("country", maintain_order=True)}


def _true_stories(rng: Generator, stage: NetworkStage, network: Network) -> list[NetworkStory]:
    """One to three stories of each exposure; a leak is in print sooner than a court case."""
    goods, stories = _moved_goods(network), []
    slower = {"leak": 0.7, "seizure": 1.0, "court case": 1.8}
    for seen in network.exposures:
        country = stage.scored[seen.country]
        passed = goods.get(country, np.array([], dtype=int))[:8]
        for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.25, 0.4, 0.25, 0.1]))):
            delay = rng.gamma(1.5, stage.p["press_delay"] / 1.5) * slower[seen.kind]
            named = rng.choice(passed, min(len(passed), int(rng.integers(0, 4))), replace=False)
            stories.append(
                NetworkStory(
                    country,
                    _day(rng, stage, seen.month + delay),
                    "transit_to_russia",
                    float(rng.beta(6, 2)),
                    1,
                    tuple(int(g) for g in named),
                )
            )
        if seen.closed:
            stories.append(
                NetworkStory(country, _day(rng, stage, seen.month + 1), "transit_to_russia", 0.45, -1, ())
            )
    return stories


def _false_leads(
    rng: Generator, stage: NetworkStage, network: Network, feints: NetworkDecoys
) -> list[NetworkStory]:
    """Stories of countries through which nothing passes: jumps that somebody saw, and plain errors."""
    passing = set(network.leaving["country"])
    innocent = [c for c in stage.scored if c not in passing]
    weight = np.array(
        [SUSPICIOUS.get(feints.kinds.get(c, ""), 1.0 if c in feints.kinds else 0.35) for c in innocent]
    )
    weight *= rng.lognormal(0, 1.0, len(innocent))
    count = rng.poisson(2 + stage.p["false_leads"] * len(network.exposures))
    stories = []
    for country in rng.choice(innocent, count, p=weight / weight.sum()):
        month = rng.uniform(stage.war, stage.length)
        named = rng.choice(stage.n_listed, int(rng.integers(0, 4)), replace=False)
        reading = float(rng.beta(4, 3))
        polarity = int(rng.choice([0, 1], p=[0.3, 0.7]))
        day = _day(rng, stage, month)
        stories.append(
            NetworkStory(
                str(country), day, "transit_to_russia", reading, polarity, tuple(int(g) for g in named)
            )
        )
    return stories


def _background(rng: Generator, stage: NetworkStage) -> list[NetworkStory]:
    """Trade, policy and other news: countries in other roles, some misread."""
    fame = rng.lognormal(0, 1.0, len(stage.scored))
    count = int(rng.integers(150, 1200))
    month = rng.uniform(0, stage.length, count)
    month = np.where(
        rng.random(count) < 0.5, stage.war + (month / stage.length) * (stage.length - stage.war), month
    )
    who = rng.choice(len(stage.scored), count, p=fame / fame.sum())
    role = rng.choice(OTHER_ROLES, count, p=[0.2, 0.15, 0.15, 0.5])
    reading = rng.beta(1.2, 12, count)
    return [
        NetworkStory(stage.scored[w], _day(rng, stage, m), str(r), float(p), 0, ())
        for w, m, r, p in zip(who, month, role, reading, strict=True)
    ]


def _copies(
    rng: Generator, stage: NetworkStage, number: int, story: NetworkStory, end: date
) -> list[tuple[object, ...]]:
    """Rows of all copies of a story: the country, and often an exporter or a speaker in the same text."""
    rows: list[tuple[object, ...]] = []
    copies = 1 + rng.geometric(1 / stage.p["story_copies"]) - 1 if story.role == "transit_to_russia" else 1
    goods = [stage.goods[g] for g in story.goods]
    for copy in range(min(int(copies), 25)):
        day = story.day + timedelta(days=0 if copy == 0 else int(rng.integers(0, 9)))
        if day > end:
            continue
        article, source = f"net{stage.seed}-{number:05d}-{copy:02d}", f"daily-{rng.integers(1, 60)}.example"
        for sentence in range(int(rng.integers(1, 3))):
            logit = np.log(story.reading / (1 - story.reading) + 1e-9) + rng.normal(0, 0.7)
            p = float(np.round(1 / (1 + np.exp(-logit)), 4))
            p = p if story.role == "transit_to_russia" else min(p, 0.49)
            rows.append(
                _row(
                    article,
                    day,
                    source,
                    number,
                    sentence,
                    story.country,
                    story.role,
                    p,
                    story.polarity,
                    goods,
                )
            )
        if rng.random() < 0.6:
            other = str(rng.choice(stage.exporters))
            role = str(rng.choice(["origin", "sanctioning_or_speaker"]))
            p = float(np.round(rng.beta(1, 20) * 0.45, 4))
            rows.append(_row(article, day, source, number, 2, other, role, p, 0, []))
    return rows


def _row(
    article: str,
    day: date,
    source: str,
    number: int,
    sentence: int,
    country: str,
    role: str,
    p: float,
    polarity: int,
    goods: list[str],
) -> tuple[object, ...]:
    text = f"Simulated sentence {sentence} of story {number}: a place is named in the role {role}."
    story = article.rsplit("-", 1)[0]
    return (article, day, source, story, sentence, country, role, p, p >= 0.5, polarity, goods, text)


def listings(stage: NetworkStage, network: Network, feints: NetworkDecoys) -> pl.DataFrame | None:
    """`LISTINGS` of the world, sorted; None in about a third of the worlds."""
    rng = stream(stage.seed, "lists")
    if rng.random() < stage.p["no_listings"]:
        return None
    rows = [*_of_exposures(rng, stage, network), *_of_others(rng, stage, feints)]
    end = _end(stage)
    frame = pl.DataFrame(
        [row for row in rows if row[1] <= end],
        schema={k: v for k, v in LISTINGS.items() if k != "source"},
        orient="row",
    )
    key = ["country", "listed_on", "jurisdiction", "list", "goods_diversion"]
    summed = frame.group_by(key).agg(pl.col("n_entities").sum())
    return summed.with_columns(source=pl.lit("simulated-networks")).select(list(LISTINGS)).sort(key)


def _of_exposures(
    rng: Generator, stage: NetworkStage, network: Network
) -> list[tuple[str, date, str, str, int, str]]:
    rows = []
    for seen in network.exposures:
        for jurisdiction, name in JURISDICTIONS:
            if rng.random() > 0.35:
                continue
            delay = rng.gamma(2.0, stage.p["listing_delay"] / 2)
            day = _day(rng, stage, seen.month + delay)
            basis = str(rng.choice(["true", "unknown", "false"], p=[0.7, 0.22, 0.08]))
            count = int(1 + rng.poisson(1.0))
            rows.append((stage.scored[seen.country], day, jurisdiction, name, count, basis))
    return rows


def _of_others(
    rng: Generator, stage: NetworkStage, feints: NetworkDecoys
) -> list[tuple[str, date, str, str, int, str]]:
    """Entities listed for other reasons, and a few for goods that never passed the country."""
    fame = rng.lognormal(0, 1.2, len(stage.scored))
    rows = []
    for place in rng.choice(len(stage.scored), int(rng.integers(15, 120)), p=fame / fame.sum()):
        country = stage.scored[place]
        jurisdiction, name = JURISDICTIONS[int(rng.integers(0, 4))]
        day = _day(rng, stage, rng.uniform(0, stage.length))
        mistaken = 0.06 if country in feints.kinds else 0.02
        late = day >= stage.months[stage.war]
        odds = [mistaken * late, 0.18, 0.82 - mistaken * late]
        basis = str(rng.choice(["true", "unknown", "false"], p=odds))
        rows.append((country, day, jurisdiction, name, int(1 + rng.poisson(1.5)), basis))
    return rows
